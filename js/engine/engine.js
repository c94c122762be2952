// js/engine starts the wasm modules and calls them. This file has the crossing for signatures: a flat record in, the parts of a
// signature out. See src/wasm/signing.rs.

import { coreError } from './errors.js';
import { LIMIT_EXCEEDED, SIGNING_KEY_MISSING } from './generated/errors.js';
import { FLAG } from './generated/flags.js';
import { MAX_REQUEST_BYTES } from './generated/limits.js';
import { MODULE_VERSION } from './generated/version.js';
import { canonicalRequestHash, platformSha256 } from './hashing.js';
import { instantiate } from './instantiate.js';
import { ModuleInstance } from './module-instance.js';
import { otherModule, refusal } from './refusals.js';
import { parseSignature } from './signature.js';

/**
 * The options of the caller, compiled by `compileSettings` in sign/options.js.
 *
 * @typedef {object} SigningSettings
 * @property {string} region  empty if it is inferred from the host
 * @property {string} service
 * @property {number} flags  see {@link FLAG}
 * @property {string} fields  of the record: region, service, and the names of headers to sign and of those not to sign,
 *   each joined with semicolons
 *
 * @typedef {object} SigningIdentity
 * @property {string} accessKeyId
 * @property {string} secretAccessKey
 * @property {string} sessionToken  empty without one
 * @property {number} credentialsId  numbers credentials that sign more than once, so that they need not cross again
 * @property {Uint8Array} [tokenBytes]  the token crosses with every request, and is encoded once
 * @property {boolean} isUsed  whether they signed before
 * @property {boolean} hasKey  whether the core has a signing key under that number; then the secret is left out at first
 *
 * @typedef {import('./signature.js').Signature} Signature
 * @typedef {import('./instantiate.js').WasmInstance} WasmInstance
 */

let nextCredentialsId = 1;

const encoder = /* @__PURE__ */ new TextEncoder();

/**
 * An engine in wasm: it signs in the memory that it shares with JavaScript.
 *
 * @extends {ModuleInstance<WasmInstance>}
 */
export class Engine extends ModuleInstance {
  #hasSigned = false;

  /** @param {import('./module-instance.js').LoadableModule} module */
  constructor({ compile, compileSync, instantiate: start = instantiate }) {
    super({ compile, compileSync, instantiate: (module) => ofThisVersion(start(module)) });
  }

  /**
   * @param {import('../sign/normalize-request.js').NormalizedRequest} request
   * @param {import('../sign/payload.js').Payload} payload
   * @param {SigningSettings} settings
   * @param {SigningIdentity} identity
   * @param {number} epochMillis  when it is signed
   * @param {number} flags  for this signature only: `FLAG.trace`, `FLAG.presign`, `FLAG.keep` for {@link Engine.signPath}
   * @param {number} expiresIn  seconds, with `FLAG.presign`
   * @returns {Signature}
   */
  sign(request, payload, settings, identity, epochMillis, flags, expiresIn) {
    flags |= settings.flags;
    if (request.webSocket) flags |= FLAG.webSocket;
    if (payload.isBodyHash) flags |= FLAG.bodyHash;
    countUse(identity);
    try {
      let status = -1 - SIGNING_KEY_MISSING;
      if (identity.hasKey)
        status = this.#call(request, payload, settings, identity, epochMillis, flags, expiresIn);
      if (status === -1 - SIGNING_KEY_MISSING) {
        flags |= FLAG.hasSecret;
        status = this.#call(request, payload, settings, identity, epochMillis, flags, expiresIn);
      }
      if (status < 0) throw refusal(status, request.host, payload.headers);
      identity.hasKey = identity.credentialsId !== 0;
      const signature = parseSignature(this.read(status), (flags & (FLAG.trace | FLAG.platformSign)) !== 0);
      if (!(flags & FLAG.keep)) {
        // A URL contains the session token, and so does a canonical request.
        if (flags & (FLAG.presign | FLAG.trace) && identity.sessionToken !== '') this.exports.wipe();
        this.release();
      }
      return signature;
    } catch (error) {
      throw this.failed(error);
    }
  }

