// Lambda functions behind the routes of the gateway: their events, and the responses made from their results.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { text } from 'node:stream/consumers';

import { createSigv4Fetch } from 'sigv4-wasm/fetch';

import { gatewayFor } from '../support/gateway.js';

const folder = await mkdtemp(join(tmpdir(), 'sigv4-lambda-'));
after(() => rm(folder, { recursive: true }));

await writeFile(
  join(folder, 'app.mjs'),
  `let calls = 0;
export const event = async (event) => ({ statusCode: 200, body: JSON.stringify(event) });
export const context = async (event, context) =>
  ({ statusCode: 200, body: JSON.stringify({ ...context, left: context.getRemainingTimeInMillis() }) });
export const environment = async () => ({ statusCode: 200, body: JSON.stringify(process.env) });
export const count = async () => ({ statusCode: 200, body: String(++calls) });
export const thrown = async () => { throw new TypeError('no such order'); };
export const slow = async () => { await new Promise((resolve) => setTimeout(resolve, 400)); return { statusCode: 200 }; };
export const never = () => new Promise(() => {});
export const endless = () => { for (;;); };
export const leaves = () => process.exit(3);
export const callback = (event, context, done) => setTimeout(() => done(null, { statusCode: 200, body: 'called back' }), 5);
export const failing = (event, context, done) => done(new Error('called back with an error'));
export const logging = async () => { console.log('two\\nlines'); console.error('and an error'); return { statusCode: 204 }; };
export const result = async ({ body }) => JSON.parse(body);
export const nothing = async () => {};
export const large = async () => ({ statusCode: 200, body: 'x'.repeat(6_291_456) });
export const streamed = awslambda.streamifyResponse(async (event, stream) => {
  const out = awslambda.HttpResponseStream.from(stream, { statusCode: 203, headers: { 'content-type': 'text/csv' } });
  out.write('a,');
  out.end('b');
});
`,
);
await writeFile(
  join(folder, 'common.cjs'),
  'exports.handler = async () => ({ statusCode: 200, body: typeof require });',
);
await writeFile(
  join(folder, 'framework.mjs'),
  `import { createRequire } from 'node:module';
const require = createRequire(${JSON.stringify(import.meta.url)});
const { Hono } = require('hono');
const { handle } = require('hono/aws-lambda');
const app = new Hono();
app.all('*', async (c) => {
  c.header('set-cookie', 'a=1', { append: true });
  c.header('set-cookie', 'b=2', { append: true });
  const { method, url } = c.req.raw;
  return c.json({ method, target: url.replace(/^https?:\\/\\/[^/]+/, ''), tags: c.req.queries('tag'), body: await c.req.text() }, 201);
});
export const handler = handle(app);
`,
);

/**
 * @param {string} name  of an export of `app.mjs`
 * @param {object} [config]
 * @param {import('sigv4-wasm-devtools/gateway').GatewayOptions} [options]
 */
async function functionFor(name, config = {}, options = {}) {
  const { functions, ...rest } = /** @type {any} */ (config);
  const gateway = await gatewayFor(
    {
      stages: ['prod'],
      functions: { f: { handler: join(folder, `app.${name}`), ...functions } },
      function: 'f',
      ...rest,
    },
    options,
  );
  return { ...gateway, send: createSigv4Fetch(gateway.options) };
}

