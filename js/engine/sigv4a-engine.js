// SigV4a in wasm, or by the platform: OpenSSL in Node signs seven times as fast, and is audited.

import { Engine } from './engine.js';
import { FLAG } from './generated/flags.js';
import { instantiate } from './instantiate.js';
import { builtin, withSignature } from './node-builtins.js';
import { refusal } from './refusals.js';

/**
 * @typedef {import('./engine.js').SigningIdentity} SigningIdentity
 * @typedef {import('./instantiate.js').WasmInstance & { key_pair: (length: number) => number, __wbindgen_exn_store: (index: number) => void }} SigV4aInstance
 *
 * Signs a text, in hex.
 * @typedef {(text: string) => string} PlatformKey
 */

/** An engine that has node:crypto sign if the platform offers it synchronously and its signatures verify under the core's public key. */
export class SigV4aEngine extends Engine {
  /**
   * For each credentials id, the number of signatures made so far, then the key that makes the next one; `undefined` means
   * that the core signs.
   *
   * @type {Map<number, number | PlatformKey | undefined>}
   */
  #keys = new Map();
  /** What made the last signature, for {@link SigV4aEngine.signPath}. @type {PlatformKey | undefined} */
  #last;

  /** @param {{ compile: () => Promise<WebAssembly.Module>, compileSync: () => WebAssembly.Module }} module */
  constructor(module) {
    super({ ...module, instantiate: instantiateWithEntropy });
  }

  /**
   * @override
   * @type {Engine['sign']}
   */
  sign(request, payload, settings, identity, epochMillis, flags, expiresIn) {
    const key = this.#keyOf(identity, settings.flags);
    this.#last = key;
    if (key !== undefined) flags |= FLAG.platformSign;
    const signature = super.sign(request, payload, settings, identity, epochMillis, flags, expiresIn);
    if (key !== undefined) {
      signature.value = withSignature(signature.value, flags, key(signature.stringToSign));
    }
    return signature;
  }

  /**
   * @override
   * @param {string} path
   */
  signPath(path) {
    const key = this.#last;
    if (key === undefined) return super.signPath(path);
    const { path: sent, signature } = super.signPath(path, FLAG.platformSign);
    return { path: sent, signature: key(signature) };
  }

  /**
   * @override
   * @type {Engine['signText']}
   */
  signText(text, scope, identity, flags) {
    const key = this.#keyOf(identity, flags);
    // The key does not depend on the scope, and this one belongs to a request that was signed.
    return key === undefined ? super.signText(text, scope, identity, flags) : key(text);
  }

  /** @override */
  wipe() {
    this.#last = undefined;
    super.wipe();
  }

  /**
   * @override
   * @param {SigningIdentity} identity
   */
  forget(identity) {
    this.#last = undefined;
    this.#keys.delete(identity.credentialsId);
    super.forget(identity);
  }

  /** @override */
  clearKeys() {
    this.#last = undefined;
    this.#keys.clear();
    super.clearKeys();
  }

  /**
   * The platform's key of credentials that sign often: the first one takes OpenSSL 5 ms to make, which a signature saves a
   * thirtieth of.
   *
   * @param {SigningIdentity} identity
   * @param {number} flags
   */
  #keyOf(identity, flags) {
    if (!identity.hasKey || flags & FLAG.deterministic) return undefined;
    const { credentialsId } = identity;
    if (!this.#keys.has(credentialsId)) {
      const [oldest] = this.#keys.keys();
      if (this.#keys.size >= MAX_KEYS) this.#keys.delete(oldest);
      this.#keys.set(credentialsId, 0);
    }
    const known = this.#keys.get(credentialsId);
    if (typeof known !== 'number') return known;
    const key = known < SIGNATURES_BY_CORE ? undefined : this.#makeKey(identity);
    this.#keys.set(credentialsId, known < SIGNATURES_BY_CORE ? known + 1 : key);
    return key;
  }