  /**
   * Signs the last request again with another path. It must have been signed with `FLAG.keep`, and no other request may have been
   * signed since. {@link Engine.wipe} ends the series.
   *
   * @param {string} path  as on the wire
   * @param {number} [moreFlags]  `FLAG.platformSign`
   * @returns {{ path: string, signature: string }} the path to send, and the signature in hex
   */
  signPath(path, moreFlags = 0) {
    return this.use((instance, buffer) => {
      const { written } = encoder.encodeInto(path, buffer(path.length * 3));
      const hash = platformSha256();
      const flags = moreFlags | FLAG.keep | FLAG.signatureOnly | (hash === undefined ? 0 : FLAG.platformHash);
      let status = instance.sign_path(written, flags);
      if (hash !== undefined && status > 0) status = this.#complete(hash, status, flags);
      const result = this.read(status);
      const end = result.indexOf('\n');
      return { path: end === 0 ? path : result.slice(0, end), signature: result.slice(end + 1) };
    });
  }

  /**
   * Signs any text with the key of a scope.
   *
   * @param {string} text
   * @param {{ date: string, region: string, service: string }} scope  the date as `YYYYMMDD`
   * @param {SigningIdentity} identity
   * @param {number} flags  those of the settings, of which `FLAG.deterministic` counts
   * @returns {string} the signature, in hex
   */
  signText(text, scope, identity, flags) {
    countUse(identity);
    const withSecret = flags | FLAG.hasSecret;
    return this.use(() => {
      let status = this.#callText(text, scope, identity, identity.hasKey ? flags : withSecret);
      if (status === -1 - SIGNING_KEY_MISSING) status = this.#callText(text, scope, identity, withSecret);
      const signature = this.read(status);
      identity.hasKey = identity.credentialsId !== 0;
      return signature;
    });
  }

  /**
   * SHA-256 in wasm, in hex.
   *
   * @param {Uint8Array} bytes
   */
  sha256(bytes) {
    return this.use((instance, buffer) => {
      let rest = bytes;
      for (; rest.length > HASH_CHUNK_BYTES; rest = rest.subarray(HASH_CHUNK_BYTES)) {
        buffer(HASH_CHUNK_BYTES).set(rest.subarray(0, HASH_CHUNK_BYTES));
        instance.hash_update(HASH_CHUNK_BYTES);
      }
      buffer(HASH_CHUNK_BYTES).set(rest);
      instance.hash_finish(rest.length);
      return this.read(64);
    });
  }

  /**
   * Calls rarely used functions of the module, each of which has its own file.
   *
   * @template T
   * @param {(instance: WasmInstance, buffer: (length: number) => Uint8Array<ArrayBuffer>) => T} call `buffer` returns the buffer
   *   of the module with at least the requested length. If it must grow, it loses its contents, except a result for which the
   *   core made room.
   * @returns {T}
   */
  use(call) {
    try {
      const result = call(this.exports, (length) => this.buffer(length));
      this.release();
      return result;
    } catch (error) {
      throw this.failed(error);
    }
  }

  /** Wipes the data that a series of {@link Engine.signPath} has left. */
  wipe() {
    if (this.isRunning) this.exports.wipe();
    this.release();
  }

  /**
   * Forgets the signing keys of these credentials.
   *
   * @param {SigningIdentity} identity
   */
  forget(identity) {
    identity.hasKey = false;
    if (!this.isRunning) return;
    const { secretAccessKey } = identity;
    try {
      this.use((instance, buffer) =>
        instance.forget(encoder.encodeInto(secretAccessKey, buffer(secretAccessKey.length * 3)).written),
      );
    } catch {
      // Then the whole memory was wiped.
    }
  }

  /** Forgets every signing key. */
  clearKeys() {
    if (this.isRunning) this.exports.clear_keys();
  }

