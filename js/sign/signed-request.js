// The result of a signature that callers get.

/**
 * What you must send.
 *
 * @typedef {object} SignedRequest
 * @property {string} method
 * @property {string} url  absolute. Send this URL: for S3 it has the spelling that all servers read alike, such as `%2B` for a
 *   plus in the path.
 * @property {Record<string, string>} headers by lower-case name: the headers of the caller, and those that the signature adds.
 *   `host` is signed, but is here only if the caller passed it or the option `host`, because HTTP clients set it, and browsers do
 *   not allow setting it.
 * @property {string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>} [body]
 */

/**
 * The signed request and its signature, with the parts of the credentials that are sent.
 *
 * @typedef {object} Work
 * @property {import('./normalize-request.js').NormalizedRequest} request
 * @property {import('./payload.js').Payload} payload
 * @property {string} sessionToken  empty without one
 * @property {import('../engine/engine.js').Signature} signature
 */

/** @param {Work} work @returns {SignedRequest} */
export function headerSigned({ request, payload, sessionToken, signature }) {
  /** @type {Record<string, string>} */
  const headers = {};
  for (const [name, value] of payload.headers) headers[name] = value;
  headers.authorization = signature.value;
  headers['x-amz-date'] = signature.amzDate;
  if (signature.contentSha256 !== '') headers['x-amz-content-sha256'] = signature.contentSha256;
  if (signature.regionSet !== '') headers['x-amz-region-set'] = signature.regionSet;
  if (sessionToken !== '') {
    // A name that is cut out of a text takes longer as a key.
    const isUsual = signature.sessionTokenHeader === TOKEN_HEADER;
    headers[isUsual ? TOKEN_HEADER : signature.sessionTokenHeader] = sessionToken;
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
