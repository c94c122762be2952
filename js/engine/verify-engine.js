// The two crossings of a verification: the record of a request, which returns its signature; then the record with the key. See
// src/wasm/verify.rs.

import { compile, compileSync } from '#module/verify';

import { FLAG } from './generated/verify-flags.js';
import { platformSha256 } from './hashing.js';
import { lengths, read, rejectionOf, sha256In, write } from './incoming-crossing.js';
import { ModuleInstance } from './module-instance.js';
import { parsedOf, statedOf } from './verify-results.js';

/**
 * @typedef {import('./incoming-crossing.js').IncomingRecord} IncomingRecord
 * @typedef {import('./incoming-crossing.js').WrittenRejection} WrittenRejection
 *
 * The signature of a request.
 * @typedef {object} Stated
 * @property {number} signedAt  milliseconds since 1970
 * @property {number} expiresIn  seconds; 0 if it is not presigned
 * @property {boolean} isSigV4a
 * @property {'signed' | 'unsigned' | 'chunked'} payload
 * @property {string} accessKeyId
 * @property {string | undefined} sessionToken
 * @property {string} region  of SigV4a, the region set
 * @property {string} service
 * @property {string} declared  what is signed instead of the body, where the request says so
 * @property {boolean} isDecoded  whether the body is in chunks that {@link decodeBody} takes
 * @property {string} stringToSign  empty if it is not known yet, or another module verifies
 * @property {string} signature
 * @property {string} digests  of the body, in headers that are signed: for `digestsRejection`; empty if there is none
 * @property {string[]} signedHeaders
 *
 * The signature of a request, before anything of it is checked.
 * @typedef {object} ParsedSignature
 * @property {number} signedAt  milliseconds since 1970
 * @property {number} expiresIn  seconds; 0 if the request does not say
 * @property {boolean} isPresigned
 * @property {boolean} isSigV4a
 * @property {boolean} hasSessionToken
 * @property {string} accessKeyId
 * @property {string} region  of SigV4a, the region set
 * @property {string} service
 * @property {string} scope
 * @property {string} amzDate
 * @property {string} signature
 * @property {string[]} signedHeaders
 *
 * The data of a server about an access key id.
 * @typedef {object} Known
 * @property {string | Uint8Array | undefined} key  the secret, or a derived key; `undefined` where another module verifies
 * @property {string | undefined} sessionToken  that the request must carry
 * @property {boolean} isJudged  whether the token was checked
 * @property {number | undefined} expiresAt  milliseconds since 1970
 *
 * @typedef {{ memory: import('./instantiate.js').Memory } & Omit<import('../wasm/verify.js').InitOutput, 'memory'>} VerifyExports
 */

export { FLAG };

/** The module, and what starts in its place if it cannot. */
export const verifyModule = /** @type {ModuleInstance<VerifyExports>} */ (
  /* @__PURE__ */ new ModuleInstance({ compile, compileSync })
);

/**
 * The signature of a request, after every check that needs no key.
 *
 * @param {IncomingRecord} record
 * @param {Uint8Array | string | undefined} body  or its hash, where either is known; empty if there is none
 * @returns {Stated | WrittenRejection}
 * @throws {SigV4Error} where the request cannot have arrived like this
 */
export function begin(record, body) {
  try {
    const { now, maxSkewSeconds, headerCount } = record;
    // Three times as fast as wasm, for requests with a session token.
    const hash = platformSha256();
    const flags =
      write(record, '', '', body ?? '', verifyModule) |
      (body === undefined ? 0 : FLAG.hasBody) |
      (hash === undefined ? 0 : FLAG.platformHash);
    const { exports } = verifyModule;
    const status = exports.begin(
      lengths.fields,
      lengths.target,
      headerCount,
      flags,
      now,
      maxSkewSeconds,
      lengths.body,
    );
    if (status < 0) throw record.errorOf(status);
    if (status & FLAG.rejected) return rejectionOf(read(status, record, verifyModule));
    const result = verifyModule.buffer(status).subarray(0, status);
    const end = result.indexOf(NO_UTF8);
    const stated = statedOf(decoder.decode(result.subarray(0, end)));
    if (hash !== undefined && end + 1 < status) stated.stringToSign += hash(result.subarray(end + 1));
    // No part of a token stays in the buffer.
    if (stated.sessionToken) result.fill(0);
    verifyModule.release();
    return stated;
  } catch (error) {
    throw verifyModule.failed(error);
  }
}

/**
 * The signature of a request, checked for form only.
 *
 * @param {IncomingRecord} record
 * @returns {ParsedSignature | WrittenRejection}
 * @throws {SigV4Error} where the request cannot have arrived like this
 */
export function parseAuthorization(record) {
  try {
    const flags = write(record, '', '', '', verifyModule);
    const { exports } = verifyModule;
    const status = exports.parse_authorization(lengths.fields, lengths.target, record.headerCount, flags);
    const text = read(status, record, verifyModule);
    return status & FLAG.rejected ? rejectionOf(text) : parsedOf(text);
  } catch (error) {
    throw verifyModule.failed(error);
  }
}

