// The one crossing into wasm: a flat record in, the parts of a signature out. See src/wasm/signing.rs.

import { compile, compileSync } from '#runtime';

import { coreError, SIGNING_KEY_MISSING, SigV4Error } from './errors.js';
import { hostSha256 } from './host.js';
import { Engine, initSync } from './wasm/signing.js';

/**
 * What crosses.
 *
 * @typedef {object} SigningInput
 * @property {string} method
 * @property {string} host
 * @property {string} path  as on the wire
 * @property {string} query  as on the wire, without the `?`
 * @property {Map<string, string>} headers  by lower-case name
 * @property {boolean} hasLatin1Headers  whether a value of theirs is not ASCII
 * @property {string | Uint8Array | undefined} body  at most {@link INLINE_BODY_BYTES} long; a longer one as `payload`
 * @property {string} payload  a hash or keyword that is signed instead of `body`, or nothing
 * @property {boolean} isBodyHash  whether that is the hash of a body too long to cross
 * @property {boolean} webSocket
 *
 * What the caller chose, compiled by `compileSettings` in options.js.
 *
 * @typedef {object} SigningSettings
 * @property {string} region  or nothing, where the host tells it
 * @property {string} service
 * @property {number} flags  see {@link FLAG}
 * @property {string} signedHeaders  names joined with a semicolon, for `FLAG.signedHeadersAlso`
 *
 * @typedef {object} SigningIdentity
 * @property {string} accessKeyId
 * @property {string} secretAccessKey
 * @property {string} sessionToken  or nothing
 * @property {number} owner  numbers credentials that sign more than once, so that they need not cross again
 * @property {boolean} isUsed  whether they signed before
 * @property {boolean} hasKey  whether the core knows them, and a key of theirs, by that number: then they are left out at
 *   first
 *
 * @typedef {object} Signature
 * @property {string} amzDate
 * @property {string} contentSha256  the header to send, or nothing
 * @property {string} sessionTokenHeader  the name of the header for the session token
 * @property {string} regionSet  the header `x-amz-region-set` to send, or nothing
 * @property {string} value  the authorization header or, presigned, the query
 * @property {string} [canonicalRequest]  where `FLAG.trace` asks for it
 * @property {string} [stringToSign]
 *
 * A wasm module that has an engine.
 * @typedef {object} EngineModule
 * @property {() => Promise<WebAssembly.Module>} compile
 * @property {() => WebAssembly.Module} compileSync
 * @property {(module: { module: WebAssembly.Module }) => { memory: WebAssembly.Memory }} initSync
 * @property {new () => Engine} Engine
 */

/** The bits of `flags`; src/wasm/signing.rs names them alike. */
export const FLAG = {
  signedHeadersAll: 1,
  signedHeadersAlso: 2,
  pathDouble: 1 << 2,
  pathSingle: 2 << 2,
  contentSha256Yes: 1 << 4,
  contentSha256No: 2 << 4,
  tokenSigned: 1 << 6,
  tokenAppended: 2 << 6,
  payloadSigned: 1 << 8,
  payloadUnsigned: 2 << 8,
  webSocket: 1 << 10,
  trace: 1 << 11,
  hasCredentials: 1 << 12,
  presign: 1 << 13,
  bodyHash: 1 << 14,
  keepHeaders: 1 << 15,
  hostHash: 1 << 16,
};

/**
 * Bodies up to this length cross with the record where the host does not hash at once; longer ones are hashed first (see
 * hash.js).
 */
export const INLINE_BODY_BYTES = 16 * 1024;

/** From here on the host hashes faster than wasm, the call included, where it hashes at once. */
export const HOST_HASH_BYTES = 256;

let nextOwner = 1;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** An engine in wasm, and the buffer that is shared with it. */
export class Core {
  #module;
  /** @type {Engine | undefined} */
  #engine;
  /** The memory of the module. @type {WebAssembly.Memory | undefined} */
  #memory;
  /** The engine's buffer: where it lies, and a view of it. */
  #pointer = 0;
  #view = new Uint8Array(0);
  /** @type {Promise<void> | undefined} */
  #loading;

