// js/engine starts the wasm modules and calls them. Here is the one crossing: a flat record in, the parts of a signature out.
// See src/wasm/signing.rs.

import { instantiate } from './instantiate.js';
import { coreError, SigV4Error } from './errors.js';
import { LIMIT_EXCEEDED, RECORD_INVALID, SIGNING_KEY_MISSING, STATUS_NUMBERS } from './generated/errors.js';
import { FLAG } from './generated/flags.js';
import { MAX_REQUEST_BYTES } from './generated/limits.js';
import { MODULE_VERSION } from './generated/version.js';
import { canonicalRequestHash, platformSha256 } from './hashing.js';
import { platformDecoder } from './node-builtins.js';

/**
 * What the caller chose, compiled by `compileSettings` in sign/options.js.
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
 * @property {boolean} hasKey  whether the core has a key of theirs, by that number: then the secret is left out at first
 *
 * @typedef {object} Signature
 * @property {string} amzDate
 * @property {string} contentSha256  the header to send, or empty
 * @property {string} sessionTokenHeader  the name of the header for the session token
 * @property {string} regionSet  the header `x-amz-region-set` to send, or empty
 * @property {string} target  path and query to send in place of those given, or, of a presigned request, the path alone;
 *   empty if they are sent as they were given
 * @property {string} value  the authorization header or, presigned, the query
 * @property {string} canonicalRequest  where `FLAG.trace` asks for it
 * @property {string} stringToSign  likewise, and where `FLAG.platformSign` leaves the signature out of `value`
 *
 * A wasm module that has an engine.
 * @typedef {object} EngineModule
 * @property {() => Promise<WebAssembly.Module>} compile
 * @property {() => WebAssembly.Module} compileSync
 * @property {typeof instantiate} [instantiate]  where it imports something
 *
 * @typedef {import('./instantiate.js').WasmInstance} WasmInstance
 */

let nextCredentialsId = 1;

const encoder = /* @__PURE__ */ new TextEncoder();
const decoder = /* @__PURE__ */ new TextDecoder();

/**
 * An engine in wasm, and the buffer that is shared with it.
 *
 * The engine is replaced by a fresh one after it trapped, as its memory is then in any state, and after a request so large
 * that its memory would stay large: wasm gives none back.
 */
export class Engine {
  #module;
  /** @type {(() => WasmInstance) | undefined} */
  #fallback;
  /** Makes a fresh engine, once there is something to make it of. @type {(() => WasmInstance) | undefined} */
  #instantiate;
  /** @type {WasmInstance | undefined} */
  #engine;
  /** The engine's buffer. */
  #view = NO_BYTES;
  /** Decodes what that view begins with, where the platform is faster at it. @type {((length: number) => string) | undefined} */
  #decode;
  /** Whether the buffer has become so large that the engine is not kept. */
  #isOversized = false;
  /** Whether growing the memory detaches existing views: wasm memory does, that of plain JavaScript does not. */
  #detaches = true;
  /** @type {Promise<void> | undefined} */
  #loading;
  #hasSigned = false;

  /** @param {EngineModule} module */
  constructor(module) {
    this.#module = module;
  }

  /** @param {() => WasmInstance} makeEngine  what starts instead, wherever the wasm module cannot */
  fallBackTo(makeEngine) {
    this.#fallback = makeEngine;
  }

