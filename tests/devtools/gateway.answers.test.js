// The responses of the gateway, with the messages of API Gateway.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { signRequest } from 'sigv4-wasm';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';

import { answerOf, eventually, exchangeBytes, gatewayFor } from '../support/gateway.js';

const MISSING = {
  status: 403,
  type: 'MissingAuthenticationTokenException',
  body: { message: 'Missing Authentication Token' },
};
const NOT_FOUND = { status: 404, type: null, body: { message: 'Not Found' } };
const FORBIDDEN = { status: 403, type: null, body: { message: 'Forbidden' } };

describe('routes', () => {
  const routes = [
    { route: 'GET /orders/{id}' },
    { route: 'ANY /orders/special' },
    { route: 'GET /files/{proxy+}' },
    { route: 'GET /health', auth: 'none' },
    { route: 'GET /' },
  ];

  /** @type {[method: string, path: string, route: string | undefined, parameters?: object][]} */
  const CASES = [
    ['GET', '/orders/42', 'GET /orders/{id}', { id: '42' }],
    ['GET', '/orders/a%2Fb%20c', 'GET /orders/{id}', { id: 'a/b c' }],
    ['GET', '/orders/special', 'ANY /orders/special', {}],
    ['DELETE', '/orders/special', 'ANY /orders/special', {}],
    ['DELETE', '/orders/42', undefined],
    ['GET', '/files/a/b.txt', 'GET /files/{proxy+}', { proxy: 'a/b.txt' }],
    ['GET', '/files', undefined],
    ['GET', '/', 'GET /', {}],
    ['GET', '/orders', undefined],
    ['GET', '/Health', undefined],
  ];

  for (const [type, stages] of [
    ['rest', ['prod', 'test']],
    ['http', ['$default', 'test']],
  ]) {
    test(`of ${type === 'rest' ? 'a REST' : 'an HTTP'} API`, async () => {
      const { origin, options } = await gatewayFor({ type, stages, routes });
      const send = createSigv4Fetch(options);
      for (const stage of type === 'rest' ? ['/prod', '/test'] : ['', '/test']) {
        for (const [method, path, route, parameters] of CASES) {
          const answer = await answerOf(await send(`${origin}${stage}${path}`, { method }));
          if (route === undefined)
            assert.deepEqual(answer, type === 'rest' ? MISSING : NOT_FOUND, `${method} ${path}`);
          else {
            assert.equal(answer.body.route, route, `${method} ${path}`);
            assert.deepEqual(answer.body.pathParameters, parameters);
            assert.equal(answer.body.stage, stage.slice(1) || '$default');
          }
        }
      }
      assert.equal((await fetch(`${origin}/test/health`)).status, 200);
    });
  }

  test('ANY stands for seven methods', async () => {
    const { origin } = await gatewayFor({ routes: [{ route: 'ANY /{proxy+}', auth: 'none' }] });
    const statusOf = async (method) => {
      const head = `${method} /prod/x HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`;
      return Number((await exchangeBytes(origin, head)).slice(9, 12));
    };
    for (const method of ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'])
      assert.equal(await statusOf(method), 200, method);
    for (const method of ['TRACE', 'PROPFIND', 'PURGE']) assert.equal(await statusOf(method), 403, method);
  });

  test('a stage that does not exist', async () => {
    const { origin, options } = await gatewayFor({ stages: ['prod'] });
    assert.deepEqual(await answerOf(await createSigv4Fetch(options)(`${origin}/dev/orders`)), MISSING);
    assert.deepEqual(await answerOf(await fetch(origin)), MISSING);
  });

  test('dot segments do not lead to another route', async () => {
    const { origin, options } = await gatewayFor({
      routes: [{ route: 'GET /open/{proxy+}', auth: 'none' }, { route: 'GET /closed' }],
    });
    for (const path of ['/prod/open/../closed', '/prod/open/%2e%2E/closed']) {
      const answer = await exchangeBytes(
        origin,
        `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
      );
      assert.match(answer, /^HTTP\/1\.1 403 [^]*Missing Authentication Token/, path);
    }
    assert.equal((await createSigv4Fetch(options)(`${origin}/prod/closed`)).status, 200);
  });
});

describe('refused requests', () => {
  test('a REST API responds with the expected canonical request, without the session token', async () => {
    const { base, options } = await gatewayFor();
    const { credentials } = options;
    const signed = await signRequest({ method: 'POST', url: `${base}/orders`, body: '{"a":1}' }, options);
    const response = await fetch(signed.url, { ...signed, body: '{"a": 1}' });
    assert.match(response.headers.get('x-amzn-requestid'), /^[0-9a-f-]{36}$/);
    assert.match(response.headers.get('x-amz-apigw-id'), /^[\w+/]{15}=$/);
    const { status, type, body } = await answerOf(response);
    assert.equal(status, 403);
    assert.equal(type, 'InvalidSignatureException');
    assert.match(
      body.message,
      /^The request signature we calculated[^]*\n\nThe Canonical String for this request should have been\n'POST\n\/prod\/orders\n/,
    );
    assert.match(body.message, /\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n/);
    assert.ok(!body.message.includes(credentials.sessionToken));
  });

  test('an HTTP API responds with Forbidden for every reason', async () => {
    const { origin, options } = await gatewayFor({ type: 'http' });
    const signed = await signRequest({ method: 'POST', url: `${origin}/orders`, body: '{"a":1}' }, options);
    const response = await fetch(signed.url, { ...signed, body: '{"a": 1}' });
    assert.ok(response.headers.get('apigw-requestid'));
    assert.deepEqual(await answerOf(response), FORBIDDEN);
    assert.deepEqual(await answerOf(await fetch(`${origin}/orders`)), FORBIDDEN);
    const elsewhere = createSigv4Fetch({ ...options, region: 'eu-west-2' });
    assert.deepEqual(await answerOf(await elsewhere(`${origin}/orders`)), FORBIDDEN);
  });

  test('region, service, key, token, time', async () => {
    const config = {
      roles: {
        shop: { policies: [ALLOW], sessions: [{}, { name: 'old', expiration: '2020-01-01T00:00:00Z' }] },
      },
    };
    const gateway = await gatewayFor(config);
    const { base, options } = gateway;
    const { credentials } = options;
    const old = gateway.accessKeys[1];
    /** @type {[changes: object, type: string, message: RegExp][]} */
    const CASES = [
      [
        { region: 'us-east-1' },
        'InvalidSignatureException',
        /^Credential should be scoped to a valid region, not 'us-east-1'/,
      ],
      [
        { service: 's3' },
        'InvalidSignatureException',
        /^Credential should be scoped to correct service: 'execute-api'/,
      ],
      [
        { credentials: { ...credentials, accessKeyId: 'ASIAUNKNOWN' } },
        'UnrecognizedClientException',
        /token included in the request is invalid/,
      ],
      [
        { credentials: { ...credentials, sessionToken: 'x' } },
        'UnrecognizedClientException',
        /token included in the request is invalid/,
      ],
      [
        { credentials: { ...credentials, sessionToken: undefined } },
        'UnrecognizedClientException',
        /token included in the request is invalid/,
      ],
      [{ credentials: pick(old) }, 'ExpiredTokenException', /token included in the request is expired/],
      [{ date: new Date(Date.now() - 600_000) }, 'InvalidSignatureException', /^Signature expired: /],
      [{ date: new Date(Date.now() + 600_000) }, 'InvalidSignatureException', /^Signature not yet current: /],
    ];
    for (const [changes, type, message] of CASES) {
      const signed = await signRequest(`${base}/orders`, { ...options, ...changes });
      const answer = await answerOf(await fetch(signed.url, signed));
      assert.equal(answer.status, 403);
      assert.equal(answer.type, type, JSON.stringify(Object.keys(changes)));
      assert.match(answer.body.message, message);
    }
  });

  test('the gateway verifies with its own clock', async () => {
    const ahead = await gatewayFor({}, { now: () => new Date(Date.now() + 1_200_000) });
    const signed = await signRequest(`${ahead.base}/orders`, ahead.options);
    assert.match((await answerOf(await fetch(signed.url, signed))).body.message, /^Signature expired/);
    assert.equal(
      (await createSigv4Fetch(ahead.options)(`${ahead.base}/orders`)).status,
      200,
      'corrected by the client',
    );
  });
});

const ALLOW = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' }],
};

function pick({ accessKeyId, secretAccessKey, sessionToken }) {
  return { accessKeyId, secretAccessKey, sessionToken };
}

describe('CORS', () => {
  const ORIGIN = 'http://localhost:5173';
  const preflight = (url) =>
    fetch(url, {
      method: 'OPTIONS',
      headers: {
        origin: ORIGIN,
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'authorization,x-amz-date',
      },
    });
  const allowedOrigin = (response) => response.headers.get('access-control-allow-origin');

  test('a preflight needs no signature if CORS is set up, and is refused otherwise', async () => {
    const rest = await gatewayFor({ cors: true });
    const allowed = await preflight(`${rest.base}/orders`);
    assert.equal(allowed.status, 200);
    assert.equal(allowedOrigin(allowed), '*');
    assert.match(allowed.headers.get('access-control-allow-headers'), /authorization.*x-amz-security-token/);
    const http = await gatewayFor({
      type: 'http',
      cors: { allowOrigins: [ORIGIN], maxAge: 60, allowHeaders: ['*'] },
    });
    const exact = await preflight(`${http.origin}/orders`);
    assert.equal(exact.status, 204);
    assert.equal(allowedOrigin(exact), ORIGIN);
    assert.equal(exact.headers.get('access-control-max-age'), '60');
    assert.equal(exact.headers.get('access-control-allow-headers'), 'authorization,x-amz-date');
    const without = await gatewayFor();
    assert.deepEqual(await answerOf(await preflight(`${without.base}/orders`)), MISSING);
  });

  test('the log does not advise signing a preflight, because browsers cannot', async () => {
    for (const config of [{}, { routes: [{ route: 'PUT /orders' }] }]) {
      const log = [];
      const gateway = await gatewayFor(config, { log: (line) => log.push(line) });
      await preflight(`${gateway.base}/orders`);
      assert.match(await eventually(() => log.find((line) => line.includes(' fix '))), / set up CORS /);
    }
  });

  test('a 403 of a REST API has no CORS headers by default', async () => {
    const headers = { origin: ORIGIN };
    const rest = await gatewayFor({ cors: true });
    assert.equal(allowedOrigin(await fetch(`${rest.base}/x`, { headers })), null);
    assert.equal(allowedOrigin(await createSigv4Fetch(rest.options)(`${rest.base}/x`, { headers })), '*');
    const told = await gatewayFor({ cors: { onErrors: true } });
    assert.equal(allowedOrigin(await fetch(`${told.base}/x`, { headers })), '*');
    const http = await gatewayFor({ type: 'http', cors: true });
    assert.equal(allowedOrigin(await fetch(`${http.origin}/x`, { headers })), '*');
  });
});

describe('limits', () => {
  test('a body beyond the limit', async () => {
    const { base, options } = await gatewayFor({ maxBodyBytes: 1000 });
    const put = (length) =>
      createSigv4Fetch(options)(`${base}/x`, { method: 'PUT', body: 'x'.repeat(length) });
    assert.equal((await put(1000)).status, 200);
    assert.deepEqual(await answerOf(await put(1001)), {
      status: 413,
      type: 'RequestEntityTooLargeException',
      body: { message: 'Request Too Long' },
    });
    assert.equal((await put(3_000_000)).status, 413);
  });

  test('a throttle', async () => {
    const { base } = await gatewayFor({
      throttle: { rate: 1, burst: 3 },
      routes: [{ route: 'GET /x', auth: 'none' }],
    });
    const statuses = [];
    for (let i = 0; i < 5; i++) statuses.push(await answerOf(await fetch(`${base}/x`)));
    assert.deepEqual(
      statuses.map(({ status }) => status),
      [200, 200, 200, 429, 429],
    );
    assert.deepEqual(statuses[4], {
      status: 429,
      type: 'TooManyRequestsException',
      body: { message: 'Too Many Requests' },
    });
  });

  test('an error of the gateway itself', async () => {
    const broken = () => {
      throw new Error('no clock');
    };
    const { base, options } = await gatewayFor({}, { now: broken });
    for (const method of ['GET', 'POST']) {
      const signal = AbortSignal.timeout(5000);
      assert.deepEqual(await answerOf(await createSigv4Fetch(options)(`${base}/x`, { method, signal })), {
        status: 500,
        type: 'InternalServerErrorException',
        body: { message: 'Internal server error' },
      });
    }
  });

  test('data that is not HTTP', async () => {
    const { origin } = await gatewayFor();
    const long = await exchangeBytes(
      origin,
      `GET /prod/x HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
    );
    assert.match(long, /^HTTP\/1\.1 431 /);
    for (const bytes of [
      'hello\r\n\r\n',
      'GET /prod/x HTTP/1.1\r\nhost : x\r\n\r\n',
      'GET / HTTP/1.1\r\n\r\n',
    ]) {
      assert.match(await exchangeBytes(origin, bytes), /^HTTP\/1\.1 400 /, bytes);
    }
    const odd = 'GET /prod/%zz/\xff HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n';
    assert.match(await exchangeBytes(origin, odd), /^HTTP\/1\.1 (403|400) /);
    assert.equal((await fetch(`${origin}/_sigv4/health`)).status, 200);
  });
});
