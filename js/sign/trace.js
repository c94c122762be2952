// The intermediate steps of a signature, for debugging.

import { FLAG } from '../engine/generated/flags.js';
import { withoutToken } from '../protocol/redact-token.js';
import { operationsOf } from './operations.js';

/**
 * The steps of a signature. The session token is redacted, and the secret is not included.
 *
 * @typedef {object} SigningTrace
 * @property {string} canonicalRequest
 * @property {string} stringToSign
 * @property {string} scope  `date/region/service/aws4_request`; of SigV4a without the region
 * @property {string[]} signedHeaders
 * @property {string} signature
 */

/**
 * Returns the steps of the signature of a request or, with `expiresIn`, of its presigned URL.
 *
 * @example
 *   const { canonicalRequest, stringToSign } = await trace(signer, 'https://my-bucket.s3.amazonaws.com/key');
 *
 * @template [Overrides=Partial<import('./signer.js').SignerOptions>]
 * @param {import('./operations.js').AnySigner<Overrides>} signer
 * @param {import('./normalize-request.js').SignableRequest} request
 * @param {Overrides & import('./base-signer.js').PresignOptions} [options]
 * @returns {Promise<SigningTrace>}
 * @throws {import('../engine/errors.js').SigV4Error}
 */
export async function trace(signer, request, options) {
  const flags = options?.expiresIn === undefined ? FLAG.trace : FLAG.trace | FLAG.presign;
  const { sessionToken, signature } = await operationsOf(signer).sign(request, options, flags);
  const { canonicalRequest, stringToSign, value } = signature;
  const lines = canonicalRequest.split('\n');
  return {
    canonicalRequest: withoutToken(canonicalRequest, sessionToken),
    stringToSign,
    scope: stringToSign.split('\n')[2],
    signedHeaders: lines[lines.length - 2].split(';'),
    signature: /Signature=([0-9a-f]+)/.exec(value)?.[1] ?? '',
  };
}
