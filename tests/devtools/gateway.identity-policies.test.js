// The policies of callers apply to every spelling of a path.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, describe, test } from 'node:test';

import { signRequest } from 'sigv4-wasm';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';

import { answerOf, exchangeBytes, gatewayFor } from '../support/gateway.js';

const FORBIDDEN = { status: 403, type: null, body: { message: 'Forbidden' } };

const ALLOW = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' }],
};

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

  test('allow what their statements allow, and nothing else', async () => {
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

  test('a statement that could not be evaluated is named', async () => {
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
    assert.match(hint.fix, /A statement could not be evaluated, because of aws:username: the variable/);
  });

  describe('apply to every spelling of a path', () => {
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
    /** Signs like a client that sends the given path unchanged. */
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

    test('a segment that a server could read as a dot segment is refused', async () => {
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
        // Path parameters, which Tomcat and Jetty ignore.
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
        // Characters that `new URL` removes after they are decoded.
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

    test('a target with a fragment or a backslash is refused', async () => {
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
