// `sigv4 inspect`: the responses of its server, the clients that get them, and the requests that it forwards.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { serveInspector } from 'sigv4-wasm-devtools/inspector';

import { sigv4 } from '../support/cli.js';
import { exchangeBytes } from '../support/gateway.js';
import { openChromium } from '../support/inspector-page.js';

/** @param {string} url @param {import('node:http').RequestOptions} [options] */
function get(url, options = {}) {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, options, async (response) => {
      let body = '';
      for await (const chunk of response) body += chunk;
      resolve({ status: response.statusCode, headers: response.headers, body });
    });
    request.on('error', reject);
    request.end();
  });
}

describe('the server of the page', () => {
  let inspector;
  before(async () => {
    inspector = await serveInspector({});
  });
  after(() => inspector.close());

  test('sends the page with a strict policy', async () => {
    const { status, headers, body } = await get(inspector.url);
    assert.equal(status, 200);
    assert.match(body, /<title>/);
    const policy = headers['content-security-policy'];
    for (const rule of [
      "default-src 'none'",
      "connect-src 'self'",
      "frame-ancestors 'none'",
      "form-action 'none'",
    ]) {
      assert.ok(policy.includes(rule), rule);
    }
    assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'|https?:|\*/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
    // So that the policy can be that strict.
    assert.doesNotMatch(body, /<script(?![^>]* src="\.\/)|<style|style=|\son\w+=/);
  });

  test('knows its files and no others', async () => {
    const { body } = await get(inspector.url);
    const [, script] = /src="\.\/([^"]+)"/.exec(body);
    assert.equal(
      (await get(inspector.url + script)).headers['content-type'],
      'text/javascript; charset=utf-8',
    );
    for (const path of [
      '../package.json',
      '%2e%2e/package.json',
      'assets/',
      'nothing',
      '..%2f..%2fpackage.json',
      // No URL, nor a path of one.
      ...['/', '/evil', '/['],
    ]) {
      const { status } = await get(inspector.url, { path: `/${path}` });
      assert.equal(status, 404, path);
    }
  });

  test('answers to this machine by its names and to addresses, and to no other name', async () => {
    const hosts = {
      'localhost:1': 200,
      'a.localhost': 200,
      '127.0.0.1:80': 200,
      '[::1]:80': 200,
      'evil.example': 403,

      'localhost.evil.example': 403,
    };
    for (const [host, expected] of Object.entries(hosts)) {
      const { status } = await get(inspector.url, { headers: { host } });
      assert.equal(status, expected, host);
    }
  });

  test('answers to no page of another origin', async () => {
    const { host } = new URL(inspector.url);
    for (const [headers, expected] of [
      [{ origin: 'https://evil.example' }, 403],
      [{ origin: 'null' }, 403],
      [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' }, 403],
      [{ origin: `http://${host}` }, 200],
      [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, 200],
    ]) {
      assert.equal(
        (await get(inspector.url, { headers: { host, ...headers } })).status,
        expected,
        JSON.stringify(headers),
      );
    }
  });

  test('survives targets that are no paths', async () => {
    for (const target of ['http://', 'http://a:b:c/', '*']) {
      const bytes = `GET ${target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`;
      assert.match(await exchangeBytes(inspector.url, bytes), /^HTTP\/1\.1 404 /, target);
    }
  });

  test('only reads', async () => {
    assert.equal((await get(inspector.url, { method: 'POST' })).status, 405);
    assert.equal((await get(inspector.url, { method: 'HEAD' })).body, '');
  });

  test('says that there is no gateway, and when one is away', async () => {
    assert.deepEqual(JSON.parse((await get(`${inspector.url}_sigv4/health`)).body), { ok: false });
    assert.equal((await get(`${inspector.url}_sigv4/requests`)).status, 404);
    const away = await serveInspector({ gateway: new URL('http://127.0.0.1:9') });
    assert.equal((await get(`${away.url}_sigv4/health`)).status, 502);
    await away.close();
  });

  test('has no token of its own for the gateway: it hands on that of who asks', async () => {
    const seen = [];
    const gateway = createServer(({ url, headers }, response) => {
      seen.push([url, headers.authorization]);
      response.writeHead(200).end('{}');
    });
    await once(gateway.listen(0, '127.0.0.1'), 'listening');
    const { origin } = new URL(`http://127.0.0.1:${gateway.address().port}`);
    const shown = await serveInspector({ gateway: new URL(`${origin}/_sigv4/inspector/#token=abc`) });
    assert.equal(new URL(shown.url).hash, '#token=abc');
    const ask = (path, headers) => get(new URL(path, shown.url), { headers });
    await ask('/_sigv4/requests');
    await ask('/_sigv4/requests?token=abc');
    await ask('/_sigv4/requests', { authorization: 'Bearer abc' });
    assert.deepEqual(seen, [
      ['/_sigv4/requests', undefined],
      ['/_sigv4/requests?token=abc', undefined],
      ['/_sigv4/requests', 'Bearer abc'],
    ]);
    gateway.close().closeAllConnections();
    await shown.close();
  });

  test('events end when the gateway does', { timeout: 20_000 }, async () => {
    const gateway = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': hello\n\n');
    });
    await once(gateway.listen(0, '127.0.0.1'), 'listening');
    const shown = await serveInspector({ gateway: new URL(`http://127.0.0.1:${gateway.address().port}`) });
    const [response] = await once(httpRequest(`${shown.url}_sigv4/events`).end(), 'response');
    await once(response, 'data');
    gateway.close().closeAllConnections();
    await new Promise((resolve) => response.on('error', resolve).on('close', resolve));
    await shown.close();
  });
});

