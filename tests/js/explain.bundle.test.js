// An explanation needs no WebAssembly: pages and command lines that only explain load none of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { build } from 'esbuild';

const STARTS_WASM = /WebAssembly\.(?:Module|compile|Instance|instantiate)/;

/** @param {string} code */
async function bundled(code) {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: process.cwd() },
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
  });
  return outputFiles.map(({ text }) => text).join('\n');
}

test('explainResponse and formatExplanation are bundled without WebAssembly', async () => {
  const text = await bundled(
    "import { explainResponse, formatExplanation } from 'sigv4-wasm/explain'; globalThis.x = { explainResponse, formatExplanation };",
  );
  assert.ok(text.includes('signature-mismatch'), 'the messages are in it');
  assert.ok(!STARTS_WASM.test(text), 'a module is started in it');
});

test('the search for a mismatch is bundled with it', async () => {
  const text = await bundled(
    "import { findMismatch } from 'sigv4-wasm/explain'; globalThis.x = findMismatch;",
  );
  assert.ok(STARTS_WASM.test(text));
});