  /**
   * @param {import('../sign/normalize-request.js').NormalizedRequest} request
   * @param {import('../sign/payload.js').Payload} payload
   * @param {SigningSettings} settings
   * @param {SigningIdentity} identity
   * @param {number} epochMillis
   * @param {number} flags
   * @param {number} expiresIn
   */
  #call(request, payload, settings, identity, epochMillis, flags, expiresIn) {
    const { method, host, path, query } = request;
    const { headers, signed } = payload;
    const body = signed === '' ? /** @type {string | Uint8Array | undefined} */ (payload.body) : undefined;
    // One string, one encodeInto: cheaper than a call for each field.
    const fields = `${method}\0${host}\0${path}\0${query}\0${signed}\0${settings.fields}`;
    let headerFields = '';
    for (const [name, value] of headers) headerFields += `${name}\0${value}\0`;
    const secret = flags & FLAG.hasSecret ? `${identity.secretAccessKey}\0` : '';
    const text = `${fields}${headerFields}${identity.accessKeyId}\0${secret}`;
    const token = (identity.tokenBytes ??= encoder.encode(identity.sessionToken));
    // Before memory is allocated. Three times the limit of the core, which counts bytes.
    if (text.length + token.length > 3 * MAX_REQUEST_BYTES) throw coreError(LIMIT_EXCEEDED, {});
    const canonicalBytes = fields.length + headerFields.length + identity.sessionToken.length;
    const hash =
      flags & FLAG.platformSign ? platformSha256() : canonicalRequestHash(canonicalBytes, !this.#hasSigned);
    this.#hasSigned = true;
    if (hash !== undefined) flags |= FLAG.platformHash;
    // A UTF-16 unit takes at most three bytes of UTF-8.
    const textBytes = text.length * 3 + token.length;
    const bodyBytes = body === undefined ? 0 : typeof body === 'string' ? body.length * 3 : body.length;
    const view = this.buffer(textBytes + bodyBytes);
    const textLength = encoder.encodeInto(text, view).written;
    if (token.length > 0) view.set(token, textLength);
    const bodyAt = textLength + token.length;
    let bodyLength = 0;
    if (typeof body === 'string') {
      bodyLength = encoder.encodeInto(body, view.subarray(bodyAt)).written;
    } else if (body !== undefined) {
      view.set(body, bodyAt);
      bodyLength = body.length;
    }
    const engine = this.exports;
    const { credentialsId } = identity;
    const status = engine.sign(
      textLength,
      token.length,
      bodyLength,
      headers.size,
      flags,
      epochMillis,
      expiresIn,
      credentialsId,
    );
    return hash === undefined || status < 0 ? status : this.#complete(hash, status, flags);
  }

  /**
   * The platform hashes the canonical request, whose length the core returned.
   *
   * @param {(bytes: Uint8Array) => string} hash
   * @param {number} length
   * @param {number} flags
   */
  #complete(hash, length, flags) {
    const engine = this.exports;
    const view = this.buffer(0); // the memory may have grown
    const request = new Uint8Array(view.buffer, engine.canonical_request() >>> 0, length);
    encoder.encodeInto(hash(request), view);
    return engine.complete(flags);
  }

  /**
   * @param {string} text
   * @param {Parameters<Engine['signText']>[1]} scope
   * @param {SigningIdentity} identity
   * @param {number} flags
   */
  #callText(text, { date, region, service }, { accessKeyId, secretAccessKey, credentialsId }, flags) {
    const secret = flags & FLAG.hasSecret ? `${secretAccessKey}\0` : '';
    const fields = `${date}\0${region}\0${service}\0${accessKeyId}\0${secret}`;
    if (fields.length + text.length > 3 * MAX_REQUEST_BYTES) throw coreError(LIMIT_EXCEEDED, {});
    const view = this.buffer((fields.length + text.length) * 3);
    const fieldsLength = encoder.encodeInto(fields, view).written;
    const textLength = encoder.encodeInto(text, view.subarray(fieldsLength)).written;
    return this.exports.sign_text(fieldsLength, textLength, flags, credentialsId);
  }
}

/** Large enough to make the crossings cheap, small enough that a body of any size leaves no trace in memory. */
const HASH_CHUNK_BYTES = 65_536;

/**
 * A page may serve the module of another version, such as the previous one.
 *
 * @param {WasmInstance} instance
 */
function ofThisVersion(instance) {
  if (instance.version?.() !== MODULE_VERSION) throw otherModule();
  return instance;
}

/**
 * Credentials get a number when they sign a second time.
 *
 * @param {SigningIdentity} identity
 */
function countUse(identity) {
  if (identity.isUsed && identity.credentialsId === 0) identity.credentialsId = nextCredentialsId++;
  identity.isUsed = true;
}
