// What the gateway answers, in the words of API Gateway.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, describe, test } from 'node:test';
import { buffer } from 'node:stream/consumers';

import { presignUrl, signRequest } from 'sigv4-wasm';
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

  test('ANY is seven methods', async () => {
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

  test('dot segments lead to no other route', async () => {
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
  test('a REST API says what should have been signed, without the session token', async () => {
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

  test('an HTTP API says Forbidden, whatever the reason', async () => {
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

  test('the gateway has a clock of its own', async () => {
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

describe('policies', () => {
  const config = {
    policies: {
      ReadOrders: {
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Action: 'execute-api:Invoke',
          Resource: 'arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/GET/orders/*',
        },
      },
    },
    users: { alice: { policies: ['ReadOrders'] } },
    roles: {
      shop: {
        policies: [
          ALLOW,
          {
            Version: '2012-10-17',
            Statement: {
              Sid: 'NoAdmin',
              Effect: 'Deny',
              Action: '*',
              Resource: 'arn:aws:execute-api:*:*:*/admin',
            },
          },
          {
            Version: '2012-10-17',
            Statement: {
              Effect: 'Deny',
              Action: '*',
              Resource: 'arn:aws:execute-api:*:*:*/secure',
              Condition: {
                Bool: { 'aws:SecureTransport': 'false' },
                IpAddress: { 'aws:SourceIp': '127.0.0.0/8' },
              },
            },
          },
        ],
      },
      nobody: {},
    },
  };

  test('allow what they say, and nothing else', async () => {
    const gateway = await gatewayFor(config);
    const get = (name, path, method = 'GET') =>
      createSigv4Fetch({ ...gateway.options, credentials: gateway.credentials(name) })(
        `${gateway.base}${path}`,
        { method },
      ).then(answerOf);
    assert.equal((await get('alice', '/orders/42')).status, 200);
    assert.equal((await get('shop', '/orders/42', 'DELETE')).status, 200);
    assert.equal((await get('shop', '/secure')).status, 200, 'AWS has no plain HTTP');
    const unallowed = 'because no identity-based policy allows the execute-api:Invoke action';
    const denied = 'with an explicit deny in an identity-based policy';
    const refused = (who, arn, ending = unallowed) => ({
      status: 403,
      type: 'AccessDeniedException',
      body: {
        Message: `User: ${who} is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:eu-west-1:********9012:abc123/prod/${arn} ${ending}`,
      },
    });
    const alice = 'arn:aws:iam::123456789012:user/alice';
    const shop = 'arn:aws:sts::123456789012:assumed-role/shop/local';
    assert.deepEqual(await get('alice', '/orders/42', 'DELETE'), refused(alice, 'DELETE/orders/42'));
    assert.deepEqual(await get('alice', '/'), refused(alice, 'GET/'));
    assert.deepEqual(await get('shop', '/admin'), refused(shop, 'GET/admin', denied));
    assert.deepEqual(await get('shop', '/%61dmin'), refused(shop, 'GET/admin', denied));
    assert.equal((await get('nobody', '/orders/42')).status, 403);
    const [{ policy, hint }, { policy: deny, principal }] = await gateway.requests();
    assert.deepEqual(policy, { decision: 'implicitDeny', decidedBy: 'identity' });
    assert.match(
      hint.fix,
      /execute-api:Invoke on arn:aws:execute-api:eu-west-1:123456789012:abc123\/prod\/GET\/orders\/42/,
    );
    assert.deepEqual(deny, {
      decision: 'explicitDeny',
      decidedBy: 'identity',
      statement: { policy: 1, statement: 0, sid: 'NoAdmin' },
    });
    assert.equal(principal, shop);
  });

  test('say which statement could not be evaluated', async () => {
    const all = { Effect: 'Allow', Action: '*', Resource: '*' };
    // A session of a role has no user name.
    const Condition = { StringEquals: { 'aws:userid': '${aws:username}' } };
    const policies = [{ Version: '2012-10-17', Statement: [all, { ...all, Effect: 'Deny', Condition }] }];
    const gateway = await gatewayFor({ routes: [{ route: 'GET /' }], roles: { shop: { policies } } });
    const { options, credentials, base } = gateway;
    const response = await createSigv4Fetch({ ...options, credentials: credentials('shop') })(`${base}/`);
    assert.equal(response.status, 403);
    const [{ policy, hint }] = await gateway.requests();
    assert.equal(policy.unevaluated[0].key, 'aws:username');
    assert.match(hint.fix, /A statement could not be evaluated, by aws:username: the variable/);
  });

  describe('hold however a path is written', () => {
    const statement = (Effect, path) => ({
      Effect,
      Action: 'execute-api:Invoke',
      Resource: `arn:aws:execute-api:eu-west-1:123456789012:abc123/*/GET/${path}`,
    });
    const roles = {
      denied: {
        policies: [
          {
            Version: '2012-10-17',
            Statement: [statement('Allow', '*'), statement('Deny', 'admin'), statement('Deny', 'admin/*')],
          },
        ],
      },
      allowed: { policies: [{ Version: '2012-10-17', Statement: statement('Allow', 'public/*') }] },
    };
    /** As a client signs that sends a path as it is given. */
    const statusOf = async ({ origin, options, credentials }, role, path) => {
      const signed = { ...options, credentials: credentials(role) };
      const { headers } = await signRequest({ url: `${origin}${path}` }, signed);
      const lines = Object.entries({ host: new URL(origin).host, ...headers, connection: 'close' });
      const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
      return Number((await exchangeBytes(origin, `GET ${path} HTTP/1.1\r\n${head}\r\n`)).slice(9, 12));
    };
    for (const [type, stage] of [
      ['rest', '/prod'],
      ['http', ''],
    ]) {
      test(`with ${type}`, async () => {
        const routes = ['ANY /admin', 'ANY /admin/{id}', 'ANY /{proxy+}'].map((route) => ({ route }));
        const gateway = await gatewayFor({ type, routes, roles });
        for (const path of [
          ...[
            '/admin',
            '/admin/',
            '/admin/x',
            '//admin',
            '//admin/x',
            '/admin//x',
            '/.//admin',
            '/x/..//admin',
          ],
          ...[
            '/%61dmin',
            '/admin%2Fx',
            '/%2Fadmin',
            '/%61dmin%2F%zz',
            '/%61dmin/%ff',
            '/admin%2F',
            '/admin/%3Fx',
            '/admin;x',
            '/admin;x/y',
            '/%61dmin;a=b;c/x',
            '/admin%3Bx',
          ],
        ]) {
          assert.equal(await statusOf(gateway, 'denied', `${stage}${path}`), 403, path);
        }
        for (const path of ['/ADMIN', '/administrator', '/x/admin', '/x%3Fy%23'])
          assert.equal(await statusOf(gateway, 'denied', `${stage}${path}`), 200, path);
        for (const path of ['/public/a', '/public//a', '/public/a%2Fb%20c'])
          assert.equal(await statusOf(gateway, 'allowed', `${stage}${path}`), 200, path);
        for (const path of ['/public%2Fa', '/%70ublic/a', '/public/../admin'])
          assert.equal(await statusOf(gateway, 'allowed', `${stage}${path}`), 403, path);
        for (const path of ['/public;x/a', '/;public/a'])
          assert.equal(await statusOf(gateway, 'allowed', `${stage}${path}`), 403, path);
        for (const path of ['/..%2Fadmin', '/a/.%2e%5Cadmin', '%2F..%2Fadmin', '/%ff%2F..%2f..%2fadmin'])
          assert.equal(await statusOf(gateway, 'allowed', `${stage}/public${path}`), 400, path);
      });
    }

    test('what a server could take for a dot segment reaches none', async () => {
      const arrived = [];
      const server = createServer(({ url }, outgoing) => {
        arrived.push(url);
        outgoing.end();
      });
      await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
      after(() => server.close().closeAllConnections());
      const { origin } = await gatewayFor({
        routes: [{ route: 'GET /open/{proxy+}', auth: 'none' }, { route: 'GET /{proxy+}' }],
        upstream: `http://127.0.0.1:${server.address().port}`,
      });
      const send = (/** @type {string} */ path) =>
        exchangeBytes(origin, `GET /prod/open/${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
      for (const path of [
        // Path parameters, which Tomcat and Jetty leave out.
        ...[
          '..;/closed',
          '..;',
          '..;a=b/closed',
          '.;/closed',
          '%2e%2e;/closed',
          '..%3b/closed',
          '..;%2fclosed',
        ],
        ...['a/..;/..;/closed', 'a%2f..;b%2fclosed'],
        // Decoded twice, or more often.
        ...['%252e%252e/closed', '..%252fclosed', '%25252e%25252e%25252fclosed', '..%25%33%62/closed'],
        `${'%25'.repeat(1)}${'25'.repeat(40)}2e`,
        // What `new URL` takes out, once it is decoded.
        ...['.%09./closed', '..%0a/closed', '.%0d.%2fclosed', '..%20/closed', '..%00/closed'],
      ]) {
        assert.match(await send(path), /^HTTP\/1\.1 400 /, path);
      }
      assert.deepEqual(arrived, []);
      const fine = [
        'a;b=c/d',
        ';..',
        'x;/..y',
        '...',
        '.well-known/a',
        '%252f',
        'a%25b',
        '..a;/b',
        '%252e%252ea',
      ];
      for (const path of fine) assert.match(await send(path), /^HTTP\/1\.1 200 /, path);
      assert.deepEqual(
        arrived,
        fine.map((path) => `/open/${path}`),
      );
    });

    test('a fragment or a backslash is no part of a target', async () => {
      const { origin } = await gatewayFor({ routes: [{ route: 'ANY /{proxy+}', auth: 'none' }] });
      for (const path of ['/prod/a#', '/prod/a#/../b', '/prod/a\\..\\b']) {
        const answer = await exchangeBytes(
          origin,
          `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
        );
        assert.match(answer, /^HTTP\/1\.1 400 /, path);
      }
    });
  });

  test('of an HTTP API: Forbidden', async () => {
    const { origin, options, credentials } = await gatewayFor({ ...config, type: 'http' });
    const response = await createSigv4Fetch({ ...options, credentials: credentials('nobody') })(origin);
    assert.deepEqual(await answerOf(response), FORBIDDEN);
  });
});

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

  test('a preflight needs no signature where CORS is set up, and is refused where it is not', async () => {
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

  test('of a preflight without CORS, the log does not say to sign it, which no browser does', async () => {
    for (const config of [{}, { routes: [{ route: 'PUT /orders' }] }]) {
      const log = [];
      const gateway = await gatewayFor(config, { log: (line) => log.push(line) });
      await preflight(`${gateway.base}/orders`);
      assert.match(await eventually(() => log.find((line) => line.includes(' fix '))), / set up CORS /);
    }
  });

  test('a 403 has no CORS headers in a REST API, unless it is told to', async () => {
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

  test('what is no HTTP', async () => {
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

describe('an upstream', () => {
  /** @type {import('node:http').Server[]} */
  const servers = [];
  after(() => servers.forEach((server) => server.close().closeAllConnections()));
  const listen = async (handler) => {
    const server = createServer(handler);
    servers.push(server);
    await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
    return `http://127.0.0.1:${server.address().port}`;
  };

  test('gets the path without the stage, the body, who asks, and no credentials', async () => {
    /** @type {any} */
    let seen;
    const upstream = await listen(async (incoming, outgoing) => {
      seen = {
        method: incoming.method,
        url: incoming.url,
        headers: incoming.headers,
        body: await buffer(incoming),
      };
      outgoing.writeHead(201, {
        'x-own': '1',
        server: 'mine',
        connection: 'x-hop',
        'x-hop': '1',
        'set-cookie': ['a=1', 'b=2'],
      });
      outgoing.end('made');
    });
    const { base, options } = await gatewayFor({ upstream: `${upstream}/v1/`, cors: true });
    const body = Buffer.from([0, 255, 128]);
    const headers = {
      'content-type': 'image/jpeg',
      'x-caller-arn': 'arn:forged',
      x_caller_arn: 'arn:forged',
      'x-amz-meta': 'kept',
      origin: 'http://x',
    };
    const response = await createSigv4Fetch(options)(`${base}/photos/a%2Fb%20c?x=%C3%BC&y`, {
      method: 'POST',
      body,
      headers,
    });
    assert.equal(response.status, 201);
    assert.equal(await response.text(), 'made');
    assert.equal(response.headers.get('x-own'), '1');
    assert.equal(response.headers.get('x-hop'), null);
    assert.equal(response.headers.get('x-amzn-remapped-server'), 'mine');
    assert.equal(response.headers.get('access-control-allow-origin'), '*');
    assert.deepEqual(response.headers.getSetCookie(), ['a=1', 'b=2']);
    assert.equal(seen.url, '/v1/photos/a%2Fb%20c?x=%C3%BC&y');
    assert.deepEqual(seen.body, body);
    assert.equal(seen.headers['content-type'], 'image/jpeg');
    assert.equal(seen.headers['x-amz-meta'], 'kept');
    assert.equal(seen.headers['x-caller-arn'], 'arn:aws:sts::123456789012:assumed-role/developer/local');
    for (const name of ['authorization', 'x-amz-security-token', 'x-amz-date', 'x_caller_arn'])
      assert.equal(seen.headers[name], undefined);
  });

  test('gets no credentials of a presigned URL, however their names are escaped', async () => {
    let seen = '';
    const upstream = await listen(({ url }, outgoing) => {
      seen = url;
      outgoing.end();
    });
    const { base, options } = await gatewayFor({ upstream });
    const url = await presignUrl(`${base}/x?a=1`, options);
    assert.equal((await fetch(url.replaceAll('X-Amz-', '%58-Am%7A-'))).status, 200);
    assert.equal(seen, '/x?a=1');
  });

  test('that does not answer, or is not there', async () => {
    const slow = await gatewayFor({ upstream: await listen(() => {}), timeoutMs: 100 });
    assert.deepEqual(await answerOf(await createSigv4Fetch(slow.options)(`${slow.base}/x`)), {
      status: 504,
      type: 'InternalServerErrorException',
      body: { message: 'Endpoint request timed out' },
    });
    const gone = await gatewayFor({ upstream: 'http://127.0.0.1:9' });
    assert.deepEqual(await answerOf(await createSigv4Fetch(gone.options)(`${gone.base}/x`)), {
      status: 502,
      type: 'InternalServerErrorException',
      body: { message: 'Internal server error' },
    });
    const http = await gatewayFor({ type: 'http', upstream: 'http://127.0.0.1:9' });
    assert.deepEqual(await answerOf(await createSigv4Fetch(http.options)(http.origin)), {
      status: 503,
      type: null,
      body: { message: 'Service Unavailable' },
    });
    const switching = await gatewayFor({
      upstream: await listen(({ socket }) =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
      ),
    });
    const signal = AbortSignal.timeout(5000);
    assert.equal((await createSigv4Fetch(switching.options)(`${switching.base}/x`, { signal })).status, 502);
    const torn = await gatewayFor({ upstream: await listen((incoming) => incoming.socket.destroy()) });
    assert.equal((await createSigv4Fetch(torn.options)(`${torn.base}/x`)).status, 502);
  });

  test('that stops in the middle, or closes a connection that was kept', async () => {
    const stuck = await gatewayFor({
      upstream: await listen((_, outgoing) => outgoing.writeHead(200, { 'content-length': 5 }).write('he')),
      timeoutMs: 100,
    });
    assert.equal((await createSigv4Fetch(stuck.options)(`${stuck.base}/x`)).status, 504);
    let count = 0;
    const upstream = await listen((incoming, outgoing) => {
      count += 1;
      if (count === 2 || count === 5) incoming.socket.resetAndDestroy();
      else outgoing.end('ok');
    });
    const { base, options } = await gatewayFor({ upstream });
    const send = (method) => createSigv4Fetch(options)(`${base}/x`, { method }).then(({ status }) => status);
    assert.deepEqual([await send('GET'), await send('GET'), count], [200, 200, 3], 'sent once more');
    assert.deepEqual([await send('POST'), await send('POST'), count], [200, 502, 5], 'sent once');
  });

  test('of one route', async () => {
    const upstream = await listen((_, outgoing) => outgoing.end('{"from":"upstream"}'));
    const { base } = await gatewayFor({
      routes: [
        { route: 'GET /a', auth: 'none', upstream },
        { route: 'GET /b', auth: 'none' },
      ],
    });
    assert.deepEqual(await (await fetch(`${base}/a`)).json(), { from: 'upstream' });
    assert.equal((await (await fetch(`${base}/b`)).json()).route, 'GET /b');
  });

  test('a client that goes away leaves no trace but its line', async () => {
    const { origin, requests, options } = await gatewayFor();
    const signed = await signRequest({ method: 'PUT', url: `${origin}/prod/x`, body: 'hello' }, options);
    const controller = new AbortController();
    const body = new ReadableStream({ pull: () => new Promise(() => {}) });
    const sent = fetch(signed.url, { ...signed, body, duplex: 'half', signal: controller.signal }).catch(
      () => {},
    );
    setTimeout(() => controller.abort(), 100);
    await sent;
    assert.equal((await createSigv4Fetch(options)(`${origin}/prod/y`)).status, 200);
    await eventually(async () => (await requests()).length === 1);
  });
});
