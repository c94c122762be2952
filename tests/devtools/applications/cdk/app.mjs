// A CDK app: a REST API, an HTTP API and a function URL, each with IAM authorization, and who may call them.

import { App, Stack, Duration } from 'aws-cdk-lib';
import { AuthorizationType, LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Code, Function, FunctionUrlAuthType, Runtime } from 'aws-cdk-lib/aws-lambda';

const app = new App({ outdir: 'cdk.out', analyticsReporting: false });
const stack = new Stack(app, 'Shop');

const orders = new Function(stack, 'Orders', {
  runtime: Runtime.NODEJS_22_X,
  code: Code.fromAsset('functions'),
  handler: 'orders.handler',
  timeout: Duration.seconds(10),
});

const rest = new RestApi(stack, 'Rest', {
  cloudWatchRole: false,
  defaultMethodOptions: { authorizationType: AuthorizationType.IAM },
  defaultCorsPreflightOptions: { allowOrigins: ['https://app.example.com'] },
});
const list = rest.root.addResource('orders').addMethod('GET', new LambdaIntegration(orders));

const http = new HttpApi(stack, 'Http', { defaultAuthorizer: new HttpIamAuthorizer() });
const [read] = http.addRoutes({
  path: '/orders/{id}',
  methods: [HttpMethod.GET],
  integration: new HttpLambdaIntegration('OrdersIntegration', orders),
});

const url = orders.addFunctionUrl({ authType: FunctionUrlAuthType.AWS_IAM });

const shop = new Role(stack, 'Shop', { assumedBy: new AccountPrincipal(stack.account) });
list.grantExecute(shop);
read.grantInvoke(shop);
url.grantInvokeUrl(shop);
new Role(stack, 'Visitor', { assumedBy: new AccountPrincipal(stack.account) });

app.synth();