/** Source: "Input format of a Lambda function for proxy integration"; `authorizer` and `clientCert` belong to other set-ups. */
const REST_FIELDS = {
  event:
    'resource path httpMethod headers multiValueHeaders queryStringParameters multiValueQueryStringParameters requestContext ' +
    'pathParameters stageVariables body isBase64Encoded',
  requestContext:
    'accountId apiId domainName domainPrefix extendedRequestId httpMethod identity path protocol requestId requestTime ' +
    'requestTimeEpoch resourceId resourcePath stage',
  identity:
    'accessKey accountId caller cognitoAuthenticationProvider cognitoAuthenticationType cognitoIdentityId ' +
    'cognitoIdentityPoolId principalOrgId sourceIp user userAgent userArn',
};
/** Sources: "Create AWS Lambda proxy integrations for HTTP APIs", and "Invoking Lambda function URLs" for `iam`. */
const HTTP_FIELDS = {
  event:
    'version routeKey rawPath rawQueryString cookies headers queryStringParameters requestContext body pathParameters ' +
    'isBase64Encoded',
  requestContext:
    'accountId apiId authorizer domainName domainPrefix http requestId routeKey stage time timeEpoch',
  http: 'method path protocol sourceIp userAgent',
  iam: 'accessKey accountId callerId cognitoIdentity principalOrgId userArn userId',
};

/** @param {object} object */
const fields = (object) => Object.keys(object).sort().join(' ');
/** @param {string} list */
const sorted = (list) => list.split(' ').sort().join(' ');

