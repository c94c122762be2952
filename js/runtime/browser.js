// How browsers get the wasm module: as with inline.js, in a spelling that is 5 kB smaller once compressed, and slower to
// read where the host knows base64.

import { written } from '../wasm/signing-text.js';
import { decode } from './text.js';

/** @returns {WebAssembly.Module} */
export function compileSync() {
  return new WebAssembly.Module(decode(written));
}

/** @returns {Promise<WebAssembly.Module>} */
export function compile() {
  return WebAssembly.compile(decode(written));
}
