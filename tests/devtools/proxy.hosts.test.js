// How the proxy selects the upstream, and which requests it refuses: unknown hosts, rebound names, other sites, no token.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';

import { Agent } from 'undici';

import { exchangeBytes } from '../support/gateway.js';
import { proxyFor, send, upstreamFor } from '../support/proxy.js';

const run = promisify(execFile);
const API = 'abc123.execute-api.eu-west-1.amazonaws.com';

/** Takes every host for a server here, over plain HTTP. @param {number} port */
function everywhere(port) {
  return new Agent({
    connect: (_, callback) => {
      const socket = net.connect(port, '127.0.0.1');
      socket.once('connect', () => callback(null, socket)).once('error', (error) => callback(error, null));
    },
  });
}

describe('several upstreams', async () => {
  const server = await upstreamFor();
  const other = await upstreamFor();
  const proxy = await proxyFor({
    upstream: [
      { url: `${server.origin}/of-logs`, name: 'logs', service: 'es' },
      { url: other.origin, name: 'files', service: 's3' },
    ],
    match: ['*.execute-api.eu-west-1.amazonaws.com'],
    dispatcher: everywhere(server.port),
  });
  const { port } = new URL(proxy.origin);
  const ask = (/** @type {string} */ host, path = '/x', headers = {}) =>
    send(proxy.origin, { path, headers: { ...proxy.headers, host, ...headers } });

  test('clients can address each by a name below localhost', async () => {
    for (const [name, service] of [
      ['logs', 'es'],
      ['files', 's3'],
    ]) {
      const { url, headers } = (await ask(`${name}.localhost:${port}`)).json();
      assert.match(headers.authorization, new RegExp(`/eu-west-1/${service}/aws4_request`));
      assert.equal(url, name === 'logs' ? '/of-logs/x' : '/x');
    }
  });

  test('a host that a pattern allows is signed for its own region and service', async () => {
    for (const host of [API, `${API}.localhost:${port}`]) {
      const { headers } = (await ask(host)).json();
      assert.equal(headers.host, API);
      assert.match(headers.authorization, /\/eu-west-1\/execute-api\/aws4_request/);
    }
  });

  test('clients can use http_proxy, such as curl', async () => {
    const address = proxy.origin.replace('//', `//me:${proxy.token}@`);
    const env = { PATH: process.env.PATH, http_proxy: address };
    const { stdout } = await run('curl', ['-sS', `http://${API}/prod/orders?x=1`], { env });
    const { url, headers } = JSON.parse(stdout);
    assert.equal(url, '/prod/orders?x=1');
    assert.equal(headers.host, API);
    assert.match(headers.authorization, /^AWS4-HMAC-SHA256 /);
    assert.ok(!('proxy-authorization' in headers));
  });

  test('a tunnel is refused, and the error says what to do', async () => {
    const { stdout } = await run('curl', [
      ...['-s', '-o', '-', '-w', '%{http_connect}', '-x', proxy.origin.replace('//', `//me:${proxy.token}@`)],
      ...['-p', `https://${API}/`],
    ]).catch((error) => error);
    assert.match(stdout, /501$/);
    const answer = await exchangeBytes(
      proxy.origin,
      `CONNECT ${API}:443 HTTP/1.1\r\nhost: ${API}:443\r\n\r\n`,
    );
    assert.match(answer, /ERR_PROXY_TUNNEL/);
    assert.ok(answer.includes(`http://${API}`));
  });

  test('nothing is signed or sent for any other host', async () => {
    const before = server.requests.length + other.requests.length;
    for (const host of [
      'example.com',
      'execute-api.eu-west-1.amazonaws.com',
      `${API}.example.com`,
      `${API}:8443`,
      `example.com.localhost:${port}`,
      `x.logs.example`,
      API.replace('eu-west-1', 'us-east-1'),
      `evil-${API.replace('.', '/.')}`,
    ]) {
      const { status, text } = await ask(host);
      assert.ok([403, 421].includes(status), `${host}: ${status} ${text}`);
    }
    const absolute = await ask('example.com', 'http://example.com/');
    assert.equal(absolute.status, 403);
    assert.equal(absolute.json().code, 'ERR_PROXY_NOT_ALLOWED');
    // The target counts, not the Host header.
    assert.equal((await ask(API, 'http://example.com/')).status, 403);
    assert.equal(server.requests.length + other.requests.length, before);
  });

  test('a request must name one', async () => {
    const { status, text } = await ask(`127.0.0.1:${port}`);
    assert.equal(status, 421);
    assert.match(text, /http:\/\/logs\.localhost, http:\/\/files\.localhost/);
  });

  test('Host names one only if the token is in a header, because a page with a rebound name has at most a cookie', async () => {
    for (const headers of [{}, { cookie: `sigv4-proxy-token=${proxy.token}` }]) {
      const { status, text } = await send(proxy.origin, { headers: { host: API, ...headers } });
      assert.equal(status, 403);
      assert.match(text, /ERR_PROXY_HOST/);
    }
  });

  test('a redirect from one to the other stays at the proxy', async () => {
    const redirecting = await upstreamFor((_, outgoing) =>
      outgoing.writeHead(302, { location: `${other.origin}/there` }).end(),
    );
    const two = await proxyFor({
      upstream: [
        { url: redirecting.origin, name: 'one' },
        { url: other.origin, name: 'two' },
      ],
    });
    const { port } = new URL(two.origin);
    const { headers } = await send(two.origin, {
      headers: { ...two.headers, host: `one.localhost:${port}` },
    });
    assert.equal(headers.location, `http://two.localhost:${port}/there`);
  });
});

