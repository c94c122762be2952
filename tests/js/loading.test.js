// How the wasm module is found and started.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';

import * as esm from 'sigv4-wasm';

const require = createRequire(import.meta.url);
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const options = { credentials, region: 'us-east-1', service: 'service', date: new Date(1440938160000) };
const wasm = require.resolve('sigv4-wasm/signing.wasm');

/** Runs a module in a fresh process, where nothing is started yet. */
const fresh = (code, ...flags) =>
  execFileSync(process.execPath, [...flags, '--input-type=module', '-e', code], { encoding: 'utf8' }).trim();
const setUp = `
  import { readFileSync } from 'node:fs';
  import { init, Signer, signRequest } from 'sigv4-wasm';
  const options = { credentials: ${JSON.stringify(credentials)}, region: 'us-east-1', service: 'service' };
  const url = 'https://example.com/';
`;

test('require() and import sign alike', async () => {
  const cjs = require('sigv4-wasm');
  assert.deepEqual(Object.keys(cjs).sort(), Object.keys(esm).sort());
  const request = { url: 'https://example.amazonaws.com/', method: 'POST', body: 'x' };
  assert.deepEqual(await cjs.signRequest(request, options), await esm.signRequest(request, options));
  assert.equal(typeof require('sigv4-wasm/axios').sigv4Interceptor, 'function');
});

test('importing does nothing but define', () => {
  const code = `
    const compile = WebAssembly.compile;
    let compiled = 0;
    WebAssembly.Module = new Proxy(WebAssembly.Module, { construct: (...a) => (compiled++, Reflect.construct(...a)) });
    WebAssembly.compile = (...a) => { compiled++; return compile(...a); };
    const { Signer, signRequest } = await import('sigv4-wasm');
    const before = compiled;
    const options = ${JSON.stringify({ credentials, region: 'a', service: 'b' })};
    await Promise.all([1, 2, 3].map(() => signRequest('https://example.com/', options)));
    new Signer(options).signSync('https://example.com/');
    console.log(before, compiled);
  `;
  assert.equal(fresh(code), '0 1', 'and it is compiled once, however many wait');
});

for (const [name, source] of Object.entries({
  bytes: `readFileSync(${JSON.stringify(wasm)})`,
  'a compiled module': `await WebAssembly.compile(readFileSync(${JSON.stringify(wasm)}))`,
  'a promise of bytes': `Promise.resolve(readFileSync(${JSON.stringify(wasm)}))`,
  'a Response': `new Response(readFileSync(${JSON.stringify(wasm)}))`,
  'a URL': `new URL('data:application/wasm;base64,${readFileSync(wasm).toString('base64')}')`,
  'a module of another realm': `(await import('node:vm')).runInNewContext('new WebAssembly.Module(bytes)', { bytes: readFileSync(${JSON.stringify(wasm)}) })`,
  nothing: 'undefined',
})) {
  test(`init with ${name}`, () => {
    const code = `${setUp}
      await Promise.all([init(${source}), init()]);
      await init();
      console.log(new Signer(options).signSync(url).headers.authorization.slice(0, 16));`;
    assert.equal(fresh(code), 'AWS4-HMAC-SHA256');
  });
}

test('an init that fails says why, and leaves the package working', () => {
  const code = `${setUp}
    for (const source of [new Uint8Array([1, 2]), new Response('', { status: 404 })]) {
      await init(source).catch((error) => console.log(error.code));
    }
    console.log((await signRequest(url, options)).method);`;
  const failed = 'ERR_SIGV4_WASM_UNAVAILABLE';
  assert.deepEqual(fresh(code).split('\n'), [failed, failed, 'GET']);
});

test('a runtime without WebAssembly, or one that forbids it, gets a clear error', () => {
  const missing = `delete globalThis.WebAssembly; ${setUp}
    await signRequest(url, options).catch((error) => console.log(error.code, '|', error.message));`;
  assert.match(
    fresh(missing.replace(/import ([^;]+) from '([^']+)';/g, "const $1 = await import('$2');")),
    /^ERR_SIGV4_WASM_UNAVAILABLE \| this runtime has no WebAssembly/,
  );
  const forbidden = `${setUp}
    WebAssembly.compile = () => Promise.reject(new WebAssembly.CompileError('refused by Content Security Policy'));
    await signRequest(url, options).catch((error) => console.log(error.code, '|', error.message));`;
  assert.match(fresh(forbidden), /^ERR_SIGV4_WASM_UNAVAILABLE \| .*'wasm-unsafe-eval'/);
});

test('a process that refuses the modules of Node.js, as in the edge runtime of Next.js', () => {
  const code = `process.getBuiltinModule = () => { throw new Error('not supported'); }; ${setUp}
    options.date = new Date();
    const request = { method: 'POST', url, body: new Uint8Array(100_000) };
    const signed = await signRequest(request, options);
    console.log(signed.headers.authorization === new Signer(options).signSync(request).headers.authorization);`;
  assert.equal(fresh(code), 'true');
});
