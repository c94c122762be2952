// `sigv4 proxy` in front of a gateway that verifies: requests of clients arrive signed and otherwise unchanged.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';

import axios from 'axios';
import aws4 from 'aws4';
import { presignUrl, signRequest } from 'sigv4-wasm';
import { startProxy } from 'sigv4-wasm-devtools/proxy';

import { eventually, exchangeBytes, gatewayFor, REGION } from '../support/gateway.js';
import { gatewayAndProxy, KEYS, proxyFor, send, upstreamFor } from '../support/proxy.js';

const curl = (/** @type {string[]} */ ...args) => promisify(execFile)('curl', ['-sS', ...args]);

describe('in front of a gateway', async () => {
  const { gateway, proxy } = await gatewayAndProxy();
  const { headers } = proxy;

  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
    test(`${method} is signed`, async () => {
      const response = await fetch(`${proxy.origin}/orders`, { method, headers });
      const body = await response.json();
      assert.equal(response.status, 200, JSON.stringify(body));
      assert.equal(body.method, method);
      assert.equal(body.identity.accessKey, gateway.credentials().accessKeyId);
    });
  }

  test('HEAD has no body', async () => {
    const response = await fetch(`${proxy.origin}/orders`, { method: 'HEAD', headers });
    assert.equal(response.status, 200);
    assert.ok(Number(response.headers.get('content-length')) > 0);
  });

  for (const target of [
    '/a%2Fb/c%20d',
    '/a//b/',
    '/a/../b/./c',
    '/ü'.replace('ü', '%C3%BC'),
    "/it's!(*)~$,;=@:+",
    '/?a=1&a=2&b=&c',
    '/?q=1%2B1+x&z=%7E',
    '/?=x&&y',
  ]) {
    test(`the target ${target} is accepted unchanged`, async () => {
      const { status, text } = await send(proxy.origin, { path: target, headers });
      assert.equal(status, 200, text);
    });
  }

  test('bodies of any kind arrive', async () => {
    for (const body of ['grüß dich', randomBytes(200_000), '', '0']) {
      const response = await fetch(`${proxy.origin}/orders`, { method: 'POST', headers, body });
      const { sha256 } = await response.json();
      assert.equal(sha256, createHash('sha256').update(body).digest('hex'));
    }
  });

  test('a body of unknown length arrives', async () => {
    const pieces = ['one ', 'two ', 'three'];
    const body = new ReadableStream({
      pull: (controller) =>
        pieces.length > 0 ? controller.enqueue(Buffer.from(pieces.shift())) : controller.close(),
    });
    const response = await fetch(`${proxy.origin}/orders`, {
      ...{ method: 'POST', headers, body, duplex: 'half' },
    });
    assert.equal((await response.json()).body, 'one two three');
  });

  test('curl and axios need only its URL', async () => {
    const url = proxy.origin.replace('//', `//me:${proxy.token}@`);
    const { stdout } = await curl(`${url}/orders?x=1`, '-d', 'item=tea');
    assert.equal(JSON.parse(stdout).body, 'item=tea');
    const { data } = await axios.post(`${url}/orders`, { item: 'tea' });
    assert.deepEqual(JSON.parse(data.body), { item: 'tea' });
  });

  test('a client that waits for 100 Continue gets it', async () => {
    const body = 'x'.repeat(100_000);
    const { stdout } = await curl(
      ...['-H', 'Expect: 100-continue', '-H', `x-sigv4-proxy-token: ${proxy.token}`],
      ...['--expect100-timeout', '60', '--data-binary', body, `${proxy.origin}/orders`],
    );
    assert.equal(JSON.parse(stdout).length, body.length);
  });

  describe('a signed request is signed again', () => {
    const stranger = {
      accessKeyId: 'AKIASTRANGER',
      secretAccessKey: 'of somebody else',
      sessionToken: 'old',
    };
    const scope = { region: 'us-west-2', service: 's3', credentials: stranger };

    test('in headers', async () => {
      const signed = await signRequest({ method: 'POST', url: `${proxy.origin}/orders`, body: 'tea' }, scope);
      const response = await fetch(signed.url, { ...signed, headers: { ...signed.headers, ...headers } });
      const { identity, body } = await response.json();
      assert.equal(response.status, 200);
      assert.equal(identity.accessKey, gateway.credentials().accessKeyId);
      assert.equal(body, 'tea');
    });

    test('in headers, by aws4', async () => {
      const { host } = new URL(proxy.origin);
      const signed = aws4.sign(
        { host, path: '/orders', region: 'a', service: 'b', headers: { ...headers } },
        stranger,
      );
      assert.equal((await send(proxy.origin, signed)).status, 200);
    });

    test('in the query', async () => {
      const url = await presignUrl(`${proxy.origin}/orders?keep=this`, scope);
      const { status, text } = await send(url, { path: url.slice(proxy.origin.length), headers });
      assert.equal(status, 200, text);
      assert.equal(JSON.parse(text).query, 'keep=this');
    });
  });

  test('paths of the proxy: health needs no token, metrics do', async () => {
    assert.deepEqual(await (await fetch(`${proxy.origin}/_sigv4/health`)).json(), { ok: true });
    const metrics = `${proxy.origin}/_sigv4/metrics`;
    assert.equal((await fetch(metrics)).status, 401);
    const response = await fetch(metrics, { headers: { authorization: `Bearer ${proxy.token}` } });
    const text = await response.text();
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
    const { host } = new URL(gateway.origin);
    assert.match(
      text,
      new RegExp(`^sigv4_proxy_requests_total\\{upstream="${host}",status="200"\\} \\d+$`, 'm'),
    );
    assert.match(text, /^sigv4_proxy_refusals_total\{code="ERR_PROXY_TOKEN"\} 1$/m);
    assert.match(text, /^sigv4_proxy_request_duration_seconds_bucket\{upstream="[^"]+",le="\+Inf"\} \d+$/m);
    for (const line of text.trimEnd().split('\n'))
      assert.match(line, /^# (?:HELP|TYPE) \w+ .+$|^\w+(?:\{[^}]*\})? [\d.e+-]+$/);
    assert.equal(proxy.metrics().split('\n')[0], text.split('\n')[0]);
    assert.equal((await fetch(`${proxy.origin}/_sigv4/other`, { headers })).status, 404);
  });

  test('the log contains neither the token nor a signature', async () => {
    const url = await presignUrl(`${proxy.origin}/orders`, { region: 'a', service: 'b', credentials: KEYS });
    await fetch(`${url}&sigv4-proxy-token=${proxy.token}`);
    await eventually(() => proxy.lines.some((line) => /X-Amz-…/.test(line)));
    assert.ok(!proxy.lines.join('\n').includes(proxy.token ?? '-'));
    assert.doesNotMatch(proxy.lines.join('\n'), /Signature=[0-9a-f]{64}/);
  });
});

describe('the upstream gets', async () => {
  const upstream = await upstreamFor();
  const proxy = await proxyFor({
    upstream: { url: `${upstream.origin}/base/`, region: REGION, service: 'execute-api' },
    headers: { 'X-Added': 'by the proxy' },
    strip: ['X-Unwanted'],
    copyHeaders: { authorization: 'x-original-authorization' },
  });
  const arrived = async (/** @type {Record<string, string | string[]>} */ headers, path = '/x') =>
    (await send(proxy.origin, { path, headers: { ...proxy.headers, ...headers } })).json();

  test('its own host, and its base path', async () => {
    const { url, headers } = await arrived({}, '/x?y=1');
    assert.equal(url, '/base/x?y=1');
    assert.equal(headers.host, upstream.host);
    assert.match(
      headers.authorization,
      /^AWS4-HMAC-SHA256 Credential=AKIAPROXY\/\d{8}\/eu-west-1\/execute-api\//,
    );
  });

  test('no header that is meant for the proxy', async () => {
    const { headers } = await arrived({
      connection: 'keep-alive, x-private',
      'x-private': '1',
      te: 'trailers',
      'keep-alive': 'timeout=5',
      'proxy-authorization': 'Basic eA==',
      'x-unwanted': '1',
    });
    for (const name of [
      'x-private',
      'te',
      'keep-alive',
      'proxy-authorization',
      'x-unwanted',
      'x-sigv4-proxy-token',
    ])
      assert.ok(!(name in headers), name);
    assert.equal(headers['x-added'], 'by the proxy');
  });

  test('no form of the token', async () => {
    const basic = Buffer.from(`me:${proxy.token}`).toString('base64');
    const all = {
      authorization: `Bearer ${proxy.token}`,
      'proxy-authorization': `Basic ${basic}`,
      cookie: `a=1; sigv4-proxy-token=${proxy.token}; b=2`,
    };
    const { headers, url, rawHeaders } = await arrived(all, `/x?a=1&sigv4-proxy-token=${proxy.token}&b=2`);
    assert.equal(url, '/base/x?a=1&b=2');
    assert.equal(headers.cookie, 'a=1; b=2');
    // A copy is forwarded on request.
    const rest = rawHeaders.filter((one) => !one.startsWith('Bearer '));
    assert.ok(!rest.join('\n').includes(proxy.token ?? '-') && !rest.join('\n').includes(basic));
  });

  test('a copy of the Authorization header that the signature replaces', async () => {
    const { headers } = await arrived({ authorization: 'Bearer of-the-application' });
    assert.equal(headers['x-original-authorization'], 'Bearer of-the-application');
    assert.match(headers.authorization, /^AWS4-/);
  });

  test('Origin and Referer of its own pages', async () => {
    const { headers } = await arrived({ origin: proxy.origin, referer: `${proxy.origin}/page?x` });
    assert.equal(headers.origin, upstream.origin);
    assert.equal(headers.referer, `${upstream.origin}/base/page?x`);
  });

  test('the hash that a client sent, for a body that is streamed', async () => {
    const body = 'x'.repeat(70_000);
    const sha256 = createHash('sha256').update(body).digest('hex');
    const options = {
      method: 'POST',
      path: '/x',
      headers: { ...proxy.headers, 'x-amz-content-sha256': sha256 },
    };
    const { length } = (await send(proxy.origin, options, body)).json();
    assert.equal(length, body.length);
  });
});

describe('a response', async () => {
  const gzipped = gzipSync('{"message":"Forbidden"}');
  const upstream = await upstreamFor((incoming, outgoing) => {
    const answers = {
      '/base/redirect': () =>
        outgoing
          .writeHead(302, [
            ...['location', `${upstream.origin}/base/next?x=1#y`],
            ...['set-cookie', 'a=1; Domain=example.com; Path=/; Secure; HttpOnly', 'set-cookie', 'b=2'],
            ...['set-cookie', '__Host-c=3; Path=/; Secure'],
            ...['connection', 'x-hop', 'x-hop', '1', 'x-end', '1', 'X-END', '2'],
          ])
          .end(),
      '/base/relative': () => outgoing.writeHead(301, { location: '/base/next' }).end(),
      '/base/elsewhere': () =>
        outgoing.writeHead(302, { location: 'https://login.example.com/base/next' }).end(),
      '/base/denied': () => outgoing.writeHead(403, { 'content-encoding': 'gzip' }).end(gzipped),
      '/base/not-modified': () => outgoing.writeHead(304, { etag: '"x"' }).end(),
      '/base/nothing': () => outgoing.writeHead(204).end(),
      '/base/broken': () => {
        outgoing.writeHead(200, { 'content-length': '100' }).write('only this');
        setTimeout(() => outgoing.destroy(), 20);
      },
    };
    return answers[/** @type {keyof typeof answers} */ (incoming.url)]();
  });
  const proxy = await proxyFor({ upstream: `${upstream.origin}/base` });
  const get = (/** @type {string} */ path) => send(proxy.origin, { path, headers: proxy.headers });

  test('a redirect, and cookies, stay at the proxy', async () => {
    const { status, headers, rawHeaders } = await get('/redirect');
    assert.equal(status, 302);
    assert.equal(headers.location, `${proxy.origin}/next?x=1#y`);
    assert.deepEqual(headers['set-cookie'], ['a=1; Path=/; HttpOnly', 'b=2', '__Host-c=3; Path=/; Secure']);
    assert.ok(!('x-hop' in headers));
    assert.deepEqual(
      rawHeaders.filter((_, i) => /^x-end$/i.test(rawHeaders[i - 1])),
      ['1', '2'],
    );
    assert.equal((await get('/relative')).headers.location, '/next');
    assert.equal((await get('/elsewhere')).headers.location, 'https://login.example.com/base/next');
  });

  test('without a body has none', async () => {
    assert.equal((await get('/not-modified')).headers.etag, '"x"');
    assert.equal((await get('/nothing')).status, 204);
  });

  test('with status 403 is explained on the terminal, and passes byte for byte', async () => {
    const response = await get('/denied');
    assert.equal(response.status, 403);
    assert.deepEqual(Buffer.from(response.text, 'latin1'), gzipped);
    await eventually(() => proxy.lines.some((line) => /fix {2}/.test(line)));
  });

  test('that breaks off also breaks off for the client', async () => {
    await assert.rejects(get('/broken'), /aborted/);
    await eventually(() => proxy.lines.some((line) => /broken off/.test(line)));
  });
});

describe('an explanation', async () => {
  test('names the wrong region, if the upstream is a gateway', async () => {
    const gateway = await gatewayFor();
    const other = await proxyFor({
      upstream: { url: gateway.base, region: 'eu-west-2', service: 'execute-api' },
      credentials: gateway.credentials,
    });
    assert.equal((await fetch(other.origin, { headers: other.headers })).status, 403);
    await eventually(() => other.lines.some((line) => /cause .*eu-west-2/.test(line)));
  });

  test('of a wrong clock corrects the clock of the proxy', async () => {
    const ahead = await gatewayFor({}, { now: () => new Date(Date.now() + 3_600_000) });
    const dated = http.createServer((incoming, outgoing) => {
      // The gateway does not send the date of the clock that it verifies with.
      const { method, url, headers } = incoming;
      const { hostname, port } = new URL(ahead.origin);
      incoming.pipe(
        http.request({ hostname, port, method, path: url, headers }, (answer) => {
          const date = new Date(Date.now() + 3_600_000).toUTCString();
          outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, date });
          answer.pipe(outgoing);
        }),
      );
    });
    dated.listen(0, '127.0.0.1');
    await once(dated, 'listening');
    const { port } = /** @type {import('node:net').AddressInfo} */ (dated.address());
    const proxy = await proxyFor({
      upstream: `http://127.0.0.1:${port}/prod`,
      credentials: ahead.credentials,
    });
    const status = async () => (await fetch(proxy.origin, { headers: proxy.headers })).status;
    assert.equal(await status(), 403);
    await eventually(() => proxy.lines.some((line) => /fix .*NTP/.test(line)));
    assert.equal(await status(), 200);
    dated.close().closeAllConnections();
  });
});

