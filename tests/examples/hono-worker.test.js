// examples/hono-worker in workerd, the runtime of Cloudflare Workers. `wrangler dev`, the command of its README, runs workerd, too, but
// needs a newer Node.js than the tests.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { build } from 'esbuild';
import { signRequest } from 'sigv4-wasm';
import workerd from 'workerd';

import { ENV, EXAMPLES, REGION } from '../support/examples.js';
import { startIamServer } from '../support/iam-server.js';
import { CREDENTIALS } from '../support/wire.js';

const FOLDER = join(EXAMPLES, 'hono-worker');
/** The program itself: the command of the package starts it in a process of its own. @type {string} */
const WORKERD = workerd.default;

/** Bundles the Worker as wrangler does: with the condition `workerd`, and the module as a file. @param {string} outdir */
async function bundle(outdir) {
  await build({
    entryPoints: [join(FOLDER, 'src/index.js')],
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
    loader: { '.wasm': 'copy' },
    logLevel: 'error',
  });
}

/**
 * Runs the Worker until the tests end.
 *
 * @param {Record<string, string>} variables
 * @returns {Promise<string>} its origin
 */
async function startWorker(variables) {
  const folder = mkdtempSync(join(tmpdir(), 'hono-worker-'));
  after(() => rmSync(folder, { recursive: true }));
  await bundle(folder);
  const modules = readdirSync(folder)
    .sort((one, other) => Number(other === 'index.js') - Number(one === 'index.js')) // the first is the Worker
    .map((name) => `(name = "${name}", ${name.endsWith('.wasm') ? 'wasm' : 'esModule'} = embed "${name}")`);
  const bindings = Object.entries(variables).map(
    ([name, text]) => `(name = "${name}", text = ${JSON.stringify(text)})`,
  );
  const [, date] =
    /** @type {RegExpExecArray} */
    (/^compatibility_date = "(.*)"$/m.exec(readFileSync(join(FOLDER, 'wrangler.toml'), 'utf8')));
  writeFileSync(
    join(folder, 'config.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (compatibilityDate = "${date}", modules = [${modules}], bindings = [${bindings}])),
    (name = "internet", network = (allow = ["private"])), # the API is on this machine
  ],
  sockets = [(name = "http", service = "main")],
);
`,
  );
  const port = await freePort();
  const args = ['serve', 'config.capnp', '--socket-addr', `http=127.0.0.1:${port}`];
  const child = spawn(WORKERD, args, {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
  after(() => child.kill());
  const origin = `http://127.0.0.1:${port}`;
  while (!(await fetch(origin).catch(() => undefined))) {
    if (child.exitCode !== null) throw new Error(errors);
    await sleep(50);
  }
  return origin;
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

test('verifies, signs, forwards', async () => {
  const api = await startIamServer({ credentials: [CREDENTIALS], region: REGION });
  after(() => api.close());
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = ENV;
  const origin = await startWorker({
    API_URL: `${api.origin}/prod`,
    CLIENT_SECRET: 'not-a-secret',
    ...{ AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION: REGION },
  });

  const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'not-a-secret' };
  const request = { method: 'POST', url: `${origin}/orders`, body: { item: 'tea' } };
  const { url, ...init } = await signRequest(request, { credentials, region: 'auto', service: 'orders' });
  const response = await fetch(url, init);
  const body = await response.text();
  assert.equal(response.status, 200, body);
  assert.equal(JSON.parse(body).url, '/prod/orders');

  const changed = await fetch(url, { ...init, body: '{"item":"gold"}' });
  assert.equal(changed.status, 403);
  assert.match((await changed.json()).message, /^The request signature we calculated does not match/);
  assert.equal((await fetch(url, { method: 'POST', body: '{}' })).status, 403, 'without a signature');
  assert.equal(api.requests.length, 1);
});
