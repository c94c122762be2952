// Cloudflare Workers forbid compiling bytes at run time; they compile an imported `.wasm` file ahead
// of time instead.

// @ts-ignore: such an import gives a WebAssembly.Module there
import module from '../wasm/signing.wasm';

/** @returns {WebAssembly.Module} */
export function compileSync() {
  return module;
}

/** @returns {Promise<WebAssembly.Module>} */
export async function compile() {
  return module;
}
