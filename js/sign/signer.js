// js/sign turns a request into the same request with what AWS accepts. Here: the signer and its methods, which call the other
// files of the folder in turn.

import { FLAG, signingEngine } from '../engine/engine.js';
import { CredentialsSource } from './credentials.js';
import { SigV4Error } from '../engine/errors.js';
import { checkNames, PRESIGN_OPTIONS, SIGNER_OPTIONS } from '../protocol/option-names.js';
import { compileSettings } from './options.js';
import { canSettleSync, separatePayload, settlePayload, settlePayloadSync } from './payload.js';
import { assertUnauthorized, normalizeRequest } from './normalize-request.js';
import { aroundSignature, headerSigned, presigned, traced } from './signed-request.js';
import { SIGV4 } from '../protocol/algorithms.js';
import { epochMillis } from '../protocol/amz-date.js';
import { lifetime } from './expiry.js';

/**
 * @typedef {import('./credentials.js').Credentials} Credentials
 * @typedef {import('./credentials.js').CredentialsProvider} CredentialsProvider
 * @typedef {import('./normalize-request.js').SignableRequest} SignableRequest
 * @typedef {import('./options.js').SigningOptions} SigningOptions
 * @typedef {import('./payload.js').Payload} Payload
 * @typedef {import('./signed-request.js').SignedRequest} SignedRequest
 * @typedef {import('./signed-request.js').SigningTrace} SigningTrace
 *
 * @typedef {SigningOptions & { credentials: import('./credentials.js').AnyCredentials | CredentialsProvider }} SignerOptions
 *
 * @typedef {object} PresignOptions
 * @property {number | undefined} [expiresIn]  how long the URL is good, in seconds, from 1 to 604800; default 3600. A URL
 *   cannot outlive the temporary credentials that signed it: where they expire sooner, so does the URL, and its
 *   `X-Amz-Expires` says so.
 * @property {'warn' | 'shorten' | 'error' | undefined} [onEarlyExpiry]  what happens where the credentials
 *   expire sooner than `expiresIn` says. `warn` (default): the URL is shortened, and the first time the process warns, with
 *   `process.emitWarning` or `console.warn`. `shorten`: without a warning. `error`: `ERR_SIGV4_EXPIRES_INVALID`.
 */

/**
 * Signs a request.
 *
 * Signing many with the same credentials is cheaper with a {@link Signer}.
 *
 * Source: "Create a signed AWS API request", IAM user guide.
 *
 * @param {SignableRequest} request
 * @param {SignerOptions} options
 * @returns {Promise<SignedRequest>}
 * @throws {SigV4Error}
 */
export async function signRequest(request, options) {
  return new Signer(options).sign(request);
}

/**
 * Presigns a URL: it carries the signature, so whoever has it can make this one request until it expires.
 *
 * Headers named `x-amz-*` move to the query, except those named `x-amz-server-side-encryption*`,
 * `x-amz-copy-source-server-side-encryption*` and `x-amz-tagging`, those that the option `signedHeaders` names, and all
 * of them with `headerPlacement: 'headers'`. These stay headers, like every other header that is signed, such as
 * `content-type`: anyone who uses the URL must send them exactly as you passed them. `X-Amz-SignedHeaders` in the URL
 * names them.
 *
 * Source: "Authenticating Requests: Using Query Parameters", Amazon S3 API reference.
 *
 * @param {SignableRequest} request
 * @param {SignerOptions & PresignOptions} options
 * @returns {Promise<string>}
 * @throws {SigV4Error}
 */
export async function presignUrl(request, options) {
  checkNames(options, SIGNER_OPTIONS, PRESIGN_OPTIONS);
  const { expiresIn, onEarlyExpiry, ...rest } = requireOptions(options);
  return new Signer(rest).presign(request, { expiresIn, onEarlyExpiry });
}

