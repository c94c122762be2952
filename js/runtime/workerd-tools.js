// The module `tools`, found like the other one: see workerd.js.

// @ts-ignore: such an import gives a WebAssembly.Module there
import module from '../wasm/tools.wasm';

/** @returns {WebAssembly.Module} */
export function compileSync() {
  return module;
}

/** @returns {Promise<WebAssembly.Module>} */
export async function compile() {
  return module;
}
