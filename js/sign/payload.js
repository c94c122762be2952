// The body of a request: what is sent, and what is signed in its place.

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
import { PLATFORM_HASH_BYTES, INLINE_BODY_BYTES } from '../engine/engine.js';
import { SigV4Error } from '../engine/errors.js';
import { sha256, sha256Sync } from '../engine/sha256.js';
import { platformSha256 } from '../engine/node-builtins.js';

/** @typedef {import('./normalize-request.js').NormalizedRequest} NormalizedRequest */

/**
 * Settles the body synchronously.
 *
 * @param {NormalizedRequest} normalized
 * @param {import('./options.js').SigningOptions['payload']} payload
 * @returns {string} what is signed in place of the body: a hash or a keyword; empty if the core hashes the body
 */
export function settleBodySync(normalized, payload) {
  const known = settleUnread(normalized, payload);
  if (known !== undefined) return known;
  const body = isFetchBody(normalized.source) ? undefined : bodyInMemory(normalized.source);
  if (body === undefined) {
    throw new SigV4Error(
      'ERR_SIGV4_BODY_UNSUPPORTED',
      `a body of type ${describe(normalized.source)} must be read before it is signed: use the asynchronous call`,
    );
  }
  takeBody(normalized, body);
  const literal = literalPayload(normalized, payload);
  if (literal !== '' || isInline(normalized.body)) return literal;
  normalized.isBodyHash = true;
  return sha256Sync(/** @type {string | Uint8Array} */ (normalized.body));
}

/**
 * Settles the body, reading it where that takes time.
 *
 * @param {NormalizedRequest} normalized
 * @param {import('./options.js').SigningOptions['payload']} payload
 * @returns {Promise<string>}
 */
export async function settleBody(normalized, payload) {
  const known = settleUnread(normalized, payload);
  if (known !== undefined) return known;
  if (isFetchBody(normalized.source)) {
    const request = /** @type {Request} */ (normalized.source);
    if (request.bodyUsed) throw bodyUsed();
    // A clone, so that the caller's request can still be sent.
    takeBody(normalized, { data: await readRequestBody(request.clone()) });
  } else {
    takeBody(normalized, await readBody(normalized.source));
  }
  const literal = literalPayload(normalized, payload);
  if (literal !== '' || isInline(normalized.body)) return literal;
  normalized.isBodyHash = true;
  return sha256(/** @type {string | Uint8Array} */ (normalized.body));
}

/**
 * Whether the body can be settled synchronously.
 *
 * @param {NormalizedRequest} normalized
 */
export function canSettleSync({ source }) {
  if (source === undefined || source === null) return true;
  const isHere = typeof source === 'string' || source instanceof Uint8Array;
  // If the platform hashes asynchronously only, it is worth waiting for.
  return isHere && (platformSha256() !== undefined || isInline(source));
}

/**
 * A stream whose bytes are not signed passes unread.
 *
 * @param {NormalizedRequest} normalized
 * @param {import('./options.js').SigningOptions['payload']} payload
 */
function settleUnread(normalized, payload) {
  const stream = isFetchBody(normalized.source)
    ? /** @type {any} */ (normalized.source).body
    : normalized.source;
  if (!isStream(stream)) return undefined;
  const isKnown = payload === 'unsigned' || typeof payload === 'object';
  const given = isKnown ? '' : (normalized.headers.get(CONTENT_SHA256) ?? '');
  if (!isKnown && given === '') return undefined;
  assertUnused(stream);
  normalized.body = stream;
  return isKnown ? literalPayload(normalized, payload) || UNSIGNED_PAYLOAD : given;
}

/**
 * What the caller says of the payload: by option, or by the header for a body that is not here or not to be signed.
 * A hash in the header never outranks the bytes: on a request that is signed again it is stale.
 *
 * @param {NormalizedRequest} normalized
 * @param {import('./options.js').SigningOptions['payload']} payload
 */
function literalPayload(normalized, payload) {
  if (typeof payload === 'object') return payload.sha256;
  const given = payload === undefined ? normalized.headers.get(CONTENT_SHA256) : undefined;
  return given !== undefined && (normalized.body === undefined || !/^[0-9a-f]{64}$/i.test(given))
    ? given
    : '';
}

/**
 * @param {NormalizedRequest} normalized
 * @param {import('../http/body.js').WireBody} body
 */
function takeBody(normalized, { data, contentType, ownsContentType }) {
  normalized.body = data;
  const given = normalized.headers.get('content-type');
  const replaces = given === undefined || (ownsContentType && /^multipart\/form-data\b/i.test(given));
  if (contentType !== undefined && replaces) normalized.headers.set('content-type', contentType);
  // As bytes: to a text, HTTP clients add a content type of their own, which the signature does not cover, and Node's http
  // sends headers as UTF-8 with it, not one byte for each character.
  if (
    typeof data === 'string' &&
    (!normalized.headers.has('content-type') || hasLatin1(normalized.headers))
  ) {
    normalized.body = new TextEncoder().encode(data);
  }
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

/** @param {unknown} body */
function isInline(body) {
  if (body === undefined) return true;
  const limit = platformSha256() === undefined ? INLINE_BODY_BYTES : PLATFORM_HASH_BYTES;
  return /** @type {string | Uint8Array} */ (body).length <= limit;
}

const NOT_ASCII = /[^\0-\x7f]/;
const CONTENT_SHA256 = 'x-amz-content-sha256';
const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';
