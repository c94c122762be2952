// What the platform does better than wasm, found without an import that a bundler would have to resolve.

/**
 * Reads the text at the start of a view, in half the time of a TextDecoder.
 *
 * @param {Uint8Array} view
 * @returns {((length: number) => string) | undefined}
 */
export function platformDecoder({ buffer, byteOffset, length }) {
  const bytes = builtin('node:buffer')?.Buffer.from(buffer, byteOffset, length);
  return bytes && ((length) => bytes.toString('utf8', 0, length));
}

/**
 * A built-in module of Node; `undefined` on a platform without it.
 *
 * @param {string} name
 * @returns {any}
 */
export function builtin(name) {
  try {
    return /** @type {any} */ (globalThis).process?.getBuiltinModule?.(name);
  } catch {
    return undefined; // Next.js's edge runtime has the function, which throws.
  }
}
