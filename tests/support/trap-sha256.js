// Has the SHA-256 of a wasm module trap: whatever is signed without it was hashed elsewhere.

import binaryen from 'binaryen';

/** The first round constants of SHA-256 (FIPS 180-4, section 4.2.2). */
const CONSTANTS = [0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5];

/**
 * Compiles every module from now on with an `unreachable` instead of what holds these constants.
 *
 * @returns {{ functions: number }} how many functions were replaced so far
 */
export function trapSha256() {
  const replaced = { functions: 0 };
  const { compile, Module } = WebAssembly;
  /** @param {BufferSource} source */
  const patched = (source) => {
    const { bytes, count } = withTraps(bytesOf(source));
    replaced.functions += count;
    return bytes;
  };
  WebAssembly.compile = (source) => compile(patched(source));
  WebAssembly.Module = /** @type {any} */ (
    new Proxy(Module, { construct: (target, [source]) => new target(patched(source)) })
  );
  return replaced;
}

/** @param {Uint8Array} source */
function withTraps(source) {
  const module = binaryen.readBinary(source);
  let count = 0;
  for (let i = 0; i < module.getNumFunctions(); i++) {
    const { name, base, params, results, body } = binaryen.getFunctionInfo(module.getFunctionByIndex(i));
    if (base || !body || !isSha256(binaryen.emitText(body))) continue;
    module.removeFunction(name);
    module.addFunction(name, params, results, [], module.unreachable());
    count++;
  }
  const bytes = module.emitBinary();
  module.dispose();
  return { bytes, count };
}

/** @param {string} text  of a function: a constant is decimal, with a sign, and hexadecimal in a vector */
function isSha256(text) {
  return CONSTANTS.every(
    (one) => text.includes(`const ${one | 0})`) || text.includes(`0x${one.toString(16)}`),
  );
}

/** @param {BufferSource} source */
function bytesOf(source) {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
}
