// The key of an access key id that the lookup returned.

import { SigV4Error } from '../engine/errors.js';

/** @typedef {import('./verify-request.js').KeyLookup} KeyLookup */

/**
 * The verifying key: the secret, a derived or public key, or `undefined`.
 *
 * @param {KeyLookup} found
 * @param {Pick<import('../engine/verify-engine.js').Stated, 'isSigV4a' | 'signedAt' | 'region' | 'service'>} stated
 * @returns {Key | Promise<Key>}
 */
export function keyOf(found, { isSigV4a, signedAt, region, service }) {
  if (typeof found !== 'object' || found === null) return found;
  const { secretAccessKey, signingKey, publicKey } = /** @type {Record<string, any>} */ (found);
  if (secretAccessKey) return secretAccessKey;
  if (isSigV4a) return publicKey === undefined ? undefined : bytesOf('publicKey', publicKey);
  if (signingKey === undefined) return undefined;
  if (typeof signingKey !== 'function') return bytesOf('signingKey', signingKey, 32);
  const date = new Date(signedAt).toISOString().slice(0, 10).replaceAll('-', '');
  const derived = signingKey({ date, region, service });
  /** @param {unknown} key */
  const checked = (key) => (key == null ? undefined : bytesOf('signingKey', key, 32));
  return isPromise(derived) ? derived.then(checked) : checked(derived);
}

/** @typedef {string | Uint8Array | null | undefined} Key */

/**
 * @param {string} name
 * @param {unknown} bytes
 * @param {number} [length]
 * @returns {Uint8Array}
 */
function bytesOf(name, bytes, length) {
  if (bytes instanceof Uint8Array && (length === undefined || bytes.length === length)) return bytes;
  throw new SigV4Error(
    'ERR_SIGV4_CREDENTIALS_INVALID',
    `${name} must be a Uint8Array${length === undefined ? '' : ` of ${length} bytes`}`,
  );
}

/**
 * @param {string | Uint8Array} key
 * @param {KeyLookup} found
 * @returns {import('../engine/verify-engine.js').Known}
 */
export function knownOf(key, found) {
  if (typeof found !== 'object' || found === null) {
    return { key, sessionToken: undefined, isJudged: true, expiresAt: undefined };
  }
  const { sessionToken, expiration } = found;
  return {
    key,
    sessionToken: sessionToken ?? undefined,
    isJudged: false,
    expiresAt: expiration === undefined ? undefined : Number(expiration),
  };
}

/** @type {import('../engine/verify-engine.js').Known} */
export const NOTHING = { key: '', sessionToken: undefined, isJudged: false, expiresAt: undefined };

/** @param {Exclude<KeyLookup, string | null | undefined>} found */
export function withoutSecrets(found) {
  const { secretAccessKey, signingKey, sessionToken, ...credentials } =
    /** @type {Record<string, unknown>} */ (found);
  return credentials;
}

/**
 * @template T
 * @param {T | PromiseLike<T>} value
 * @returns {value is Promise<T>}
 */
export function isPromise(value) {
  return typeof (/** @type {any} */ (value)?.then) === 'function';
}
