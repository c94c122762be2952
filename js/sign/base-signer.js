// The common base of the signers of all algorithms.

import { FLAG } from '../engine/generated/flags.js';
import { hash } from '../engine/hashing.js';
import { PRESIGN_OPTIONS } from '../protocol/option-names.js';
import { lifetime } from './expiry.js';
import { OPERATIONS, OPERATIONS_VERSION } from './operations.js';
import { headerSigned, presigned } from './signed-request.js';
import { clockOf, finish, settle, sign, signSync, stateOf, timeOf, withOverrides } from './signing.js';

/**
 * @typedef {import('../engine/errors.js').SigV4Error} SigV4Error
 * @typedef {import('./credentials.js').CredentialsProvider} CredentialsProvider
 * @typedef {import('./normalize-request.js').SignableRequest} SignableRequest
 * @typedef {import('./options.js').SigningOptions} SigningOptions
 * @typedef {import('./signed-request.js').SignedRequest} SignedRequest
 *
 * @typedef {object} PresignOptions
 * @property {number | undefined} [expiresIn] the lifetime of the URL in seconds, from 1 to 604800; default 3600. A URL is not
 *   valid longer than the temporary credentials that signed it: if they expire sooner, `X-Amz-Expires` is shortened.
 * @property {'warn' | 'shorten' | 'error' | undefined} [onEarlyExpiry] what happens if the credentials expire before `expiresIn`.
 *   `warn` (default): the URL is shortened, with a warning once for each process, by `process.emitWarning` or `console.warn`.
 *   `shorten`: without a warning. `error`: `ERR_SIGV4_EXPIRES_INVALID`.
 */

/**
 * @template {SigningOptions & { credentials: import('./credentials.js').AnyCredentials | CredentialsProvider }} Options
 */
export class BaseSigner {
  #state;

  /**
   * @param {Options} options
   * @param {import('./signing.js').Variant} variant
   */
  constructor(options, variant) {
    this.#state = stateOf(options, variant);
    // Not a computed name in the class, because bundlers then keep the class even if nobody uses it.
    if (OPERATIONS in this) return;
    Object.defineProperty(BaseSigner.prototype, OPERATIONS, {
      /** @this {BaseSigner<any>} */
      value() {
        return operations(this.#state);
      },
    });
  }

  /**
   * Starts the wasm module and fetches credentials, so that you can use the synchronous calls.
   *
   * @returns {Promise<void>}
   */
  async ready() {
    const { variant, options, credentials } = this.#state;
    await Promise.all([variant.engine.ready(), credentials.resolve(clockOf(options))]);
  }

  /**
   * @param {SignableRequest} request
   * @param {Partial<Options>} [overrides]  for this request only
   * @returns {Promise<SignedRequest>}
   * @throws {SigV4Error}
   */
  async sign(request, overrides) {
    return headerSigned(await sign(this.#state, request, overrides, SIGN));
  }

  /**
   * Signs synchronously: a body in memory, with static credentials, credentials of a synchronous provider, or credentials that
   * were already fetched ({@link BaseSigner.ready}).
   *
   * @param {SignableRequest} request
   * @param {Partial<Options>} [overrides]
   * @returns {SignedRequest}
   * @throws {SigV4Error} `ERR_SIGV4_NOT_READY` if credentials must be fetched first
   */
  signSync(request, overrides) {
    return headerSigned(signSync(this.#state, request, overrides, SIGN));
  }

  /**
   * @param {SignableRequest} request
   * @param {Partial<Options> & PresignOptions} [overrides]
   * @returns {Promise<string>} the URL
   * @throws {SigV4Error}
   */
  async presign(request, overrides) {
    return presigned(await sign(this.#state, request, overrides, PRESIGN));
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
    return presigned(signSync(this.#state, request, overrides, PRESIGN));
  }

  /**
   * Forgets the credentials, and wipes the signing keys that were derived from them from the memory of the module. The signer
   * cannot be used afterwards. JavaScript strings cannot be wiped: the strings that you passed stay in memory until they are
   * garbage-collected.
   *
   * @example
   *   using signer = new Signer({ credentials }); // disposed of at the end of the block
   */
  dispose() {
    const { variant, credentials } = this.#state;
    const identity = credentials.dispose();
    if (identity !== undefined) variant.engine.forget(identity);
  }

  /** See {@link BaseSigner.dispose}. */
  [Symbol.dispose]() {
    this.dispose();
  }
}

/**
 * The operations for the functions of other entries: see operations.js.
 *
 * @param {import('./signing.js').State} state
 * @returns {import('./operations.js').Operations}
 */
function operations(state) {
  return {
    version: OPERATIONS_VERSION,
    algorithm: state.variant.algorithm,
    date: state.options.date,
    payload: state.options.payload,
    credentials: {
      get version() {
        return state.credentials.version;
      },
      renew: (version) => state.credentials.renew(version),
    },
    settings: (overrides, also) => withOverrides(state, overrides, also).settings,
    sign: (request, overrides, flags) => sign(state, request, overrides, taskOf(flags)),
    signSync: (request, overrides, flags) => signSync(state, request, overrides, taskOf(flags)),
    open: (overrides, also) => open(state, overrides, also),
  };
}

/**
 * @param {import('./signing.js').State} state
 * @param {any} overrides
 * @param {ReadonlySet<string>} [also]
 * @returns {Promise<import('./operations.js').ReadySigner>}
 */
async function open(state, overrides, also) {
  const { options, settings, credentials } = withOverrides(state, overrides, also);
  const { engine } = state.variant;
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
      finish(engine, request, payload, at, settings, identity, taskOf(flags), given),
    signPath: (path) => engine.signPath(path),
    wipe: () => engine.wipe(),
    signText: (text, scope) => engine.signText(text, scope, identity, settings.flags),
    hash: (bytes) => hash(bytes, engine),
  };
}

/** Signs in headers. */
export const SIGN = { flags: 0 };
/** Signs in the query. */
export const PRESIGN = { flags: FLAG.presign, also: PRESIGN_OPTIONS, lifetime };

/**
 * @param {number} flags
 * @returns {import('./signing.js').Task}
 */
function taskOf(flags) {
  if (flags & FLAG.presign) return { ...PRESIGN, flags };
  return { flags, also: flags & FLAG.trace ? PRESIGN_OPTIONS : undefined };
}
