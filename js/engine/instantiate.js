// Starts new instances of a wasm module. The code that wasm-bindgen generates around a module keeps its first instance forever,
// and with it the state that a trap has left behind.

/**
 * The functions of src/wasm/exports.rs, and their memory.
 *
 * @typedef {{ memory: Memory } & Omit<import('../wasm/signing.js').InitOutput, 'memory'>} WasmInstance
 * @typedef {{ readonly buffer: ArrayBuffer }} Memory
 */

/**
 * @param {WebAssembly.Module} module
 * @param {(name: string) => ((...numbers: number[]) => void) | undefined} [importNamed]  an imported function by name
 * @returns {WasmInstance}
 */
export function instantiate(module, importNamed) {
  /** @type {Record<string, Record<string, (...numbers: number[]) => void>>} */
  const imports = {};
  // The engine calls none of the others: they are for JavaScript values, and it takes only numbers.
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    (imports[from] ??= {})[name] = importNamed?.(name) ?? (() => {});
  }
  const { exports } = new WebAssembly.Instance(module, imports);
  return /** @type {any} */ (exports);
}
