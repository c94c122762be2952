// The core as plain JavaScript, if there is no WebAssembly: other tests again, and a page that may not compile WebAssembly.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { build } from 'esbuild';

import { CREDENTIALS, OPTIONS } from '../support/axios-versions.js';
import { launchChromium } from '../support/chromium.js';
import { startIamServer } from '../support/iam-server.js';

const withoutWasm = new URL('../support/without-wasm.js', import.meta.url).href;

/** @param {string[]} args */
async function node(...args) {
  const { NODE_TEST_CONTEXT, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, maxBuffer: 2 ** 24 });
  return stdout.trim();
}

// Tests that need no WebAssembly themselves: Node's own fetch does.
for (const name of ['vectors', 'documentation', 'presign', 'presign-many', 'services', 'aws4', 'smithy']) {
  test(`without WebAssembly: ${name}.test.js`, async () => {
    const file = fileURLToPath(new URL(`${name}.test.js`, import.meta.url));
    const report = await node('--import', withoutWasm, '--test-reporter=tap', file);
    assert.match(report, /^# pass [1-9]/m);
  });
}

const signing = `{ credentials: ${JSON.stringify(CREDENTIALS)}, region: 'us-east-1', service: 's3', date: new Date(0) }`;

test('memory grows as in WebAssembly, for what is larger than all of it', async () => {
  const code = `
    process.getBuiltinModule = undefined; // the host does not hash
    const { Signer } = require('sigv4-wasm');
    if (!process.argv[1]) {
      delete globalThis.WebAssembly;
      require('sigv4-wasm/asmjs');
    }
    const signer = new Signer(${signing});
    for (const size of [10, 100_000, 100]) {
      const url = 'https://bucket.s3.amazonaws.com/key?' + 'é='.repeat(size);
      console.log(signer.signSync({ url, method: 'PUT', body: new Uint8Array(30 * size) }).headers.authorization);
    }`;
  const [plain, wasm] = await Promise.all([node('-e', code), node('-e', code, 'wasm')]);
  assert.equal(plain.split('\n').length, 3);
  assert.equal(plain, wasm);
});

test('requests are verified, in headers and in a URL', async () => {
  const code = `
    delete globalThis.WebAssembly;
    require('sigv4-wasm/asmjs');
    const { Signer } = require('sigv4-wasm');
    const { verifyRequest } = require('sigv4-wasm/verify');
    const credentials = ${JSON.stringify(CREDENTIALS)};
    const signer = new Signer(${signing});
    const url = 'https://bucket.s3.amazonaws.com/key?a=é';
    const options = { region: 'us-east-1', service: 's3', now: new Date(0), secretAccessKey: () => credentials };
    (async () => {
      const { headers } = signer.signSync({ url, method: 'PUT', body: 'hello' });
      const parts = { method: 'PUT', headers: { ...headers, host: 'bucket.s3.amazonaws.com' }, body: 'hello' };
      const target = new URL(url).href;
      console.log((await verifyRequest({ url: target, ...parts }, options)).payload);
      console.log((await verifyRequest({ url: signer.presignSync(url) }, options)).payload);
      console.log(await verifyRequest({ url: target, ...parts, method: 'GET' }, options).catch((e) => e.code));
    })();`;
  const lines = (await node('-e', code)).split('\n');
  assert.deepEqual(lines, ['signed', 'unsigned', 'ERR_SIGV4_SIGNATURE_MISMATCH']);
});

test('WebAssembly is preferred, and what has no fallback says so', async () => {
  const code = `
    require('sigv4-wasm/asmjs');
    const { Signer } = require('sigv4-wasm');
    const { SignerV4a } = require('sigv4-wasm/v4a');
    let started = 0;
    WebAssembly.Instance = new Proxy(WebAssembly.Instance, { construct: (...a) => (started++, Reflect.construct(...a)) });
    new Signer(${signing}).signSync('https://bucket.s3.amazonaws.com/');
    console.log(started);
    delete globalThis.WebAssembly;
    const { region, ...options } = ${signing};
    new SignerV4a(options).sign('https://bucket.s3.amazonaws.com/').catch(({ code }) => console.log(code));`;
  assert.deepEqual((await node('-e', code)).split('\n'), ['1', 'ERR_SIGV4_WASM_UNAVAILABLE']);
});

test('checksums are those of the host; where it has none, those of the module', async () => {
  const code = `
    if (process.argv[1]) process.getBuiltinModule = undefined;
    delete globalThis.WebAssembly;
    require('sigv4-wasm/asmjs');
    const { Signer } = require('sigv4-wasm');
    const { eventSigner } = require('sigv4-wasm/events');
    const { signStream } = require('sigv4-wasm/s3');
    const signer = new Signer(${signing});
    const outcome = (promise) => promise.then(() => 'works', ({ code }) => code);
    (async () => {
      console.log(await outcome(signStream(signer, 'https://b.s3.amazonaws.com/k', 'hello', { trailer: 'crc32' })));
      console.log(await outcome(eventSigner(signer, '0'.repeat(64)).then((events) => events.end())));
    })();`;
  assert.deepEqual((await node('-e', code)).split('\n'), ['works', 'works']);
  assert.deepEqual((await node('-e', code, 'bare')).split('\n'), ['works', 'works']);
});

test('a page whose Content-Security-Policy forbids WebAssembly signs', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'asmjs-page-'));
  t.after(() => rm(directory, { recursive: true }));
  const server = await startIamServer({ credentials: [CREDENTIALS], files: { '/static/': directory } });
  t.after(() => server.close());
  await build({
    stdin: { contents: PAGE, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    format: 'iife',
    outfile: join(directory, 'page.js'),
    logLevel: 'error',
  });
  const policy = `<meta http-equiv="Content-Security-Policy" content="script-src 'self'">`;
  const html = `<!doctype html>${policy}<link rel="icon" href="data:,"><script src="page.js"></script>`;
  await writeFile(join(directory, 'page.html'), html);
  const chromium = await launchChromium();
  t.after(() => chromium.close());
  const page = await chromium.browser.newPage();
  await page.goto(`${server.origin}/static/page.html`);
  const run = (/** @type {any} */ options) => /** @type {any} */ (globalThis).run(options);
  assert.deepEqual(await page.evaluate(run, OPTIONS), { refused: 'CompileError', status: 200 });
  const { url, body } = /** @type {any} */ (server.requests.at(-1));
  assert.deepEqual([url, Buffer.from(body).length], ['/prod/items?a=%C3%A9', 100_002]);
});

const PAGE = `
  import 'sigv4-wasm/asmjs';
  import axios from 'axios';
  import { sigv4Interceptor } from 'sigv4-wasm/axios';

  globalThis.run = async (options) => {
    const refused = await WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])).catch(({ name }) => name);
    const client = axios.create();
    client.interceptors.request.use(sigv4Interceptor(options));
    const { status } = await client.post('/prod/items?a=é', JSON.stringify('x'.repeat(100_000)));
    return { refused, status };
  };
`;
