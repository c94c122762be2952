// The module `tools`, found like the other one: see inline.js.

import { base64 } from '../wasm/tools-bytes.js';
import { decode } from './base64.js';

/** @returns {WebAssembly.Module} */
export function compileSync() {
  return new WebAssembly.Module(decode(base64));
}

/** @returns {Promise<WebAssembly.Module>} */
export function compile() {
  return WebAssembly.compile(decode(base64));
}
