// What signers of all algorithms have in common: their methods, which call the other files of the folder in turn. No module is
// imported here: an algorithm brings its own.

import { SigV4Error } from '../engine/errors.js';
import { FLAG } from '../engine/generated/flags.js';
import { hash } from '../engine/hashing.js';
import { epochMillis } from '../protocol/amz-date.js';
import { checkNames, PRESIGN_OPTIONS } from '../protocol/option-names.js';
import { CredentialsSource } from './credentials.js';
import { lifetime } from './expiry.js';
import { assertUnauthorized, normalizeRequest } from './normalize-request.js';
import { OPERATIONS, OPERATIONS_VERSION } from './operations.js';
import { canSettleSync, settlePayload, settlePayloadSync } from './payload.js';
import { headerSigned, presigned } from './signed-request.js';

/**
 * @typedef {import('./credentials.js').CredentialsProvider} CredentialsProvider
 * @typedef {import('./normalize-request.js').NormalizedRequest} NormalizedRequest
 * @typedef {import('./normalize-request.js').SignableRequest} SignableRequest
 * @typedef {import('./options.js').SigningOptions} SigningOptions
 * @typedef {import('./payload.js').Payload} Payload
 * @typedef {import('./signed-request.js').SignedRequest} SignedRequest
 * @typedef {import('./signed-request.js').Work} Work
 * @typedef {ReturnType<typeof import('./options.js').compileSettings>} Settings
 *
 * @typedef {object} PresignOptions
 * @property {number | undefined} [expiresIn]  how long the URL is good, in seconds, from 1 to 604800; default 3600. A URL
 *   cannot outlive the temporary credentials that signed it: where they expire sooner, so does the URL, and its
 *   `X-Amz-Expires` says so.
 * @property {'warn' | 'shorten' | 'error' | undefined} [onEarlyExpiry]  what happens where the credentials
 *   expire sooner than `expiresIn` says. `warn` (default): the URL is shortened, and the first time the process warns, with
 *   `process.emitWarning` or `console.warn`. `shorten`: without a warning. `error`: `ERR_SIGV4_EXPIRES_INVALID`.
 *
 * What an algorithm brings along.
 * @typedef {object} Variant
 * @property {import('../engine/engine.js').Engine} engine
 * @property {string} algorithm
 * @property {(options: any) => Settings} compileSettings
 * @property {ReadonlySet<string>} names  of the options
 */

