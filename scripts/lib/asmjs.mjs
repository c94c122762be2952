// Compiles a wasm module to plain JavaScript with binaryen's wasm2js, for runtimes without WebAssembly.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

import { build } from 'esbuild';

/**
 * From the module as cargo built it (for the first wasm there was: `target-cpu=mvp`) to one file of JavaScript: a function that
 * starts it, as often as one asks for it.
 *
 * @param {(command: string, args: string[]) => Promise<void>} run
 * @param {string} wasm  the module, before wasm-bindgen
 * @param {string} folder  for what is between
 * @param {string} name
 * @param {string} out
 * @returns {Promise<void>}
 */
export async function buildAsmjs(run, wasm, folder, name, out) {
  mkdirSync(folder, { recursive: true });
  const lowered = `${folder}/lowered.wasm`;
  await run('node_modules/.bin/wasm-opt', [wasm, '-o', lowered, ...LOWERING]);
  const glue = ['--target', 'bundler', '--omit-default-module-path'];
  await run('scripts/wasm-env', ['wasm-bindgen', ...glue, '--out-dir', folder, '--out-name', name, lowered]);
  const plain = `${folder}/${name}_plain.js`;
  await run('node_modules/.bin/wasm2js', [`${folder}/${name}_bg.wasm`, '-o', plain, ...TRANSLATION]);
  writeFileSync(plain, adapt(readFileSync(plain, 'utf8')));
  const entry = `
    import { asmFunc } from './${name}_plain.js';
    export const instantiate = () => asmFunc({ './${name}_bg.js': {} });`;
  await build({
    stdin: { contents: entry, resolveDir: folder },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    outfile: out,
  });
}

/**
 * std comes compiled with instructions that wasm2js refuses. It also refuses the table of externrefs that wasm-bindgen
 * adds where the section of features names them.
 */
const LOWERING = [
  '--signext-lowering',
  '--llvm-nontrapping-fptoint-lowering',
  '--llvm-memory-copy-fill-lowering',
  '--remove-non-js-ops',
  '--strip-target-features',
];

/** Rotations are functions in JavaScript; inlined, SHA-256 is five times as fast. */
const TRANSLATION = [
  '-O3',
  '--flexible-inline-max-function-size=60',
  '--mvp-features',
  '--enable-mutable-globals',
];

/**
 * Starts nothing at import time, and wipes memory that was outgrown.
 *
 * @param {string} code  as wasm2js writes it
 */
function adapt(code) {
  const [body, start] = code.split('\nvar retasmFunc = ');
  const copies = 'newHEAP8.set(HEAP8);';
  if (start === undefined || !body.includes(copies)) throw new Error('wasm2js writes something new');
  return `${body.replace(copies, `${copies} HEAP8.fill(0);`)}\nexport { asmFunc };\n`;
}
