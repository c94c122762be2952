// The body of a request: what is sent, and what is signed in its place.

import {
  assertUnused,
  bodyInMemory,
  bodyUsed,
  describe,
  isStream,
  readBody,
  readRequestBody,
} from './body.js';
import { HOST_HASH_BYTES, INLINE_BODY_BYTES } from './core.js';
import { SigV4Error } from './errors.js';
import { sha256, sha256Sync } from './hash.js';
import { hostSha256 } from './host.js';
import { isFetchBody } from './request.js';

/** @typedef {import('./request.js').FlatRequest} FlatRequest */

/**
 * Settles the body, at once.
 *
 * @param {FlatRequest} flat
 * @param {import('./options.js').SigningOptions['payload']} payload
 * @returns {string} what is signed in place of the body: a hash, a keyword, or nothing
 */
export function settleBodySync(flat, payload) {
  const known = settleUnread(flat, payload);
  if (known !== undefined) return known;
  const body = isFetchBody(flat.source) ? undefined : bodyInMemory(flat.source);
  if (body === undefined) {
    throw new SigV4Error(
      'ERR_SIGV4_BODY_UNSUPPORTED',
      `a body of type ${describe(flat.source)} must be read before it is signed: use the asynchronous call`,
    );
  }
  takeBody(flat, body);
  const literal = literalPayload(flat, payload);
  if (literal !== '' || isInline(flat.body)) return literal;
  flat.isBodyHash = true;
  return sha256Sync(/** @type {string | Uint8Array} */ (flat.body));
}

/**
 * Settles the body, reading it where that takes time.
 *
 * @param {FlatRequest} flat
 * @param {import('./options.js').SigningOptions['payload']} payload
 * @returns {Promise<string>}
 */
export async function settleBody(flat, payload) {
  const known = settleUnread(flat, payload);
  if (known !== undefined) return known;
  if (isFetchBody(flat.source)) {
    const request = /** @type {Request} */ (flat.source);
    if (request.bodyUsed) throw bodyUsed();
    // A clone, so that the caller's request can still be sent.
    takeBody(flat, { data: await readRequestBody(request.clone()) });
  } else {
    takeBody(flat, await readBody(flat.source));
  }
  const literal = literalPayload(flat, payload);
  if (literal !== '' || isInline(flat.body)) return literal;
  flat.isBodyHash = true;
  return sha256(/** @type {string | Uint8Array} */ (flat.body));
}

/**
 * Whether nothing keeps the body from being settled at once.
 *
 * @param {FlatRequest} flat
 */
export function isSettledAtOnce({ source }) {
  if (source === undefined || source === null) return true;
  const isHere = typeof source === 'string' || source instanceof Uint8Array;
  // Where the host hashes, but not at once, that is worth waiting for.
  return isHere && (hostSha256() !== undefined || isInline(source));
}

/**
 * A stream whose bytes are not signed passes unread.
 *
 * @param {FlatRequest} flat
 * @param {import('./options.js').SigningOptions['payload']} payload
 */
function settleUnread(flat, payload) {
  const stream = isFetchBody(flat.source) ? /** @type {any} */ (flat.source).body : flat.source;
  if (!isStream(stream)) return undefined;
  const isKnown = payload === 'unsigned' || typeof payload === 'object';
  const given = isKnown ? '' : (flat.headers.get(CONTENT_SHA256) ?? '');
  if (!isKnown && given === '') return undefined;
  assertUnused(stream);
  flat.body = stream;
  return isKnown ? literalPayload(flat, payload) || UNSIGNED_PAYLOAD : given;
}

/**
 * What the caller says of the payload: by option, or by the header for a body that is not here or not to be signed.
 * A hash in the header never outranks the bytes: on a request that is signed again it is stale.
 *
 * @param {FlatRequest} flat
 * @param {import('./options.js').SigningOptions['payload']} payload
 */
function literalPayload(flat, payload) {
  if (typeof payload === 'object') return payload.sha256;
  const given = payload === undefined ? flat.headers.get(CONTENT_SHA256) : undefined;
  return given !== undefined && (flat.body === undefined || !/^[0-9a-f]{64}$/i.test(given)) ? given : '';
}

/**
 * @param {FlatRequest} flat
 * @param {import('./body.js').WireBody} body
 */
function takeBody(flat, { data, contentType, ownsContentType }) {
  flat.body = data;
  const given = flat.headers.get('content-type');
  const replaces = given === undefined || (ownsContentType && /^multipart\/form-data\b/i.test(given));
  if (contentType !== undefined && replaces) flat.headers.set('content-type', contentType);
  // As bytes, to which no HTTP client adds a content type of its own that the signature does not know. And with which
  // Node's http sends headers as one byte a character: with text, it sends both as UTF-8.
  if (typeof data === 'string' && (!flat.headers.has('content-type') || flat.hasLatin1Headers)) {
    flat.body = new TextEncoder().encode(data);
  }
}

/** @param {unknown} body */
function isInline(body) {
  if (body === undefined) return true;
  const limit = hostSha256() === undefined ? INLINE_BODY_BYTES : HOST_HASH_BYTES;
  return /** @type {string | Uint8Array} */ (body).length <= limit;
}

const CONTENT_SHA256 = 'x-amz-content-sha256';
const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';