/**
 * Starts the wasm module. Optional: everything starts it on first use.
 *
 * @param {BufferSource | WebAssembly.Module | Response | URL | Promise<BufferSource | WebAssembly.Module | Response | URL>} [source]
 *   the module, its bytes, or where they are: for a page that wants to serve `sigv4-wasm/signing.wasm` as a file.
 *   Default: the copy in this package.
 * @returns {Promise<void>}
 * @throws {SigV4Error} `ERR_SIGV4_WASM_UNAVAILABLE`
 */
export function init(source) {
  return source === undefined ? signingEngine.ready() : signingEngine.ready(() => load(source));
}

/**
 * What an algorithm brings along.
 *
 * @typedef {object} Variant
 * @property {import('../engine/engine.js').Engine} engine
 * @property {import('../protocol/algorithms.js').Scheme} scheme
 * @property {typeof compileSettings} compileSettings
 * @property {ReadonlySet<string>} names  of the options
 */

/**
 * What signers of all algorithms have in common.
 *
 * @template {SigningOptions & { credentials: import('./credentials.js').AnyCredentials | CredentialsProvider }} [Options=SignerOptions]
 */
export class BaseSigner {
  /** @type {SigningOptions} */
  #options;
  #settings;
  #credentials;
  #variant;

  /**
   * @param {Options} options
   * @param {Variant} variant
   */
  constructor(options, variant) {
    const { credentials, ...rest } = requireOptions(options);
    checkNames(options, variant.names);
    this.#variant = variant;
    this.#options = rest;
    this.#settings = variant.compileSettings(rest);
    this.#credentials = sourceOf(credentials);
  }