describe('the event', () => {
  const routes = [{ route: 'POST /orders/{id}' }];
  const path = '/prod/orders/a%20b?tag=new&tag=gr%C3%B6%C3%9Fe&empty=';
  const init = {
    method: 'POST',
    body: '{"item":"tea"}',
    headers: { 'content-type': 'application/json', cookie: 'a=1; b=2', 'x-twice': 'one, two' },
  };

  test('of a REST API', async () => {
    const { send, origin, options } = await functionFor('event', { routes });
    const response = await send(origin + path, init);
    assert.equal(response.headers.get('content-type'), 'application/json');
    const event = /** @type {any} */ (await response.json());
    assert.equal(fields(event), sorted(REST_FIELDS.event));
    const { requestContext } = event;
    assert.equal(fields(requestContext), sorted(REST_FIELDS.requestContext));
    assert.equal(fields(requestContext.identity), sorted(REST_FIELDS.identity));
    assert.equal(event.resource, '/orders/{id}');
    assert.equal(event.path, '/orders/a%20b');
    assert.equal(requestContext.path, '/prod/orders/a%20b');
    assert.deepEqual(event.pathParameters, { id: 'a%20b' });
    assert.deepEqual(event.queryStringParameters, { tag: 'größe', empty: '' });
    assert.deepEqual(event.multiValueQueryStringParameters, { tag: ['new', 'größe'], empty: [''] });
    assert.deepEqual(event.multiValueHeaders['X-Forwarded-For'], ['127.0.0.1']);
    assert.equal(event.body, init.body);
    assert.equal(event.isBase64Encoded, false);
    assert.match(requestContext.requestTime, /^\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
    const { identity } = requestContext;
    assert.equal(identity.accessKey, options.credentials.accessKeyId);
    assert.equal(identity.userArn, 'arn:aws:sts::123456789012:assumed-role/developer/local');
    assert.match(identity.caller, /^AROA\w+:local$/);
    assert.equal(identity.accountId, '123456789012');
  });

  test('of an HTTP API', async () => {
    const { send, origin, options } = await functionFor('event', { type: 'http', routes });
    const event = /** @type {any} */ (await (await send(origin + path, init)).json());
    assert.equal(fields(event), sorted(HTTP_FIELDS.event));
    const { requestContext } = event;
    assert.equal(fields(requestContext), sorted(HTTP_FIELDS.requestContext));
    assert.equal(fields(requestContext.http), sorted(HTTP_FIELDS.http));
    assert.equal(fields(requestContext.authorizer.iam), sorted(HTTP_FIELDS.iam));
    assert.equal(event.version, '2.0');
    assert.equal(event.routeKey, 'POST /orders/{id}');
    assert.equal(event.rawPath, '/prod/orders/a b');
    assert.equal(event.rawQueryString, 'tag=new&tag=gr%C3%B6%C3%9Fe&empty=');
    assert.deepEqual(event.cookies, ['a=1', 'b=2']);
    assert.equal(event.headers.cookie, undefined);
    assert.deepEqual(event.queryStringParameters, { tag: 'new,größe', empty: '' });
    assert.deepEqual(event.pathParameters, { id: 'a b' });
    assert.equal(requestContext.authorizer.iam.accessKey, options.credentials.accessKeyId);
  });

  test('of an HTTP API, in payload format 1.0', async () => {
    const config = { type: 'http', routes, functions: { payloadFormat: '1.0' } };
    const { send, origin } = await functionFor('event', config);
    const event = /** @type {any} */ (await (await send(origin + path, init)).json());
    assert.equal(fields(event), sorted(`version ${REST_FIELDS.event}`));
    assert.equal(event.path, '/prod/orders/a b');
    assert.equal(event.headers['x-twice'], 'one, two');
  });

  test('without a query, a body, cookies or a caller: null in REST, absent in HTTP APIs', async () => {
    const open = [{ route: 'GET /', auth: 'none' }];
    const rest = await functionFor('event', { routes: open });
    const event = /** @type {any} */ (await (await fetch(`${rest.origin}/prod`)).json());
    assert.equal(event.body, null);
    assert.equal(event.queryStringParameters, null);
    assert.equal(event.pathParameters, null);
    assert.equal(event.requestContext.identity.userArn, null);
    const http = await functionFor('event', { type: 'http', routes: open });
    const other = /** @type {any} */ (await (await fetch(`${http.origin}/prod/`)).json());
    assert.deepEqual(
      Object.keys(other).filter((name) => /body|cookies|Parameters/.test(name)),
      [],
    );
    assert.equal(other.requestContext.authorizer, undefined);
  });

  test('bytes arrive as base64', async () => {
    for (const type of ['rest', 'http']) {
      const { send, origin } = await functionFor('event', { type, routes: [{ route: 'PUT /photo' }] });
      const body = new Uint8Array([255, 0, 128]);
      const event = await (await send(`${origin}/prod/photo`, { method: 'PUT', body })).json();
      assert.equal(event.isBase64Encoded, true, type);
      assert.deepEqual([...Buffer.from(event.body, 'base64')], [...body], type);
    }
  });

  test('contains neither the signature nor the session token', async () => {
    const { send, origin, options } = await functionFor('event');
    const shown = await (await send(`${origin}/prod/orders`)).text();
    assert.ok(!shown.includes(/** @type {string} */ (options.credentials.sessionToken).slice(0, 40)));
    assert.doesNotMatch(shown, /Signature=|x-amz-date|authorization/i);
  });
});

describe('an existing framework', () => {
  for (const type of ['rest', 'http']) {
    test(`hono, behind ${type === 'rest' ? 'a REST' : 'an HTTP'} API`, async () => {
      const { send, origin } = await functionFor('', {
        ...{ type, stages: [type === 'rest' ? 'prod' : '$default'] },
        functions: { handler: join(folder, 'framework.handler') },
      });
      const url = `${origin}${type === 'rest' ? '/prod' : ''}/orders/7?tag=a&tag=b%20c`;
      const response = await send(url, {
        method: 'PUT',
        body: 'grün',
        headers: { 'content-type': 'text/plain' },
      });
      assert.equal(response.status, 201);
      assert.deepEqual(response.headers.getSetCookie(), ['a=1', 'b=2']);
      const seen = /** @type {any} */ (await response.json());
      assert.equal(seen.method, 'PUT');
      assert.match(seen.target, /^\/orders\/7\?tag=a&tag=b(?:%20|\+)c$/);
      assert.equal(seen.body, 'grün');
    });
  }
});

describe('the result of a function', () => {
  /** @type {Record<string, [type: string, result: unknown, status: number, body: string, headers?: Record<string, string>]>} */
  const CASES = {
    'status, headers and body': [
      'rest',
      { statusCode: 201, headers: { 'x-order': 7, 'content-type': 'text/plain' }, body: 'ok' },
      201,
      'ok',
      { 'x-order': '7', 'content-type': 'text/plain' },
    ],
    'several values of a header': [
      'rest',
      { statusCode: 200, headers: { 'x-a': '1' }, multiValueHeaders: { 'x-a': ['2', '3'] } },
      200,
      '',
      { 'x-a': '1, 2, 3' },
    ],
    'a value in both, which is sent once': [
      'rest',
      { statusCode: 200, headers: { 'x-a': '1' }, multiValueHeaders: { 'x-a': ['1', '2'] } },
      200,
      '',
      { 'x-a': '1, 2' },
    ],
    base64: ['rest', { statusCode: 200, body: 'Z3LDvG4=', isBase64Encoded: true }, 200, 'grün'],
    'a header that a REST API renames': [
      'rest',
      { statusCode: 200, headers: { Server: 'mine' } },
      200,
      '',
      { 'x-amzn-remapped-server': 'mine' },
    ],
    'no status, of a REST API': ['rest', { hello: 'world' }, 502, '{"message":"Internal server error"}'],
    'a body that is an object': [
      'rest',
      { statusCode: 200, body: {} },
      502,
      '{"message":"Internal server error"}',
    ],
    'a status that is a text': ['rest', { statusCode: '404', body: 'none' }, 404, 'none'],
    'a status out of range': ['rest', { statusCode: 42 }, 502, '{"message":"Internal server error"}'],
    'no status, of an HTTP API': [
      'http',
      { hello: 'world' },
      200,
      '{"hello":"world"}',
      { 'content-type': 'application/json' },
    ],
    'a text, of an HTTP API': ['http', 'hello', 200, 'hello', { 'content-type': 'application/json' }],
    'no content type, of an HTTP API': [
      'http',
      { statusCode: 200, body: 'hello' },
      200,
      'hello',
      { 'content-type': 'text/plain;charset=UTF-8' },
    ],
    'a body that is an object, of an HTTP API': [
      'http',
      { statusCode: 200, body: {} },
      500,
      '{"message":"Internal Server Error"}',
    ],
  };
  for (const [name, [type, result, status, body, headers = {}]] of Object.entries(CASES)) {
    test(name, async () => {
      const { send, origin } = await functionFor('result', { type });
      const response = await send(`${origin}/prod/`, {
        method: 'POST',
        body: JSON.stringify(result),
        headers: { 'content-type': 'application/json' },
      });
      assert.equal(await response.text(), body);
      assert.equal(response.status, status);
      for (const [key, value] of Object.entries(headers)) assert.equal(response.headers.get(key), value, key);
    });
  }

  test('cookies of payload format 2.0', async () => {
    const { send, origin } = await functionFor('result', { type: 'http' });
    const result = { statusCode: 200, cookies: ['a=1', 'b=2; Secure'] };
    const headers = { 'content-type': 'application/json' };
    const response = await send(`${origin}/prod/`, { method: 'POST', body: JSON.stringify(result), headers });
    assert.deepEqual(response.headers.getSetCookie(), result.cookies);
  });

  test('undefined: null for an HTTP API, a malformed response for a REST API', async () => {
    const http = await functionFor('nothing', { type: 'http' });
    assert.equal(await (await http.send(`${http.origin}/prod/`)).text(), 'null');
    const rest = await functionFor('nothing');
    assert.equal((await rest.send(`${rest.origin}/prod/`)).status, 502);
  });

  test('by a callback, as a stream, from CommonJS', async () => {
    for (const [name, status, body] of /** @type {const} */ ([
      ['callback', 200, 'called back'],
      ['streamed', 203, 'a,b'],
    ])) {
      const { send, origin } = await functionFor(name);
      const response = await send(`${origin}/prod/`);
      assert.equal(await response.text(), body);
      assert.equal(response.status, status);
    }
    const common = await functionFor('', { functions: { handler: join(folder, 'common.handler') } });
    assert.equal(await (await common.send(`${common.origin}/prod/`)).text(), 'function');
  });
});

describe('a function that fails', () => {
  for (const [name, why] of Object.entries({
    thrown: /TypeError: no such order/,
    failing: /Error: called back with an error/,
    leaves: /exited with code: 3/,
    never: /longer than its timeout of 300 ms/,
    endless: /longer than its timeout of 300 ms/,
    large: /more than 6291456 bytes/,
    absent: /does not export a function absent/,
  })) {
    test(name, async () => {
      const functions = /ever|endless/.test(name) ? { timeoutMs: 300 } : {};
      const { send, origin, requests } = await functionFor(name, { functions });
      const response = await send(`${origin}/prod/`);
      assert.equal(response.status, 502);
      assert.deepEqual(await response.json(), { message: 'Internal server error' });
      const [{ refusal }] = await requests();
      assert.match(/** @type {any} */ (refusal).message, why);
      // The next request gets a working sandbox, or fails in the same way.
      assert.equal((await send(`${origin}/prod/`)).status, 502);
    });
  }
});

describe('the sandbox', () => {
  test('is kept between requests', async () => {
    const { send, origin } = await functionFor('count');
    assert.equal(await (await send(`${origin}/prod/`)).text(), '1');
    assert.equal(await (await send(`${origin}/prod/`)).text(), '2');
  });

  test("has Lambda's variables, those of the config, and the credentials of its role, but not the gateway's variables", async () => {
    process.env.SIGV4_TEST_SECRET = 'of the developer';
    const config = {
      roles: { orders: {} },
      functions: { role: 'orders', environment: { TABLE: 'orders' }, memoryMb: 256 },
    };
    const { send, origin, credentials } = await functionFor('environment', config);
    const response = await send(`${origin}/prod/`);
    assert.equal(response.status, 403, 'the role has no policy');
    const open = await functionFor('environment', { ...config, routes: [{ route: 'GET /', auth: 'none' }] });
    const environment = await (await fetch(`${open.origin}/prod/`)).json();
    assert.equal(environment.AWS_REGION, 'eu-west-1');
    assert.equal(environment.AWS_LAMBDA_FUNCTION_NAME, 'f');
    assert.equal(environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE, '256');
    assert.equal(environment.TABLE, 'orders');
    assert.equal(environment.AWS_ACCESS_KEY_ID, open.credentials('orders')?.accessKeyId);
    assert.equal(environment.SIGV4_TEST_SECRET, undefined);
    assert.equal(environment.HOME, undefined);
    assert.ok(credentials('orders'));
  });

  test('exists up to four times: further requests wait, and their timeout begins afterwards', async () => {
    const { send, origin } = await functionFor('slow', { functions: { timeoutMs: 1500 } });
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async () => (await send(`${origin}/prod/`)).status),
    );
    assert.deepEqual(new Set(statuses), new Set([200]));
  });

  test('has a context', async () => {
    const { send, origin } = await functionFor('context');
    const context = await (await send(`${origin}/prod/`)).json();
    assert.equal(context.functionName, 'f');
    assert.equal(context.invokedFunctionArn, 'arn:aws:lambda:eu-west-1:123456789012:function:f');
    assert.ok(context.left > 0 && context.left <= 3000);
    assert.match(context.awsRequestId, /^[\da-f-]{36}$/);
  });

  test('logs to the log of the gateway', async () => {
    /** @type {string[]} */
    const lines = [];
    const { send, origin } = await functionFor('logging', {}, { log: (line) => lines.push(line) });
    assert.equal((await send(`${origin}/prod/`)).status, 204);
    const logged = lines.filter((line) => line.includes('f: ')).map((line) => line.replace(/^.*f: /, ''));
    assert.deepEqual(logged, ['two', 'lines', 'and an error']);
  });
});
