// SHA-256 of bodies: by the host where that is faster, otherwise in wasm.

import { core } from './core.js';

/**
 * node:crypto, without an import that a bundler would have to resolve. Present in Node from 20.16 and 22.3, Deno, Bun.
 *
 * @returns {{ createHash(name: string): { update(bytes: Uint8Array): any } } | undefined}
 */
function nodeCrypto() {
  if (!looked) {
    looked = true;
    found = /** @type {any} */ (globalThis).process?.getBuiltinModule?.('node:crypto');
  }
  return found;
}
let looked = false;
/** @type {ReturnType<typeof nodeCrypto>} */
let found;

/**
 * @param {Uint8Array} bytes
 * @returns {string} hex
 */
export function sha256Sync(bytes) {
  const crypto = nodeCrypto();
  if (crypto !== undefined) return crypto.createHash('sha256').update(bytes).digest('hex');
  return core.sha256(bytes);
}

/**
 * @param {Uint8Array} bytes
 * @returns {Promise<string>} hex
 */
export async function sha256(bytes) {
  // A page that is not served over https has no `subtle`, and Node's synchronous hash needs no detour over a thread.
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined || nodeCrypto() !== undefined) return sha256Sync(bytes);
  const digest = await subtle.digest('SHA-256', /** @type {Uint8Array<ArrayBuffer>} */ (bytes));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