  /**
   * Starts the wasm module and fetches credentials, so that the synchronous calls can be used.
   *
   * @returns {Promise<void>}
   */
  async ready() {
    await Promise.all([this.#variant.engine.ready(), this.#credentials.resolve(clockOf(this.#options))]);
  }

  /**
   * @param {SignableRequest} request
   * @param {Partial<Options>} [overrides]  for this request only
   * @returns {Promise<SignedRequest>}
   * @throws {SigV4Error}
   */
  async sign(request, overrides) {
    return headerSigned(await this.work(request, overrides, 0));
  }

  /**
   * Signs synchronously: a body in memory, with static credentials, those of a synchronous provider, or ones that were
   * fetched before ({@link Signer.ready}).
   *
   * @param {SignableRequest} request
   * @param {Partial<Options>} [overrides]
   * @returns {SignedRequest}
   * @throws {SigV4Error} `ERR_SIGV4_NOT_READY` where credentials must be fetched first
   */
  signSync(request, overrides) {
    return headerSigned(this.workSync(request, overrides, 0));
  }

  /**
   * @param {SignableRequest} request
   * @param {Partial<Options> & PresignOptions} [overrides]
   * @returns {Promise<string>} the URL
   * @throws {SigV4Error}
   */
  async presign(request, overrides) {
    return presigned(await this.work(request, overrides, FLAG.presign));
  }

  /**
   * Likewise, synchronously.
   *
   * @param {SignableRequest} request
   * @param {Partial<Options> & PresignOptions} [overrides]
   * @returns {string}
   * @throws {SigV4Error}
   */
  presignSync(request, overrides) {
    return presigned(this.workSync(request, overrides, FLAG.presign));
  }

  /**
   * What the signature of a request is made of; with `expiresIn`, of its presigned URL.
   *
   * @param {SignableRequest} request
   * @param {Partial<Options> & PresignOptions} [overrides]
   * @returns {Promise<SigningTrace>}
   * @throws {SigV4Error}
   */
  async trace(request, overrides) {
    const flags = overrides?.expiresIn === undefined ? FLAG.trace : FLAG.trace | FLAG.presign;
    return traced(await this.work(request, overrides, flags));
  }

  /**
   * Presigns many URLs with the same credentials, which are resolved once.
   *
   * @param {Iterable<SignableRequest>} requests
   * @param {Partial<Options> & PresignOptions} [overrides]  for all of them
   * @returns {Promise<string[]>} the URLs, in the order of the requests
   * @throws {SigV4Error}
   */
  async presignMany(requests, overrides) {
    if (typeof requests?.[Symbol.iterator] !== 'function') {
      throw new SigV4Error('ERR_SIGV4_OPTION_INVALID', 'presignMany takes an array of requests');
    }
    const { host } = this.#merge(overrides, PRESIGN_OPTIONS).settings;
    const normalized = Array.from(requests, (request) => normalizeRequest(request, host));
    const { options, settings, identity } = await this.identify(overrides, PRESIGN_OPTIONS);
    /** @type {Payload[]} */
    const payloads = [];
    for (const request of normalized) {
      payloads.push(
        canSettleSync(request)
          ? settlePayloadSync(request, settings.payload)
          : await settlePayload(request, settings.payload),
      );
    }
    // All at one time, and nothing else signs in between: URLs that differ in their path share the rest of their work.
    const at = timeOf(options);
    const urls = [];
    let before = '';
    let after = '';
    const { engine } = this.#variant;
    try {
      for (const [i, request] of normalized.entries()) {
        const payload = payloads[i];
        const isAlike = i > 0 && isPlain(payload) && isPlain(payloads[i - 1]);
        if (isAlike && differsInPathOnly(normalized[i - 1], request)) {
          const { path, signature } = engine.signPath(request.path);
          urls.push(`${request.origin}${path}?${before}${signature}${after}`);
          continue;
        }
        const flags = FLAG.presign | FLAG.keep;
        const work = this.#finish(request, payload, at, settings, identity, flags, overrides);
        urls.push(presigned(work));
        [before, after] = aroundSignature(work.signature.value);
      }
    } finally {
      engine.wipe();
    }
    return urls;
  }

  /**
   * Signs an upload to S3 whose body is too large to be held, or not there yet: the body is sent in chunks, each of
   * which is signed as it goes, and may end with a checksum.
   *
   * Source: "Signature Calculations for the Authorization Header: Transferring Payload in Multiple Chunks", Amazon S3
   * API reference, and its page on trailing headers.
   *
   * @param {SignableRequest} request  without its body; the method is PUT unless it says otherwise
   * @param {import('./s3/upload-source.js').StreamSource} source  the body. It is read as fast as the signed one is, and
   *   given up where that is given up.
   * @param {Partial<Options> & import('./s3/signed-upload.js').StreamOptions} [overrides]
   * @returns {Promise<import('./s3/signed-upload.js').SignedStreamRequest>}
   * @throws {SigV4Error}
   */
  async signStream(request, source, overrides) {
    const { signStream, STREAM_OPTIONS } = await import('./s3/signed-upload.js');
    checkNames(overrides, this.#variant.names, STREAM_OPTIONS);
    const options = { ...this.#options, ...overrides };
    const { host } = this.#variant.compileSettings(options);
    const upload = normalizeRequest(request, host);
    return signStream(request, upload, source, options, this.#variant.scheme, async (keyword) => {
      const { options, settings, identity, signText } = await this.identify(overrides, STREAM_OPTIONS);
      const payload = separatePayload(upload, keyword);
      const at = timeOf(options);
      return { signed: headerSigned(this.#finish(upload, payload, at, settings, identity, 0)), signText };
    });
  }

  /**
   * Forgets the credentials, and wipes the signing keys that were made of them from the memory of the module. The signer
   * cannot be used any more. Strings of JavaScript cannot be wiped: those that you passed live until they are collected.
   *
   * @example
   *   using signer = new Signer({ credentials }); // disposed of at the end of the block
   */
  dispose() {
    const identity = this.#credentials.dispose();
    if (identity !== undefined) this.#variant.engine.forget(identity);
  }

  /** See {@link BaseSigner.dispose}. */
  [Symbol.dispose]() {
    this.dispose();
  }

  /**
   * Who signs, and how.
   *
   * @protected
   * @param {(Partial<Options> & PresignOptions) | undefined} overrides
   * @param {ReadonlySet<string>} [also]  names that they may have besides
   */
  async identify(overrides, also) {
    const { options, settings, credentials } = this.#merge(overrides, also);
    const { engine } = this.#variant;
    await engine.ready();
    const now = clockOf(options);
    const identity = credentials.current(now) ?? (await credentials.resolve(now));
    return {
      options,
      settings,
      identity,
      at: () => timeOf(options),
      /** @type {import('../protocol/signature-chain.js').SignText} */
      signText: (text, scope) => engine.signText(text, scope, identity, settings.flags),
    };
  }

  /**
   * @protected
   * @param {SignableRequest} request
   * @param {(Partial<Options> & PresignOptions) | undefined} overrides
   * @param {number} flags  see `FLAG` in engine.js
   */
  async work(request, overrides, flags) {
    const { options, settings, credentials } = this.#merge(overrides, alsoKnown(flags));
    const normalized = normalizeRequest(request, settings.host);
    // Nothing to wait for is the usual case: a warm signer settles in one turn.
    await this.#variant.engine.ready();
    const now = clockOf(options);
    const identity = credentials.current(now) ?? (await credentials.resolve(now));
    const payload = canSettleSync(normalized)
      ? settlePayloadSync(normalized, settings.payload)
      : await settlePayload(normalized, settings.payload);
    return this.#finish(normalized, payload, timeOf(options), settings, identity, flags, overrides);
  }

  /**
   * @protected
   * @param {SignableRequest} request
   * @param {(Partial<Options> & PresignOptions) | undefined} overrides
   * @param {number} flags
   */
  workSync(request, overrides, flags) {
    const { options, settings, credentials } = this.#merge(overrides, alsoKnown(flags));
    const normalized = normalizeRequest(request, settings.host);
    this.#variant.engine.readySync();
    const identity = credentials.currentSync(clockOf(options));
    const payload = settlePayloadSync(normalized, settings.payload);
    return this.#finish(normalized, payload, timeOf(options), settings, identity, flags, overrides);
  }

  /**
   * @param {Partial<Options> | undefined} overrides
   * @param {ReadonlySet<string> | undefined} also
   */
  #merge(overrides, also) {
    checkNames(overrides, this.#variant.names, also);
    if (overrides === undefined || isAboutTime(overrides)) {
      const options = overrides?.date === undefined ? this.#options : overrides;
      return { options, settings: this.#settings, credentials: this.#credentials };
    }
    const options = { ...this.#options, ...overrides };
    return {
      options,
      settings: this.#variant.compileSettings(options),
      credentials: overrides.credentials === undefined ? this.#credentials : sourceOf(overrides.credentials),
    };
  }

  /**
   * The last step, the same for all: the crossing into wasm.
   *
   * @param {import('./normalize-request.js').NormalizedRequest} request
   * @param {Payload} payload
   * @param {number} at  epoch milliseconds
   * @param {ReturnType<typeof compileSettings>} settings
   * @param {import('./credentials.js').Identity} identity
   * @param {number} flags
   * @param {PresignOptions} [overrides]
   * @returns {import('./signed-request.js').Work}
   */
  #finish(request, payload, at, settings, identity, flags, overrides) {
    if (!(flags & FLAG.presign)) assertUnauthorized(request);
    const seconds = flags & FLAG.presign ? lifetime(overrides, identity, at) : 0;
    const signature = this.#variant.engine.sign(request, payload, settings, identity, at, flags, seconds);
    return { request, payload, identity, signature };
  }
}

/**
 * Signs requests for one set of credentials, which it keeps fresh.
 *
 * @extends {BaseSigner<SignerOptions>}
 */
export class Signer extends BaseSigner {
  /** @param {SignerOptions} options */
  constructor(options) {
    super(options, { engine: signingEngine, scheme: SIGV4, compileSettings, names: SIGNER_OPTIONS });
  }

  /**
   * Signs the messages of an event stream, such as one to Amazon Transcribe. Its request is signed first, with
   * `payload: { sha256: 'STREAMING-AWS4-HMAC-SHA256-EVENTS' }` and `contentSha256Header: true`.
   *
   * @param {SignedRequest | string} prior  that request, or its signature; the latter needs the options region and
   *   service. Credentials are those of this moment until the end of the stream.
   * @param {Partial<SignerOptions>} [overrides]
   * @returns {Promise<import('./event-stream.js').EventSigner>}
   * @throws {SigV4Error}
   */
  async eventSigner(prior, overrides) {
    const { openEventSigner } = await import('./event-stream.js');
    const { settings, at, signText } = await this.identify(overrides);
    return openEventSigner(prior, { region: settings.region, service: settings.service, now: at, signText });
  }

  /**
   * Presigns an upload by an HTML form: whoever has the result can upload one file to S3, under the conditions given,
   * until it expires.
   *
   * Source: "Browser-Based Uploads Using POST", Amazon S3 API reference.
   *
   * @param {import('./s3/presigned-post.js').PostOptions} upload
   * @param {Partial<SignerOptions>} [overrides]
   * @returns {Promise<import('./s3/presigned-post.js').PresignedPost>}
   * @throws {SigV4Error}
   */
  async presignPost(upload, overrides) {
    const { presignPost } = await import('./s3/presigned-post.js');
    const { settings, identity, at, signText } = await this.identify(overrides);
    return presignPost(upload, { region: settings.region, identity, at: at(), signText });
  }
}

/**
 * Whether a request has neither headers nor a body.
 *
 * @param {Payload} payload
 */
function isPlain({ headers, body }) {
  return headers.size === 0 && body === undefined;
}

/**
 * Whether two requests without headers and bodies have all but the path in common.
 *
 * @param {import('./normalize-request.js').NormalizedRequest} one
 * @param {import('./normalize-request.js').NormalizedRequest} other
 */
function differsInPathOnly(one, other) {
  return one.origin === other.origin && one.method === other.method && one.query === other.query;
}

/** @param {number} flags */
function alsoKnown(flags) {
  return flags & (FLAG.presign | FLAG.trace) ? PRESIGN_OPTIONS : undefined;
}

/**
 * Whether the compiled settings and the credentials stay as they are.
 *
 * @param {object} overrides
 */
function isAboutTime(overrides) {
  for (const key in overrides)
    if (key !== 'date' && key !== 'expiresIn' && key !== 'onEarlyExpiry') return false;
  return true;
}

/**
 * When a request is signed.
 *
 * @param {SigningOptions} options
 * @returns {number} epoch milliseconds
 */
function timeOf({ date }) {
  return date === undefined ? Date.now() : epochMillis(date);
}

/**
 * What the expiration of credentials is compared with: the earlier of two clocks, the local one and the one that `date`
 * may be. Either can be wrong, and a server refuses credentials that have expired.
 *
 * @param {SigningOptions} options
 * @returns {import('./credentials.js').Clock}
 */
function clockOf({ date }) {
  return typeof date === 'function' ? () => Math.min(Date.now(), epochMillis(date)) : Date.now;
}

/** @param {unknown} credentials */
function sourceOf(credentials) {
  return credentials instanceof CredentialsSource ? credentials : new CredentialsSource(credentials);
}

/**
 * @template {object} O
 * @param {O} options
 * @returns {O}
 */
function requireOptions(options) {
  if (typeof options === 'object' && options !== null) return options;
  throw new SigV4Error('ERR_SIGV4_OPTION_INVALID', 'the options are missing: pass at least { credentials }');
}

/**
 * @param {Exclude<Parameters<typeof init>[0], undefined>} source
 * @returns {Promise<WebAssembly.Module>}
 */
async function load(source) {
  let loaded = await source;
  if (loaded instanceof URL || typeof loaded === 'string') loaded = await fetch(loaded);
  if (typeof Response === 'function' && loaded instanceof Response) {
    if (!loaded.ok) throw new Error(`${loaded.url} answered ${loaded.status}`);
    loaded = await loaded.arrayBuffer();
  }
  // By tag: the module may come from another realm.
  return Object.prototype.toString.call(loaded) === '[object WebAssembly.Module]'
    ? /** @type {WebAssembly.Module} */ (loaded)
    : WebAssembly.compile(/** @type {BufferSource} */ (loaded));
}