describe('credentials', async () => {
  test('are fetched again before they expire, once for all requests', async () => {
    const upstream = await upstreamFor();
    let asked = 0;
    const proxy = await proxyFor({
      upstream: upstream.origin,
      credentials: async () => {
        asked += 1;
        const expiration = new Date(Date.now() + (asked === 1 ? 1000 : 3_600_000));
        return {
          accessKeyId: `ASIA${asked}`,
          secretAccessKey: 'secret',
          sessionToken: `token ${asked}`,
          expiration,
        };
      },
    });
    const keyOf = async () => {
      const { headers } = await (await fetch(proxy.origin, { headers: proxy.headers })).json();
      return /Credential=(\w+)/.exec(headers.authorization)?.[1];
    };
    assert.equal(await keyOf(), 'ASIA1');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const later = await Promise.all([keyOf(), keyOf(), keyOf()]);
    assert.deepEqual(later, ['ASIA2', 'ASIA2', 'ASIA2']);
    assert.equal(asked, 2);
  });

  test('that are unavailable are reported on the terminal, and not to the client', async () => {
    const upstream = await upstreamFor();
    const proxy = await proxyFor({
      upstream: upstream.origin,
      credentials: () => Promise.reject(new Error('the vault at /secret/place is locked')),
    });
    const response = await fetch(proxy.origin, { headers: proxy.headers });
    assert.equal(response.status, 503);
    assert.equal(response.headers.get('x-sigv4-proxy-error'), 'ERR_PROXY_CREDENTIALS');
    assert.doesNotMatch(await response.text(), /vault/);
    assert.equal(upstream.requests.length, 0);
  });
});

