// The table of axios.cases.js in a real browser: all versions of axios, XMLHttpRequest and fetch.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import { assertSameRequest } from '../support/axios-compare.js';
import { appliesTo } from '../support/axios-harness.js';
import { AXIOS_VERSIONS, CREDENTIALS, OPTIONS } from '../support/axios-versions.js';
import { launchChromium } from '../support/chromium.js';
import { startIamServer } from '../support/iam-server.js';
import { CASES } from './axios.cases.js';

const MINUTES = 60_000;

/** @type {Awaited<ReturnType<typeof launchChromium>>} */
let chromium;
/** @type {import('../support/iam-server.js').IamServer} */
let server;
/** Another origin, whose clock is ahead. @type {import('../support/iam-server.js').IamServer} */
let ahead;
/** @type {string} */
let directory;
/** @type {string[]} */
const complaints = [];

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'axios-page-'));
  for (const { version } of AXIOS_VERSIONS) await bundle(version);
  const respond = (/** @type {import('../support/iam-server.js').RecordedRequest} */ { url }) => {
    const location = /\/redirect\?to=(.*)/.exec(url)?.[1];
    return location ? { status: 302, headers: { location } } : undefined;
  };
  const credentials = [CREDENTIALS];
  server = await startIamServer({ credentials, respond, files: { '/static/': directory } });
  ahead = await startIamServer({ credentials, cors: true, now: () => new Date(Date.now() + 20 * MINUTES) });
  chromium = await launchChromium();
});
beforeEach(() => (ahead.requests.length = complaints.length = 0));
after(async () => {
  await chromium?.close();
  await Promise.all([server?.close(), ahead?.close()]);
  await rm(directory, { recursive: true });
});

for (const { version } of AXIOS_VERSIONS) {
  const hasFetch = ['1.7', 'latest'].includes(version);

  describe(`axios ${version}`, () => {
    /** @type {import('puppeteer-core').Page} */
    let page;
    before(async () => {
      page = await chromium.browser.newPage();
      page.on('console', (message) => complaints.push(message.text()));
      await page.goto(`${server.origin}/static/${version}.html`);
    });
    after(() => page.close());

    for (const adapter of /** @type {const} */ (hasFetch ? ['xhr', 'fetch'] : ['xhr'])) {
      /** @type {import('./axios.cases.js').Environment} */
      const env = { version, adapter: adapter === 'fetch' ? 'browser-fetch' : 'xhr' };
      const send = (/** @type {object} */ config) =>
        page.evaluate((...args) => /** @type {any} */ (globalThis).send(...args), config, adapter, OPTIONS);

      describe(adapter, () => {
        for (const one of CASES.filter((each) => appliesTo(each, env))) {
          it(one.name, async () => {
            const compare = typeof one.compare === 'function' ? one.compare(env) : one.compare;
            const arrived = await page.evaluate(
              (...args) => /** @type {any} */ (globalThis).sendBoth(...args),
              one.name,
              adapter,
              OPTIONS,
              !compare?.never,
            );
            const signed = server.requests[arrived.signed];
            assert.equal(signed.status, 200);
            if (one.body !== undefined) assert.equal(Buffer.from(signed.body).toString(), one.body);
            if (!compare?.never) {
              assertSameRequest(signed, server.requests[arrived.plain], compare?.except);
            }
            // "Refused to set unsafe header" (amplify-js#3567)
            assert.deepEqual(complaints, []);
          });
        }

        it('across origins, where CORS allows four headers and hides Date (zappa#494)', async () => {
          const { status } = await send({ method: 'post', url: `${ahead.origin}/prod/a`, data: { a: 1 } });
          assert.equal(status, 200);
          assert.deepEqual(
            ahead.requests.map((request) => request.status),
            [403, 200],
          );
        });

        it('a redirect within the API: a clear error', async () => {
          const { code, message } = await send({ url: `${server.origin}/prod/redirect?to=/prod/a` });
          assert.equal(code, 'ERR_SIGV4_URL_INVALID');
          assert.match(String(message), /redirect/);
        });
      });
    }
  });
}

/** @param {string} version */
async function bundle(version) {
  await build({
    entryPoints: [fileURLToPath(new URL('../support/axios-page.js', import.meta.url))],
    bundle: true,
    format: 'iife',
    platform: 'browser',
    alias: { axios: version === 'latest' ? 'axios' : `axios-${version}` },
    outfile: join(directory, `${version}.js`),
    logLevel: 'error',
  });
  const page = `<!doctype html><link rel="icon" href="data:,"><script src="${version}.js"></script>`;
  await writeFile(join(directory, `${version}.html`), page);
}
