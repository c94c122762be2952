// Functions that an API invokes with the credentials of the caller, the default of SAM: the caller needs a second permission.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

import { startGateway } from 'sigv4-wasm-devtools/gateway';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';

import { gatewayFor, REGION } from '../support/gateway.js';

const folder = await mkdtemp(join(tmpdir(), 'sigv4-caller-'));
after(() => rm(folder, { recursive: true }));

/** @param {any} gateway @param {string} name @param {string} path */
async function call(gateway, name, path) {
  const options = { credentials: gateway.credentials(name), region: REGION, service: 'execute-api' };
  const response = await createSigv4Fetch(options)(`${gateway.origin}${path}`);
  return { status: response.status, body: await response.text() };
}

/** @param {string} text */
async function open(text) {
  const config = join(folder, `${Math.random()}.yaml`);
  await writeFile(config, text);
  const gateway = await startGateway({ config, settings: { region: REGION } });
  after(() => gateway.close());
  return gateway;
}

const USERS = `
  Caller: { Type: AWS::IAM::User, Properties: { Policies: [
    { PolicyName: call, PolicyDocument: { Statement: { Effect: Allow, Action: execute-api:Invoke, Resource: '*' } } },
    { PolicyName: invoke, PolicyDocument: { Statement: { Effect: Allow, Action: lambda:InvokeFunction, Resource: !GetAtt Orders.Arn } } } ] } }
  Half: { Type: AWS::IAM::User, Properties: { Policies: [
    { PolicyName: call, PolicyDocument: { Statement: { Effect: Allow, Action: execute-api:Invoke, Resource: '*' } } } ] } }`;

/** @param {string} auth  of the API @param {string} [event]  more of the event */
const sam = (auth, event = '') => `Transform: AWS::Serverless-2016-10-31
Resources:
  Api: { Type: AWS::Serverless::Api, Properties: { StageName: live, Auth: ${auth} } }
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      InlineCode: 'exports.handler = async () => ({ statusCode: 200, body: "hello" })'
      Events: { Get: { Type: Api, Properties: { RestApiId: !Ref Api, Path: /orders, Method: get${event} } } }${USERS}
`;

describe('a REST API of SAM', () => {
  test('requires lambda:InvokeFunction from the caller, and the log says so', async () => {
    const gateway = await open(sam('{ DefaultAuthorizer: AWS_IAM }'));
    assert.deepEqual(await call(gateway, 'Caller', '/live/orders'), { status: 200, body: 'hello' });
    const { status, body } = await call(gateway, 'Half', '/live/orders');
    // REST APIs respond like this, and their execution log has "Invalid permissions on Lambda function".
    assert.deepEqual([status, body], [500, '{"message":"Internal server error"}']);
    const [{ refusal, hint }] = /** @type {any} */ (await gateway.requests());
    assert.match(
      refusal.message,
      /^Execution failed due to configuration error: Invalid permissions on Lambda function\. .* is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:eu-west-1:\*{8}9012:function:Orders because/,
    );
    assert.match(
      hint.fix,
      /^Let a policy of the caller allow lambda:InvokeFunction on .*InvokeRole: NONE\.$/,
    );
  });

  /** @type {Record<string, [text: string, status: number]>} */
  const CASES = {
    'InvokeRole: NONE of the API': [sam('{ DefaultAuthorizer: AWS_IAM, InvokeRole: NONE }'), 200],
    'InvokeRole: CALLER_CREDENTIALS': [
      sam('{ DefaultAuthorizer: AWS_IAM, InvokeRole: CALLER_CREDENTIALS }'),
      500,
    ],
    'a role of its own': [
      sam('{ DefaultAuthorizer: AWS_IAM, InvokeRole: arn:aws:iam::123456789012:role/invoke }'),
      200,
    ],
    'InvokeRole: NONE of the event': [
      sam('{ DefaultAuthorizer: AWS_IAM }', ', Auth: { Authorizer: AWS_IAM, InvokeRole: NONE }'),
      200,
    ],
    'an authorizer of the event': [sam('{}', ', Auth: { Authorizer: AWS_IAM }'), 500],
  };
  for (const [title, [text, status]] of Object.entries(CASES)) {
    test(`${title}: ${status}`, async () => {
      assert.equal((await call(await open(text), 'Half', '/live/orders')).status, status);
    });
  }

  test('a role that may call everything may invoke everything', async () => {
    const gateway = await open(sam('{ DefaultAuthorizer: AWS_IAM }').replace(USERS, ''));
    assert.equal(gateway.settings.allowsAll, true);
    assert.equal((await call(gateway, 'developer', '/live/orders')).status, 200);
  });
});

test('an integration of CloudFormation with those credentials', async () => {
  const api = (/** @type {string} */ more) => `Resources:
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: a, ProtocolType: HTTP } }
  Route: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: GET /orders, AuthorizationType: AWS_IAM, Target: !Sub 'integrations/\${Integration}' } }
  Integration: { Type: AWS::ApiGatewayV2::Integration, Properties: { ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationUri: !GetAtt Orders.Arn, PayloadFormatVersion: '2.0'${more} } }
  Orders: { Type: AWS::Lambda::Function, Properties: { Runtime: python3.13, Handler: a.b, Code: { ZipFile: 'x' } } }${USERS}
`;
  const plain = await open(api(''));
  assert.equal((await call(plain, 'Half', '/orders')).status, 200);
  const byCaller = await open(api(", CredentialsArn: 'arn:aws:iam::*:user/*'"));
  assert.equal((await call(byCaller, 'Half', '/orders')).status, 500);
  assert.equal((await call(byCaller, 'Caller', '/orders')).status, 200);
});

test('a route of a config file', async () => {
  const function1 = `arn:aws:lambda:${REGION}:123456789012:function:orders`;
  const policy = { Statement: { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' } };
  const gateway = await gatewayFor({
    routes: [{ route: 'GET /orders', callerInvokes: function1 }],
    roles: { half: { policies: [policy] } },
  });
  assert.equal((await call(gateway, 'half', '/prod/orders')).status, 500);
});
