// The two crossings of a verification: a flat record in, what it says of its signature out; then the record with the key. See
// src/wasm/verify.rs.

import { compile, compileSync } from '#module/verify';

import { FLAG } from './generated/verify-flags.js';
import { platformSha256 } from './hashing.js';
import { ModuleInstance } from './module-instance.js';
import { parsedOf, rejectionOf, statedOf } from './verify-results.js';

/**
 * What crosses of a request.
 *
 * @typedef {object} IncomingRecord
 * @property {string} fields  the options of the verifier, method, then name and value of each header, each ended by a NUL
 * @property {number} headerCount
 * @property {string} target  as on the wire, one character for each byte
 * @property {number} flags  see {@link FLAG}
 * @property {number} now  milliseconds since 1970
 * @property {number} maxSkewSeconds
 * @property {() => void} checkLatin1  throws if a character does not fit into a byte
 * @property {(status: number) => Error} errorOf  why the core takes no such request
 *
 * What a request says of its signature.
 * @typedef {object} Stated
 * @property {number} signedAt  milliseconds since 1970
 * @property {number} expiresIn  seconds; 0 where it is not presigned
 * @property {boolean} isSigV4a
 * @property {'signed' | 'unsigned' | 'chunked'} payload
 * @property {string} accessKeyId
 * @property {string | undefined} sessionToken
 * @property {string} region  of SigV4a, the region set
 * @property {string} service
 * @property {string} declared  what is signed in place of the body, where the request says so
 * @property {boolean} isDecoded  whether the body is in chunks that {@link decodeBody} takes
 * @property {string} stringToSign  empty where it is not known yet, or another module verifies
 * @property {string} signature
 * @property {string} digests  of the body, in headers that are signed: for {@link checkDigests}; empty where there is none
 * @property {string[]} signedHeaders
 *
 * What a request says of its signature, before anything of it is checked.
 * @typedef {object} ParsedSignature
 * @property {number} signedAt  milliseconds since 1970
 * @property {number} expiresIn  seconds; 0 where the request does not say
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
 * What a server knows of an access key id.
 * @typedef {object} Known
 * @property {string | Uint8Array | undefined} key  the secret, or a derived key; `undefined` where another module verifies
 * @property {string | undefined} sessionToken  that the request must carry
 * @property {boolean} isJudged  whether somebody has looked at the token
 * @property {number | undefined} expiresAt  milliseconds since 1970
 *
 * A rejection as the core writes it.
 * @typedef {object} WrittenRejection
 * @property {import('./errors.js').SigV4ErrorCode} code
 * @property {number} status
 * @property {string} type
 * @property {string} message
 * @property {Record<string, string | number> | undefined} details
 *
 * @typedef {{ memory: import('./instantiate.js').Memory } & Omit<import('../wasm/verify.js').InitOutput, 'memory'>} VerifyExports
 */

export { FLAG };

/** The module, and what starts in its place where it cannot. */
export const verifyModule = /** @type {ModuleInstance<VerifyExports>} */ (
  /* @__PURE__ */ new ModuleInstance({ compile, compileSync })
);

/**
 * What a request says of its signature, after every check that needs no key.
 *
 * @param {IncomingRecord} record
 * @param {Uint8Array | string | undefined} body  or its hash, where either is known; empty where there is none
 * @returns {Stated | WrittenRejection}
 * @throws {SigV4Error} where the request cannot have arrived like this
 */
export function begin(record, body) {
  try {
    const { now, maxSkewSeconds, headerCount } = record;
    // Three times as fast as wasm, for requests with a session token.
    const hash = platformSha256();
    const flags =
      write(record, '', '', body ?? '') |
      (body === undefined ? 0 : FLAG.hasBody) |
      (hash === undefined ? 0 : FLAG.platformHash);
    const { exports } = verifyModule;
    const status = exports.begin(
      fieldsLength,
      targetLength,
      headerCount,
      flags,
      now,
      maxSkewSeconds,
      bodyLength,
    );
    if (status < 0) throw record.errorOf(status);
    if (status & FLAG.rejected) return rejectionOf(read(status, record));
    const result = verifyModule.buffer(status).subarray(0, status);
    const end = result.indexOf(NO_UTF8);
    const stated = statedOf(decoder.decode(result.subarray(0, end)));
    if (hash !== undefined && end + 1 < status) stated.stringToSign += hash(result.subarray(end + 1));
    // Nothing of a token stays in the buffer.
    if (stated.sessionToken) result.fill(0);
    verifyModule.release();
    return stated;
  } catch (error) {
    throw verifyModule.failed(error);
  }
}

