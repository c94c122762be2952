// The payload of a request: the body that is sent, and the value that is signed for it.

import {
  assertUnused,
  bodyInMemory,
  bodyUsed,
  describe,
  isFetchBody,
  isStream,
  readBody,
  readRequestBody,
} from '../http/body.js';
import { SigV4Error } from '../engine/errors.js';
import { hash, hashSync, isHashedByCore, platformSha256 } from '../engine/hashing.js';

/**
 * @typedef {import('./normalize-request.js').NormalizedRequest} NormalizedRequest
 * @typedef {import('./options.js').SigningOptions['payload']} PayloadOption
 *
 * @typedef {object} Payload
 * @property {string | Uint8Array | import('../http/body.js').BodyStream | undefined} body  the body to send
 * @property {Map<string, string>} headers  the headers of the request, with the content type of its body
 * @property {string} signed  a hash or a keyword; empty if the core hashes the body
 * @property {boolean} isBodyHash  whether `signed` is the hash of the body
 */

/**
 * Resolves the payload synchronously.
 *
 * @param {NormalizedRequest} request
 * @param {PayloadOption} option
 * @param {import('../engine/hashing.js').Hasher} engine
 * @returns {Payload}
 */
export function settlePayloadSync(request, option, engine) {
  const unread = settleUnread(request, option);
  if (unread !== undefined) return unread;
  const body = isFetchBody(request.source) ? undefined : bodyInMemory(request.source);
  if (body === undefined) {
    throw new SigV4Error(
      'ERR_SIGV4_BODY_UNSUPPORTED',
      `a body of type ${describe(request.source)} must be read first: use the asynchronous call`,
    );
  }
  const payload = payloadOf(request, option, body);
  return isSettled(payload) ? payload : withHash(payload, hashSync(bytesOf(payload), engine));
}

/**
 * Resolves the payload, and reads the body if necessary.
 *
 * @param {NormalizedRequest} request
 * @param {PayloadOption} option
 * @param {import('../engine/hashing.js').Hasher} engine
 * @returns {Promise<Payload>}
 */
export async function settlePayload(request, option, engine) {
  const payload = settleUnread(request, option) ?? payloadOf(request, option, await readSource(request));
  return isSettled(payload) ? payload : withHash(payload, await hash(bytesOf(payload), engine));
}

/**
 * Whether the payload can be resolved synchronously.
 *
 * @param {NormalizedRequest} request
 */
export function canSettleSync({ source }) {
  if (source === undefined || source === null) return true;
  const isHere = typeof source === 'string' || source instanceof Uint8Array;
  // If the platform hashes only asynchronously, waiting is worthwhile.
  return isHere && (platformSha256() !== undefined || isHashedByCore(source));
}

/**
 * The payload of a request whose body is sent separately.
 *
 * @param {NormalizedRequest} request
 * @param {string} signed  a keyword
 * @returns {Payload}
 */
export function separatePayload({ headers }, signed) {
  return { body: undefined, headers, signed, isBodyHash: false };
}

/** @param {NormalizedRequest} request */
async function readSource({ source }) {
  if (!isFetchBody(source)) return readBody(source);
  const request = /** @type {Request} */ (source);
  if (request.bodyUsed) throw bodyUsed();
  // A clone, so that the caller's request can still be sent.
  return { data: await readRequestBody(request.clone()) };
}

/**
 * A stream whose bytes are not signed passes unread.
 *
 * @param {NormalizedRequest} request
 * @param {PayloadOption} option
 * @returns {Payload | undefined}
 */
function settleUnread({ source, headers }, option) {
  const stream = isFetchBody(source) ? /** @type {Request} */ (source).body : source;
  if (!isStream(stream)) return undefined;
  const isKnown = option === 'unsigned' || typeof option === 'object';
  const given = isKnown ? '' : (headers.get(CONTENT_SHA256) ?? '');
  if (!isKnown && given === '') return undefined;
  assertUnused(stream);
  const signed = isKnown ? literalOf(headers, stream, option) || UNSIGNED_PAYLOAD : given;
  return { body: stream, headers, signed, isBodyHash: false };
}

/**
 * @param {NormalizedRequest} request
 * @param {PayloadOption} option
 * @param {import('../http/body.js').WireBody} wire
 * @returns {Payload}
 */
function payloadOf({ headers: given }, option, { data, contentType, ownsContentType }) {
  const headers = contentType === undefined ? given : withContentType(given, contentType, ownsContentType);
  // As bytes: for a text, HTTP clients add their own content type, which the signature does not cover, and Node's http sends the
  // headers as UTF-8 instead of one byte for each character.
  const isEncoded = typeof data === 'string' && (!headers.has('content-type') || hasLatin1(headers));
  const body = isEncoded ? new TextEncoder().encode(data) : data;
  return { body, headers, signed: literalOf(headers, body, option), isBodyHash: false };
}

/**
 * @param {Map<string, string>} headers
 * @param {string} contentType
 * @param {boolean | undefined} ownsContentType
 */
function withContentType(headers, contentType, ownsContentType) {
  const given = headers.get('content-type');
  const replaces = given === undefined || (ownsContentType && /^multipart\/form-data\b/i.test(given));
  return replaces ? new Map(headers).set('content-type', contentType) : headers;
}

/**
 * The payload hash from the caller: from the option, or from the header if the body is missing or not signed. A hash in the
 * header never takes precedence over the bytes, because it is stale if a request is signed again.
 *
 * @param {Map<string, string>} headers
 * @param {Payload['body']} body
 * @param {PayloadOption} option
 */
function literalOf(headers, body, option) {
  if (typeof option === 'object') return option.sha256;
  const given = option === undefined ? headers.get(CONTENT_SHA256) : undefined;
  return given !== undefined && (body === undefined || !/^[0-9a-f]{64}$/i.test(given)) ? given : '';
}

/**
 * @param {Payload} payload
 * @returns {boolean} whether the request can cross unchanged
 */
function isSettled(payload) {
  return payload.signed !== '' || isHashedByCore(bytesOf(payload));
}

/**
 * The payload of a body whose bytes are signed, so it is no longer a stream.
 *
 * @param {Payload} payload
 */
function bytesOf({ body }) {
  return /** @type {string | Uint8Array} */ (body);
}

/**
 * @param {Payload} payload
 * @param {string} signed
 * @returns {Payload}
 */
function withHash({ body, headers }, signed) {
  return { body, headers, signed, isBodyHash: true };
}

/**
 * Whether a value is not ASCII, and goes on the wire with one byte for each character.
 *
 * @param {Map<string, string>} headers
 */
function hasLatin1(headers) {
  for (const value of headers.values()) if (NOT_ASCII.test(value)) return true;
  return false;
}

const NOT_ASCII = /[^\0-\x7f]/;
const CONTENT_SHA256 = 'x-amz-content-sha256';
const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';
