// The package without the inlined module, which `init` loads, and in single files for pages without a bundler.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { build } from 'esbuild';
import * as main from 'sigv4-wasm';

import { VECTORS } from '../conformance/vectors.js';
import { modulesIn } from '../support/wasm-modules.js';

const require = createRequire(import.meta.url);
const wasm = require.resolve('sigv4-wasm/signing.wasm');
const [, request, options, signature] = VECTORS[0];
const inPackage = (/** @type {string} */ path) =>
  require.resolve('sigv4-wasm/package.json').replace('package.json', path);

/** Runs a module in a fresh process, where nothing is started yet. */
const fresh = (/** @type {string} */ code, /** @type {string[]} */ ...flags) =>
  execFileSync(process.execPath, [...flags, '--input-type=module', '-e', code], { encoding: 'utf8' }).trim();

/** A call before `init`, and one after. @param {string} call */
const twice = (call) => `
  const outcome = () => ${call}.then((value) => value, ({ code }) => code);
  console.log(await outcome());
  await init((await import('node:fs')).readFileSync(${JSON.stringify(wasm)}));
  console.log(await outcome());`;
const given = `${JSON.stringify(request)}, { ...${JSON.stringify(options)}, date: new Date(${JSON.stringify(options.date)}) }`;

describe('without the module', () => {
  const signed = new RegExp(`^ERR_SIGV4_NOT_READY\n.*Signature=${signature}$`);
  const call = `signRequest(${given}).then(({ headers }) => headers.authorization)`;

  test('sigv4-wasm/slim signs once init has brought it', () => {
    assert.match(fresh(`import { init, signRequest } from 'sigv4-wasm/slim'; ${twice(call)}`), signed);
  });

  test('and as CommonJS', () => {
    const load = `import { createRequire } from 'node:module';
      const { init, signRequest } = createRequire('${inPackage('x.js')}')('sigv4-wasm/slim');`;
    assert.match(fresh(`${load} ${twice(call)}`), signed);
  });

  test('so does the main entry with the condition slim', () => {
    const code = `import { init, signRequest } from 'sigv4-wasm'; ${twice(call)}`;
    assert.match(fresh(code, '--conditions=slim'), signed);
  });

  test('synchronous calls throw, too', () => {
    const code = `import { inferEndpoint, Signer } from 'sigv4-wasm/slim';
      for (const call of [() => new Signer({ credentials: { accessKeyId: 'a', secretAccessKey: 'b' } }).signSync('https://a.example/'), () => inferEndpoint('a')])
        try { call(); } catch ({ code, message }) { console.log(code, /init\\(url\\)/.test(message)); }`;
    assert.deepEqual(fresh(code).split('\n'), Array(2).fill('ERR_SIGV4_NOT_READY true'));
  });

  test('adapters with the condition slim take what init brought', () => {
    const code = `import { init } from 'sigv4-wasm';
      import { createSigv4Fetch } from 'sigv4-wasm/fetch';
      const signedFetch = createSigv4Fetch({
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, region: 'c', service: 'd',
        fetch: async (url, { headers }) => ({ status: 200, headers: new Headers(), type: headers.authorization.slice(0, 16) }),
      });
      ${twice("signedFetch('https://example.com/').then(({ type }) => type)")}`;
    assert.equal(fresh(code, '--conditions=slim'), 'ERR_SIGV4_NOT_READY\nAWS4-HMAC-SHA256');
  });

  test('neither is there a copy in a bundle', async () => {
    for (const [entry, conditions] of /** @type {[string, string[]][]} */ ([
      ['sigv4-wasm/slim', []],
      ...[
        'sigv4-wasm',
        ...['axios', 'fetch', 'undici', 'got', 'aws4', 'smithy'].map((name) => `sigv4-wasm/${name}`),
      ].map((name) => [name, ['slim']]),
    ])) {
      const { outputFiles } = await build({
        stdin: { contents: `export * from '${entry}';`, resolveDir: process.cwd() },
        bundle: true,
        format: 'esm',
        platform: 'browser',
        conditions,
        external: ['axios', 'got', 'undici'],
        write: false,
      });
      assert.deepEqual(modulesIn(outputFiles[0].text), [], entry);
    }
  });

  test('it has the same names', async () => {
    assert.deepEqual(Object.keys(await import('sigv4-wasm/slim')).sort(), Object.keys(main).sort());
  });
});

describe('in one file', () => {
  /** @param {typeof main} api */
  const signs = async ({ Signer, signRequest }) => {
    for (const one of [await signRequest(request, options), new Signer(options).signSync(request)]) {
      assert.match(one.headers.authorization, new RegExp(`Signature=${signature}$`));
    }
  };

  test('dist/sigv4-wasm.min.js, as a module', async () => {
    const api = await import(pathToFileURL(inPackage('dist/sigv4-wasm.min.js')).href);
    assert.deepEqual(Object.keys(api).sort(), Object.keys(main).sort());
    await signs(api);
  });

  test('dist/sigv4-wasm.iife.min.js, as the global sigv4', async () => {
    const code = readFileSync(inPackage('dist/sigv4-wasm.iife.min.js'), 'utf8');
    await signs(new Function(`${code}; return sigv4;`)());
  });

  test('dist/sigv4-wasm.slim.min.js, with init', async () => {
    const api = await import(pathToFileURL(inPackage('dist/sigv4-wasm.slim.min.js')).href);
    await assert.rejects(api.signRequest(request, options), { code: 'ERR_SIGV4_NOT_READY' });
    await api.init(readFileSync(wasm));
    await signs(api);
  });

  test('each holds the module signing, or none', () => {
    const held = (/** @type {string} */ name) => modulesIn(readFileSync(inPackage(`dist/${name}`), 'utf8'));
    assert.deepEqual(held('sigv4-wasm.min.js'), ['signing']);
    assert.deepEqual(held('sigv4-wasm.iife.min.js'), ['signing']);
    assert.deepEqual(held('sigv4-wasm.slim.min.js'), []);
  });

  test('CDNs serve the module by default', () => {
    const { unpkg, jsdelivr } = require('sigv4-wasm/package.json');
    assert.deepEqual([unpkg, jsdelivr], Array(2).fill('./dist/sigv4-wasm.min.js'));
  });
});