  /**
   * The private key leaves the core once, in one buffer that is wiped here. OpenSSL keeps it in its own memory, out of reach of
   * JavaScript, until the key object is collected after it was forgotten, and wipes it then.
   *
   * @param {SigningIdentity} identity
   * @returns {PlatformKey | undefined}
   */
  #makeKey({ secretAccessKey, accessKeyId }) {
    const crypto = builtin('node:crypto');
    if (crypto === undefined) return undefined;
    // Not a Buffer, whose memory may be part of a pool.
    const pkcs8 = new Uint8Array(PKCS8.length + PRIVATE_KEY_BYTES);
    const spki = new Uint8Array(SPKI.length + PUBLIC_KEY_BYTES);
    pkcs8.set(PKCS8);
    spki.set(SPKI);
    try {
      this.use((instance, buffer) => {
        const text = `${secretAccessKey}\0${accessKeyId}\0`;
        const { written } = encoder.encodeInto(text, buffer(text.length * 3));
        const status = /** @type {SigV4aInstance} */ (instance).key_pair(written);
        if (status < 0) throw refusal(status);
        const pair = buffer(status);
        pkcs8.set(pair.subarray(0, PRIVATE_KEY_BYTES), PKCS8.length);
        spki.set(pair.subarray(PRIVATE_KEY_BYTES, status), SPKI.length);
      });
      const key = crypto.createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
      const sign = (/** @type {Uint8Array} */ bytes) => crypto.sign('sha256', bytes, key);
      const publicKey = crypto.createPublicKey({ key: spki, format: 'der', type: 'spki' });
      // The core computed the public key. What signs otherwise signs nothing.
      if (!crypto.verify('sha256', SAMPLE, publicKey, sign(SAMPLE))) return undefined;
      return (text) => sign(encoder.encode(text)).toString('hex');
    } catch {
      return undefined; // The core signs.
    } finally {
      super.wipe(); // what the core gave out
      pkcs8.fill(0);
    }
  }
}

const encoder = new TextEncoder();
/** After the two that the core makes before it has a key by the number of the credentials. */
const SIGNATURES_BY_CORE = 14;
/** As many as the core keeps: see KEY_CACHE_CAPACITY in src/sign/key.rs. */
const MAX_KEYS = 64;
const SAMPLE = new Uint8Array(64);
const PRIVATE_KEY_BYTES = 32;
/** "SEC 1", section 2.3.3, not compressed. */
const PUBLIC_KEY_BYTES = 65;
/** What comes before a private key of P-256: RFC 5208, section 5, and RFC 5915, section 3, without the public key. */
const PKCS8 = fromHex('3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420');
/** What comes before a public one: RFC 5480, section 2. */
const SPKI = fromHex('3059301306072a8648ce3d020106082a8648ce3d030107034200');

/** @param {string} hex */
function fromHex(hex) {
  return Uint8Array.from(/** @type {string[]} */ (hex.match(/../g)), (byte) => parseInt(byte, 16));
}

/**
 * With the one import that the engine calls: random bytes, of the crate getrandom. An instance has its own memory, so the code
 * of wasm-bindgen, which knows one, cannot fill it.
 *
 * @param {WebAssembly.Module} module
 */
function instantiateWithEntropy(module) {
  const instance = /** @type {SigV4aInstance} */ (
    instantiate(module, (name) => (name.includes('getRandomValues') ? fill : undefined))
  );
  return instance;

  /**
   * @param {number} pointer
   * @param {number} length
   */
  function fill(pointer, length) {
    try {
      globalThis.crypto.getRandomValues(new Uint8Array(instance.memory.buffer, pointer >>> 0, length));
    } catch {
      instance.__wbindgen_exn_store(UNDEFINED); // There are none: the signature is that of RFC 6979.
    }
  }
}

/** Where the code of wasm-bindgen has this value, which nobody looks at. */
const UNDEFINED = 0;
