// One signature in Chromium, where the peers are those that run there.

import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { build } from 'esbuild';

import { launchChromium } from '../../tests/support/chromium.js';
import { gateway, get, longTerm, post, smallBody, temporary } from '../requests.mjs';
import { verify } from '../verify.mjs';

/** @type {[string, string, import('../requests.mjs').Work, object][]} */
const WORK = [
  ['browser-get-token', 'GET, temporary credentials', get, temporary],
  ['browser-get', 'GET, long-term credentials', get, longTerm],
  ['browser-post-1kb', 'POST 1 kB, temporary credentials', post(smallBody), temporary],
];

/** @returns {Promise<import('../harness.mjs').Table[]>} */
export async function run({ quick }) {
  if (!existsSync(process.env.CHROME_BIN ?? '/usr/bin/chromium')) {
    const note = 'no Chromium here: set CHROME_BIN';
    return [{ id: 'browser', title: 'Chromium', unit: 'us', rows: [], note }];
  }
  const directory = await mkdtemp(join(tmpdir(), 'bench-page-'));
  const outfile = join(directory, 'page.js');
  const entry = new URL('../browser-page.mjs', import.meta.url).pathname;
  await build({
    entryPoints: [entry],
    bundle: true,
    format: 'iife',
    platform: 'browser',
    outfile,
    logLevel: 'error',
  });
  const script = await readFile(outfile);
  // From a server on this machine, which browsers trust with WebCrypto.
  const server = createServer(({ url }, response) => {
    if (url === '/page.js') response.end(script);
    else
      response.setHeader('content-type', 'text/html').end('<!doctype html><script src="page.js"></script>');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const { browser, close } = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${port}/`);
    const version = await browser.version();
    const tables = [];
    for (const [id, title, work, credentials] of WORK) {
      const call = (name, ...args) =>
        page.evaluate((...[fn, ...rest]) => /** @type {any} */ (globalThis)[fn](...rest), name, ...args);
      for (const [name, result] of Object.entries(await call('signOnce', work, credentials, gateway))) {
        await verify(`${name} in Chromium`, result, work, credentials, gateway);
      }
      const rows = await call('race', work, credentials, gateway, {
        rounds: quick ? 21 : 101,
        sliceMillis: 5,
      });
      tables.push({ id, title: `Chromium, ${title}`, unit: 'us', rows, note: version });
    }
    return tables;
  } finally {
    await close();
    server.close();
    server.closeAllConnections();
    await rm(directory, { recursive: true });
  }
}