test('many hosts of a pattern do not fill the memory, and each gets its own signature', async () => {
  const server = await upstreamFor();
  const proxy = await proxyFor({
    match: '*.execute-api.*.amazonaws.com',
    dispatcher: everywhere(server.port),
  });
  for (let i = 0; i < 300; i++) {
    const host = `api${i}.execute-api.eu-west-${1 + (i % 3)}.amazonaws.com`;
    const { headers } = (await send(proxy.origin, { headers: { ...proxy.headers, host } })).json();
    assert.equal(headers.host, host);
    assert.match(headers.authorization, new RegExp(`/eu-west-${1 + (i % 3)}/execute-api/`));
  }
  assert.match(proxy.metrics(), /^sigv4_proxy_requests_total\{upstream="other",status="200"\} 44$/m);
});

describe('one upstream', async () => {
  const server = await upstreamFor();
  const proxy = await proxyFor({ upstream: server.origin, allowHost: ['host.docker.internal'] });
  const { port } = new URL(proxy.origin);
  const ask = (/** @type {Record<string, string>} */ headers, path = '/') =>
    send(proxy.origin, { path, headers: { ...proxy.headers, ...headers } });

  for (const host of [
    `127.0.0.1:${port}`,
    `localhost:${port}`,
    `LOCALHOST:${port}`,
    `anything.localhost:${port}`,
    'localhost',
    '127.0.0.2',
    'host.docker.internal:8080',
  ]) {
    test(`${host} is a name of the proxy`, async () => {
      assert.equal((await ask({ host })).status, 200);
    });
  }

  for (const host of [
    'rebound.example',
    `rebound.example:${port}`,
    'localhost.example',
    'xlocalhost',
    '127.0.0.1.example',
    '10.0.0.1',
    '[::2]',
    '0.0.0.0',
    'localhost@evil',
    'evil localhost',
  ]) {
    test(`Host "${host}" is refused`, async () => {
      for (const headers of [proxy.headers, {}]) {
        const { status } = await send(proxy.origin, { headers: { ...headers, host } });
        assert.equal(status, 403);
      }
    });
  }

  test('a request without Host is refused', async () => {
    const rest = `x-sigv4-proxy-token: ${proxy.token}\r\n\r\n`;
    assert.match(await exchangeBytes(proxy.origin, `GET / HTTP/1.0\r\n${rest}`), /^HTTP\/1\.1 403 /);
    assert.match(
      await exchangeBytes(proxy.origin, `GET / HTTP/1.1\r\nconnection: close\r\n${rest}`),
      /^HTTP\/1\.1 400 /,
    );
    const empty = `GET / HTTP/1.1\r\nhost:\r\nconnection: close\r\n${rest}`;
    assert.match(await exchangeBytes(proxy.origin, empty), /^HTTP\/1\.1 403 /);
  });

  const own = `http://127.0.0.1:${port}`;
  /** @type {[what: string, headers: Record<string, string>, status: number][]} */
  const SITES = [
    ['its own page', { origin: own, 'sec-fetch-site': 'same-origin' }, 200],
    ['the address bar', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }, 200],
    ['another site', { origin: 'https://evil.example' }, 403],
    ['another port', { origin: 'http://127.0.0.1:1' }, 403],
    ['a sandboxed page', { origin: 'null' }, 403],
    ['a file', { origin: 'file://' }, 403],
    ['an image elsewhere', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }, 403],
    ['a link elsewhere', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, 403],
    ['another port of the same name', { 'sec-fetch-site': 'same-site' }, 403],
    ['a site that lies about one of both', { origin: own, 'sec-fetch-site': 'cross-site' }, 403],
    ['an unknown word', { 'sec-fetch-site': 'Same-Origin, none' }, 403],
  ];
  for (const [what, headers, status] of SITES) {
    test(`${what}: ${status}`, async () => {
      assert.equal((await ask(headers)).status, status);
      // This includes the paths of the proxy.
      for (const name of ['health', 'metrics'])
        assert.equal((await ask(headers, `/_sigv4/${name}`)).status, status);
    });
  }

  test('the response to a preflight of another site allows nothing', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    const response = await send(proxy.origin, { method: 'OPTIONS', headers });
    assert.equal(response.status, 403);
    assert.ok(!Object.keys(response.headers).some((name) => name.startsWith('access-control-')));
  });

  const wrong = 'x'.repeat(32);
  const basic = (/** @type {string} */ text) => `Basic ${Buffer.from(text).toString('base64')}`;
  /** @type {[what: string, headers: Record<string, string>, status: number][]} */
  const TOKENS = [
    ['none', {}, 401],
    ['a wrong one', { 'x-sigv4-proxy-token': wrong }, 401],
    ['a beginning of it', { 'x-sigv4-proxy-token': proxy.token?.slice(0, -1) ?? '' }, 401],
    ['the right one, and more', { 'x-sigv4-proxy-token': `${proxy.token}x` }, 401],
    ['a wrong bearer', { authorization: `Bearer ${wrong}` }, 401],
    ['the token as the user', { authorization: basic(`${proxy.token}:`) }, 401],
    ['a cookie of another name', { cookie: `x-sigv4-proxy-token=${proxy.token}` }, 401],
    ['its header', { 'x-sigv4-proxy-token': proxy.token ?? '' }, 200],
    ['a bearer', { authorization: `bearer ${proxy.token}` }, 200],
    ['a password', { authorization: basic(`:${proxy.token}`) }, 200],
    ['a cookie', { cookie: `a=b; sigv4-proxy-token=${proxy.token}` }, 200],
    [
      'a right one beside a wrong one',
      { authorization: `Bearer ${wrong}`, 'x-sigv4-proxy-token': proxy.token ?? '' },
      200,
    ],
  ];
  for (const [what, headers, status] of TOKENS) {
    test(`the token as ${what}: ${status}`, async () => {
      const before = server.requests.length;
      const response = await send(proxy.origin, { headers });
      assert.equal(response.status, status);
      assert.equal(server.requests.length - before, status === 200 ? 1 : 0);
      if (status === 401) assert.match(String(response.headers['www-authenticate']), /^Bearer /);
    });
  }

  test('the token in the query', async () => {
    const ask = (/** @type {string} */ token) =>
      send(proxy.origin, { path: `/x?sigv4-proxy-token=${token}` });
    assert.equal((await ask(wrong)).status, 401);
    assert.equal((await ask(proxy.token ?? '')).json().url, '/x');
  });

  test('a browser that opens its page gets a cookie instead of the token in the address', async () => {
    const path = `/x?a=1&sigv4-proxy-token=${proxy.token}`;
    const { host } = new URL(proxy.page);
    const open = (/** @type {Record<string, string>} */ headers) =>
      send(proxy.origin, { path, headers: { accept: 'text/html', ...headers } });
    // Browsers would send a cookie of 127.0.0.1 to every port, including servers of other users.
    for (const other of [`127.0.0.1:${port}`, `localhost:${port}`, `x.localhost:${port}`]) {
      const { status, headers } = await open({ host: other });
      assert.equal(status, 303);
      assert.equal(headers.location, `http://${host}${path}`);
      assert.ok(!('set-cookie' in headers));
    }
    const { status, headers } = await open({ host });
    assert.equal(status, 303);
    assert.equal(headers.location, `http://${host}/x?a=1`);
    assert.equal(
      headers['set-cookie']?.[0],
      `sigv4-proxy-token=${proxy.token}; Path=/; HttpOnly; SameSite=Strict`,
    );
    assert.match(proxy.page, /^http:\/\/sigv4-[\da-f]{12}\.localhost:\d+\/\?sigv4-proxy-token=/);
  });

  test('hostile requests get an error, and the proxy keeps running', async () => {
    const token = `x-sigv4-proxy-token: ${proxy.token}\r\n`;
    const host = `host: 127.0.0.1:${port}\r\n`;
    const end = 'connection: close\r\n\r\n';
    for (const bytes of [
      `GET //evil.example/ HTTP/1.1\r\n${host}${token}${end}`,
      `GET http://127.0.0.1:${port}@evil.example/ HTTP/1.1\r\n${host}${token}${end}`,
      `GET ftp://evil.example/ HTTP/1.1\r\n${host}${token}${end}`,
      `GET * HTTP/1.1\r\n${host}${token}${end}`,
      `OPTIONS * HTTP/1.1\r\n${host}${token}${end}`,
      `GET \\\\evil.example HTTP/1.1\r\n${host}${token}${end}`,
      `GET /%zz?%&=&X-Amz-Signature HTTP/1.1\r\n${host}${token}${end}`,
      `GET / HTTP/1.1\r\n${host}${host}${token}${end}`,
      `POST / HTTP/1.1\r\n${host}${token}content-length: 5\r\ntransfer-encoding: chunked\r\n${end}0\r\n\r\n`,
      `POST / HTTP/1.1\r\n${host}${token}content-length: -1\r\n${end}`,
      `GET / HTTP/1.1\r\n${host}${token}x: ${'y'.repeat(70_000)}\r\n${end}`,
      `GET / HTTP/1.1\r\n${host}${token}__proto__: x\r\n${end}`,
      `GET / HTTP/1.1\r\n${host}${token}x-ü: ü\r\n${end}`,
      `GET / HTTP/1.1\r\n${host}${token}upgrade: h2c\r\nconnection: upgrade\r\n\r\n`,
      'nonsense\r\n\r\n',
    ]) {
      const answer = await exchangeBytes(proxy.origin, bytes);
      assert.match(answer, /^HTTP\/1\.1 [245]\d\d /, bytes.slice(0, 100));
      assert.doesNotMatch(answer, /\n\s+at /);
    }
    const sent = server.requests.map(({ headers }) => headers.host);
    assert.deepEqual([...new Set(sent)], [server.host]);
    assert.equal((await ask({})).status, 200);
  });
});

