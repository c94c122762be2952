// examples/s3-browser-upload in Chromium, with a bucket of s3s-fs.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { launchChromium } from '../support/chromium.js';
import { REGION, startExample } from '../support/examples.js';
import { S3Client } from './support/s3-client.js';
import { s3sFs } from './support/s3-servers.js';
import { describeWith } from './support/tools.js';

describeWith(s3sFs.program, 'a page that uploads', () => {
  const FILE = randomBytes(3 * 1024 * 1024);
  /** @type {import('./support/server.js').RunningServer} */
  let server;
  /** @type {Awaited<ReturnType<typeof withCors>>} */
  let endpoint;
  /** @type {Awaited<ReturnType<typeof launchChromium>>} */
  let chromium;
  /** @type {S3Client} */
  let s3;
  /** @type {string} */
  let directory;
  /** @type {string} */
  let origin;
  before(async () => {
    server = await s3sFs.start(s3sFs.credentials);
    endpoint = await withCors(server.origin);
    s3 = new S3Client({ origin: server.origin, credentials: s3sFs.credentials, bucket: 'bucket' });
    await s3.ok({ method: 'PUT' });
    directory = await mkdtemp(join(tmpdir(), 'upload-'));
    ({ origin } = await startExample('s3-browser-upload', {
      BUCKET: 'bucket',
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: s3sFs.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3sFs.credentials.secretAccessKey,
      AWS_SESSION_TOKEN: '',
      AWS_ENDPOINT_URL_S3: endpoint.origin,
    }));
    chromium = await launchChromium();
  });
  after(async () => {
    await chromium?.close();
    await endpoint?.close();
    await server?.stop();
    await rm(directory, { recursive: true });
  });

  /** @type {Record<string, { status: number, seen: RegExp }>} */
  const WAYS = {
    put: { status: 200, seen: /^PUT \/bucket\/uploads\/put%20gr%C3%BC%C3%9Fe\.bin\?X-Amz-/ },
    form: { status: 204, seen: /^POST \/bucket\/?$/ },
    stream: { status: 200, seen: /^PUT \/bucket\/uploads\/stream%20gr%C3%BC%C3%9Fe\.bin$/ },
  };
  for (const [way, { status, seen }] of Object.entries(WAYS)) {
    test(`${way}: the object has the bytes of the file`, async () => {
      const name = `${way} grüße.bin`;
      await writeFile(join(directory, name), FILE);
      endpoint.seen.length = 0;
      const page = await chromium.browser.newPage();
      await page.goto(origin);
      await page.evaluate(() => {
        const parts = /** @type {number[]} */ ([]);
        Object.assign(globalThis, { parts });
        const progress = /** @type {HTMLProgressElement} */ (document.querySelector('progress'));
        new MutationObserver(() => parts.push(progress.value)).observe(progress, { attributes: true });
      });
      const input = /** @type {import('puppeteer-core').ElementHandle<HTMLInputElement>} */ (
        await page.$('input')
      );
      await input.uploadFile(join(directory, name));
      await page.click(`#${way}`);
      await page.waitForFunction(() => document.querySelector('pre')?.textContent !== '');
      assert.equal(await page.$eval('pre', ({ textContent }) => textContent), `${way}: ${status}`);
      const parts = await page.evaluate(() => /** @type {any} */ (globalThis).parts);
      assert.equal(parts.at(-1), 1);
      if (way === 'put') assert.ok(parts.length > 2, `progress: ${parts}`);
      assert.match(endpoint.seen.at(-1) ?? '', seen);
      const path = `/uploads/${encodeURIComponent(name)}`;
      const object = await fetch(await s3.presign({ path }));
      assert.ok(Buffer.from(await object.arrayBuffer()).equals(FILE));
      await page.close();
    });
  }

  test('S3 refuses what was not signed for: another type, a changed field', async () => {
    const ask = async (/** @type {string} */ what) => {
      const body = JSON.stringify({ name: 'a.txt', type: 'text/plain' });
      return (await fetch(`${origin}/${what}`, { method: 'POST', body })).json();
    };
    const { url, headers } = await ask('presigned-url');
    assert.deepEqual(headers, { 'content-type': 'text/plain' });
    const html = await fetch(url, { method: 'PUT', headers: { 'content-type': 'text/html' }, body: 'x' });
    assert.equal(html.status, 403);

    const form = await ask('form');
    const body = new FormData();
    for (const [name, value] of Object.entries({ ...form.fields, 'Content-Type': 'text/html' })) {
      body.append(name, value);
    }
    body.append('file', new Blob(['x']), 'a.txt');
    assert.ok((await fetch(form.url, { method: 'POST', body })).status >= 400);
  });
});

/**
 * What the CORS settings of a bucket add, which s3s-fs does not have. Everything else, the host included, passes as it is.
 *
 * @param {string} target
 */
async function withCors(target) {
  /** @type {string[]} */
  const seen = [];
  const proxy = createServer((request, response) => {
    response.setHeader('access-control-allow-origin', '*');
    if (request.method === 'OPTIONS') {
      response.setHeader('access-control-allow-methods', 'PUT,POST');
      response.setHeader('access-control-allow-headers', 'content-type');
      return void response.writeHead(204).end();
    }
    seen.push(`${request.method} ${request.url}`);
    const { method, url: path, headers } = request;
    const { hostname, port } = new URL(target);
    const onward = httpRequest({ hostname, port, method, path, headers, setHost: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (proxy.address());
  const close = () => new Promise((resolve) => (proxy.close(resolve), proxy.closeAllConnections()));
  return { origin: `http://127.0.0.1:${port}`, seen, close };
}