/**
 * What a request says of its signature, checked for form only.
 *
 * @param {IncomingRecord} record
 * @returns {ParsedSignature | WrittenRejection}
 * @throws {SigV4Error} where the request cannot have arrived like this
 */
export function parseAuthorization(record) {
  try {
    const flags = write(record, '', '', '');
    const { exports } = verifyModule;
    const status = exports.parse_authorization(fieldsLength, targetLength, record.headerCount, flags);
    const text = read(status, record);
    return status & FLAG.rejected ? rejectionOf(text) : parsedOf(text);
  } catch (error) {
    throw verifyModule.failed(error);
  }
}

/**
 * Has a request cross into an instance of the module of the caller.
 *
 * @param {IncomingRecord} record
 * @param {ModuleInstance<VerifyExports>} instance
 * @param {(exports: VerifyExports, fieldsLength: number, targetLength: number, flags: number) => number} call
 * @returns {string | WrittenRejection} the result; a string is as the export has it
 * @throws {SigV4Error} where the request cannot have arrived like this
 */
export function cross(record, instance, call) {
  try {
    const flags = write(record, '', '', '', instance);
    const status = call(instance.exports, fieldsLength, targetLength, flags);
    const text = read(status, record, instance);
    return status & FLAG.rejected ? rejectionOf(text) : text;
  } catch (error) {
    throw instance.failed(error);
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
    const text = read(status, record);
    return status & FLAG.rejected ? rejectionOf(text) : text;
  } catch (error) {
    throw verifyModule.failed(error);
  }
}

/**
 * Whether the signature is that of a key, where the string to sign is known: a small part of what {@link verify} does, which
 * says why where it is not.
 *
 * @param {Stated} stated
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
 * A body in chunks: verifies the chunks, their trailers and checksums, and joins them.
 *
 * @param {IncomingRecord} record  that {@link verify} accepted
 * @param {Known} known
 * @param {Uint8Array} body  as it arrived
 * @returns {{ body: Uint8Array, trailers: Record<string, string> } | WrittenRejection}
 */
export function decodeBody(record, known, body) {
  try {
    const status = callVerify(record, known, body, FLAG.decode);
    if (status < 0 || status & FLAG.rejected) return rejectionOf(read(status, record));
    const result = verifyModule.buffer(status).subarray(0, status);
    const end = result.indexOf(0);
    const lines = decoder.decode(result.subarray(0, end)).split('\n').slice(0, -1);
    const trailers = lines.map((line) => [
      line.slice(0, line.indexOf(':')),
      line.slice(line.indexOf(':') + 1),
    ]);
    const decoded = { body: result.slice(end + 1), trailers: Object.fromEntries(trailers) };
    verifyModule.release();
    return decoded;
  } catch (error) {
    throw verifyModule.failed(error);
  }
}

/**
 * Whether a body has the digests that its request has signed.
 *
 * @param {string} digests  as {@link begin} gave them
 * @param {Uint8Array} body
 * @returns {WrittenRejection | undefined}
 */
