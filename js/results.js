// What callers get of a signature.

import { expired } from './credentials.js';
import { coreError, SigV4Error } from './errors.js';
import { escapeUri, wellFormed } from './escape.js';
import { EXPIRES_INVALID } from './generated/errors.js';
import { choose } from './options.js';

/**
 * What must go on the wire.
 *
 * @typedef {object} SignedRequest
 * @property {string} method
 * @property {string} url  absolute. Send this one: for S3 it is spelled in the one way that all servers read alike, such as
 *   `%2B` for a plus in the path.
 * @property {Record<string, string>} headers  by lower-case name: what the caller passed, and what the signature adds.
 *   `host` is signed, but not here unless the caller passed it, or the option `host`: HTTP clients set it, and browsers
 *   forbid to.
 * @property {string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>} [body]
 */

/**
 * What a signature was made of, for debugging. The session token is redacted, and the secret was never in it.
 *
 * @typedef {object} SigningTrace
 * @property {string} canonicalRequest
 * @property {string} stringToSign
 * @property {string} scope  `date/region/service/aws4_request`; of SigV4a without the region
 * @property {string[]} signedHeaders
 * @property {string} signature
 */

/** @typedef {{ flat: import('./request.js').FlatRequest, identity: import('./credentials.js').Identity, signature: import('./core.js').Signature }} Work */

/** @param {Work} work @returns {SignedRequest} */
export function headerSigned({ flat, identity, signature }) {
  /** @type {Record<string, string>} */
  const headers = {};
  for (const [name, value] of flat.headers) headers[name] = value;
  headers.authorization = signature.value;
  headers['x-amz-date'] = signature.amzDate;
  if (signature.contentSha256 !== '') headers['x-amz-content-sha256'] = signature.contentSha256;
  if (signature.regionSet !== '') headers['x-amz-region-set'] = signature.regionSet;
  if (identity.sessionToken !== '') headers[signature.sessionTokenHeader] = identity.sessionToken;
  /** @type {SignedRequest} */
  const signed = {
    method: flat.method,
    url: flat.query === '' ? flat.origin + flat.path : `${flat.origin}${flat.path}?${flat.query}`,
    headers,
  };
  if (flat.body !== undefined) signed.body = /** @type {SignedRequest['body']} */ (flat.body);
  return signed;
}

/** @param {Work} work */
export function presigned({ flat, signature }) {
  return `${flat.origin}${flat.path}?${signature.value}`;
}

/**
 * What stands before and after the signature in the query of a presigned URL.
 *
 * @param {string} query
 */
export function aroundSignature(query) {
  const [, before, after] = /** @type {RegExpExecArray} */ (
    /^(.*&X-Amz-Signature=)[0-9a-f]+(.*)$/s.exec(query)
  );
  return [before, after];
}

/** @param {Work} work @returns {SigningTrace} */
export function traced({ identity, signature }) {
  const { canonicalRequest, stringToSign } = signature;
  const lines = canonicalRequest.split('\n');
  const token = identity.sessionToken;
  return {
    canonicalRequest: withoutToken(canonicalRequest, token),
    stringToSign,
    scope: stringToSign.split('\n')[2],
    signedHeaders: lines[lines.length - 2].split(';'),
    signature: /Signature=([0-9a-f]+)/.exec(signature.value)?.[1] ?? '',
  };
}

/**
 * @param {string} canonicalRequest
 * @param {string} token  or nothing
 * @returns {string} to be shown
 */
export function withoutToken(canonicalRequest, token) {
  if (token === '') return canonicalRequest;
  const redacted = canonicalRequest.replace(
    TOKEN,
    (_, header = '', parameter = '') => `${header}${parameter}${REDACTED}`,
  );
  // A short one, which AWS issues none of, would be found in words.
  if (token.length < 16) return redacted;
  return redacted.replaceAll(token, REDACTED).replaceAll(escapeUri(wellFormed(token)), REDACTED);
}

const REDACTED = '<session token>';
const TOKEN =
  /^(x-amz-(?:security|s3session)-token:).+|(?<=[?&\n])(X-Amz-(?:Security|S3session)-Token=)[^&\n]*/gim;

/**
 * @param {import('./signer.js').PresignOptions | undefined} options
 * @param {import('./credentials.js').Identity} identity
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
  const message = `the credentials expire in ${left} s, not ${expiresIn} s: what they presign does not outlive them`;
  if (mode === ON_EARLY_EXPIRY.error) throw new SigV4Error('ERR_SIGV4_EXPIRES_INVALID', message);
  // Who names no lifetime wants what there is.
  if (mode === ON_EARLY_EXPIRY.warn && options?.expiresIn) {
    import('./early-expiry.js').then(({ warn }) => warn(message)).catch(() => {});
  }
  return left;
}

const ON_EARLY_EXPIRY = { warn: 0, shorten: 1, error: 2 };
