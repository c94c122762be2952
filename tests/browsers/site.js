// What the browsers visit: a site with bundled pages, and the API that it calls, which is another origin.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import { AXIOS_VERSIONS, CREDENTIALS } from '../support/axios-versions.js';
import { startIamServer } from '../support/iam-server.js';

const MINUTES = 60_000;

/** What the servers refuse as expired. */
export const EXPIRED = { ...CREDENTIALS, accessKeyId: 'AKIDEXPIRED', sessionToken: 'expired' };

const inTwoHours = () => ({ date: new Date(Date.now() + 120 * MINUTES).toUTCString() });

/**
 * @typedef {import('../support/iam-server.js').IamServer} IamServer
 *
 * @typedef {object} Site
 * @property {IamServer} site  serves the pages at /static/, and at /open/csp/ with the policy of the query; its API is
 *   at /prod, of the same origin
 * @property {IamServer} api  another origin
 * @property {IamServer} ahead  one more, whose clock is ahead
 * @property {() => Promise<void>} close
 */

/** @returns {Promise<Site>} */
export async function startSite() {
  const directory = await mkdtemp(join(tmpdir(), 'browsers-site-'));
  await writePages(directory);
  const credentials = [CREDENTIALS, { ...EXPIRED, expiration: new Date(0) }];
  const respond = async (/** @type {import('../support/iam-server.js').RecordedRequest} */ { url }) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    if (pathname.startsWith('/open/csp/')) return underPolicy(pathname.slice(10), searchParams);
    if (pathname === '/prod/wrong-date')
      return { status: 403, headers: inTwoHours(), body: '{"message":"Forbidden"}' };
    const location = pathname.includes('/redirect') && searchParams.get('to');
    return location ? { status: 302, headers: { location } } : undefined;
  };
  /**
   * @param {string} name
   * @param {URLSearchParams} query
   */
  const underPolicy = async (name, query) => ({
    headers: {
      'content-type': name.endsWith('.html') ? 'text/html' : 'text/javascript',
      'content-security-policy': query.get('policy') ?? '',
    },
    body: await readFile(join(directory, name)),
  });
  const site = await startIamServer({ credentials, respond, files: { '/static/': directory } });
  const api = await startIamServer({ credentials, cors: true });
  const now = () => new Date(Date.now() + 20 * MINUTES);
  const ahead = await startIamServer({ credentials, cors: true, now });
  const close = async () => {
    await Promise.all([site, api, ahead].map((server) => server.close()));
    await rm(directory, { recursive: true });
  };
  return { site, api, ahead, close };
}

/** @param {string} directory */
async function writePages(directory) {
  const bundle = async (
    /** @type {string} */ entry,
    /** @type {string} */ name,
    /** @type {Record<string, string>} */ alias = {},
  ) => {
    await build({
      entryPoints: [fileURLToPath(new URL(`pages/${entry}.js`, import.meta.url))],
      bundle: true,
      format: entry === 'service-worker' ? 'iife' : 'esm',
      platform: 'browser',
      alias,
      outfile: join(directory, `${name}.js`),
      logLevel: 'error',
    });
    const page = `<!doctype html><link rel="icon" href="data:,"><script type="module" src="/static/${name}.js"></script>`;
    await writeFile(join(directory, `${name}.html`), page);
  };
  for (const name of ['page', 'fetch', 'entries', 'worker', 'service-worker']) await bundle(name, name);
  await writeFile(join(directory, 'keys.json'), JSON.stringify(CREDENTIALS));
  for (const { version } of AXIOS_VERSIONS) {
    const axios = version === 'latest' ? 'axios' : `axios-${version}`;
    await bundle('axios', axiosPage(version), { axios });
  }
  const wasm = createRequire(import.meta.url).resolve('sigv4-wasm/signing.wasm');
  await writeFile(join(directory, 'signing.wasm'), await readFile(wasm));
}

/** @param {string} version */
export const axiosPage = (version) => `axios-${version}`;
