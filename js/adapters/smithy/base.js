// What signers of both algorithms share: `SignatureV4a` of @smithy/signature-v4a extends this class, too.

import { canonicalRequest } from '../shared/canonical-request.js';
import { byName, getCanonicalQuery, hash, normalizedPath } from './canonical.js';

/**
 * @typedef {import('./key.js').AwsCredentialIdentity} AwsCredentialIdentity
 * @typedef {import('./key.js').ChecksumConstructor} ChecksumConstructor
 * @typedef {import('./key.js').HashConstructor} HashConstructor
 * @typedef {import('./http-request.js').HeaderBag} HeaderBag
 * @typedef {import('./http-request.js').HttpRequestLike} HttpRequestLike
 *
 * A `Date`, seconds since 1970 as a number or as text, or text that `Date` understands.
 * @typedef {Date | number | string} DateInput
 */

/**
 * @template T
 * @typedef {() => Promise<T>} Provider
 */

/**
 * @typedef {object} SignatureV4Init
 * @property {string} service  the signing name
 * @property {string | Provider<string>} region  a function is called for each signature
 * @property {AwsCredentialIdentity | Provider<AwsCredentialIdentity>} credentials  likewise
 * @property {ChecksumConstructor | HashConstructor} [sha256] what `@smithy/signature-v4` hashes with. It is accepted, but used
 *   only for a region, a service or a secret that AWS cannot have issued.
 * @property {boolean} [uriEscapePath]  default true; false for S3, whose paths are signed as they are
 * @property {boolean} [applyChecksum]  whether `x-amz-content-sha256` is sent; default true
 *
 * @typedef {object} SignatureV4CryptoInit
 * @property {ChecksumConstructor | HashConstructor} [sha256]
 */

export class SignatureV4Base {
  /** @protected @readonly @type {string} */
  service;
  /** @protected @readonly @type {Provider<string>} */
  regionProvider;
  /** @protected @type {Provider<AwsCredentialIdentity>} */
  credentialProvider;
  /**
   * `undefined` if none was given. The type does not say so, because `@smithy/signature-v4` requires it and its subclasses must
   * compile.
   *
   * @protected @readonly @type {ChecksumConstructor | HashConstructor}
   */
  sha256;
  /** @protected @readonly @type {boolean} */
  uriEscapePath;
  /** @protected @readonly @type {boolean} */
  applyChecksum;

  /** @param {SignatureV4Init & SignatureV4CryptoInit} init */
  constructor({ applyChecksum, credentials, region, service, sha256, uriEscapePath = true }) {
    this.service = service;
    this.sha256 = /** @type {ChecksumConstructor | HashConstructor} */ (sha256);
    this.uriEscapePath = uriEscapePath;
    this.applyChecksum = typeof applyChecksum === 'boolean' ? applyChecksum : true;
    this.regionProvider = provider(region);
    this.credentialProvider = provider(credentials);
  }

  /**
   * @protected
   * @param {HttpRequestLike} request
   * @param {HeaderBag} canonicalHeaders
   * @param {string} payloadHash
   */
  createCanonicalRequest(request, canonicalHeaders, payloadHash) {
    return canonicalRequest({
      method: request.method,
      path: this.uriEscapePath ? normalizedPath(request.path) : request.path,
      query: getCanonicalQuery(request),
      headers: Object.entries(canonicalHeaders).sort(byName),
      payloadHash,
    });
  }

  /**
   * @protected
   * @param {string} longDate  `YYYYMMDDTHHMMSSZ`
   * @param {string} credentialScope
   * @param {string} canonicalRequest
   * @param {string} algorithmIdentifier
   * @returns {Promise<string>}
   */
  async createStringToSign(longDate, credentialScope, canonicalRequest, algorithmIdentifier) {
    return `${algorithmIdentifier}\n${longDate}\n${credentialScope}\n${await hash(canonicalRequest)}`;
  }

  /**
   * @protected
   * @param {any} credentials
   */
  validateResolvedCredentials(credentials) {
    if (
      typeof credentials !== 'object' ||
      typeof credentials.accessKeyId !== 'string' ||
      typeof credentials.secretAccessKey !== 'string'
    ) {
      throw new Error('Resolved credential object is not valid');
    }
  }

  /**
   * @protected
   * @param {DateInput} now
   * @returns {{ longDate: string, shortDate: string }} `YYYYMMDDTHHMMSSZ` and `YYYYMMDD`
   */
  formatDate(now) {
    // Not amzDateOf, which refuses years that `@smithy/signature-v4` writes.
    const longDate = dateOf(now)
      .toISOString()
      .replace(/[-:]|\.\d{3}(?=Z$)/g, '');
    return { longDate, shortDate: longDate.slice(0, 8) };
  }

  /**
   * @protected
   * @param {object} headers
   */
  getCanonicalHeaderList(headers) {
    return Object.keys(headers).sort().join(';');
  }
}

/** @param {DateInput} time */
function dateOf(time) {
  if (typeof time === 'number') return new Date(time * 1000);
  if (typeof time === 'string') return new Date(Number(time) ? Number(time) * 1000 : time);
  return time;
}

/**
 * @template T
 * @param {T | Provider<T>} value
 * @returns {Provider<T>}
 */
function provider(value) {
  if (typeof value === 'function') return /** @type {Provider<T>} */ (value);
  const resolved = Promise.resolve(value);
  return () => resolved;
}
