// The signer of sigv4-wasm/fips: the same as that of the main entry, with the cryptography of node:crypto.

import { fipsEngine, nodeCrypto } from '../engine/fips-engine.js';
import { SIGV4 } from '../protocol/algorithms.js';
import { SIGNER_OPTIONS } from '../protocol/option-names.js';
import { BaseSigner, PRESIGN, SIGN } from './base-signer.js';
import { compileSettings } from './options.js';
import { headerSigned, presigned } from './signed-request.js';
import { signOnce } from './signing.js';

/**
 * @typedef {import('./base-signer.js').PresignOptions} PresignOptions
 * @typedef {import('./normalize-request.js').SignableRequest} SignableRequest
 * @typedef {import('./signed-request.js').SignedRequest} SignedRequest
 * @typedef {import('./signer.js').SignerOptions} SignerOptions
 */

const FIPS = {
  engine: fipsEngine,
  algorithm: SIGV4.algorithm,
  names: SIGNER_OPTIONS,
  /** @param {import('./options.js').SigningOptions} options */
  compileSettings(options) {
    nodeCrypto(); // throws before anything is read
    return compileSettings(options);
  },
};

/**
 * Like `signRequest` of `sigv4-wasm`: with `node:crypto` for every hash, key and signature.
 *
 * @example
 *   const signed = await signRequest({ method: 'POST', url, body: { item: 'tea' } }, { credentials });
 *
 * @param {SignableRequest} request
 * @param {SignerOptions} options
 * @returns {Promise<SignedRequest>}
 * @throws {import('../engine/errors.js').SigV4Error} `ERR_SIGV4_FIPS_UNAVAILABLE`, and the errors of the function of `sigv4-wasm`
 */
export async function signRequest(request, options) {
  return headerSigned(await signOnce(request, options, FIPS, SIGN));
}

/**
 * Like `presignUrl` of `sigv4-wasm`: with `node:crypto` for every hash, key and signature.
 *
 * @example
 *   const url = await presignUrl('https://my-bucket.s3.eu-west-1.amazonaws.com/report.pdf', { credentials, expiresIn: 900 });
 *
 * @param {SignableRequest} request
 * @param {SignerOptions & PresignOptions} options
 * @returns {Promise<string>}
 * @throws {import('../engine/errors.js').SigV4Error} `ERR_SIGV4_FIPS_UNAVAILABLE`, and the errors of the function of `sigv4-wasm`
 */
export async function presignUrl(request, options) {
  return presigned(await signOnce(request, options, FIPS, PRESIGN));
}

/**
 * Like `Signer` of `sigv4-wasm`: with `node:crypto` for every hash, key and signature. The secret access key and the keys
 * derived from it do not enter the memory of the wasm module. Adapters take it as their option `signer`.
 *
 * `node:crypto` is a validated module only if Node.js runs with the FIPS provider of OpenSSL: `crypto.getFips()` is 1 then.
 *
 * @example
 *   const signer = new Signer({ credentials, region: 'us-gov-west-1', service: 'execute-api' });
 *
 * @extends {BaseSigner<SignerOptions>}
 */
export class Signer extends BaseSigner {
  /**
   * @param {SignerOptions} options
   * @throws {import('../engine/errors.js').SigV4Error} `ERR_SIGV4_FIPS_UNAVAILABLE` if there is no `node:crypto`
   */
  constructor(options) {
    super(options, FIPS);
  }
}
