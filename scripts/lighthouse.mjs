// Lighthouse over the main pages of the site, after scripts/site.mjs: at least 95 in each category. Performance is a time, which
// a busy machine makes longer, so it is shown, and fails only with --performance. Skipped if there is no Chromium.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { gzipSync } from 'node:zlib';

import lighthouse from '../docs/node_modules/lighthouse/core/index.js';
import { launchChromium } from '../tests/support/chromium.js';

process.chdir(new URL('..', import.meta.url).pathname);
const SITE = 'docs/.vitepress/dist';
const PAGES = ['/', '/getting-started', '/guides/axios', '/reference/errors', '/inspector/'];
const AT_LEAST = 95;
const ASSERTS_PERFORMANCE = process.argv.includes('--performance');
/** A machine with other work makes a page slower, and nothing makes it faster: the best of so many counts. */
const TRIES = 3;
/** Below this, Lighthouse calls a machine too slow for its performance score (core/gather/driver/environment.js). */
const SLOW = 1000;
const TYPES = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

const chrome = process.env.CHROME_BIN ?? '/usr/bin/chromium';
if (!existsSync(chrome)) {
  console.log(`lighthouse: skipped, as there is no ${chrome} (CHROME_BIN names another)`);
  process.exit();
}

const server = createServer(serve);
await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
const chromium = await launchChromium();
/** @type {string[]} */
const low = [];
try {
  for (const page of PAGES) {
    const scores = await best(`http://127.0.0.1:${port}${page}`);
    console.log(
      `lighthouse: ${page}: ${Object.entries(scores)
        .map(([name, score]) => `${name} ${score}`)
        .join(', ')}`,
    );
    low.push(
      ...Object.keys(scores)
        .filter((name) => scores[name] < AT_LEAST && (name !== 'performance' || ASSERTS_PERFORMANCE))
        .map((name) => `${page}: ${name}`),
    );
  }
} finally {
  await chromium.close();
  server.close();
}
if (low.length > 0) {
  console.error(`lighthouse: below ${AT_LEAST}:\n${low.join('\n')}`);
  process.exit(1);
}

/** @param {string} url @returns {Promise<Record<string, number>>} by category */
async function best(url) {
  /** @type {Record<string, number>} */
  const scores = {};
  for (let i = 0; i < TRIES && (i === 0 || Object.values(scores).some((score) => score < AT_LEAST)); i++) {
    const { lhr } = await lighthouse(url, {
      port: Number(new URL(chromium.browser.wsEndpoint()).port),
      logLevel: 'silent',
    });
    for (const { id, score } of Object.values(lhr.categories)) {
      if (id === 'performance' && lhr.environment.benchmarkIndex < SLOW) {
        console.log('lighthouse: performance skipped, as this machine is too slow, or busy');
        continue;
      }
      scores[id] = Math.max(scores[id] ?? 0, Math.round((score ?? 0) * 100));
    }
    if (process.argv.includes('--why')) {
      for (const { id, title, score } of Object.values(lhr.audits)) {
        if (score !== null && score < 0.9) console.log(`  ${id}: ${score}: ${title}`);
      }
    }
  }
  return scores;
}

/** As a host of static sites does: without `.html` in addresses, and compressed. @type {import('node:http').RequestListener} */
function serve({ url = '/' }, response) {
  const path = join(SITE, normalize(decodeURIComponent(url.split('?')[0])));
  const file = [path, `${path}.html`, join(path, 'index.html')].find((one) =>
    statSync(one, { throwIfNoEntry: false })?.isFile(),
  );
  if (file === undefined) return void response.writeHead(404).end();
  const type = /** @type {Record<string, string>} */ (TYPES)[extname(file)] ?? 'application/octet-stream';
  response.writeHead(200, {
    'content-type': type,
    'content-encoding': 'gzip',
    'cache-control': 'max-age=31536000',
  });
  response.end(gzipSync(readFileSync(file)));
}
