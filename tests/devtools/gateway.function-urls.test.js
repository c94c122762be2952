// Function URLs on the gateway: the service of signatures, the event, the two permissions, and refusals.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

import { startGateway } from 'sigv4-wasm-devtools/gateway';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';

import { REGION } from '../support/gateway.js';

const folder = await mkdtemp(join(tmpdir(), 'sigv4-urls-'));
after(() => rm(folder, { recursive: true }));
await writeFile(
  join(folder, 'app.mjs'),
  `export const handler = async (event) => ({ cookies: ['seen=1'], body: JSON.stringify(event), statusCode: 201 });
export const plain = async () => ({ hello: 'world' });
export const fails = async () => { throw new Error('no'); };
`,
);

const ARN = `arn:aws:lambda:${REGION}:123456789012:function:orders`;
const allow = (/** @type {string[]} */ Action, /** @type {object} */ more) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource: ARN, ...more }],
});
const BOTH = allow(['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction']);

/** @param {object} [config] @param {string} [handler] */
async function open(config, handler = 'handler') {
  const gateway = await startGateway({
    config: {
      ...{ type: 'function-url', region: REGION, apiId: 'abc123', function: 'orders' },
      functions: { orders: { handler: join(folder, `app.${handler}`) } },
      ...config,
    },
  });
  after(() => gateway.close());
  return { ...gateway, send: senderOf(gateway) };
}

/** @param {any} gateway */
const senderOf =
  (gateway) =>
  (/** @type {string} */ path, /** @type {any} */ { role, service = 'lambda', ...init } = {}) => {
    const credentials = gateway.credentials(role);
    return createSigv4Fetch({ credentials, region: REGION, service })(`${gateway.origin}${path}`, init);
  };

/** Source: "Request payload format", "Invoking Lambda function URLs", AWS Lambda developer guide. */
const FIELDS = {
  event:
    'version routeKey rawPath rawQueryString cookies headers queryStringParameters requestContext body pathParameters ' +
    'isBase64Encoded stageVariables',
  requestContext:
    'accountId apiId authentication authorizer domainName domainPrefix http requestId routeKey stage time timeEpoch',
  http: 'method path protocol sourceIp userAgent',
  iam: 'accessKey accountId callerId cognitoIdentity principalOrgId userArn userId',
};
const fields = (/** @type {object} */ object) => Object.keys(object).sort().join(' ');
const sorted = (/** @type {string} */ list) => list.split(' ').sort().join(' ');

describe('the event', () => {
  test('has the fields of the documentation, with the caller', async () => {
    const { send, origin, credentials } = await open();
    const response = await send('/my/path?a=1&a=2', {
      method: 'POST',
      body: 'Hello',
      headers: { 'content-type': 'text/plain', cookie: 'x=1; y=2' },
    });
    assert.equal(response.status, 201);
    assert.deepEqual(response.headers.getSetCookie(), ['seen=1']);
    const event = /** @type {any} */ (await response.json());
    assert.equal(fields(event), sorted(FIELDS.event));
    const { requestContext } = event;
    assert.equal(fields(requestContext), sorted(FIELDS.requestContext));
    assert.equal(fields(requestContext.http), sorted(FIELDS.http));
    const { iam } = requestContext.authorizer;
    assert.equal(fields(iam), sorted(FIELDS.iam));
    assert.equal(iam.userArn, 'arn:aws:sts::123456789012:assumed-role/developer/local');
    assert.equal(iam.accessKey, credentials().accessKeyId);
    assert.deepEqual(
      [event.routeKey, requestContext.routeKey, requestContext.stage, event.rawPath, event.rawQueryString],
      ['$default', '$default', '$default', '/my/path', 'a=1&a=2'],
    );
    assert.deepEqual(event.cookies, ['x=1', 'y=2']);
    assert.deepEqual(event.queryStringParameters, { a: '1,2' });
    assert.equal(event.body, 'Hello');
    assert.equal(requestContext.domainName, new URL(origin).host);
    assert.equal(requestContext.accountId, '123456789012');
    assert.equal(requestContext.apiId, 'abc123');
  });

  test('without a caller has an anonymous account', async () => {
    const { origin } = await open({ routes: [{ route: '$default', auth: 'none' }] });
    const event = /** @type {any} */ (await (await fetch(origin)).json());
    assert.equal(event.requestContext.accountId, 'anonymous');
    assert.equal(event.requestContext.authorizer, undefined);
  });

  test('a result without a status is the body', async () => {
    const { send } = await open({}, 'plain');
    const response = await send('/');
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), { hello: 'world' });
  });
});

