// The sources of Lambda functions: a server that accepts the invoke call, a config file, templates.

import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { startGateway } from 'sigv4-wasm-devtools/gateway';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';

import { gatewayFor } from '../support/gateway.js';

const folder = await mkdtemp(join(tmpdir(), 'sigv4-functions-'));
after(() => rm(folder, { recursive: true }));

await writeFile(
  join(folder, 'app.mjs'),
  `let calls = 0;
export const environment = async () => ({ statusCode: 200, body: JSON.stringify(process.env) });
export const count = async () => ({ statusCode: 200, body: String(++calls) });
`,
);

describe('a server that accepts the invoke call', async () => {
  /** @type {{ url?: string, body: string }[]} */
  const calls = [];
  const server = createServer(async (incoming, outgoing) => {
    calls.push({ url: incoming.url, body: await text(incoming) });
    if (incoming.url?.includes('slow')) return;
    outgoing.setHeader('x-amz-log-result', Buffer.from('START\nsaid there\n').toString('base64'));
    if (incoming.url?.includes('broken')) {
      outgoing.setHeader('x-amz-function-error', 'Unhandled');
      outgoing.end('{"errorType":"ValueError","errorMessage":"no","stackTrace":[]}');
    } else outgoing.end('{"statusCode":202,"body":"from there"}');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  after(() => server.close().closeAllConnections());
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());

  test('like `sam local start-lambda`', async () => {
    const endpoint = `http://127.0.0.1:${port}`;
    const { send, origin, requests } = await gatewayForFunctions({
      functions: {
        Orders: { endpoint, name: 'prod-orders' },
        broken: { endpoint },
        gone: { endpoint: 'http://127.0.0.1:9' },
      },
      routes: [
        { route: 'GET /', function: 'Orders' },
        { route: 'GET /broken', function: 'broken' },
        { route: 'GET /gone', function: 'gone' },
      ],
    });
    const response = await send(`${origin}/prod`);
    assert.equal(response.status, 202);
    assert.equal(await response.text(), 'from there');
    assert.equal(calls[0].url, '/2015-03-31/functions/prod-orders/invocations');
    assert.equal(JSON.parse(calls[0].body).httpMethod, 'GET');
    assert.equal((await send(`${origin}/prod/broken`)).status, 502);
    assert.match(/** @type {any} */ ((await requests())[0].refusal).message, /ValueError: no/);
    assert.equal((await send(`${origin}/prod/gone`)).status, 502);
    assert.match(/** @type {any} */ ((await requests())[0].refusal).message, /did not invoke the function/);
  });

  test('at the URL of one function, like the runtime interface emulator, with the end of its log', async () => {
    const endpoint = `http://127.0.0.1:${port}/2015-03-31/functions/function/invocations`;
    /** @type {string[]} */
    const lines = [];
    const { send, url } = await gatewayForFunctions(
      { functions: { Tax: { endpoint } }, function: 'Tax' },
      { log: (line) => lines.push(line) },
    );
    assert.equal((await send(url)).status, 202);
    assert.equal(calls.at(-1)?.url, '/2015-03-31/functions/function/invocations');
    assert.deepEqual(
      lines.filter((line) => line.includes('log')).map((line) => line.trim().replace(/ +/g, ' ')),
      ['#1 log Tax: START', '#1 log Tax: said there'],
    );
  });

  test('that takes too long: the timeout of the function or of the API applies', async () => {
    const functions = { slow: { endpoint: `http://127.0.0.1:${port}`, timeoutMs: 100 } };
    for (const [type, limits, status, why] of /** @type {const} */ ([
      ['rest', {}, 502, /failed: it took longer than its timeout of 100 ms/],
      ['rest', { timeoutMs: 50 }, 504, /longer than 50 ms, the limit of the API/],
      ['http', { timeoutMs: 50 }, 503, /longer than 50 ms, the limit of the API/],
    ])) {
      const { send, url, requests } = await gatewayForFunctions({
        type,
        functions,
        function: 'slow',
        ...limits,
      });
      assert.equal((await send(url)).status, status);
      const [{ refusal }] = await requests();
      assert.match(/** @type {any} */ (refusal).message, why);
    }
  });
});

/**
 * @param {object} config
 * @param {import('sigv4-wasm-devtools/gateway').GatewayOptions} [options]
 */
async function gatewayForFunctions(config, options) {
  const gateway = await gatewayFor({ stages: ['prod'], ...config }, options);
  return { ...gateway, send: createSigv4Fetch(gateway.options) };
}

describe('the config', () => {
  for (const [name, [config, message]] of Object.entries({
    'a function that is not there': [{ function: 'f' }, /function: there is no function 'f'/],
    'a route to one': [
      { routes: [{ route: 'GET /', function: 'f' }] },
      /routes\[0\]\.function: there is no function 'f'/,
    ],
    'a file that is not there': [
      { functions: { f: { handler: 'src/none.handler' } } },
      /functions\.f\.handler: there is no handler file .*src\/none\.\{mjs,js,cjs,mts,ts\}/,
    ],
    'a handler without an export': [
      { functions: { f: { handler: 'handler' } } },
      /must be a file and its export, such as src\/orders\.handler/,
    ],
  })) {
    test(name, async () => {
      await assert.rejects(startGateway({ config }), (/** @type {any} */ error) =>
        message.test(error.message),
      );
    });
  }
});

describe('templates', () => {
  const examples = fileURLToPath(new URL('../../examples/iam-api/', import.meta.url));
  for (const [template, stage] of Object.entries({
    'http-api.yaml': '',
    'openapi.yaml': '',
    'sam.yaml': '',
    'rest-api.yaml': '/prod',
  })) {
    test(`${template} of examples/iam-api: its own function responds`, async () => {
      const before = await leftOver();
      const gateway = await startGateway({ config: examples + template, settings: { region: 'eu-west-1' } });
      const send = createSigv4Fetch({
        credentials: gateway.credentials('Shop'),
        region: 'eu-west-1',
        service: 'execute-api',
      });
      const response = await send(`${gateway.origin}${stage}/orders`, { method: 'POST', body: '{}' });
      assert.equal(response.status, 200);
      const { caller } = /** @type {any} */ (await response.json());
      assert.equal(caller, 'arn:aws:sts::123456789012:assumed-role/Shop/local');
      await gateway.close();
      assert.deepEqual(await leftOver(), before, 'no folder is left over');
    });
  }

  /** @param {string} functions */
  const sam = (functions) => `Transform: AWS::Serverless-2016-10-31
Globals:
  Function: { Runtime: nodejs22.x, Timeout: 7, Environment: { Variables: { STAGE: test } } }
Resources:
${functions}`;

  test('SAM: a folder and a handler, the globals, and a function with another runtime', async () => {
    const file = join(folder, 'sam.yaml');
    await writeFile(
      file,
      sam(`  Env:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.environment
      Events: { Get: { Type: HttpApi, Properties: { Path: /env, Method: get } } }
  Old:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      CodeUri: .
      Handler: app.handler
      Events: { Get: { Type: HttpApi, Properties: { Path: /old, Method: get } } }
`),
    );
    const gateway = await startGateway({ config: file });
    after(() => gateway.close());
    const environment = /** @type {any} */ (await (await fetch(`${gateway.origin}/env`)).json());
    assert.equal(environment.STAGE, 'test');
    assert.equal(gateway.settings.functions.Env.timeoutMs, 7000);
    assert.equal(gateway.settings.warnings.length, 1);
    assert.match(gateway.settings.warnings[0], /sam\.yaml:12:\d+: Old: runs on python3\.13.* echoed$/);
    const echoed = /** @type {any} */ (await (await fetch(`${gateway.origin}/old`)).json());
    assert.equal(echoed.route, 'GET /old');
    // A server that replaces the functions.
    const other = await startGateway({ config: file, settings: { upstream: 'http://127.0.0.1:9' } });
    after(() => other.close());
    assert.equal((await fetch(`${other.origin}/env`)).status, 503);
  });

  test('CDK: an asset beside the synthesized template', async () => {
    const file = join(folder, 'stack.template.json');
    const resources = {
      Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'a', ProtocolType: 'HTTP' } },
      Fn: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Code: { S3Bucket: { 'Fn::Sub': 'cdk-assets-${AWS::AccountId}' }, S3Key: 'abc.zip' },
          Handler: 'app.count',
          Runtime: 'nodejs22.x',
        },
        Metadata: { 'aws:asset:path': '.' },
      },
      Integration: {
        Type: 'AWS::ApiGatewayV2::Integration',
        Properties: {
          ApiId: { Ref: 'Api' },
          IntegrationType: 'AWS_PROXY',
          IntegrationUri: { 'Fn::GetAtt': ['Fn', 'Arn'] },
          PayloadFormatVersion: '2.0',
        },
      },
      Route: {
        Type: 'AWS::ApiGatewayV2::Route',
        Properties: {
          ApiId: { Ref: 'Api' },
          RouteKey: 'GET /count',
          Target: { 'Fn::Join': ['', ['integrations/', { Ref: 'Integration' }]] },
        },
      },
    };
    await writeFile(file, JSON.stringify({ Resources: resources }));
    const gateway = await startGateway({ config: file });
    after(() => gateway.close());
    assert.deepEqual(gateway.settings.warnings, []);
    assert.equal(await (await fetch(`${gateway.origin}/count`)).text(), '1');
  });
});

test('from CommonJS', async () => {
  const { startGateway: start } = createRequire(import.meta.url)('sigv4-wasm-devtools/gateway');
  const config = {
    functions: { f: { handler: join(folder, 'app.count') } },
    function: 'f',
    routes: [{ route: 'GET /', auth: 'none' }],
  };
  const gateway = await start({ config });
  after(() => gateway.close());
  assert.equal(await (await fetch(`${gateway.origin}/prod`)).text(), '1');
});

async function leftOver() {
  return (await readdir(tmpdir())).filter((name) => name.startsWith('sigv4-gateway-')).sort();
}
