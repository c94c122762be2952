// A fetch that signs, in a real browser.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import { launchChromium } from '../support/chromium.js';
import { MINUTES, redirectPath, startServers, statuses } from '../support/clients-harness.js';
import { startIamServer } from '../support/iam-server.js';
import { CREDENTIALS, OPTIONS } from '../support/wire.js';

/** @type {Awaited<ReturnType<typeof launchChromium>>} */
let chromium;
/** @type {Awaited<ReturnType<typeof startServers>>} */
let servers;
/** Another origin, whose clock is ahead. @type {import('../support/iam-server.js').IamServer} */
let ahead;
/** @type {string} */
let directory;
/** @type {import('puppeteer-core').Page} */
let page;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fetch-page-'));
  await build({
    entryPoints: [fileURLToPath(new URL('../support/fetch-page.js', import.meta.url))],
    outfile: join(directory, 'page.js'),
    bundle: true,
    format: 'esm',
    logLevel: 'error',
  });
  const html = '<!doctype html><meta charset="utf-8"><script type="module" src="page.js"></script>';
  await writeFile(join(directory, 'page.html'), html);
  servers = await startServers({ files: { '/static/': directory } });
  const now = () => new Date(Date.now() + 20 * MINUTES);
  ahead = await startIamServer({ credentials: [CREDENTIALS], cors: true, now });
  chromium = await launchChromium();
  page = await chromium.browser.newPage();
  await page.goto(`${servers.server.origin}/static/page.html`);
  await page.waitForFunction('globalThis.send');
});
beforeEach(() => (servers.server.requests.length = 0));
after(async () => {
  await chromium?.close();
  await Promise.all([servers?.close(), ahead?.close()]);
  await rm(directory, { recursive: true });
});

/** @type {(name: string, ...args: any[]) => Promise<any>} */
const call = (name, ...args) =>
  page.evaluate(
    (name, args, options) => /** @type {any} */ (globalThis)[name](...args, options),
    name,
    args,
    OPTIONS,
  );

it('requests of all kinds, as URLs and as Requests', async () => {
  const names = /** @type {string[]} */ (await page.evaluate('names'));
  assert.ok(names.length > 5);
  for (const name of names) {
    for (const asRequest of [false, true])
      assert.equal(await call('send', name, asRequest), 200, `${name} ${asRequest}`);
  }
  assert.equal(servers.server.requests[0].url, '/prod/%C3%A4/@b=?q=a%20b&q=1');
});

it('a wrong clock, across origins: one retry, of a body that was read from a Request', async () => {
  assert.equal(await call('get', `${ahead.origin}/a`, { method: 'POST', body: 'abc' }), 200);
  assert.deepEqual(statuses(ahead), [403, 200]);
  assert.deepEqual(ahead.requests[1].body, ahead.requests[0].body);
});

it('a redirect, which browsers hide, is refused, unless it is the caller who follows it', async () => {
  assert.equal(await call('get', redirectPath(302, '/prod/a'), {}), 'ERR_SIGV4_URL_INVALID');
  assert.equal(await call('get', redirectPath(302, '/prod/a'), { redirect: 'manual' }), 0);
  assert.deepEqual(statuses(servers.server), [302, 302]);
});
