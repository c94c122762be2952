// The examples that `make demo` does not run.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import { launchChromium } from '../support/chromium.js';
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
