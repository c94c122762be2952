// Who hashes what: the platform where that is measurably faster, otherwise the core.

import { builtin } from './node-builtins.js';

/**
 * Bodies up to this length cross with the request if the platform does not hash synchronously. A whole signature in
 * Chromium 156, with a body of 2 KiB: 16 us in wasm, 20 by WebCrypto; 4 KiB: 22 and 18; 16 KiB: 54 and 24; 1 MiB: 2950
 * and 1075.
 */
const INLINE_BODY_BYTES = 3 * 1024;

/**
 * Likewise if the platform hashes synchronously: from this length on it is faster than wasm, the call included. A whole
 * signature in Node 20, with a body of 64 bytes: 3.0 us by the platform, 2.8 in wasm; 128 bytes: 3.2 and 3.4; 256 bytes:
 * 3.4 and 3.8.
 */
const PLATFORM_HASH_BYTES = 112;

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
 * Whether a body crosses with its request, and the core hashes it. A longer one is hashed before.
 *
 * @param {string | Uint8Array | undefined} body
 */
export function isHashedByCore(body) {
  if (body === undefined) return true;
  return body.length <= (platformSha256() === undefined ? INLINE_BODY_BYTES : PLATFORM_HASH_BYTES);
}

/**
 * What hashes a canonical request. `undefined`: the core.
 *
 * @param {number} length  of it, about
 * @param {boolean} isFirst  whether nothing was signed before: many processes make one signature and no other, and
 *   node:crypto takes 2 ms to load
 */
export function canonicalRequestHash(length, isFirst) {
  return isFirst || length < PLATFORM_HASH_BYTES ? undefined : platformSha256();
}
