// How most runtimes get the wasm module: its bytes travel in the JavaScript. No request, no file, no bundler plug-in.

import { base64 } from '../wasm/signing-bytes.js';

/** @returns {WebAssembly.Module} */
export function compileSync() {
  return new WebAssembly.Module(bytes());
}

/** @returns {Promise<WebAssembly.Module>} */
export function compile() {
  return WebAssembly.compile(bytes());
}

function bytes() {
  const binary = atob(base64);
  const out = new Uint8Array(binary.length);
  for (let i = 0; i < out.length; i++) out[i] = binary.charCodeAt(i);
  return out;
}
