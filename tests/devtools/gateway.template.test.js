// The routes and policies of CloudFormation and SAM templates.

import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { startGateway } from 'sigv4-wasm-devtools/gateway';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';

import { answerOf, REGION } from '../support/gateway.js';

const folder = await mkdtemp(join(tmpdir(), 'sigv4-gateway-'));

/** @param {string} name @param {string} text */
async function file(name, text) {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

/** @param {string} config @param {object} [settings] */
async function open(config, settings) {
  const gateway = await startGateway({ config, settings: { region: REGION, ...settings } });
  const options = (name) => ({
    region: REGION,
    service: 'execute-api',
    credentials: gateway.credentials(name),
  });
  const call = async (name, path, method = 'GET') =>
    (await answerOf(await createSigv4Fetch(options(name))(`${gateway.origin}${path}`, { method }))).status;
  return { ...gateway, call };
}

/** The template of the article "Securing an API Gateway Using AWS IAM", with the parts that the article omits. */
const ARTICLE = `
AWSTemplateFormatVersion: 2010-09-09
Resources:
  MyApiGateway:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: my-api
      ProtocolType: HTTP
  MyStage:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref MyApiGateway
      StageName: $default
      AutoDeploy: true
  GetOrders:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref MyApiGateway
      RouteKey: GET /orders
      AuthorizationType: AWS_IAM
      Target: !Sub integrations/\${MyIntegration}
  Health:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref MyApiGateway
      RouteKey: GET /health
  MyIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties: { ApiId: !Ref MyApiGateway, IntegrationType: HTTP_PROXY }
  MyApiGatewayAccessPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: 2012-10-17
        Statement:
          Effect: Allow
          Action: execute-api:Invoke
          Resource: !Sub "arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${MyApiGateway}/*/*/*"
`;

describe('templates', () => {
  test("of the article: the policy's holders may call the routes", async () => {
    const gateway = await open(await file('article.yaml', ARTICLE));
    assert.equal(gateway.settings.type, 'http');
    assert.deepEqual(gateway.settings.warnings, []);
    assert.equal(await gateway.call('developer', '/orders'), 200);
    assert.equal(await gateway.call('developer', '/other'), 404);
    assert.equal((await fetch(`${gateway.origin}/health`)).status, 200);
    assert.equal((await fetch(`${gateway.origin}/orders`)).status, 403);
    await gateway.close();
  });

  test('of the article, with roles: attached by ManagedPolicyArns, by Roles, or not', async () => {
    const roles = `
  Service:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {}
      ManagedPolicyArns: [!Ref MyApiGatewayAccessPolicy]
  Reader:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {}
      Policies:
        - PolicyName: read
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - { Effect: Allow, Action: "s3:*", Resource: !ImportValue Bucket }
              - Effect: Allow
                Action: [execute-api:Invoke]
                Resource: !Join ["", ["arn:aws:execute-api:*:*:", !Ref MyApiGateway, "/*/GET/none"]]
  Admin:
    Type: AWS::IAM::User
    Properties:
      ManagedPolicyArns: [arn:aws:iam::aws:policy/AmazonAPIGatewayInvokeFullAccess]
  Backend:
    Type: AWS::IAM::Role
    Properties:
      ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]
`;
    const gateway = await open(await file('roles.yaml', ARTICLE + roles));
    assert.deepEqual(Object.keys(gateway.settings.roles), ['Service', 'Reader', 'Backend']);
    assert.equal(await gateway.call('Backend', '/orders'), 403, 'nothing in its policies is about calls');
    assert.equal(await gateway.call('Service', '/orders'), 200);
    assert.equal(await gateway.call('Reader', '/orders'), 403);
    assert.equal(await gateway.call('Admin', '/orders'), 200);
    await gateway.close();
  });

  test('of SAM: events, a default authorizer, and one that is not IAM', async () => {
    const template = `
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: { Type: String, Default: dev }
  Owner: { Type: String }
Conditions:
  IsDev: !Equals [!Ref Stage, dev]
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: !Ref Stage
      Cors: "'https://shop.example.com'"
      Auth:
        DefaultAuthorizer: AWS_IAM
        InvokeRole: NONE
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Get: { Type: Api, Properties: { RestApiId: !Ref Api, Path: "/orders/{id}", Method: get } }
        All: { Type: Api, Properties: { RestApiId: !Ref Api, Path: "/admin/{proxy+}", Method: any } }
        Open: { Type: Api, Properties: { RestApiId: !Ref Api, Path: /health, Method: GET, Auth: { Authorizer: NONE } } }
        Users: { Type: Api, Properties: { RestApiId: !Ref Api, Path: /users, Method: GET, Auth: { Authorizer: Cognito } } }
        Tick: { Type: Schedule, Properties: { Schedule: rate(1 minute) } }
  DevOnly:
    Type: AWS::IAM::ManagedPolicy
    Condition: IsDev
    Properties:
      PolicyDocument:
        Statement:
          - Effect: Allow
            Action: execute-api:*
            Resource: !Sub
              - arn:aws:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Id}/\${Stage}/GET/*
              - { Id: !Ref Api }
          - { Effect: Allow, Action: "execute-api:*", Resource: !Sub "\${Owner}" }
`;
    const gateway = await open(await file('sam.yaml', template));
    assert.equal(await gateway.call('developer', '/dev/orders/1'), 200);
    assert.equal(await gateway.call('developer', '/dev/admin/x', 'POST'), 403, 'its policy has GET only');
    assert.equal(await gateway.call('developer', '/dev/users'), 401);
    assert.equal((await fetch(`${gateway.origin}/dev/health`)).status, 200);
    assert.equal((await fetch(`${gateway.origin}/dev/orders/1`)).status, 403);
    const [users, owner, ...others] = gateway.settings.warnings.sort((a, b) =>
      a.includes('users') ? -1 : 1,
    );
    assert.match(users, /GET \/users has an authorizer that is not IAM/);
    assert.match(
      owner,
      /sam\.yaml:\d+:\d+: DevOnly\.Properties\.PolicyDocument\.Statement\.1\.Resource: its statement is left out: the parameter Owner has no default: set it with --parameter Owner=VALUE/,
    );
    assert.deepEqual(others, []);
    assert.deepEqual(gateway.settings.cors.allowOrigins, ['https://shop.example.com']);
    await gateway.close();
    const prod = await open(await file('sam.yaml', template), { parameters: { Stage: 'prod' } });
    assert.deepEqual(prod.settings.stages, ['prod']);
    assert.equal(prod.settings.allowsAll, true);
    await prod.close();
  });

  test('of CloudFormation, as JSON: a tree of resources, and OpenAPI', async () => {
    const template = {
      Resources: {
        Api: { Type: 'AWS::ApiGateway::RestApi', Properties: {} },
        Orders: {
          Type: 'AWS::ApiGateway::Resource',
          Properties: {
            RestApiId: { Ref: 'Api' },
            ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
            PathPart: 'orders',
          },
        },
        Order: {
          Type: 'AWS::ApiGateway::Resource',
          Properties: { RestApiId: { Ref: 'Api' }, ParentId: { Ref: 'Orders' }, PathPart: '{id}' },
        },
        Get: {
          Type: 'AWS::ApiGateway::Method',
          Properties: {
            RestApiId: { Ref: 'Api' },
            ResourceId: { Ref: 'Order' },
            HttpMethod: 'GET',
            AuthorizationType: 'AWS_IAM',
          },
        },
        Root: {
          Type: 'AWS::ApiGateway::Method',
          Properties: {
            RestApiId: { Ref: 'Api' },
            ResourceId: { 'Fn::GetAtt': 'Api.RootResourceId' },
            HttpMethod: 'ANY',
            AuthorizationType: 'NONE',
          },
        },
        Deployment: {
          Type: 'AWS::ApiGateway::Deployment',
          Properties: { RestApiId: { Ref: 'Api' }, StageName: 'v1' },
        },
      },
    };
    const gateway = await open(await file('rest.json', JSON.stringify(template)));
    assert.equal(await gateway.call('developer', '/v1/orders/1'), 200);
    assert.equal((await fetch(`${gateway.origin}/v1`)).status, 200);
    assert.equal((await fetch(`${gateway.origin}/v1/orders/1`)).status, 403);
    await gateway.close();
    const openApi = {
      Resources: {
        Api: {
          Type: 'AWS::ApiGateway::RestApi',
          Properties: {
            Body: {
              paths: {
                '/a': { get: { security: [{ sigv4: [] }] }, post: {} },
                '/b': {
                  'x-amazon-apigateway-any-method': { 'x-amazon-apigateway-auth': { type: 'AWS_IAM' } },
                },
              },
              securityDefinitions: { sigv4: { type: 'apiKey', 'x-amazon-apigateway-authtype': 'awsSigv4' } },
            },
          },
        },
      },
    };
    const second = await open(await file('openapi.json', JSON.stringify(openApi)));
    assert.deepEqual(second.settings.routes, [
      { route: 'GET /a', auth: 'iam' },
      { route: 'POST /a', auth: 'none' },
      { route: 'ANY /b', auth: 'iam' },
    ]);
    await second.close();
  });

  test('with a config file: users with keys, an upstream', async () => {
    await file('template.yaml', ARTICLE);
    const config = await file(
      'api.yaml',
      `
template: template.yaml
account: "210987654321"
users:
  alice:
    policies: [MyApiGatewayAccessPolicy]
    accessKeys: [{ accessKeyId: AKIAALICE, secretAccessKey: secret of alice }]
  bob: {}
`,
    );
    const gateway = await open(config);
    assert.deepEqual(gateway.credentials('alice'), {
      accessKeyId: 'AKIAALICE',
      secretAccessKey: 'secret of alice',
    });
    assert.equal(await gateway.call('alice', '/orders'), 200);
    assert.equal(await gateway.call('bob', '/orders'), 403);
    assert.match((await gateway.requests())[0].refusal.message, /arn:aws:iam::210987654321:user\/bob/);
    await gateway.close();
  });

  test('with a config file: its roles and functions take precedence over those of the template', async () => {
    await file(
      'functions.yaml',
      `Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      InlineCode: 'exports.handler = async () => process.env.TARGET + process.env.TABLE'
      Policies: AdministratorAccess
      Environment: { Variables: { TARGET: aws, TABLE: orders } }
      Events: { Get: { Type: HttpApi, Properties: { Path: /orders, Method: get } } }
  Packed:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Events: { Get: { Type: HttpApi, Properties: { Path: /packed, Method: get } } }
`,
    );
    const config = await file(
      'beside.yaml',
      `template: functions.yaml
functions: { Orders: { environment: { TARGET: 'local ' } } }
roles: { OrdersRole: { sessions: [{ name: mine }] } }
`,
    );
    const gateway = await open(config);
    assert.equal(await (await fetch(`${gateway.origin}/orders`)).text(), 'local orders');
    assert.equal(gateway.settings.roles.OrdersRole.policies.length, 1);
    assert.match(gateway.accessKeys[0].principal.arn, /assumed-role\/OrdersRole\/mine$/);
    await gateway.close();
    const moved = await file(
      'moved.yaml',
      "template: functions.yaml\nfunctions: { Orders: { endpoint: 'http://127.0.0.1:9' } }\n",
    );
    const elsewhere = await open(moved);
    assert.equal((await fetch(`${elsewhere.origin}/orders`)).status, 503);
    await elsewhere.close();
  });

  test('errors: a Deny that cannot be evaluated, several APIs, no API', async () => {
    const deny = ARTICLE.replace('Effect: Allow', 'Effect: Deny').replace(
      /Resource: .*/,
      'Resource: !ImportValue Api',
    );
    await assert.rejects(
      open(await file('deny.yaml', deny)),
      /deny\.yaml:\d+:\d+: this statement with Effect Deny cannot be evaluated: Fn::ImportValue cannot be resolved without AWS/,
    );
    const two = `${ARTICLE}  Other: { Type: AWS::Serverless::Api, Properties: { StageName: x } }\n`;
    await assert.rejects(
      open(await file('two.yaml', two)),
      /two\.yaml:4:3: it has MyApiGateway \(HTTP API\), Other \(REST API\): select one with --api/,
    );
    const one = await open(await file('two.yaml', two), { api: 'MyApiGateway' });
    await one.close();
    await assert.rejects(open(await file('none.yaml', 'Resources: {}')), /it has no API/);
  });
});
