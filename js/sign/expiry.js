// The lifetime of a presigned URL.

import { expired } from './credentials.js';
import { coreError, SigV4Error } from '../engine/errors.js';
import { EXPIRES_INVALID } from '../engine/generated/errors.js';
import { choose } from './options.js';

/**
 * @param {import('./base-signer.js').PresignOptions | undefined} options
 * @param {import('./credentials.js').ShownIdentity} identity
 * @param {number} at  epoch milliseconds
 * @returns {number} seconds
 */
export function lifetime(options, identity, at) {
  const { expiresIn = 3600, onEarlyExpiry } = options ?? {};
  if (typeof expiresIn !== 'number' || !Number.isInteger(expiresIn) || expiresIn < 1 || expiresIn > 604_800) {
    throw coreError(EXPIRES_INVALID, {});
  }
  const mode = choose('onEarlyExpiry', onEarlyExpiry, ON_EARLY_EXPIRY);
  const left = Math.floor((identity.expiration - at) / 1000);
  if (left < 1) throw expired(identity);
  if (left >= expiresIn) return expiresIn;
  const message = `the credentials expire in ${left} s, before expiresIn (${expiresIn} s), and a presigned URL is valid only as long as its credentials`;
  if (mode === ON_EARLY_EXPIRY.error) throw new SigV4Error('ERR_SIGV4_EXPIRES_INVALID', message);
  // A caller that passes no lifetime gets the longest possible one.
  if (mode === ON_EARLY_EXPIRY.warn && options?.expiresIn) {
    import('./expiry-warning.js').then(({ warn }) => warn(message)).catch(() => {});
  }
  return left;
}

const ON_EARLY_EXPIRY = { warn: 0, shorten: 1, error: 2 };
