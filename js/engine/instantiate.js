// Starts a wasm module, as often as one asks for it. The code that wasm-bindgen writes around a module keeps its first
// instance for good, and with it what a trap has left behind.

/**
 * The functions of src/wasm/exports.rs, and their memory.
 *
 * @typedef {{ memory: Memory } & Omit<import('../wasm/signing.js').InitOutput, 'memory'>} WasmInstance
 * @typedef {{ readonly buffer: ArrayBuffer }} Memory
 */

/**
 * @param {WebAssembly.Module} module
 * @returns {WasmInstance}
 */
export function instantiate(module) {
  /** @type {Record<string, Record<string, () => void>>} */
  const imports = {};
  // The engine calls none of them: they are for JavaScript values, and it takes only numbers.
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    (imports[from] ??= {})[name] = () => {};
  }
  const { exports } = new WebAssembly.Instance(module, imports);
  return /** @type {any} */ (exports);
}