describe('failures of the upstream', async () => {
  test('nobody listens: 502', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = /** @type {net.AddressInfo} */ (server.address());
    await new Promise((resolve) => server.close(resolve));
    const proxy = await proxyFor({ upstream: `http://127.0.0.1:${port}` });
    const response = await fetch(proxy.origin, { headers: proxy.headers });
    assert.equal(response.status, 502);
    const { code, message, fix } = await response.json();
    assert.equal(code, 'ERR_PROXY_UPSTREAM');
    assert.match(message, /ECONNREFUSED/);
    assert.ok(fix);
  });

  test('no response in time: 504', async () => {
    const upstream = await upstreamFor(() => {});
    const proxy = await proxyFor({ upstream: upstream.origin, timeoutMs: 1000 });
    const response = await fetch(proxy.origin, { headers: proxy.headers });
    assert.equal(response.status, 504);
    assert.equal((await response.json()).code, 'ERR_PROXY_TIMEOUT');
  });

  test('not HTTP: 502', async () => {
    const server = net.createServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = /** @type {net.AddressInfo} */ (server.address());
    const proxy = await proxyFor({ upstream: `http://127.0.0.1:${port}` });
    assert.equal((await fetch(proxy.origin, { headers: proxy.headers })).status, 502);
    server.close();
  });

  test('a response with headers that cannot be sent: 502', async () => {
    const response = 'HTTP/1.1 200 OK\r\nx-a: \x01\x02\r\ncontent-length: 0\r\n\r\n';
    const server = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end(response));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = /** @type {net.AddressInfo} */ (server.address());
    const proxy = await proxyFor({ upstream: `http://127.0.0.1:${port}` });
    assert.equal((await fetch(proxy.origin, { headers: proxy.headers })).status, 502);
    server.close();
  });

  test('no request is lost if the upstream closes a connection while it is reused', async () => {
    // Each connection serves one request, and closes at the second without reading it.
    let connections = 0;
    const server = net.createServer((socket) => {
      connections += 1;
      let count = 0;
      socket.on('error', () => {});
      socket.on('data', () => {
        count += 1;
        if (count > 1) return socket.destroy();
        return socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\nok');
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = /** @type {net.AddressInfo} */ (server.address());
    const proxy = await proxyFor({ upstream: `http://127.0.0.1:${port}` });
    for (let i = 0; i < 5; i++)
      assert.equal((await fetch(proxy.origin, { headers: proxy.headers })).status, 200);
    assert.equal(connections, 5);
    const post = () => fetch(proxy.origin, { method: 'POST', body: 'x', headers: proxy.headers });
    // The upstream may have processed a POST.
    assert.deepEqual([(await post()).status].concat((await post()).status).sort(), [200, 502]);
    server.close();
  });

  test('connections are reused', async () => {
    const upstream = await upstreamFor();
    let connections = 0;
    upstream.server.on('connection', () => (connections += 1));
    const proxy = await proxyFor({ upstream: upstream.origin });
    for (let i = 0; i < 10; i++) await (await fetch(proxy.origin, { headers: proxy.headers })).text();
    assert.equal(connections, 1);
  });

  test('a client that disconnects cancels the request', async () => {
    const upstream = await upstreamFor(() => {});
    const proxy = await proxyFor({ upstream: upstream.origin });
    const cancel = new AbortController();
    const response = fetch(proxy.origin, { headers: proxy.headers, signal: cancel.signal });
    await eventually(() => upstream.requests.length === 1);
    const closed = new Promise((resolve) => upstream.requests[0].socket.on('close', resolve));
    cancel.abort();
    await assert.rejects(response);
    await closed;
    assert.match(proxy.metrics(), /^sigv4_proxy_in_flight_requests 0$/m);
  });

  test('a response that nobody reads does not fill the memory, and a disconnect cancels it upstream', async () => {
    let written = 0;
    const upstream = await upstreamFor((_, outgoing) => {
      outgoing.on('error', () => {});
      const chunk = Buffer.alloc(65_536);
      const write = () => {
        do written += chunk.length;
        while (outgoing.writable && outgoing.write(chunk));
      };
      outgoing.on('drain', write);
      write();
    });
    const proxy = await proxyFor({ upstream: upstream.origin });
    const { hostname, port } = new URL(proxy.origin);
    const request = http.get({ hostname, port, headers: proxy.headers });
    request.on('error', () => {});
    const [response] = await once(request, 'response');
    response.on('error', () => {});
    let last = -1;
    await eventually(() => {
      const isSettled = written === last && written > 0;
      last = written;
      return isSettled;
    });
    assert.ok(written < 64 * 1024 * 1024, `${written} bytes`);
    const closed = new Promise((resolve) => upstream.requests[0].socket.on('close', resolve));
    response.destroy();
    await closed;
  });
});

describe('a body that must be hashed', async () => {
  const upstream = await upstreamFor();
  const proxy = await proxyFor({ upstream: upstream.origin, maxBodyBytes: 1000 });
  const post = { method: 'POST', headers: proxy.headers };

  test('is refused above the limit, before it is sent if its length is known', async () => {
    for (const body of ['x'.repeat(1001), new Blob(['x'.repeat(2000)]).stream()]) {
      const response = await fetch(proxy.origin, { ...post, body, duplex: 'half' });
      assert.equal(response.status, 413);
      const { code, fix } = await response.json();
      assert.equal(code, 'ERR_PROXY_BODY');
      assert.match(fix, /--max-body/);
    }
    const { port } = new URL(proxy.origin);
    const head = `POST / HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nx-sigv4-proxy-token: ${proxy.token}\r\ncontent-length: 1001\r\nexpect: 100-continue\r\n\r\n`;
    assert.match(await exchangeBytes(proxy.origin, head), /^HTTP\/1\.1 413 /);
    assert.equal(upstream.requests.length, 0);
  });

  test('is forwarded if the client sends its hash', async () => {
    const body = 'x'.repeat(5000);
    const sha256 = createHash('sha256').update(body).digest('hex');
    const headers = { ...proxy.headers, 'x-amz-content-sha256': sha256 };
    assert.equal((await fetch(proxy.origin, { method: 'POST', headers, body })).status, 200);
  });
});

describe('options', () => {
  const credentials = KEYS;
  const upstream = 'https://abc123.execute-api.eu-west-1.amazonaws.com';
  /** @type {[what: string, options: any, message: RegExp][]} */
  const CASES = [
    ['no upstream', { credentials }, /there is no upstream/],
    ['no credentials', { upstream }, /credentials is missing/],
    ['an unknown option', { upstream, credentials, upstreams: [] }, /no option upstreams/],
    ['a scheme', { upstream: 'ftp://x', credentials }, /not an http: or https: URL/],
    ['a user in the URL', { upstream: 'https://me:secret@x', credentials }, /must have no user/],
    ['a name twice', { upstream: [upstream, `${upstream}/prod`], credentials }, /two upstreams/],
    ['a short token', { upstream, credentials, token: 'short' }, /16 or more/],
    ['any origin', { upstream, credentials, allowOrigin: ['*'] }, /is not an origin/],
    ['no origin', { upstream, credentials, allowOrigin: ['null'] }, /is not an origin/],
    ['a URL as an origin', { upstream, credentials, allowOrigin: ['http://x/y'] }, /is not an origin/],
    ['a payload', { upstream, credentials, payload: 'none' }, /payload must be one of/],
    [
      'a header of the signature',
      { upstream, credentials, headers: { authorization: 'x' } },
      /cannot be set/,
    ],
    ...['*', '*.com', '*.*.com', 'a.*.com', '*amazonaws.com', 'https://*.amazonaws.com', ''].map(
      (match) =>
        /** @type {[string, any, RegExp]} */ ([
          `the pattern "${match}"`,
          { match, credentials },
          /not a pattern/,
        ]),
    ),
  ];
  for (const [what, options, message] of CASES) {
    test(`${what} is refused`, async () => {
      await assert.rejects(startProxy(options), (/** @type {any} */ error) => {
        assert.equal(error.code, 'ERR_PROXY_OPTION');
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /secret/);
        return true;
      });
    });
  }

  test('nothing is signed with sign: false', async () => {
    const server = await upstreamFor();
    const proxy = await proxyFor({ upstream: server.origin, sign: false, credentials: undefined });
    const { headers } = await (await fetch(proxy.origin, { headers: proxy.headers })).json();
    assert.ok(!('authorization' in headers));
  });

  test('SigV4a', async () => {
    const server = await upstreamFor();
    const proxy = await proxyFor({ upstream: server.origin, sigv4a: true, region: 'us-east-1,eu-*' });
    const { headers } = await (await fetch(proxy.origin, { headers: proxy.headers })).json();
    assert.match(headers.authorization, /^AWS4-ECDSA-P256-SHA256 /);
    assert.equal(headers['x-amz-region-set'], 'us-east-1,eu-*');
  });
});
