// How most runtimes get the wasm module: its bytes travel in the JavaScript. No request, no file, no bundler plug-in.

import { base64 } from '../wasm/signing-bytes.js';
import { decode } from './base64.js';

/** @returns {WebAssembly.Module} */
export function compileSync() {
  return new WebAssembly.Module(decode(base64));
}

/** @returns {Promise<WebAssembly.Module>} */
export function compile() {
  return WebAssembly.compile(decode(base64));
}