/**
 * Whether a request is signed with a key.
 *
 * @param {IncomingRecord} record  that {@link begin} took
 * @param {Known} known
 * @param {Uint8Array | string} body  or its hash
 * @param {number} [moreFlags]  `FLAG.checkOnly`, `FLAG.mismatch`, `FLAG.unknown`
 * @returns {string | WrittenRejection} the string to sign; of SigV4a without `FLAG.mismatch`, after a NUL the signature, which
 *   has to be verified
 */
export function verify(record, known, body, moreFlags = 0) {
  try {
    const status = callVerify(record, known, body, moreFlags);
    const text = read(status, record, verifyModule);
    return status & FLAG.rejected ? rejectionOf(text) : text;
  } catch (error) {
    throw verifyModule.failed(error);
  }
}

/**
 * Whether the signature is that of a key, where the string to sign is known: a small part of what {@link verify} does, which
 * says why if it is not.
 *
 * @param {Pick<Stated, 'accessKeyId' | 'stringToSign' | 'signature' | 'sessionToken'>} stated
 * @param {Known} known
 * @param {number} now  milliseconds since 1970
 */
export function isSignedBy({ accessKeyId, stringToSign, signature, sessionToken }, known, now) {
  const { key = '', sessionToken: token = '', isJudged, expiresAt } = known;
  const given = sessionToken ?? '';
  const text = `${accessKeyId}\0${stringToSign}\0${signature}\0`;
  const isText = typeof key === 'string';
  const record = isText ? `${text}${given}${token}${key}` : `${text}${given}${token}`;
  let flags = isText ? 0 : FLAG.isSigningKey;
  if (sessionToken !== undefined) flags |= FLAG.hasSessionToken;
  if (isJudged) flags |= FLAG.tokenJudged;
  else if (known.sessionToken !== undefined) flags |= FLAG.hasToken;
  if (expiresAt !== undefined) flags |= FLAG.hasExpiry;
  try {
    const view = verifyModule.buffer(record.length * 3 + key.length);
    // Lengths are those of text in ASCII: any other is left to the longer way.
    if (encoder.encodeInto(record, view).written !== record.length) return false;
    if (!isText) view.set(key, record.length);
    return Boolean(
      verifyModule.exports.verify_signature(
        text.length,
        given.length,
        token.length,
        key.length,
        flags,
        now,
        expiresAt ?? 0,
      ),
    );
  } catch (error) {
    throw verifyModule.failed(error);
  }
}

/**
 * A body in chunks: verifies the chunks and their trailers, and joins them.
 *
 * @param {IncomingRecord} record  that {@link verify} accepted
 * @param {Known} known
 * @param {Uint8Array} body  as it arrived
 * @returns {{ body: Uint8Array, trailers: Record<string, string>, lines: string, signed: string[] } | WrittenRejection} `lines`:
 *   the trailers as they came, whose checksums are still to be checked; `signed`: of SigV4a, texts each followed by its
 *   signature, which have to be verified
 */
export function decodeBody(record, known, body) {
  try {
    const status = callVerify(record, known, body, FLAG.decode);
    if (status < 0 || status & FLAG.rejected) return rejectionOf(read(status, record, verifyModule));
    const result = verifyModule.buffer(status).subarray(0, status);
    const end = result.indexOf(NO_UTF8);
    const [lines, ...signed] = decoder.decode(result.subarray(0, end)).split('\0');
    const trailers = lines.split('\n').slice(0, -1);
    const pairs = trailers.map((line) => [
      line.slice(0, line.indexOf(':')),
      line.slice(line.indexOf(':') + 1),
    ]);
    const decoded = { body: result.slice(end + 1), trailers: Object.fromEntries(pairs), lines, signed };
    verifyModule.release();
    return decoded;
  } catch (error) {
    throw verifyModule.failed(error);
  }
}

/**
 * @param {IncomingRecord} record
 * @param {Known} known
 * @param {Uint8Array | string} body
 * @param {number} moreFlags
 */
function callVerify(record, known, body, moreFlags) {
  const { now, maxSkewSeconds, headerCount } = record;
  const { key = '', sessionToken, isJudged, expiresAt } = known;
  const flags = write(record, sessionToken ?? '', key, body, verifyModule);
  const token = isJudged ? FLAG.tokenJudged : sessionToken === undefined ? 0 : FLAG.hasToken;
  return verifyModule.exports.verify(
    lengths.fields,
    lengths.target,
    headerCount,
    flags | moreFlags | token | (expiresAt === undefined ? 0 : FLAG.hasExpiry),
    now,
    maxSkewSeconds,
    lengths.token,
    lengths.key,
    lengths.body,
    expiresAt ?? 0,
  );
}

/**
 * SHA-256 in wasm, in hex.
 *
 * @param {Uint8Array} bytes
 */
export function sha256(bytes) {
  return sha256In(bytes, verifyModule);
}

/** Ends the text before bytes. */
const NO_UTF8 = 0xff;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