describe('permission', () => {
  const roles = {
    both: { policies: [BOTH] },
    // The statements of `grantInvokeUrl` of the CDK and of the AWS documentation.
    conditional: {
      policies: [
        allow(['lambda:InvokeFunctionUrl'], {
          Condition: { StringEquals: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' } },
        }),
        allow(['lambda:InvokeFunction'], { Condition: { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } } }),
      ],
    },
    urlOnly: { policies: [allow(['lambda:InvokeFunctionUrl'])] },
    functionOnly: { policies: [allow(['lambda:InvokeFunction'])] },
    public: {
      policies: [
        allow(['lambda:*'], { Condition: { StringEquals: { 'lambda:FunctionUrlAuthType': 'NONE' } } }),
      ],
    },
    other: { policies: [{ ...BOTH, Statement: [{ ...BOTH.Statement[0], Resource: `${ARN}-2` }] }] },
  };
  const EXPECTED = { both: 201, conditional: 201, urlOnly: 403, functionOnly: 403, public: 403, other: 403 };
  for (const [role, status] of Object.entries(EXPECTED)) {
    test(`${role}: ${status}`, async () => {
      const { send } = await open({ roles });
      assert.equal((await send('/', { role })).status, status);
    });
  }

  test('a denial has the text of AWS, and the log names the missing action', async () => {
    const { send, requests, origin } = await open({ roles });
    const response = await send('/', { role: 'urlOnly' });
    assert.equal(response.headers.get('x-amzn-errortype'), 'AccessDeniedException');
    assert.match(
      /** @type {any} */ (await response.json()).Message,
      /^Forbidden\. For troubleshooting Function URL/,
    );
    const [{ refusal, hint }] = await requests();
    assert.match(
      /** @type {any} */ (refusal).message,
      /is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:eu-west-1:\*{8}9012:function:orders because no identity-based policy allows/,
    );
    assert.match(
      /** @type {any} */ (hint).fix,
      /^Let a policy of the caller allow lambda:InvokeFunction on /,
    );
    const unsigned = await fetch(origin);
    assert.match(/** @type {any} */ (await unsigned.json()).Message, /^Forbidden\./);
    assert.match(
      /** @type {any} */ ((await requests())[0].hint).fix,
      /Sign the request, for the service lambda in eu-west-1/,
    );
  });

  test('the policy of the function can also allow or deny the call', async () => {
    const resourcePolicy = (/** @type {object} */ more) => ({
      Statement: [{ Effect: 'Allow', Principal: '*', Action: 'lambda:*', Resource: '*', ...more }],
    });
    const open1 = await open({ roles, resourcePolicy: resourcePolicy({}) });
    assert.equal((await open1.send('/', { role: 'urlOnly' })).status, 201);
    const denied = await open({ roles, resourcePolicy: resourcePolicy({ Effect: 'Deny' }) });
    assert.equal((await denied.send('/', { role: 'both' })).status, 403);
  });

  test('a function can have its own name and alias in ARNs', async () => {
    const named = { functionName: 'shop-orders:live' };
    const policies = [
      {
        ...BOTH,
        Statement: [{ ...BOTH.Statement[0], Resource: 'arn:aws:lambda:*:*:function:shop-orders:live' }],
      },
    ];
    const { send } = await open({ ...named, roles: { live: { policies }, both: roles.both } });
    assert.equal((await send('/', { role: 'live' })).status, 201);
    assert.equal((await send('/', { role: 'both' })).status, 403);
  });
});

test('a signature for execute-api is refused, and the explanation names the service', async () => {
  const { send, requests } = await open();
  const response = await send('/', { service: 'execute-api' });
  assert.equal(response.status, 403);
  const [{ mismatches }] = await requests();
  assert.match(JSON.stringify(mismatches), /service/);
});

test('a function that fails leads to 502', async () => {
  const { send } = await open({}, 'fails');
  const response = await send('/');
  assert.equal(response.status, 502);
  assert.deepEqual(await response.json(), { Message: 'Internal Server Error' });
});