  /**
   * Compiles and starts the module, once; concurrent callers share the work. Everything that signs asynchronously waits
   * for it by itself.
   *
   * @param {() => WebAssembly.Module | Promise<WebAssembly.Module>} [load]
   * @returns {Promise<void>}
   */
  ready(load = this.#module.compile) {
    if (this.#instantiate !== undefined) return Promise.resolve();
    this.#loading ??= (async () => {
      try {
        const module = await load();
        this.#start(() => (this.#module.instantiate ?? instantiate)(module));
      } catch (cause) {
        this.#fallBack(cause);
      } finally {
        this.#loading = undefined;
      }
    })();
    return this.#loading;
  }

  /** Like {@link Engine.ready}, synchronously. */
  readySync() {
    if (this.#instantiate !== undefined) return;
    try {
      const module = this.#module.compileSync();
      this.#start(() => (this.#module.instantiate ?? instantiate)(module));
    } catch (cause) {
      this.#fallBack(cause);
    }
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
      const signature = parse(this.#read(status), (flags & (FLAG.trace | FLAG.platformSign)) !== 0);
      if (!(flags & FLAG.keep)) {
        // A URL has the session token in it, and so has a canonical request.
        if (flags & (FLAG.presign | FLAG.trace) && identity.sessionToken !== '') this.#started().wipe();
        if (this.#isOversized) this.#discard();
      }
      return signature;
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /**
   * Signs the last request once more, which was signed with `FLAG.keep`, with another path. Nothing else may have been
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
      const result = this.#read(status);
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
      const signature = this.#read(status);
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
      return this.#read(64);
    });
  }

  /**
   * Calls functions of the module that few need: each of these has a file of its own.
   *
   * @template T
   * @param {(instance: WasmInstance, buffer: (length: number) => Uint8Array<ArrayBuffer>) => T} call  `buffer` is that of the
   *   module, made as long as asked for. If it must grow, it loses what it holds, but for a result, for which the core made
   *   room.
   * @returns {T}
   */
  use(call) {
    try {
      const result = call(this.#started(), (length) => this.#buffer(length));
      if (this.#isOversized) this.#discard();
      return result;
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** Wipes what a series of {@link Engine.signPath} has left. */
  wipe() {
    this.#engine?.wipe();
    if (this.#isOversized) this.#discard();
  }

  /**
   * Forgets the signing keys of these credentials.
   *
   * @param {SigningIdentity} identity
   */
  forget(identity) {
    identity.hasKey = false;
    if (this.#engine === undefined) return;
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
    this.#engine?.clear_keys();
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
    // Before it takes memory. Three times what the core takes, which counts bytes.
    if (text.length + token.length > 3 * MAX_REQUEST_BYTES) throw coreError(LIMIT_EXCEEDED, {});
    const canonicalBytes = fields.length + headerFields.length + identity.sessionToken.length;
    const hash =
      flags & FLAG.platformSign ? platformSha256() : canonicalRequestHash(canonicalBytes, !this.#hasSigned);
    this.#hasSigned = true;
    if (hash !== undefined) flags |= FLAG.platformHash;
    // A UTF-16 unit takes at most three bytes of UTF-8.
    const textBytes = text.length * 3 + token.length;
    const bodyBytes = body === undefined ? 0 : typeof body === 'string' ? body.length * 3 : body.length;
    const view = this.#buffer(textBytes + bodyBytes);
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
    const engine = this.#started();
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
   * Lets the host hash the canonical request, of which the core told the length.
   *
   * @param {(bytes: Uint8Array) => string} hash
   * @param {number} length
   * @param {number} flags
   */
  #complete(hash, length, flags) {
    const engine = this.#started();
    const view = this.#buffer(0); // the memory may have grown
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
    const view = this.#buffer((fields.length + text.length) * 3);
    const fieldsLength = encoder.encodeInto(fields, view).written;
    const textLength = encoder.encodeInto(text, view.subarray(fieldsLength)).written;
    return this.#started().sign_text(fieldsLength, textLength, flags, credentialsId);
  }

  /**
   * A result from the start of the buffer.
   *
   * @param {number} status  its length; negative: an error
   */
  #read(status) {
    if (status < 0) throw refusal(status);
    const view = this.#buffer(status);
    return this.#decode?.(status) ?? decoder.decode(view.subarray(0, status));
  }

  /**
   * The buffer, valid and at least this long: see {@link Engine.use}.
   *
   * @param {number} length
   */
  #buffer(length) {
    const engine = this.#started();
    const view = this.#view;
    // Growing memory detaches every view of it, which then has no length. To ask wasm for its buffer each time would take
    // a fortieth of a signature.
    if (length < view.length && (this.#detaches || view.buffer === engine.memory.buffer)) return view;
    const size = Math.max(length, MIN_BUFFER_BYTES);
    this.#isOversized ||= size > MAX_KEPT_BYTES;
    const pointer = engine.reserve(size) >>> 0;
    // Not before: making room may have grown the memory.
    this.#view = new Uint8Array(engine.memory.buffer, pointer, size);
    this.#decode = platformDecoder(this.#view);
    return this.#view;
  }

  /** @param {unknown} cause  why the wasm module cannot start */
  #fallBack(cause) {
    if (this.#fallback === undefined) throw unavailable(cause);
    this.#detaches = false;
    this.#start(this.#fallback);
  }

  /** @param {() => WasmInstance} makeEngine */
  #start(makeEngine) {
    if (this.#instantiate !== undefined) return;
    const engine = makeEngine();
    // A page may serve another one, such as that of the version before.
    if (engine.version?.() !== MODULE_VERSION) throw otherModule();
    this.#engine = engine;
    this.#buffer(MIN_BUFFER_BYTES);
    this.#instantiate = makeEngine;
  }

  /** @returns {WasmInstance} */
  #started() {
    if (this.#engine !== undefined) return this.#engine;
    this.readySync();
    try {
      return (this.#engine ??= /** @type {() => WasmInstance} */ (this.#instantiate)());
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  /** Lets go of the engine: the next call starts a fresh one, which knows no keys. */
  #discard() {
    const memory = this.#engine?.memory;
    if (memory !== undefined) new Uint8Array(memory.buffer).fill(0);
    this.#engine = undefined;
    this.#view = NO_BYTES;
    this.#decode = undefined;
    this.#isOversized = false;
  }

  /**
   * @param {unknown} cause  why a call failed
   * @returns {SigV4Error}
   */
  #failed(cause) {
    if (cause instanceof SigV4Error) {
      if (this.#isOversized) this.#discard();
      return cause;
    }
    this.#discard();
    return new SigV4Error(
      'ERR_SIGV4_LIMIT_EXCEEDED',
      `the wasm module stopped (${cause}), most likely because memory ran out: sign a smaller request, or sign this one again`,
      { cause },
    );
  }
}

const NO_BYTES = /* @__PURE__ */ new Uint8Array(0);
/** Large enough to make the crossings cheap, small enough that a body of any size leaves no trace in memory. */
const HASH_CHUNK_BYTES = 65_536;
const MIN_BUFFER_BYTES = 8192;
/** A request with so much text takes some megabytes; all that are not attacks are smaller. */
const MAX_KEPT_BYTES = 262_144;

/**
 * Credentials that sign a second time get a number.
 *
 * @param {SigningIdentity} identity
 */
function countUse(identity) {
  if (identity.isUsed && identity.credentialsId === 0) identity.credentialsId = nextCredentialsId++;
  identity.isUsed = true;
}

/**
 * @param {string} text
 * @param {boolean} isTrace
 * @returns {Signature}
 */
function parse(text, isTrace) {
  // Slices rather than splits: this is the hot path.
  const end = isTrace ? text.indexOf('\0') : text.length;
  const contentAt = AMZ_DATE_LENGTH + 1;
  const tokenAt = text.indexOf('\n', contentAt) + 1;
  const regionsAt = text.indexOf('\n', tokenAt) + 1;
  const targetAt = text.indexOf('\n', regionsAt) + 1;
  const valueAt = text.indexOf('\n', targetAt) + 1;
  const stringAt = isTrace ? text.indexOf('\0', end + 1) : end;
  return {
    amzDate: text.slice(0, AMZ_DATE_LENGTH),
    contentSha256: text.slice(contentAt, tokenAt - 1),
    sessionTokenHeader: text.slice(tokenAt, regionsAt - 1),
    regionSet: text.slice(regionsAt, targetAt - 1),
    target: text.slice(targetAt, valueAt - 1),
    value: text.slice(valueAt, end),
    canonicalRequest: text.slice(end + 1, stringAt),
    stringToSign: text.slice(stringAt + 1),
  };
}

const AMZ_DATE_LENGTH = 'YYYYMMDDTHHMMSSZ'.length;

/**
 * The error that a status stands for: see `Error::status` in src/error.rs.
 *
 * @param {number} status  negative
 * @param {string} [host]
 * @param {Map<string, string>} [headers]
 */
export function refusal(status, host = '', headers = new Map()) {
  const number = /** @type {import('./errors.js').CoreErrorNumber} */ ((-1 - status) % STATUS_NUMBERS);
  const index = Math.floor((-1 - status) / STATUS_NUMBERS);
  const header =
    number === RECORD_INVALID ? fieldWithNul(headers) : JSON.stringify([...headers.keys()][index]);
  return coreError(number, { host, header });
}

/** @param {Map<string, string>} headers */
function fieldWithNul(headers) {
  const header = [...headers].find(([name, value]) => `${name}${value}`.includes('\0'));
  return header === undefined ? 'an option or a credential' : `the header ${JSON.stringify(header[0])}`;
}

function otherModule() {
  return new SigV4Error('ERR_SIGV4_VERSION_MISMATCH', 'the module is not that of this version of sigv4-wasm');
}

/** @param {unknown} cause */
export function unavailable(cause) {
  if (cause instanceof SigV4Error) return cause;
  const problem =
    typeof WebAssembly === 'undefined'
      ? 'this runtime has no WebAssembly'
      : `the wasm module could not be started (${cause}): allow it in the Content-Security-Policy ` +
        "(script-src 'wasm-unsafe-eval')";
  return new SigV4Error('ERR_SIGV4_WASM_UNAVAILABLE', `${problem}, or import 'sigv4-wasm/asmjs'`, { cause });
}