describe('without a token', async () => {
  const server = await upstreamFor();
  const proxy = await proxyFor({ upstream: server.origin, token: false });

  test('any client on this machine may use it by its own name', async () => {
    assert.equal(proxy.token, undefined);
    assert.equal((await fetch(proxy.origin)).status, 200);
  });

  test('no client may name another host, because pages with a rebound name could', async () => {
    for (const options of [
      { headers: { host: server.host.replace('127.0.0.1', 'x.example') } },
      { path: 'http://x.example/' },
    ])
      assert.equal((await send(proxy.origin, options)).status, 403);
  });
});

test('it listens only on 127.0.0.1', async () => {
  const server = await upstreamFor();
  const proxy = await proxyFor({ upstream: server.origin });
  assert.match(proxy.origin, /^http:\/\/127\.0\.0\.1:\d+$/);
  const { port } = new URL(proxy.origin);
  const socket = net.connect({ host: '127.0.0.2', port: Number(port) });
  const [error] = await once(socket, 'error');
  assert.equal(error.code, 'ECONNREFUSED');
});

test('IPv6', async () => {
  const server = await upstreamFor();
  const proxy = await proxyFor({ upstream: server.origin, host: '::1' });
  assert.equal((await fetch(proxy.origin, { headers: proxy.headers })).status, 200);
});
