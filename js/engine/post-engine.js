// The two crossings of an upload by HTML form: the form, which returns its signature; then the form with the key and its policy.
// See src/wasm/post.rs.

import { FLAG } from './generated/verify-flags.js';
import { rejectionOf } from './incoming-crossing.js';
import { coreError } from './errors.js';
import { STATUS_NUMBERS } from './generated/errors.js';
import { verifyModule } from './verify-engine.js';

/**
 * @typedef {import('./incoming-crossing.js').WrittenRejection} WrittenRejection
 *
 * The signature of a form.
 * @typedef {object} StatedPost
 * @property {number} signedAt  milliseconds since 1970
 * @property {string} accessKeyId
 * @property {string | undefined} sessionToken
 * @property {string} region
 * @property {string} service
 * @property {string} policy  JSON; empty if it is not Base64 of text
 */

/**
 * @param {readonly string[]} form  what src/wasm/post.rs reads, up to the fields
 * @param {number} flags
 * @param {number} now  milliseconds since 1970
 * @returns {StatedPost | WrittenRejection}
 */
export function beginPost(form, flags, now) {
  return crossing(form, '', '', (exports, length) => exports.begin_post(length, flags, now), statedOf);
}

/**
 * @param {readonly string[]} form
 * @param {readonly string[]} policy  when it expires, then its conditions, of four texts each
 * @param {import('./verify-engine.js').Known} known
 * @param {number} flags
 * @param {number} now
 * @returns {{} | WrittenRejection}
 */
export function verifyPostForm(form, policy, { key = '', sessionToken, isJudged, expiresAt }, flags, now) {
  if (typeof key !== 'string') flags |= FLAG.isSigningKey;
  if (isJudged) flags |= FLAG.tokenJudged;
  else if (sessionToken !== undefined) flags |= FLAG.hasToken;
  if (expiresAt !== undefined) flags |= FLAG.hasExpiry;
  return crossing(
    [...form, ...policy],
    sessionToken ?? '',
    key,
    (exports, length, tokenLength, keyLength) =>
      exports.verify_post(length, flags, now, tokenLength, keyLength, expiresAt ?? 0),
    () => ({}),
  );
}

/**
 * @template T
 * @param {readonly string[]} texts
 * @param {string} token
 * @param {string | Uint8Array} key
 * @param {(exports: import('./verify-engine.js').VerifyExports, length: number, token: number, key: number) => number} call
 * @param {(text: string) => T} read
 * @returns {T | WrittenRejection}
 */
function crossing(texts, token, key, call, read) {
  const parts = texts.map((text) => encoder.encode(text));
  const tokenBytes = encoder.encode(token);
  const keyBytes = typeof key === 'string' ? encoder.encode(key) : key;
  const length = parts.reduce((sum, part) => sum + part.length + 1, 0);
  try {
    const view = verifyModule.buffer(length + tokenBytes.length + keyBytes.length);
    let at = 0;
    for (const part of parts) {
      view.set(part, at);
      at += part.length;
      view[at++] = END;
    }
    view.set(tokenBytes, at);
    view.set(keyBytes, at + tokenBytes.length);
    const status = call(verifyModule.exports, length, tokenBytes.length, keyBytes.length);
    if (status < 0) throw coreError(/** @type {any} */ ((-1 - status) % STATUS_NUMBERS), {});
    const result = verifyModule.buffer(status & ~FLAG.rejected).subarray(0, status & ~FLAG.rejected);
    const text = decoder.decode(result);
    result.fill(0); // there may be a session token in it
    verifyModule.release();
    return status & FLAG.rejected ? rejectionOf(text) : read(text);
  } catch (error) {
    throw verifyModule.failed(error);
  }
}

/** @param {string} text @returns {StatedPost} */
function statedOf(text) {
  const [signedAt, , flags, accessKeyId, sessionToken, region, service, ...policy] = text.split('\0');
  return {
    signedAt: Number(signedAt) * 1000,
    accessKeyId,
    sessionToken: Number(flags) & FLAG.hasSessionToken ? sessionToken : undefined,
    region,
    service,
    policy: policy.join('\0'),
  };
}

/** In no UTF-8. */
const END = 0xff;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
