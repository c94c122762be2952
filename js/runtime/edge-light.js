// Vercel's edge runtime, and Next.js for it: like workerd.js, but `?module` asks for the module rather than an instance.

// @ts-ignore: such an import gives a WebAssembly.Module there
import module from '../wasm/signing.wasm?module';

/** @returns {WebAssembly.Module} */
export function compileSync() {
  return module;
}

/** @returns {Promise<WebAssembly.Module>} */
export async function compile() {
  return module;
}
