// Recognises the wasm modules of the package in what a bundler wrote.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

export const MODULES = ['signing', 'sigv4a', 'policy', 'verify', 'mismatch', 'checksum'];

/** In which a module travels inside JavaScript. */
const INLINED = ['inline', 'browser'];

/**
 * A piece out of the middle of a module, as it is spelled in each form.
 *
 * @param {string} name
 * @param {string} installed  the folder of the package
 * @returns {{ inlined: string[], bytes: string }} `bytes`: one character for each
 */
export function piecesOf(name, installed) {
  const folder = join(installed, 'esm/wasm');
  const inlined = INLINED.map((form) =>
    middleOf(longestText(readFileSync(join(folder, `${name}-${form}.js`), 'utf8'))),
  );
  return { inlined, bytes: middleOf(readFileSync(join(folder, `${name}.wasm`), 'latin1')) };
}

/**
 * The modules in a text, in the order of {@link MODULES}.
 *
 * @param {string} text
 * @param {string} [installed]
 */
export function modulesIn(text, installed = consumers()) {
  return MODULES.filter((name) => {
    const { inlined, bytes } = piecesOf(name, installed);
    return [...inlined, bytes].some((piece) => text.includes(piece));
  });
}

/** Where the package is installed that tests import. */
function consumers() {
  const require = createRequire(join(process.cwd(), 'x.js'));
  return join(require.resolve('sigv4-wasm/package.json'), '..');
}

/**
 * Long enough to be of one module: all of them hold the table of SHA-256.
 *
 * @param {string} text
 */
function middleOf(text) {
  const middle = Math.floor(text.length / 2);
  return text.slice(middle, middle + 3000);
}

/** @param {string} code */
function longestText(code) {
  const texts = [...code.matchAll(/'([^'\n]*)'|"([^"\n]*)"/g)].map(([, single, double]) => single ?? double);
  return texts.reduce((longest, text) => (text.length > longest.length ? text : longest), '');
}