  /** @param {EngineModule} module */
  constructor(module) {
    this.#module = module;
  }

  /**
   * Compiles and starts the module, once; concurrent callers share the work. Everything that signs asynchronously waits
   * for it by itself.
   *
   * @param {() => WebAssembly.Module | Promise<WebAssembly.Module>} [load]
   * @returns {Promise<void>}
   */
  ready(load = this.#module.compile) {
    if (this.#engine !== undefined) return Promise.resolve();
    this.#loading ??= (async () => {
      try {
        this.#start(await load());
      } catch (cause) {
        throw unavailable(cause);
      } finally {
        this.#loading = undefined;
      }
    })();
    return this.#loading;
  }

  /** Like {@link Core.ready}, at once: for the synchronous calls. */
  readySync() {
    if (this.#engine !== undefined) return;
    try {
      this.#start(this.#module.compileSync());
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  /**
   * @param {SigningInput} input
   * @param {SigningSettings} settings
   * @param {SigningIdentity} identity
   * @param {number} epochMillis  when it is signed
   * @param {number} flags  for this signature only: `FLAG.trace`, `FLAG.presign`
   * @param {number} expiresIn  seconds, with `FLAG.presign`
   * @returns {Signature}
   */
  sign(input, settings, identity, epochMillis, flags, expiresIn) {
    flags |= settings.flags;
    if (input.webSocket) flags |= FLAG.webSocket;
    if (input.isBodyHash) flags |= FLAG.bodyHash;
    use(identity);
    let status = this.#call(input, settings, identity, epochMillis, flags, expiresIn, !identity.hasKey);
    if (status === -1 - SIGNING_KEY_MISSING) {
      status = this.#call(input, settings, identity, epochMillis, flags, expiresIn, true);
    }
    if (status < 0) throw describe(-1 - status, input);
    identity.hasKey = identity.owner !== 0;
    return parse(this.#read(status));
  }

  /**
   * Signs any text with the key of a scope.
   *
   * @param {string} text
   * @param {{ date: string, region: string, service: string }} scope  the date as `YYYYMMDD`
   * @param {SigningIdentity} identity
   * @returns {string} the signature, in hex
   */
  signText(text, scope, identity) {
    use(identity);
    let status = this.#callText(text, scope, identity, !identity.hasKey);
    if (status === -1 - SIGNING_KEY_MISSING) status = this.#callText(text, scope, identity, true);
    if (status < 0) throw coreError(-1 - status, { host: '', header: 'an option or a credential' });
    identity.hasKey = identity.owner !== 0;
    return this.#read(status);
  }

  /**
   * SHA-256 in wasm, in hex.
   *
   * @param {Uint8Array} bytes
   */
  sha256(bytes) {
    const engine = this.#started();
    for (let at = 0; at < bytes.length; at += HASH_CHUNK_BYTES) {
      const chunk = bytes.subarray(at, at + HASH_CHUNK_BYTES);
      this.#reserve(HASH_CHUNK_BYTES);
      this.#view.set(chunk);
      engine.hash_update(chunk.length);
    }
    engine.hash_finish();
    return this.#read(64);
  }

  /** Forgets every signing key. */
  clearKeys() {
    this.#engine?.clear_keys();
  }

  /**
   * @param {SigningInput} input
   * @param {SigningSettings} settings
   * @param {SigningIdentity} identity
   * @param {number} epochMillis
   * @param {number} flags
   * @param {number} expiresIn
   * @param {boolean} withCredentials
   */
  #call(input, settings, identity, epochMillis, flags, expiresIn, withCredentials) {
    const { headers, body } = input;
    // One string, one encodeInto: cheaper than a call for each field.
    const fields =
      `${input.method}\0${input.host}\0${input.path}\0${input.query}\0${input.payload}\0` +
      `${settings.region}\0${settings.service}\0${settings.signedHeaders}\0`;
    let headerFields = '';
    for (const [name, value] of headers) headerFields += `${name}\0${value}\0`;
    let credentials = '';
    if (withCredentials) {
      credentials = `${identity.accessKeyId}\0${identity.sessionToken}\0${identity.secretAccessKey}\0`;
      flags |= FLAG.hasCredentials;
    }
    const text = fields + headerFields + credentials;
    const canonicalBytes = fields.length + headerFields.length + identity.sessionToken.length;
    const hash = canonicalBytes < HOST_HASH_BYTES ? undefined : hostSha256();
    if (hash !== undefined) flags |= FLAG.hostHash;
    // A UTF-16 unit takes at most three bytes of UTF-8.
    const textBytes = text.length * 3;
    const bodyBytes = body === undefined ? 0 : typeof body === 'string' ? body.length * 3 : body.length;
    this.#reserve(textBytes + bodyBytes);
    const view = this.#view;
    const textLength = input.hasLatin1Headers
      ? writeLatin1Headers(view, fields, headers, credentials, movesHeaders(flags))
      : encoder.encodeInto(text, view).written;
    let bodyLength = 0;
    if (typeof body === 'string') {
      bodyLength = encoder.encodeInto(body, view.subarray(textLength)).written;
    } else if (body !== undefined) {
      view.set(body, textLength);
      bodyLength = body.length;
    }
    const engine = this.#started();
    const { owner } = identity;
    const status = engine.sign(textLength, bodyLength, headers.size, flags, epochMillis, expiresIn, owner);
    if (hash === undefined || status < 0) return status;
    const digest = hash(this.#result(status));
    encoder.encodeInto(digest, this.#view);
    return engine.complete(flags);
  }

  /**
   * @param {string} text
   * @param {Parameters<Core['signText']>[1]} scope
   * @param {SigningIdentity} identity
   * @param {boolean} withSecret
   */
  #callText(text, { date, region, service }, { accessKeyId, secretAccessKey, owner }, withSecret) {
    const secret = withSecret ? `${secretAccessKey}\0` : '';
    const fields = `${date}\0${region}\0${service}\0${accessKeyId}\0${secret}`;
    this.#reserve((fields.length + text.length) * 3);
    const fieldsLength = encoder.encodeInto(fields, this.#view).written;
    const textLength = encoder.encodeInto(text, this.#view.subarray(fieldsLength)).written;
    return this.#started().sign_text(fieldsLength, textLength, withSecret, owner);
  }

  /**
   * A result from the start of the buffer.
   *
   * @param {number} length
   */
  #read(length) {
    return decoder.decode(this.#result(length));
  }

  /** @param {number} length */
  #result(length) {
    this.#reserve(length);
    return this.#view.subarray(0, length);
  }

  /**
   * Makes the view valid, and at least this long. A buffer that must grow loses what it holds, but for a result, for which
   * the core made room.
   *
   * @param {number} length
   */
  #reserve(length) {
    if (length > this.#view.length) this.#pointer = 0;
    this.#refresh(length);
  }

  /**
   * Growing memory detaches every view of it.
   *
   * @param {number} length
   */
  #refresh(length) {
    const engine = this.#started();
    const { buffer } = /** @type {WebAssembly.Memory} */ (this.#memory);
    if (this.#pointer !== 0 && this.#view.buffer === buffer) return;
    const size = Math.max(length, this.#view.length, MIN_BUFFER_BYTES);
    this.#pointer = engine.reserve(size);
    // Not `buffer`: making room may have grown the memory.
    this.#view = new Uint8Array(/** @type {WebAssembly.Memory} */ (this.#memory).buffer, this.#pointer, size);
  }

  /** @param {WebAssembly.Module} module */
  #start(module) {
    if (this.#engine !== undefined) return;
    this.#memory = this.#module.initSync({ module }).memory;
    this.#engine = new this.#module.Engine();
    this.#refresh(MIN_BUFFER_BYTES);
  }

  /** @returns {Engine} */
  #started() {
    if (this.#engine === undefined) this.readySync();
    return /** @type {Engine} */ (this.#engine);
  }
}

/** Large enough to make the crossings cheap, small enough that a body of any size leaves no trace in memory. */
const HASH_CHUNK_BYTES = 64 * 1024;
const MIN_BUFFER_BYTES = 8 * 1024;

/** Of the module `signing`: SigV4. */
export const core = /* @__PURE__ */ new Core({
  compile,
  compileSync,
  initSync: /** @type {any} */ (initSync),
  Engine,
});

/**
 * Credentials that sign a second time get a number.
 *
 * @param {SigningIdentity} identity
 */
function use(identity) {
  if (identity.isUsed && identity.owner === 0) identity.owner = nextOwner++;
  identity.isUsed = true;
}

/**
 * Whether `x-amz-*` headers become parameters.
 *
 * @param {number} flags
 */
export function movesHeaders(flags) {
  return (flags & (FLAG.presign | FLAG.keepHeaders)) === FLAG.presign;
}

/**
 * Header values go on the wire with one byte for each character (the Fetch standard's "byte sequence", and likewise
 * Node's http client), not as UTF-8: so they are signed. A query is UTF-8.
 *
 * @param {Uint8Array} view
 * @param {string} fields
 * @param {Map<string, string>} headers
 * @param {string} secret
 * @param {boolean} moves  whether those named `x-amz-*` go to the query
 * @returns {number} bytes written
 */
function writeLatin1Headers(view, fields, headers, secret, moves) {
  let at = encoder.encodeInto(fields, view).written;
  for (const [name, value] of headers) {
    const field = `${name}\0${value}\0`;
    if (moves && name.startsWith('x-amz-')) at += encoder.encodeInto(field, view.subarray(at)).written;
    else for (let i = 0; i < field.length; i++) view[at++] = field.charCodeAt(i);
  }
  return at + encoder.encodeInto(secret, view.subarray(at)).written;
}

/**
 * @param {string} text
 * @returns {Signature}
 */
function parse(text) {
  // Slices rather than splits: this is the hot path.
  const traceAt = text.indexOf('\0');
  const result = traceAt === -1 ? text : text.slice(0, traceAt);
  const contentAt = AMZ_DATE_LENGTH + 1;
  const tokenAt = result.indexOf('\n', contentAt) + 1;
  const regionsAt = result.indexOf('\n', tokenAt) + 1;
  const valueAt = result.indexOf('\n', regionsAt) + 1;
  const [canonicalRequest, stringToSign] = traceAt === -1 ? [] : text.slice(traceAt + 1).split('\0');
  return {
    amzDate: result.slice(0, AMZ_DATE_LENGTH),
    contentSha256: result.slice(contentAt, tokenAt - 1),
    sessionTokenHeader: result.slice(tokenAt, regionsAt - 1),
    regionSet: result.slice(regionsAt, valueAt - 1),
    value: result.slice(valueAt),
    canonicalRequest,
    stringToSign,
  };
}

const AMZ_DATE_LENGTH = 'YYYYMMDDTHHMMSSZ'.length;

/**
 * @param {number} status
 * @param {SigningInput} input
 */
function describe(status, input) {
  const number = status % 16;
  const header = JSON.stringify([...input.headers.keys()][Math.floor(status / 16)] ?? '');
  return coreError(number, { host: input.host, header: number === 15 ? fieldWithNul(input) : header });
}

/** @param {SigningInput} input */
function fieldWithNul(input) {
  const header = [...input.headers].find(([name, value]) => `${name}${value}`.includes('\0'));
  return header === undefined ? 'an option or a credential' : `the header ${JSON.stringify(header[0])}`;
}

/** @param {unknown} cause */
export function unavailable(cause) {
  if (cause instanceof SigV4Error) return cause;
  if (typeof WebAssembly === 'undefined') {
    return new SigV4Error('ERR_SIGV4_WASM_UNAVAILABLE', 'this runtime has no WebAssembly', { cause });
  }
  return new SigV4Error(
    'ERR_SIGV4_WASM_UNAVAILABLE',
    `the wasm module could not be started (${String(cause)}). ` +
      "A Content-Security-Policy must allow it: script-src 'wasm-unsafe-eval'",
    { cause },
  );
}
