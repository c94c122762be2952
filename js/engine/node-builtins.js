// What the platform does better than wasm, found without an import that a bundler would have to resolve.

/**
 * SHA-256 by node:crypto, synchronously, in hex: four times as fast, as processors have instructions for it that wasm
 * lacks. Available in Node from 20.16 and 22.3, Deno, Bun and Workers.
 *
 * @returns {((data: string | Uint8Array) => string) | undefined}  a text is hashed as UTF-8
 */
export function platformSha256() {
  if (!looked) {
    looked = true;
    const crypto = builtin('node:crypto');
    if (typeof crypto?.hash === 'function') found = (data) => crypto.hash('sha256', data, 'hex');
    else if (crypto) found = (data) => crypto.createHash('sha256').update(data).digest('hex');
  }
  return found;
}
let looked = false;
/** @type {ReturnType<typeof platformSha256>} */
let found;

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
