// The module `tools`, found like the other one: see edge-light.js.

// @ts-ignore: such an import gives a WebAssembly.Module there
import module from '../wasm/tools.wasm?module';

/** @returns {WebAssembly.Module} */
export function compileSync() {
  return module;
}

/** @returns {Promise<WebAssembly.Module>} */
export async function compile() {
  return module;
}
