// SigV4 without cryptographic operations in wasm: the core writes the texts to hash and to sign, and node:crypto hashes them,
// derives the keys and signs. Neither secrets nor keys enter the memory of the module.

import { compile, compileSync } from '#module/signing';

import { Engine } from './engine.js';
import { coreError, SigV4Error } from './errors.js';
import { UNCLEAN } from './generated/credentials.js';
import { SECRET_ACCESS_KEY_INVALID } from './generated/errors.js';
import { FLAG } from './generated/flags.js';
import { builtin, withSignature } from './node-builtins.js';
import { platformSha256 } from './hashing.js';

/**
 * @typedef {import('./engine.js').SigningIdentity} SigningIdentity
 *
 * The parts of node:crypto that are used.
 * @typedef {object} NodeCrypto
 * @property {(algorithm: 'sha256', key: Uint8Array | KeyObject) => Hmac} createHmac
 * @property {(key: Uint8Array) => KeyObject} createSecretKey
 *
 * @typedef {{ readonly type: string }} KeyObject
 *
 * @typedef {object} Hmac
 * @property {(text: string) => Hmac} update  as UTF-8
 * @property {{ (): Uint8Array, (encoding: 'hex'): string }} digest
 *
 * The stored data of credentials.
 * @typedef {object} Known
 * @property {SigningIdentity} shown  the identity without the secret, which crosses into wasm
 * @property {string} scope  that was signed for last
 * @property {KeyObject} [key]  of that scope, in the memory of OpenSSL
 */

/** An engine whose hashes, keys and signatures are those of node:crypto. */
export class FipsEngine extends Engine {
  /** @type {WeakMap<SigningIdentity, Known>} */
  #known = new WeakMap();
  /** What made the last signature, for {@link FipsEngine.signPath}. @type {KeyObject | undefined} */
  #last;

  /**
   * @override
   * @type {Engine['sign']}
   */
  sign(request, payload, settings, identity, epochMillis, flags, expiresIn) {
    flags |= FLAG.platformSign;
    const { shown } = this.#of(identity);
    const hashed = withBodyHash(payload);
    const signature = super.sign(request, hashed, settings, shown, epochMillis, flags, expiresIn);
    const { stringToSign, value } = signature;
    this.#last = this.#keyOf(identity, stringToSign.split('\n')[SCOPE_LINE]);
    signature.value = withSignature(value, flags, hmac(this.#last, stringToSign).digest('hex'));
    return signature;
  }

  /**
   * @override
   * @param {string} path
   */
  signPath(path) {
    const { path: sent, signature: stringToSign } = super.signPath(path, FLAG.platformSign);
    const key = /** @type {KeyObject} */ (this.#last);
    return { path: sent, signature: hmac(key, stringToSign).digest('hex') };
  }

  /**
   * @override
   * @type {Engine['signText']}
   */
  signText(text, parts, identity, flags) {
    const scope = super.signText('', parts, this.#of(identity).shown, flags | FLAG.platformSign);
    return hmac(this.#keyOf(identity, scope), text).digest('hex');
  }

  /**
   * @override
   * @param {Uint8Array} bytes
   */
  sha256(bytes) {
    return sha256(bytes);
  }

  /** @override */
  wipe() {
    this.#last = undefined;
    super.wipe();
  }

  /**
   * The memory of a key is wiped by OpenSSL, once the object that stands for it is collected.
   *
   * @override
   * @param {SigningIdentity} identity
   */
  forget(identity) {
    this.#last = undefined;
    this.#known.get(identity)?.shown.tokenBytes?.fill(0);
    this.#known.delete(identity);
  }

  /** @override */
  clearKeys() {
    this.#last = undefined;
    this.#known = new WeakMap();
  }

  /** @param {SigningIdentity} identity */
  #of(identity) {
    let known = this.#known.get(identity);
    if (known === undefined) {
      // A number and a use of its own: the core knows no key by it.
      const shown = { ...identity, secretAccessKey: '', credentialsId: 0, isUsed: false, hasKey: false };
      this.#known.set(identity, (known = { shown, scope: '' }));
    }
    return known;
  }

  /**
   * The key of a scope ("Create a signed AWS API request", step 3).
   *
   * @param {SigningIdentity} identity
   * @param {string} scope  as the core writes it
   */
  #keyOf(identity, scope) {
    const known = this.#of(identity);
    if (known.key !== undefined && known.scope === scope) return known.key;
    const { secretAccessKey } = identity;
    if (UNCLEAN.test(secretAccessKey)) throw coreError(SECRET_ACCESS_KEY_INVALID, {});
    /** @type {Uint8Array} */
    let key = new TextEncoder().encode(`AWS4${secretAccessKey}`);
    for (const part of scope.split('/')) {
      const next = hmac(key, part).digest();
      key.fill(0);
      key = next;
    }
    known.key = nodeCrypto().createSecretKey(key);
    known.scope = scope;
    key.fill(0);
    return known.key;
  }
}

/** Where the credential scope stands in a string to sign. */
const SCOPE_LINE = 2;

export const fipsEngine = /* @__PURE__ */ new FipsEngine({ compile, compileSync });

/**
 * The `node:crypto` of Node.js. Other runtimes have a `node:crypto` that is not OpenSSL.
 *
 * @returns {NodeCrypto}
 * @throws {SigV4Error} `ERR_SIGV4_FIPS_UNAVAILABLE`
 */
export function nodeCrypto() {
  const { process, navigator } = /** @type {any} */ (globalThis);
  const { node, bun, deno } = process?.versions ?? {};
  const isNode = node && !bun && !deno && navigator?.userAgent !== 'Cloudflare-Workers';
  const crypto = isNode ? builtin('node:crypto') : undefined;
  if (typeof crypto?.createSecretKey === 'function') return crypto;
  throw new SigV4Error(
    'ERR_SIGV4_FIPS_UNAVAILABLE',
    'sigv4-wasm/fips needs the node:crypto of Node.js 20.16, 22.3 or newer, which this runtime lacks: ' +
      "run it in Node.js, or import 'sigv4-wasm', which has its own SHA-256 and HMAC",
  );
}

/**
 * @param {Uint8Array | KeyObject} key
 * @param {string} text
 */
function hmac(key, text) {
  return nodeCrypto().createHmac('sha256', key).update(text);
}

/** @param {string | Uint8Array} data */
function sha256(data) {
  return /** @type {NonNullable<ReturnType<typeof platformSha256>>} */ (platformSha256())(data);
}

/**
 * A body that would cross, and be hashed by the core.
 *
 * @param {import('../sign/payload.js').Payload} payload
 * @returns {import('../sign/payload.js').Payload}
 */
function withBodyHash(payload) {
  const { body, headers, signed } = payload;
  if (signed !== '' || body === undefined) return payload;
  // What is signed by its bytes is no stream any more: see sign/payload.js.
  const bytes = /** @type {string | Uint8Array} */ (body);
  return { body, headers, signed: sha256(bytes), isBodyHash: true };
}