describe('templates', () => {
  /** @param {string} resources @param {object} [settings] */
  async function openTemplate(resources, settings) {
    const config = join(folder, `${Math.random()}.yaml`);
    await writeFile(config, `Resources:${FUNCTION}${resources}`);
    const gateway = await startGateway({ config, settings: { region: REGION, ...settings } });
    after(() => gateway.close());
    return { ...gateway, send: senderOf(gateway) };
  }
  const FUNCTION = `
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: orders
      Runtime: nodejs22.x
      Handler: index.handler
      Code: { ZipFile: 'exports.handler = async () => "hello"' }`;
  const url = (/** @type {string} */ auth, more = '') => `
  Url:
    Type: AWS::Lambda::Url
    Properties: { TargetFunctionArn: !GetAtt Orders.Arn, AuthType: ${auth}${more} }`;
  const permission = (/** @type {string} */ id, /** @type {string} */ properties) => `
  ${id}:
    Type: AWS::Lambda::Permission
    Properties: { FunctionName: !Ref Orders, ${properties} }`;
  const EVERYONE =
    permission('P1', "Principal: '*', Action: lambda:InvokeFunctionUrl, FunctionUrlAuthType: NONE") +
    permission('P2', "Principal: '*', Action: lambda:InvokeFunction, InvokedViaFunctionUrl: true");
  const ROLE = `
  Client: { Type: AWS::IAM::Role, Properties: {} }`;

  test('AuthType NONE: open with both permissions, closed without one of them', async () => {
    const opened = await openTemplate(url('NONE') + EVERYONE);
    assert.equal(await (await fetch(opened.origin)).text(), 'hello');
    assert.deepEqual(opened.settings.warnings, []);
    const closed = await openTemplate(url('NONE') + EVERYONE.split('\n  P2')[0]);
    assert.equal((await fetch(closed.origin)).status, 403);
    const [{ hint }] = /** @type {any} */ (await closed.requests());
    assert.match(hint.fix, /^Let the policy of the function allow lambda:InvokeFunction on arn:aws:lambda:/);
    const bare = await openTemplate(url('NONE'));
    assert.equal((await fetch(bare.origin)).status, 403);
    assert.match(
      bare.settings.warnings[0],
      /yaml:11:\d+: Url\.Properties: no permission lets everyone call it/,
    );
  });

  test('AuthType AWS_IAM: permissions for a role, or for another type of URL', async () => {
    const allowed = (/** @type {string} */ type) =>
      permission(
        'P1',
        `Principal: !GetAtt Client.Arn, Action: lambda:InvokeFunctionUrl, FunctionUrlAuthType: ${type}`,
      ) +
      permission(
        'P2',
        'Principal: !GetAtt Client.Arn, Action: lambda:InvokeFunction, InvokedViaFunctionUrl: true',
      );
    const { send } = await openTemplate(url('AWS_IAM') + ROLE + allowed('AWS_IAM'));
    assert.equal((await send('/', { role: 'Client' })).status, 200);
    const other = await openTemplate(url('AWS_IAM') + ROLE + allowed('NONE'));
    assert.equal((await other.send('/', { role: 'Client' })).status, 403);
  });

  test('an alias is part of the ARN in policies', async () => {
    const alias = `
  Live: { Type: AWS::Lambda::Alias, Properties: { FunctionName: !Ref Orders, Name: live, FunctionVersion: '1' } }`;
    const role = `
  Client:
    Type: AWS::IAM::Role
    Properties:
      Policies: [{ PolicyName: p, PolicyDocument: { Statement: { Effect: Allow, Action: 'lambda:Invoke*', Resource: !Sub '\${Orders.Arn}:live' } } }]`;
    const { send } = await openTemplate(url('AWS_IAM', ', Qualifier: live') + alias + role);
    assert.equal((await send('/', { role: 'Client' })).status, 200);
    const unqualified = await openTemplate(url('AWS_IAM') + role);
    assert.equal((await unqualified.send('/', { role: 'Client' })).status, 403);
  });

  test('CORS', async () => {
    const cors = ", Cors: { AllowOrigins: ['https://app.example.com'], AllowHeaders: ['*'], MaxAge: 60 }";
    const { origin } = await openTemplate(url('AWS_IAM', cors));
    const { headers } = await fetch(origin, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://app.example.com',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,x-amz-date',
      },
    });
    assert.equal(headers.get('access-control-allow-origin'), 'https://app.example.com');
    assert.equal(headers.get('access-control-allow-headers'), 'authorization,x-amz-date');
    assert.equal(headers.get('access-control-max-age'), '60');
  });

  test('SAM: a URL for everyone has the permissions that SAM adds', async () => {
    const config = join(folder, 'sam.yaml');
    await writeFile(
      config,
      `Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      InlineCode: 'exports.handler = async () => "hello"'
      FunctionUrlConfig: { AuthType: NONE }
`,
    );
    const gateway = await startGateway({ config });
    after(() => gateway.close());
    assert.equal(await (await fetch(gateway.origin)).text(), 'hello');
  });
});
