// Text functions for the search for a mistake, in the module `mismatch`, so that the search loads no other module.

import { hash, hashSync } from './hashing.js';
import { sha256In } from './incoming-crossing.js';
import { mismatchModule } from './mismatch-engine.js';

/** SHA-256 where the platform has none that is faster. */
const HASHER = {
  ready: () => mismatchModule.ready(),
  /** @param {Uint8Array} bytes */
  sha256: (bytes) => sha256In(bytes, mismatchModule),
};

/**
 * @param {string | Uint8Array} data  a text is hashed as UTF-8
 * @returns {string} hex
 */
export function sha256Sync(data) {
  return hashSync(data, HASHER);
}

/**
 * @param {string | Uint8Array} data
 * @returns {Promise<string>} hex
 */
export function sha256(data) {
  return hash(data, HASHER);
}

/**
 * A text with each byte in its one spelling: a `%` that begins no escape stands for itself.
 *
 * @param {string} text  up to U+00FF, each character a byte
 * @returns {string} likewise
 */
export function canonicalEscapes(text) {
  return canonical(text, 0);
}

/**
 * The value of a header, likewise.
 *
 * @param {string} text
 */
export function canonicalValue(text) {
  return canonical(text, 1);
}

/**
 * @param {string} text
 * @param {0 | 1} isValue
 */
function canonical(text, isValue) {
  try {
    const view = mismatchModule.buffer(text.length);
    for (let i = 0; i < text.length; i++) view[i] = text.charCodeAt(i);
    const length = mismatchModule.exports.canonical_text(text.length, isValue);
    const bytes = mismatchModule.buffer(length).subarray(0, length);
    const result = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
    bytes.fill(0); // it may be a token
    mismatchModule.release();
    return result;
  } catch (error) {
    throw mismatchModule.failed(error);
  }
}
