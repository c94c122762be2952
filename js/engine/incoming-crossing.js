// How an incoming request crosses into a module, and how errors come back: for all modules that read requests.
// See src/wasm/incoming.rs and src/wasm/buffer.rs.

import { FLAG } from './generated/verify-flags.js';

/**
 * @template {import('./module-instance.js').Exports} E
 * @typedef {import('./module-instance.js').ModuleInstance<E>} ModuleInstance
 */

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
 * @property {(status: number) => Error} errorOf  the error for a request that the core refuses
 *
 * A rejection as the core writes it.
 * @typedef {object} WrittenRejection
 * @property {import('./errors.js').SigV4ErrorCode} code
 * @property {number} status
 * @property {string} type
 * @property {string} message
 * @property {Record<string, string | number> | undefined} details
 */

/**
 * Puts everything into the buffer, and notes how long each part is.
 *
 * @param {IncomingRecord} record
 * @param {string} token
 * @param {string | Uint8Array} key
 * @param {string | Uint8Array} body
 * @param {ModuleInstance<any>} instance
 * @returns {number} flags
 */
export function write(record, token, key, body, instance) {
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
  lengths.fields = fields.length;
  lengths.target = target.length;
  lengths.token = token.length;
  if (written === text.length) {
    lengths.key = put(key, view, isText ? -1 : written);
    lengths.body = put(body, view, isText ? -1 : written + lengths.key);
    return flags;
  }
  lengths.fields = put(fields, view, 0);
  lengths.target = put(target, view, lengths.fields);
  let at = lengths.fields + lengths.target;
  if (at !== fields.length + target.length) {
    flags |= FLAG.notAscii;
    record.checkLatin1();
  }
  at += lengths.token = put(token, view, at);
  at += lengths.key = put(key, view, at);
  lengths.body = put(body, view, at);
  return flags;
}

/** Of the parts of the last record, in bytes. */
export const lengths = { fields: 0, target: 0, token: 0, key: 0, body: 0 };

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
 * @param {ModuleInstance<any>} instance
 */
export function read(status, record, instance) {
  if (status < 0) throw record.errorOf(status);
  const length = status & ~FLAG.rejected;
  const text = decoder.decode(instance.buffer(length).subarray(0, length));
  instance.release();
  return text;
}

/** @param {string} text @returns {WrittenRejection} */
export function rejectionOf(text) {
  const [code, status, type, ...details] = text.split('\0');
  const message = details.pop() ?? '';
  const known = DETAILS.map((name, at) => /** @type {const} */ ([name, details[at]])).filter(
    ([, value]) => value !== '',
  );
  const values = known.map(([name, value]) => {
    const detail = value.slice(1);
    return [name, name === 'skewSeconds' ? Number(detail) : detail];
  });
  return {
    code: /** @type {import('./errors.js').SigV4ErrorCode} */ (code),
    status: Number(status),
    type,
    message,
    details: values.length === 0 ? undefined : Object.fromEntries(values),
  };
}

const DETAILS = ['region', 'expectedRegion', 'service', 'expectedService', 'skewSeconds', 'accessKeyId'];

/**
 * SHA-256 in wasm, in hex.
 *
 * @param {Uint8Array} bytes
 * @param {ModuleInstance<any>} instance  that has started
 */
export function sha256In(bytes, instance) {
  try {
    for (let at = 0; at < bytes.length; at += HASH_CHUNK_BYTES) {
      const chunk = bytes.subarray(at, at + HASH_CHUNK_BYTES);
      instance.buffer(HASH_CHUNK_BYTES).set(chunk);
      instance.exports.hash_update(chunk.length);
    }
    instance.exports.hash_finish();
    return decoder.decode(instance.buffer(64).subarray(0, 64));
  } catch (error) {
    throw instance.failed(error);
  }
}

/** Large enough to make the crossings cheap, small enough that a body of any size leaves no trace in memory. */
export const HASH_CHUNK_BYTES = 64 * 1024;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
