// The module `tools`, found like the other one: see browser.js.

import { written } from '../wasm/tools-text.js';
import { decode } from './text.js';

/** @returns {WebAssembly.Module} */
export function compileSync() {
  return new WebAssembly.Module(decode(written));
}

/** @returns {Promise<WebAssembly.Module>} */
export function compile() {
  return WebAssembly.compile(decode(written));
}