export function checkDigests(digests, body) {
  try {
    const { exports } = verifyModule;
    const { written } = encoder.encodeInto(digests, verifyModule.buffer(digests.length * 3));
    let status = exports.digests_start(written);
    if (status === 0) {
      for (let at = 0; at < body.length; at += HASH_CHUNK_BYTES) {
        const chunk = body.subarray(at, at + HASH_CHUNK_BYTES);
        verifyModule.buffer(HASH_CHUNK_BYTES).set(chunk);
        exports.digests_update(chunk.length);
      }
      status = exports.digests_finish();
    }
    if (status === 0) return undefined;
    const length = status & ~FLAG.rejected;
    return rejectionOf(decoder.decode(verifyModule.buffer(length).subarray(0, length)));
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
  const flags = write(record, sessionToken ?? '', key, body);
  const token = isJudged ? FLAG.tokenJudged : sessionToken === undefined ? 0 : FLAG.hasToken;
  return verifyModule.exports.verify(
    fieldsLength,
    targetLength,
    headerCount,
    flags | moreFlags | token | (expiresAt === undefined ? 0 : FLAG.hasExpiry),
    now,
    maxSkewSeconds,
    tokenLength,
    keyLength,
    bodyLength,
    expiresAt ?? 0,
  );
}

/**
 * SHA-256 in wasm, in hex.
 *
 * @param {Uint8Array} bytes
 */
export function sha256(bytes) {
  try {
    for (let at = 0; at < bytes.length; at += HASH_CHUNK_BYTES) {
      const chunk = bytes.subarray(at, at + HASH_CHUNK_BYTES);
      verifyModule.buffer(HASH_CHUNK_BYTES).set(chunk);
      verifyModule.exports.hash_update(chunk.length);
    }
    verifyModule.exports.hash_finish();
    return decoder.decode(verifyModule.buffer(64).subarray(0, 64));
  } catch (error) {
    throw verifyModule.failed(error);
  }
}

/**
 * Puts everything into the buffer, and notes how long each part is.
 *
 * @param {IncomingRecord} record
 * @param {string} token
 * @param {string | Uint8Array} key
 * @param {string | Uint8Array} body
 * @param {ModuleInstance<VerifyExports>} [instance]
 * @returns {number} flags
 */
function write(record, token, key, body, instance = verifyModule) {
  const { fields, target } = record;
  let { flags } = record;
  if (typeof key !== 'string') flags |= FLAG.isSigningKey;
  if (typeof body === 'string' && body !== '') flags |= FLAG.bodyIsHash;
  const isText = typeof key === 'string' && typeof body === 'string';
  // One string, one encodeInto: cheaper than a call for each part.
  const text = isText ? `${fields}${target}${token}${key}${body}` : `${fields}${target}${token}`;
  // A UTF-16 unit takes at most three bytes of UTF-8.
  const view = instance.buffer(text.length * 3 + (isText ? 0 : key.length * 3 + body.length));
  const { written } = encoder.encodeInto(text, view);
  fieldsLength = fields.length;
  targetLength = target.length;
  tokenLength = token.length;
  if (written === text.length) {
    keyLength = put(key, view, isText ? -1 : written);
    bodyLength = put(body, view, isText ? -1 : written + keyLength);
    return flags;
  }
  fieldsLength = put(fields, view, 0);
  targetLength = put(target, view, fieldsLength);
  let at = fieldsLength + targetLength;
  if (at !== fields.length + target.length) {
    flags |= FLAG.notAscii;
    record.checkLatin1();
  }
  at += tokenLength = put(token, view, at);
  at += keyLength = put(key, view, at);
  bodyLength = put(body, view, at);
  return flags;
}

let fieldsLength = 0;
let targetLength = 0;
let tokenLength = 0;
let keyLength = 0;
let bodyLength = 0;

/**
 * @param {string | Uint8Array} part
 * @param {Uint8Array} view
 * @param {number} at  below 0: it is there
 * @returns {number} how long it is
 */
function put(part, view, at) {
  if (at < 0 || part.length === 0) return part.length;
  if (typeof part === 'string') return encoder.encodeInto(part, view.subarray(at)).written;
  view.set(part, at);
  return part.length;
}

/**
 * The result at the start of the buffer.
 *
 * @param {number} status
 * @param {IncomingRecord} record
 * @param {ModuleInstance<VerifyExports>} [instance]
 */
function read(status, record, instance = verifyModule) {
  if (status < 0) throw record.errorOf(status);
  const length = status & ~FLAG.rejected;
  const text = decoder.decode(instance.buffer(length).subarray(0, length));
  instance.release();
  return text;
}

/** Large enough to make the crossings cheap, small enough that a body of any size leaves no trace in memory. */
const HASH_CHUNK_BYTES = 64 * 1024;

/** Ends the text before a canonical request. */
const NO_UTF8 = 0xff;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
