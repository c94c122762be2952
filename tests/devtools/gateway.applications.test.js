// Applications of SAM, the CDK and the Serverless Framework run unchanged: their routes, functions, roles and policies.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { startGateway } from 'sigv4-wasm-devtools/gateway';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';

import { REGION } from '../support/gateway.js';

const folder = fileURLToPath(new URL('./applications/', import.meta.url));
const SAM = `${folder}sam/template.yaml`;
const CDK = `${folder}cdk/cdk.out/Shop.template.json`;
const SERVERLESS = `${folder}serverless/.serverless/cloudformation-template-update-stack.json`;

/** By API: the template, and by role what it may call. @type {Record<string, [file: string, service: string, access: Record<string, Record<string, number>>]>} */
const APIS = {
  ServerlessHttpApi: [
    SAM,
    'execute-api',
    {
      ReportFunctionRole: { 'GET /orders': 200, 'DELETE /orders/7': 403, 'GET /elsewhere': 403 },
      AdminFunctionRole: { 'GET /orders': 200, 'DELETE /orders/7': 200, 'GET /elsewhere': 200 },
      OrdersFunctionRole: { 'GET /orders': 403 },
    },
  ],
  OrdersFunctionUrl: [
    SAM,
    'lambda',
    {
      ReportFunctionRole: { 'GET /orders': 200, 'POST /a/b': 200 },
      AdminFunctionRole: { 'GET /': 200 },
      OrdersFunctionRole: { 'GET /': 403 },
    },
  ],
  // The role is found by its name.
  Rest: [
    CDK,
    'execute-api',
    {
      Shop563325D0: { 'GET /prod/orders': 200, 'POST /prod/orders': 403 },
      VisitorDBAD7CCA: { 'GET /prod/orders': 403 },
    },
  ],
  Http36EFD62B: [
    CDK,
    'execute-api',
    { Shop563325D0: { 'GET /orders/7': 200 }, VisitorDBAD7CCA: { 'GET /orders/7': 403 } },
  ],
  OrdersFunctionUrl8967AA01: [
    CDK,
    'lambda',
    { Shop563325D0: { 'GET /orders': 200 }, VisitorDBAD7CCA: { 'GET /orders': 403 } },
  ],
  ApiGatewayRestApi: [
    SERVERLESS,
    'execute-api',
    { IamRoleLambdaExecution: { 'GET /dev/orders': 200, 'DELETE /dev/orders/7': 403 } },
  ],
  HttpApi: [SERVERLESS, 'execute-api', { IamRoleLambdaExecution: { 'GET /orders/7': 403 } }],
  OrdersLambdaFunctionUrl: [SERVERLESS, 'lambda', { developer: { 'GET /orders': 200 } }],
};

for (const [api, [config, service, access]] of Object.entries(APIS)) {
  describe(`${config.slice(folder.length)}: ${api}`, async () => {
    const gateway = await startGateway({ config, settings: { api, region: REGION } });
    after(() => gateway.close());
    for (const [role, requests] of Object.entries(access)) {
      const credentials = gateway.credentials(role);
      for (const [request, status] of Object.entries(requests)) {
        test(`${role}: ${request} is ${status}`, async () => {
          assert.ok(credentials, `there is no role ${role}`);
          const [method, path] = request.split(' ');
          const send = createSigv4Fetch({ credentials, region: REGION, service });
          const response = await send(`${gateway.origin}${path}`, { method });
          const body = /** @type {any} */ (await response.json());
          assert.equal(response.status, status, JSON.stringify(body));
          if (status !== 200) return;
          assert.equal(body.caller, `arn:aws:sts::123456789012:assumed-role/${role}/local`);
          assert.equal(body.path, path.replace(/^\/(?:prod|dev)\//, '/'));
        });
      }
    }

    test('nobody may call without a signature', async () => {
      const [request] = Object.keys(Object.values(access)[0]);
      assert.equal((await fetch(`${gateway.origin}${request.split(' ')[1]}`)).status, 403);
    });
  });
}

test('a policy template of SAM that is not about calls is named, with its place', async () => {
  const gateway = await startGateway({ config: SAM, settings: { api: 'ServerlessHttpApi' } });
  after(() => gateway.close());
  assert.equal(gateway.settings.warnings.length, 1);
  assert.match(
    gateway.settings.warnings[0],
    /template\.yaml:34:11: ReportFunction\.Properties\.Policies\.3: DynamoDBReadPolicy is left out: /,
  );
});

test('the preflight methods of a CDK template become the CORS settings of the API', async () => {
  const gateway = await startGateway({ config: CDK, settings: { api: 'Rest' } });
  after(() => gateway.close());
  assert.deepEqual(gateway.settings.warnings, []);
  const response = await fetch(`${gateway.origin}/prod/orders`, {
    method: 'OPTIONS',
    headers: { origin: 'https://app.example.com', 'access-control-request-method': 'GET' },
  });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('access-control-allow-origin'), 'https://app.example.com');
});

test('a function has the credentials of its role, even if SAM generates the role', async () => {
  const gateway = await startGateway({ config: SAM, settings: { api: 'ServerlessHttpApi' } });
  after(() => gateway.close());
  assert.equal(gateway.settings.functions.OrdersFunction.role, 'OrdersFunctionRole');
  assert.ok(gateway.credentials('OrdersFunctionRole'));
  // The default role may call the API.
  assert.deepEqual(gateway.credentials(), gateway.credentials('ReportFunctionRole'));
});

describe('other files of these tools are refused with the name of the file to pass', () => {
  /** @type {[file: string, message: RegExp][]} */
  const CASES = [
    [
      `${folder}serverless/serverless.yml`,
      /serverless\.yml:1:1: .*run `serverless package`, and pass \.serverless\/cloudformation-template-update-stack\.json/,
    ],
    [`${folder}cdk/cdk.out`, /this is a folder: pass a file in it, such as Shop\.template\.json/],
    [
      CDK,
      /json:2:15: it has Rest9065D4D9 \(REST API\), Http36EFD62B \(HTTP API\), OrdersFunctionUrl8967AA01/,
    ],
    ['/nowhere/cdk.json', /cdk\.json:1:1: .*run `cdk synth`/],
    ['/nowhere/serverless.ts', /serverless package/],
    ['/nowhere/samconfig.toml', /pass the template/],
  ];
  for (const [config, message] of CASES) {
    test(config.replace(folder, ''), () =>
      assert.rejects(startGateway({ config }), (/** @type {any} */ error) => {
        assert.equal(error.name, 'ConfigError');
        assert.match(error.message, message);
        return true;
      }),
    );
  }
});
