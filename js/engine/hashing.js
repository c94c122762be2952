// Who hashes what: the platform where that is measurably faster, otherwise the core.

import { builtin } from './node-builtins.js';

/**
 * Bodies up to this length cross with the request if the platform does not hash synchronously. A whole signature in
 * Chromium 156, with a body of 2 KiB: 16 us in wasm, 20 by WebCrypto; 4 KiB: 22 and 18; 16 KiB: 54 and 24; 1 MiB: 2950
 * and 1075.
 */
const INLINE_BODY_BYTES = 3072;

/**
 * Likewise if the platform hashes synchronously: from this length on it is faster than wasm, the call included. A whole
 * signature in Node 20, with a body of 64 bytes: 3.0 us by the platform, 2.8 in wasm; 128 bytes: 3.2 and 3.4; 256 bytes:
 * 3.4 and 3.8.
 */
const PLATFORM_HASH_BYTES = 112;

/**
 * SHA-256 by node:crypto, synchronously, in hex: four times as fast, because processors have instructions for it that wasm
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
 * Whether a body crosses with its request, and the core hashes it. A longer one is hashed before.
 *
 * @param {string | Uint8Array | undefined} body
 */
export function isHashedByCore(body) {
  if (body === undefined) return true;
  return body.length <= (platformSha256() === undefined ? INLINE_BODY_BYTES : PLATFORM_HASH_BYTES);
}

/**
 * The function that hashes a canonical request. `undefined`: the core.
 *
 * @param {number} length  of it, about
 * @param {boolean} isFirst  whether this is the first signature: many processes make only one, and node:crypto takes 2 ms to load
 */
export function canonicalRequestHash(length, isFirst) {
  return isFirst || length < PLATFORM_HASH_BYTES ? undefined : platformSha256();
}

/**
 * SHA-256 of a body.
 *
 * @param {string | Uint8Array} data  a text is hashed as UTF-8
 * @param {Hasher} engine
 * @returns {string} hex
 */
export function hashSync(data, engine) {
  return platformSha256()?.(data) ?? engine.sha256(toBytes(data));
}

/**
 * The same, in a thread of the platform if that is faster.
 *
 * @param {string | Uint8Array} data
 * @param {Hasher} engine
 * @returns {Promise<string>} hex
 */
export async function hash(data, engine) {
  // A page that is not served over https has no `subtle`, and a synchronous hash of the platform needs no thread.
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined || platformSha256() !== undefined) return hashSync(data, engine);
  if (isHashedByCore(data)) {
    await engine.ready();
    return hashSync(data, engine);
  }
  const digest = await subtle.digest('SHA-256', /** @type {Uint8Array<ArrayBuffer>} */ (toBytes(data)));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * The engine that hashes if the platform does not.
 *
 * @typedef {Pick<import('./engine.js').Engine, 'ready' | 'sha256'>} Hasher
 */

/** @param {string | Uint8Array} data */
function toBytes(data) {
  return typeof data === 'string' ? new TextEncoder().encode(data) : data;
}

/** SHA-256 of nothing, in hex. */
export const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
