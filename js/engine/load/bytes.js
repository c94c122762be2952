// A wasm module that is compiled from its bytes.

/**
 * A module that is compiled from its bytes, which are read when it is.
 *
 * @param {() => Uint8Array<ArrayBuffer>} read
 */
export function fromBytes(read) {
  return {
    compileSync: () => new WebAssembly.Module(read()),
    compile: () => WebAssembly.compile(read()),
  };
}
