// How Cloudflare Workers and Vercel's edge runtime load a wasm module: they forbid compiling bytes at run time, and compile an
// imported `.wasm` file ahead of time instead.

/** @param {WebAssembly.Module} module */
export const load = (module) => ({
  compileSync: () => module,
  compile: async () => module,
});
