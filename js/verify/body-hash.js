// Hashes an incoming body: in the core, with the record, if it is short; otherwise by the platform, if it can.

import { EMPTY_SHA256, isHashedByCore, platformSha256 } from '../engine/hashing.js';
import { sha256 } from '../engine/verify-engine.js';

/**
 * @param {Uint8Array} body
 * @returns {Uint8Array | string | Promise<string>} the value that crosses: a short body, or the hash of any other; an empty text
 *   if there is no body
 */
export function crossing(body) {
  if (body.length === 0) return '';
  return isHashedByCore(body) ? body : hashOf(body);
}

/**
 * The same for a body in memory before the key is known: anybody could make the server hash a long one.
 *
 * @param {Uint8Array} body
 * @returns {Uint8Array | string | undefined} `undefined` if it has to wait
 */
export function crossingNow(body) {
  if (body.length === 0) return '';
  if (isHashedByCore(body)) return body;
  return body.length <= MAX_EARLY_BYTES ? platformSha256()?.(body) : undefined;
}

const MAX_EARLY_BYTES = 4096;

/**
 * @param {Uint8Array} body
 * @returns {string | Promise<string>} hex
 */
export function hashOf(body) {
  if (body.length === 0) return EMPTY_SHA256;
  const hash = platformSha256();
  if (hash !== undefined) return hash(body);
  const { subtle } = globalThis.crypto ?? {};
  // A page that is not served over https has none.
  return subtle === undefined ? sha256(body) : digest(subtle, body);
}

/**
 * @param {string} text
 * @returns {string} hex
 */
export function hashOfText(text) {
  return platformSha256()?.(text) ?? sha256(new TextEncoder().encode(text));
}

/**
 * @param {SubtleCrypto} subtle
 * @param {Uint8Array} body
 */
async function digest(subtle, body) {
  const bytes = await subtle.digest('SHA-256', /** @type {Uint8Array<ArrayBuffer>} */ (body));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