test('the command prints where the page is, and ends when it is told to', async () => {
  const { resolve } = createRequire(import.meta.url);
  const command = join(dirname(resolve('sigv4-wasm-devtools/package.json')), 'bin/sigv4.js');
  const child = spawn(process.execPath, [command, 'inspect', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  const [, url] = /^inspector +(http:\/\/127\.0\.0\.1:\d+\/)$/m.exec(String(line)) ?? [];
  assert.equal((await get(url)).status, 200);
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

test('a port that is taken is said, with an exit code of its own', async () => {
  const inspector = await serveInspector({});
  const { resolve } = createRequire(import.meta.url);
  const command = join(dirname(resolve('sigv4-wasm-devtools/package.json')), 'bin/sigv4.js');
  const child = spawn(process.execPath, [command, 'inspect', '--port', new URL(inspector.url).port]);
  const [said] = await once(child.stderr, 'data');
  assert.match(String(said), /is in use: .*--port/);
  assert.deepEqual(await once(child, 'exit'), [69, null]);
  await inspector.close();
});

test('so are a port and a host that there cannot be', async () => {
  for (const args of [
    ['--port', '99999'],
    ['--port', '0', '--host', '192.0.2.1'],
  ]) {
    const { code, stderr } = await sigv4(['inspect', ...args]);
    assert.equal(code, 69);
    assert.match(stderr, /: choose .* with --(?:port|host)/);
  }
});

describe('the requests of a gateway', () => {
  const base64 = (/** @type {string} */ text) => Buffer.from(text).toString('base64');
  const exchange = (id, more = {}) => ({
    ...{
      id,
      at: '2026-01-02T03:04:05.000Z',
      durationMs: 1,
      allowed: true,
      principal: 'arn:aws:iam::1:role/reader',
    },
    request: {
      ...{ method: 'POST', url: `/prod/${id}?a=1`, body: base64('{"a":1}'), truncated: false },
      headers: [
        ['Host', '127.0.0.1:3000'],
        ['Content-Type', 'application/json'],
        ['X-Amz-Date', '20260102T030405Z'],
        ['X-Amz-Security-Token', '(hidden)'],
        [
          'Authorization',
          'AWS4-HMAC-SHA256 Credential=ASIAGATEWAY/20260102/us-east-1/execute-api/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature=00',
        ],
      ],
    },
    response: {
      status: 200,
      headers: [['content-type', 'application/json']],
      body: base64('{}'),
      truncated: false,
    },
    ...more,
  });
  const refused = exchange('refused', {
    allowed: false,
    refusal: { code: 'ERR', type: 'InvalidSignatureException', message: 'does not match' },
    response: { status: 403, headers: [], body: base64('{"message":"Forbidden"}'), truncated: false },
  });
  const explained = {
    ...refused,
    mismatches: [
      {
        code: 'wrong-region',
        part: 'scope',
        summary: 'The client signed for another region.',
        fix: 'Sign for us-east-1.',
      },
    ],
  };

  let gateway;
  let chromium;
  /** @type {import('node:http').ServerResponse[]} */
  const listeners = [];
  before(async () => {
    chromium = await openChromium();
    gateway = createServer((request, response) => {
      const answers = {
        '/_sigv4/health': { ok: true },
        '/_sigv4/requests': { requests: [exchange('second'), exchange('first')] },
      };
      const { pathname } = new URL(request.url ?? '/', 'http://h');
      if (pathname === '/_sigv4/events') {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': hello\n\n');
        listeners.push(response);
      } else if (pathname in answers) {
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify(answers[pathname]));
      } else response.writeHead(404).end();
    });
    await new Promise((resolve) => gateway.listen(0, '127.0.0.1', () => resolve(undefined)));
  });
  after(async () => {
    await chromium.close();
    gateway.closeAllConnections();
    gateway.close();
  });

  test('are shown as they come, explained, and taken apart when chosen', async () => {
    const { port } = gateway.address();
    const inspector = await serveInspector({ gateway: new URL(`http://127.0.0.1:${port}`) });
    const opened = await chromium.open(inspector.url);
    const { page, says, part, partIs } = opened;
    const tell = (told) =>
      listeners.forEach((one) => one.write(`event: request\ndata: ${JSON.stringify(told)}\n\n`));
    const rows = () =>
      page.$$eval('.exchanges .target', (targets) => targets.map(({ textContent }) => textContent));
    await says('.exchanges', /first/);
    assert.deepEqual(await rows(), ['POST /prod/second?a=1', 'POST /prod/first?a=1']);
    tell(refused);
    await says('.exchanges', /refused/);
    tell(exchange('last'));
    await says('.exchanges', /last/);
    tell(explained);
    await says('.exchanges', /another region/);
    assert.deepEqual(await rows(), [
      ...['POST /prod/last?a=1', 'POST /prod/refused?a=1'],
      ...['POST /prod/second?a=1', 'POST /prod/first?a=1'],
    ]);
    await page.locator('.exchanges li:nth-child(2) button').click();
    await partIs('canonical.path', '/prod/refused');
    assert.equal(await part('request.body'), '{"a":1}');
    assert.equal(await part('access-key'), 'ASIAGATEWAY');
    await says('.verdict', /ASIAGATEWAY.*another region/s);
    await says('.findings', /another region.*Sign for us-east-1/s);
    assert.match(
      await page.$eval('[aria-label="The response of the server"]', (box) => box.value),
      /^HTTP\/1\.1 403\n.*Forbidden/s,
    );
    assert.equal(
      await page.$eval('#field-secretAccessKey', (field) => field.value),
      '',
      'no secret of another key',
    );
    assert.deepEqual(opened.complaints, []);
    await opened.close();
    await inspector.close();
  });
});
