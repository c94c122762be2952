// SHA-256 of bodies: by the platform if that is faster, otherwise in wasm.

import { signingEngine } from './engine.js';
import { isHashedByCore, platformSha256 } from './hashing.js';

/**
 * @param {string | Uint8Array} data  a text is hashed as UTF-8
 * @returns {string} hex
 */
export function sha256Sync(data) {
  return platformSha256()?.(data) ?? signingEngine.sha256(toBytes(data));
}

/**
 * @param {string | Uint8Array} data
 * @returns {Promise<string>} hex
 */
export async function sha256(data) {
  // A page that is not served over https has no `subtle`, and the synchronous hash of a host needs no detour over a
  // thread.
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined || platformSha256() !== undefined) return sha256Sync(data);
  if (isHashedByCore(data)) {
    await signingEngine.ready();
    return sha256Sync(data);
  }
  const digest = await subtle.digest('SHA-256', /** @type {Uint8Array<ArrayBuffer>} */ (toBytes(data)));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @param {string | Uint8Array} data */
function toBytes(data) {
  return typeof data === 'string' ? new TextEncoder().encode(data) : data;
}

/** SHA-256 of nothing, in hex. */
export const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
