// What is inside a bundle of one file. Imports on use are inlined there, so it contains everything that an entry reaches.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { build } from 'esbuild';
import { rollup } from 'rollup';

import { MODULES, modulesIn } from '../support/wasm-modules.js';

/** Entry and names, and the modules that they reach. @type {[string, string, string[]][]} */
const ENTRIES = [
  ['sigv4-wasm', 'signRequest', ['signing']],
  ['sigv4-wasm', '*', ['signing']],
  ['sigv4-wasm/axios', '*', ['signing']],
  ['sigv4-wasm/fetch', '*', ['signing']],
  ['sigv4-wasm/undici', '*', ['signing']],
  ['sigv4-wasm/got', '*', ['signing']],
  ['sigv4-wasm/aws4', '*', ['signing']],
  ['sigv4-wasm/smithy', '*', ['signing']],
  ['sigv4-wasm/v4a', '*', ['sigv4a']],
  ['sigv4-wasm/fips', '*', ['signing']],
  // The signer that they take brings its own.
  ['sigv4-wasm/batch', '*', []],
  ['sigv4-wasm/trace', '*', []],
  ['sigv4-wasm/explain', 'explainResponse', []],
  ['sigv4-wasm/explain', 'findMismatch', ['sigv4a', 'mismatch']],
  ['sigv4-wasm/policy', '*', ['policy']],
  ['sigv4-wasm/credentials', 'fromCognitoIdentity', []],
  ['sigv4-wasm/credentials', 'fromWebIdentity', []],
  ['sigv4-wasm/credentials', '*', ['signing']],
  ['sigv4-wasm/credentials/node', '*', ['signing']],
  ['sigv4-wasm/tokens', '*', ['signing']],
  ['sigv4-wasm/appsync', '*', []],
  ['sigv4-wasm/request', 'toRequestSigner', []],
  ['sigv4-wasm/identity', 'createIdentityProof', ['signing']],
  ['sigv4-wasm/identity', '*', ['signing', 'verify']],
  ['sigv4-wasm/verify', '*', ['sigv4a', 'verify', 'checksum']],
  ['sigv4-wasm/s3', '*', ['checksum']],
  ['sigv4-wasm/events', '*', ['checksum']],
];

/** @type {Record<string, (code: string, format: string) => Promise<string>>} */
const BUNDLERS = {
  async esbuild(contents, format) {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: process.cwd() },
      bundle: true,
      format: /** @type {'esm' | 'iife' | 'cjs'} */ (format),
      platform: format === 'cjs' ? 'node' : 'browser',
      globalName: format === 'iife' ? 'bundled' : undefined,
      external: ['axios', 'got', 'undici'],
      write: false,
    });
    return outputFiles.map(({ text }) => text).join('\n');
  },
  async Rollup(contents, format) {
    const bundle = await rollup({
      input: 'entry',
      external: ['axios', 'got', 'undici'],
      plugins: [{ name: 'entry', ...resolving(contents) }],
      onwarn() {},
    });
    const { output } = await bundle.generate({
      format: /** @type {'es' | 'iife' | 'cjs'} */ (format === 'esm' ? 'es' : format),
      name: 'bundled',
      inlineDynamicImports: true,
    });
    return output.map((chunk) => ('code' in chunk ? chunk.code : '')).join('\n');
  },
};

/**
 * As Node.js resolves, instead of a plug-in.
 *
 * @param {string} contents
 */
function resolving(contents) {
  const { exports, imports } = JSON.parse(readFileSync('node_modules/sigv4-wasm/package.json', 'utf8'));
  const inPackage = (/** @type {string} */ path) => new URL(path, installed).pathname;
  const installed = new URL('../../node_modules/sigv4-wasm/', import.meta.url);
  return {
    /** @param {string} id */
    resolveId(id) {
      if (id === 'entry') return id;
      const entry = id.startsWith('#')
        ? imports[id].default
        : exports[id.replace('sigv4-wasm', '.')]?.import.default;
      return entry === undefined ? null : { id: inPackage(entry), moduleSideEffects: false };
    },
    /** @param {string} id */
    load: (id) => (id === 'entry' ? contents : null),
  };
}

for (const [bundler, bundle] of Object.entries(BUNDLERS)) {
  for (const [entry, names, expected] of ENTRIES) {
    for (const format of ['esm', 'iife', 'cjs']) {
      test(`${bundler}, ${format}: ${names} of ${entry} holds ${expected.join(', ') || 'no module'}`, async () => {
        const code = names === '*' ? `export * from '${entry}';` : `export { ${names} } from '${entry}';`;
        assert.deepEqual(modulesIn(await bundle(code, format)), expected);
      });
    }
  }
}

test('esbuild, require(): CommonJS holds no more', async () => {
  for (const [entry, , expected] of ENTRIES.filter(([, names]) => names === '*')) {
    const code = `module.exports = require('${entry}');`;
    assert.deepEqual(modulesIn(await BUNDLERS.esbuild(code, 'cjs')), expected, entry);
  }
});

test('a module is recognised in every form that it travels in', () => {
  const folder = new URL('../../node_modules/sigv4-wasm/esm/wasm/', import.meta.url);
  for (const name of MODULES) {
    for (const form of ['inline', 'browser']) {
      const text = readFileSync(new URL(`${name}-${form}.js`, folder), 'utf8');
      assert.deepEqual(modulesIn(text), [name], `${name}-${form}.js`);
    }
  }
});
