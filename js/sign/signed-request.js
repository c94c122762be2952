// What callers get of a signature.

import { withoutToken } from '../protocol/redact-token.js';

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

/** @typedef {{ request: import('./normalize-request.js').NormalizedRequest, payload: import('./payload.js').Payload, identity: import('./credentials.js').Identity, signature: import('../engine/engine.js').Signature }} Work */

/** @param {Work} work @returns {SignedRequest} */
export function headerSigned({ request, payload, identity, signature }) {
  /** @type {Record<string, string>} */
  const headers = {};
  for (const [name, value] of payload.headers) headers[name] = value;
  headers.authorization = signature.value;
  headers['x-amz-date'] = signature.amzDate;
  if (signature.contentSha256 !== '') headers['x-amz-content-sha256'] = signature.contentSha256;
  if (signature.regionSet !== '') headers['x-amz-region-set'] = signature.regionSet;
  if (identity.sessionToken !== '') {
    // A name that is cut out of a text takes longer as a key.
    const isUsual = signature.sessionTokenHeader === TOKEN_HEADER;
    headers[isUsual ? TOKEN_HEADER : signature.sessionTokenHeader] = identity.sessionToken;
  }
  /** @type {SignedRequest} */
  const signed = {
    method: request.method,
    url: request.origin + (signature.target || targetOf(request)),
    headers,
  };
  if (payload.body !== undefined) signed.body = /** @type {SignedRequest['body']} */ (payload.body);
  return signed;
}

const TOKEN_HEADER = 'x-amz-security-token';

/** @param {import('./normalize-request.js').NormalizedRequest} request */
function targetOf({ path, query }) {
  return query === '' ? path : `${path}?${query}`;
}

/** @param {Work} work */
export function presigned({ request, signature }) {
  return `${request.origin}${signature.target || request.path}?${signature.value}`;
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
