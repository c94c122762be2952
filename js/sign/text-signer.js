// Signs texts that an adapter has written itself, because adapters that replace another signer expose each step.

import { signingEngine } from '../engine/signing-engine.js';

/**
 * Starts the module that signs.
 *
 * @returns {Promise<void>}
 */
export function ready() {
  return signingEngine.ready();
}

/**
 * Starts the module if it has not started yet.
 *
 * @param {string} text  the string to sign
 * @param {{ date: string, region: string, service: string }} scope  the date as `YYYYMMDD`
 * @param {import('../engine/engine.js').SigningIdentity} identity
 * @returns {string} the signature, in hex
 * @throws {import('../engine/errors.js').SigV4Error}
 */
export function signText(text, scope, identity) {
  signingEngine.readySync();
  return signingEngine.signText(text, scope, identity, 0);
}

/** Forgets every signing key. */
export function clearKeys() {
  signingEngine.clearKeys();
}
