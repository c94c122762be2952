// The examples that `make demo` does not run.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import { launchChromium } from '../support/chromium.js';
import { headersOf } from '../support/clients-harness.js';
import { startIamServer } from '../support/iam-server.js';
import { CREDENTIALS } from '../support/wire.js';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));

/** @type {Awaited<ReturnType<typeof launchChromium>>} */
let chromium;
/** The page's own server. @type {import('../support/iam-server.js').IamServer} */
let site;
/** Another origin. @type {import('../support/iam-server.js').IamServer} */
let api;
/** @type {string} */
let directory;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'examples-'));
  const credentials = [CREDENTIALS];
  const expiration = new Date(Date.now() + 3_600_000);
  const respond = () => ({ body: JSON.stringify({ ...CREDENTIALS, expiration }) });
  api = await startIamServer({ credentials, cors: true, region: 'eu-west-1' });
  site = await startIamServer({ credentials: [], respond, files: { '/site/': directory } });
  chromium = await launchChromium();
});
after(async () => {
  await chromium?.close();
  await Promise.all([site?.close(), api?.close()]);
  await rm(directory, { recursive: true });
});

test('browser.html: bundled, under its Content-Security-Policy, across origins', async () => {
  const html = (await readFile(join(examples, 'browser.html'), 'utf8'))
    .replace(/data-api="[^"]+"/, `data-api="${api.origin}/prod"`)
    .replace(/data-credentials="[^"]+"/, 'data-credentials="/open/credentials"');
  await writeFile(join(directory, 'browser.html'), html);
  await build({
    entryPoints: [join(examples, 'browser.mjs')],
    bundle: true,
    format: 'esm',
    outfile: join(directory, 'browser.js'),
  });

  const page = await chromium.browser.newPage();
  await page.goto(`${site.origin}/site/browser.html`);
  for (let click = 1; click <= 2; click++) {
    await page.click('button');
    await page.waitForFunction(() => document.querySelector('pre')?.textContent !== '');
    const text = await page.$eval('pre', ({ textContent }) => textContent);
    assert.match(text ?? '', /^200 .*"\/prod\/orders\?status=open"/);
    await page.$eval('pre', (output) => (output.textContent = ''));
  }
  assert.equal(api.requests.length, 2);
  const fetched = site.requests.filter(({ url }) => url === '/open/credentials');
  assert.equal(fetched.length, 1, 'the credentials are fetched once');

  // Without 'wasm-unsafe-eval', the page learns what is missing.
  await writeFile(join(directory, 'strict.html'), html.replaceAll(" 'wasm-unsafe-eval'", ''));
  await page.goto(`${site.origin}/site/strict.html`);
  await page.click('button');
  await page.waitForFunction(() => document.querySelector('pre')?.textContent !== '');
  const text = await page.$eval('pre', ({ textContent }) => textContent);
  assert.match(text ?? '', /^ERR_SIGV4_WASM_UNAVAILABLE: .*'wasm-unsafe-eval'/);
});

test('service-worker.mjs: signs all that a page loads, however it is loaded', async () => {
  await build({
    entryPoints: [join(examples, 'service-worker.mjs')],
    bundle: true,
    format: 'iife',
    outfile: join(directory, 'service-worker.js'),
  });
  const worker = '/open/service-worker.js?credentials=/open/credentials&';
  const html = (await readFile(join(examples, 'service-worker.html'), 'utf8')).replace(
    '/service-worker.js?',
    worker,
  );
  const script = await readFile(join(directory, 'service-worker.js'));
  /** @type {Record<string, { type: string, body?: string | Uint8Array, status?: number, location?: string }>} */
  const files = {
    '/open/index.html': { type: 'text/html', body: html },
    '/open/service-worker.js': { type: 'text/javascript', body: script },
    '/open/credentials': {
      type: 'application/json',
      body: JSON.stringify({ ...CREDENTIALS, expiration: new Date(Date.now() + 3_600_000) }),
    },
    '/shop/style.css': { type: 'text/css', body: 'body { color: rgb(1, 2, 3) }' },
    '/shop/photo.svg': {
      type: 'image/svg+xml',
      body: '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="7"/>',
    },
    '/shop/orders.js': {
      type: 'text/javascript',
      body: "loaded = true; document.forms[0].submit(); navigator.sendBeacon('/shop/beacon', 'größe'); fetch('/shop/api?a=b')",
    },
    '/shop/old-terms': { type: 'text/html', status: 302, location: '/shop/terms' },
    '/shop/terms': { type: 'text/html', body: 'terms' },
    '/shop/orders': { type: 'text/html', body: 'ordered' },
    '/shop/beacon': { type: 'text/plain', body: '' },
    '/shop/api': { type: 'text/plain', body: '' },
  };
  // AWS's own signer verifies all but what is in /open.
  const shop = await startIamServer({
    credentials: [CREDENTIALS],
    region: 'eu-west-1',
    respond: ({ url }) => {
      const { type, body, status = 200, location } = files[url.split('?')[0]];
      const redirect = location === undefined ? undefined : { location };
      return { status, body, headers: { 'content-type': type, 'service-worker-allowed': '/', ...redirect } };
    },
  });
  try {
    const page = await chromium.browser.newPage();
    await page.goto(`${shop.origin}/open/index.html`);
    const wanted = Object.keys(files).filter((path) => path.startsWith('/shop/'));
    const arrived = () => shop.requests.filter(({ url }) => url.startsWith('/shop/'));
    await page.waitForFunction(
      () =>
        /** @type {any} */ (globalThis).loaded &&
        document.querySelector('img')?.naturalWidth === 7 &&
        getComputedStyle(document.body).color === 'rgb(1, 2, 3)' &&
        [...document.querySelectorAll('iframe')]
          .map((frame) => frame.contentDocument?.body.textContent)
          .join() === 'terms,ordered',
      { polling: 50 },
    );
    while (arrived().length < wanted.length) await new Promise((later) => setTimeout(later, 20));
    assert.deepEqual(
      arrived()
        .map(({ url }) => url.split('?')[0])
        .sort(),
      wanted.sort(),
    );
    for (const { url, status, method, body, ...request } of arrived()) {
      assert.ok(status === 200 || status === 302, `${url} ${status}`);
      assert.match(headersOf({ url, method, body, ...request }).authorization, /^AWS4-HMAC-SHA256 /);
      if (url === '/shop/beacon') assert.equal(Buffer.from(body).toString(), 'größe');
      if (url === '/shop/orders') assert.equal(Buffer.from(body).toString(), 'item=gr%C3%BCner+Tee');
    }
    await page.close();
  } finally {
    await shop.close();
  }
});

test('no-bundler.html: from a static server, as it is', async () => {
  const html = (await readFile(join(examples, 'no-bundler.html'), 'utf8'))
    .replace(/data-api="[^"]+"/, `data-api="${api.origin}/prod"`)
    .replace(/data-credentials="[^"]+"/, 'data-credentials="/open/credentials"');
  await writeFile(join(directory, 'no-bundler.html'), html);
  const installed = new URL('../../node_modules/sigv4-wasm/', import.meta.url);
  for (const file of ['dist/sigv4-wasm.slim.min.js', 'esm/wasm/signing.wasm']) {
    await writeFile(join(directory, basename(file)), await readFile(new URL(file, installed)));
  }
  const page = await chromium.browser.newPage();
  await page.goto(`${site.origin}/site/no-bundler.html`);
  await page.click('button');
  await page.waitForFunction(() => document.querySelector('pre')?.textContent !== '');
  assert.match(await page.$eval('pre', ({ textContent }) => textContent ?? ''), /^200 /);
  await page.close();
});