/**
 * @template {SigningOptions & { credentials: import('./credentials.js').AnyCredentials | CredentialsProvider }} Options
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
    return headerSigned(await this.#work(request, overrides, 0));
  }

  /**
   * Signs synchronously: a body in memory, with static credentials, those of a synchronous provider, or ones that were
   * fetched before ({@link BaseSigner.ready}).
   *
   * @param {SignableRequest} request
   * @param {Partial<Options>} [overrides]
   * @returns {SignedRequest}
   * @throws {SigV4Error} `ERR_SIGV4_NOT_READY` where credentials must be fetched first
   */
  signSync(request, overrides) {
    return headerSigned(this.#workSync(request, overrides, 0));
  }

  /**
   * @param {SignableRequest} request
   * @param {Partial<Options> & PresignOptions} [overrides]
   * @returns {Promise<string>} the URL
   * @throws {SigV4Error}
   */
  async presign(request, overrides) {
    return presigned(await this.#work(request, overrides, FLAG.presign));
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
    return presigned(this.#workSync(request, overrides, FLAG.presign));
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
   * For the functions of other entries: see operations.js.
   *
   * @internal
   * @returns {import('./operations.js').Operations}
   */
  [OPERATIONS]() {
    return {
      version: OPERATIONS_VERSION,
      algorithm: this.#variant.algorithm,
      settings: (overrides, also) => this.#merge(overrides, also).settings,
      sign: (request, overrides, flags) => this.#work(request, overrides, flags),
      signSync: (request, overrides, flags) => this.#workSync(request, overrides, flags),
      open: (overrides, also) => this.#open(overrides, also),
    };
  }

  /**
   * @param {Partial<Options> | undefined} overrides
   * @param {ReadonlySet<string>} [also]  names that they may have besides
   * @returns {Promise<import('./operations.js').ReadySigner>}
   */
  async #open(overrides, also) {
    const { options, settings, credentials } = this.#merge(overrides, also);
    const { engine } = this.#variant;
    await engine.ready();
    const now = clockOf(options);
    const identity = credentials.current(now) ?? (await credentials.resolve(now));
    const { accessKeyId, sessionToken, expiration } = identity;
    return {
      settings,
      identity: { accessKeyId, sessionToken, expiration },
      now: () => timeOf(options),
      settle: (request) => settle(request, settings, engine),
      sign: (request, payload, at, flags, given) =>
        this.#finish(request, payload, at, settings, identity, flags, given),
      signPath: (path) => engine.signPath(path),
      wipe: () => engine.wipe(),
      signText: (text, scope) => engine.signText(text, scope, identity, settings.flags),
      hash: (bytes) => hash(bytes, engine),
    };
  }

  /**
   * @param {SignableRequest} request
   * @param {(Partial<Options> & PresignOptions) | undefined} overrides
   * @param {number} flags  see `FLAG` in engine.js
   */
  async #work(request, overrides, flags) {
    const { options, settings, credentials } = this.#merge(overrides, alsoKnown(flags));
    const normalized = normalizeRequest(request, settings.host);
    const { engine } = this.#variant;
    // Nothing to wait for is the usual case: a warm signer settles in one turn.
    await engine.ready();
    const now = clockOf(options);
    const identity = credentials.current(now) ?? (await credentials.resolve(now));
    const settled = settle(normalized, settings, engine);
    const payload = settled instanceof Promise ? await settled : settled;
    return this.#finish(normalized, payload, timeOf(options), settings, identity, flags, overrides);
  }

  /**
   * @param {SignableRequest} request
   * @param {(Partial<Options> & PresignOptions) | undefined} overrides
   * @param {number} flags
   */
  #workSync(request, overrides, flags) {
    const { options, settings, credentials } = this.#merge(overrides, alsoKnown(flags));
    const normalized = normalizeRequest(request, settings.host);
    const { engine } = this.#variant;
    engine.readySync();
    const identity = credentials.currentSync(clockOf(options));
    const payload = settlePayloadSync(normalized, settings.payload, engine);
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
   * @param {NormalizedRequest} request
   * @param {Payload} payload
   * @param {number} at  epoch milliseconds
   * @param {Settings} settings
   * @param {import('./credentials.js').Identity} identity
   * @param {number} flags
   * @param {PresignOptions} [overrides]
   * @returns {Work}
   */
  #finish(request, payload, at, settings, identity, flags, overrides) {
    if (!(flags & FLAG.presign)) assertUnauthorized(request);
    const seconds = flags & FLAG.presign ? lifetime(overrides, identity, at) : 0;
    const signature = this.#variant.engine.sign(request, payload, settings, identity, at, flags, seconds);
    return { request, payload, sessionToken: identity.sessionToken, signature };
  }
}

/**
 * The payload, and a promise of it only where its body must be read, or the platform hashes it in a thread.
 *
 * @param {NormalizedRequest} request
 * @param {Settings} settings
 * @param {import('../engine/engine.js').Engine} engine
 * @returns {Payload | Promise<Payload>}
 */
function settle(request, { payload }, engine) {
  return canSettleSync(request)
    ? settlePayloadSync(request, payload, engine)
    : settlePayload(request, payload, engine);
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
export function requireOptions(options) {
  if (typeof options === 'object' && options !== null) return options;
  throw new SigV4Error('ERR_SIGV4_OPTION_INVALID', 'the options are missing: pass at least { credentials }');
}
