// SHA-256 of bodies: by the host where that is faster, otherwise in wasm.

import { core } from './core.js';
import { hostSha256 } from './host.js';

/**
 * @param {string | Uint8Array} data  a text is hashed as UTF-8
 * @returns {string} hex
 */
export function sha256Sync(data) {
  return hostSha256()?.(data) ?? core.sha256(toBytes(data));
}

/**
 * @param {string | Uint8Array} data
 * @returns {Promise<string>} hex
 */
export async function sha256(data) {
  // A page that is not served over https has no `subtle`, and the synchronous hash of a host needs no detour over a
  // thread.
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined || hostSha256() !== undefined) return sha256Sync(data);
  const digest = await subtle.digest('SHA-256', /** @type {Uint8Array<ArrayBuffer>} */ (toBytes(data)));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @param {string | Uint8Array} data */
function toBytes(data) {
  return typeof data === 'string' ? new TextEncoder().encode(data) : data;
}
