// Whether a candidate is what was signed.

import { sha256Sync } from '../engine/sha256.js';
import { sigv4aModule } from '../engine/extended-engine.js';
import { utf8 } from './signing-inputs.js';
import { SIGV4A } from '../protocol/algorithms.js';

/**
 * @typedef {import('./signing-inputs.js').Parts} Parts
 *
 * Whether the canonical request with this hash was signed.
 * @typedef {(hash: string) => boolean} IsSigned
 */

/**
 * @param {import('../protocol/authorization.js').ParsedAuthorization} authorization
 * @returns {Promise<(parts: Pick<Parts, 'scope' | 'key'>) => IsSigned>} with a key and a start of the string to sign
 */
export async function signatureOf({ scheme, accessKeyId, signature }) {
  if (scheme !== SIGV4A) {
    const deriveKey = keyDerivation();
    return ({ scope, key }) => {
      const signer = new TextSigner(deriveKey(key), `${scope}\n`);
      return (hash) => signer.sign(hash) === signature;
    };
  }
  const { verifiesSigV4a } = await sigv4aModule();
  return ({ scope, key }) => {
    const secret = JSON.parse(key)[0].slice('AWS4'.length);
    // `undefined` if this cannot be a secret.
    return (hash) => verifiesSigV4a(secret, accessKeyId, `${scope}\n${hash}`, signature) ?? false;
  };
}

/**
 * @param {Parts} parts
 * @returns {string} of the canonical request, in hex
 */
export function hashOf({ method, path, query, headers, payload }) {
  const text = `${method}\n${path}\n${query}\n${headers}\n${payload}`;
  // What is not ASCII is a byte of a header, one for each character.
  return sha256Sync(NOT_ASCII.test(text) ? Uint8Array.from(text, (char) => char.charCodeAt(0)) : text);
}

const NOT_ASCII = /[^\0-\x7f]/;

/**
 * The steps of the key are not left to the core here: one of them may be wrong. What keys share is computed once.
 *
 * @returns {(key: string) => Uint8Array}
 */
function keyDerivation() {
  /** @type {Map<string, Uint8Array>} */
  const known = new Map();
  /** @type {(start: string, names: string[], form: 'bytes' | 'hex' | 'none') => Uint8Array} */
  const derive = (start, names, form) => {
    if (names.length === 0 || form === 'none') return utf8(start);
    const id = `${form}\n${start}\n${names.join('\n')}`;
    let bytes = known.get(id);
    if (bytes === undefined) {
      bytes = next(derive(start, names.slice(0, -1), form), names[names.length - 1], form);
      known.set(id, bytes);
    }
    return bytes;
  };
  return (key) => {
    const [start, names, form] = JSON.parse(key);
    return derive(start, names, form);
  };
}

/**
 * @param {Uint8Array} key
 * @param {string} name
 * @param {'bytes' | 'hex'} form
 */
function next(key, name, form) {
  const digest = new TextSigner(key, name).sign('');
  return form === 'hex' ? utf8(digest) : fromHex(digest);
}

/**
 * HMAC-SHA256 (RFC 2104) of texts that begin alike. Thousands of them are signed in a row: what they share is written
 * once.
 */
class TextSigner {
  #inner;
  #outer = new Uint8Array(BLOCK_BYTES + HASH_BYTES).fill(0x5c, 0, BLOCK_BYTES);
  #start;

  /**
   * @param {Uint8Array} key
   * @param {string} start
   */
  constructor(key, start) {
    const short = key.length > BLOCK_BYTES ? fromHex(sha256Sync(key)) : key;
    const text = utf8(start);
    this.#start = BLOCK_BYTES + text.length;
    this.#inner = new Uint8Array(this.#start + 2 * HASH_BYTES).fill(0x36, 0, BLOCK_BYTES);
    this.#inner.set(text, BLOCK_BYTES);
    for (let i = 0; i < short.length; i++) {
      this.#inner[i] ^= short[i];
      this.#outer[i] ^= short[i];
    }
  }

  /**
   * @param {string} rest  ASCII, at most 64 characters
   * @returns {string} hex
   */
  sign(rest) {
    for (let i = 0; i < rest.length; i++) this.#inner[this.#start + i] = rest.charCodeAt(i);
    const end = this.#start + rest.length;
    const text = end === this.#inner.length ? this.#inner : this.#inner.subarray(0, end);
    writeHex(sha256Sync(text), this.#outer, BLOCK_BYTES);
    return sha256Sync(this.#outer);
  }
}

/** @param {string} hex */
function fromHex(hex) {
  const bytes = new Uint8Array(HASH_BYTES);
  writeHex(hex, bytes, 0);
  return bytes;
}

/**
 * @param {string} hex
 * @param {Uint8Array} bytes
 * @param {number} at
 */
function writeHex(hex, bytes, at) {
  for (let i = 0; i < HASH_BYTES; i++) {
    bytes[at + i] = (digit(hex.charCodeAt(2 * i)) << 4) | digit(hex.charCodeAt(2 * i + 1));
  }
}

/** @param {number} code  of a lower-case hex digit */
function digit(code) {
  return code < 58 ? code - 48 : code - 87;
}

const BLOCK_BYTES = 64;
const HASH_BYTES = 32;
