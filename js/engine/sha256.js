// SHA-256 without a signer: by the platform if that is faster, otherwise by the module `signing`.

import { hash, hashSync } from './hashing.js';
import { signingEngine } from './signing-engine.js';

export { EMPTY_SHA256 } from './hashing.js';

/**
 * @param {string | Uint8Array} data  a text is hashed as UTF-8
 * @returns {string} hex
 */
export function sha256Sync(data) {
  return hashSync(data, signingEngine);
}

/**
 * @param {string | Uint8Array} data
 * @returns {Promise<string>} hex
 */
export function sha256(data) {
  return hash(data, signingEngine);
}
