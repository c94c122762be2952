// Every error of the package. The core's numbers and codes are generated from src/error.rs.

import {
  ACCESS_KEY_ID_INVALID,
  CORE_ERROR_CODES,
  DATE_INVALID,
  EXPIRES_INVALID,
  HEADER_NAME_INVALID,
  HEADER_VALUE_INVALID,
  HEADER_VALUE_NOT_LATIN1,
  HOST_INVALID,
  LIMIT_EXCEEDED,
  METHOD_INVALID,
  PAYLOAD_HASH_INVALID,
  RECORD_INVALID,
  REGION_INVALID,
  REGION_REQUIRED,
  SECRET_ACCESS_KEY_INVALID,
  SERVICE_INVALID,
  SERVICE_REQUIRED,
  SESSION_TOKEN_INVALID,
  SIG_V4A_REQUIRED,
  SIGNING_KEY_MISSING,
  TARGET_INVALID,
  UNSIGNABLE_HEADER_INVALID,
} from './generated/errors.js';

/**
 * @typedef {'ERR_SIGV4_CREDENTIALS_INVALID'
 *   | 'ERR_SIGV4_CREDENTIALS_EXPIRED'
 *   | 'ERR_SIGV4_CREDENTIALS_PROVIDER'
 *   | 'ERR_SIGV4_CREDENTIALS_NOT_FOUND'
 *   | 'ERR_SIGV4_REGION_REQUIRED'
 *   | 'ERR_SIGV4_SERVICE_REQUIRED'
 *   | 'ERR_SIGV4_URL_INVALID'
 *   | 'ERR_SIGV4_METHOD_INVALID'
 *   | 'ERR_SIGV4_HEADER_INVALID'
 *   | 'ERR_SIGV4_AUTHORIZATION_PRESENT'
 *   | 'ERR_SIGV4_BODY_UNSUPPORTED'
 *   | 'ERR_SIGV4_BODY_USED'
 *   | 'ERR_SIGV4_BODY_MISMATCH'
 *   | 'ERR_SIGV4_DATE_INVALID'
 *   | 'ERR_SIGV4_EXPIRES_INVALID'
 *   | 'ERR_SIGV4_OPTION_INVALID'
 *   | 'ERR_SIGV4_LIMIT_EXCEEDED'
 *   | 'ERR_SIGV4_NOT_READY'
 *   | 'ERR_SIGV4_VERSION_MISMATCH'
 *   | 'ERR_SIGV4_WASM_UNAVAILABLE'
 *   | 'ERR_SIGV4_FIPS_UNAVAILABLE'
 *   | 'ERR_SIGV4_SIGNATURE_MISSING'
 *   | 'ERR_SIGV4_SIGNATURE_MALFORMED'
 *   | 'ERR_SIGV4_SIGNATURE_MISMATCH'
 *   | 'ERR_SIGV4_SIGNATURE_EXPIRED'
 *   | 'ERR_SIGV4_REQUEST_EXPIRED'
 *   | 'ERR_SIGV4_SCOPE_MISMATCH'
 *   | 'ERR_SIGV4_ACCESS_KEY_UNKNOWN'
 *   | 'ERR_SIGV4_ACCESS_DENIED'
 *   | 'ERR_SIGV4_REPLAY_CACHE_FULL'
 *   | 'ERR_SIGV4_PROOF_INVALID'
 *   | 'ERR_SIGV4_REPLAYED'
 *   | 'ERR_SIGV4_STS_UNAVAILABLE'
 *   | 'ERR_SIGV4_POLICY_INVALID'} SigV4ErrorCode
 */

/**
 * Every error that this package throws. `code` is stable: test it, and not the message or `instanceof`, because the ES module and
 * the CommonJS build each have their own class.
 *
 * No message and no property contains a secret access key or a session token.
 *
 * @example
 *   if (error.code === 'ERR_SIGV4_CREDENTIALS_EXPIRED') signInAgain();
 */
export class SigV4Error extends Error {
  /**
   * @param {SigV4ErrorCode} code
   * @param {string} message what was wrong, where, and what to do
   * @param {{ cause?: unknown }} [options]
   */
  constructor(code, message, options) {
    super(message, options);
    /** @readonly @type {SigV4ErrorCode} */
    this.code = code;
  }
}
Object.defineProperty(SigV4Error.prototype, 'name', {
  value: 'SigV4Error',
  configurable: true,
  writable: true,
});

/**
 * The errors of the core, by number: what is wrong, and where. `{name}` stands for a value that the core does not know.
 * full-texts.js has the rest of each text. This is a function, because bundlers keep an object with computed names even if nobody
 * uses it.
 */
const CORE_ERROR_TEXTS = /* @__PURE__ */ (() =>
  /** @type {const} */ ({
    [ACCESS_KEY_ID_INVALID]: 'accessKeyId is not valid',
    [SECRET_ACCESS_KEY_INVALID]: 'secretAccessKey is not valid',
    [SESSION_TOKEN_INVALID]: 'sessionToken is not valid',
    [SIGNING_KEY_MISSING]: 'the signing key is missing',
    [REGION_REQUIRED]: 'cannot infer the region from the host {host}: pass the option region',
    [SIG_V4A_REQUIRED]: 'the host {host} takes SigV4a only: sign with SignerV4a',
    [SERVICE_REQUIRED]: 'cannot infer the service from the host {host}: pass the option service',
    [REGION_INVALID]: 'the region is not valid',
    [SERVICE_INVALID]: 'the service is not valid',
    [METHOD_INVALID]: 'the method is not valid',
    [HOST_INVALID]: 'the host is not valid',
    [HEADER_NAME_INVALID]: 'the header name {header} is not valid',
    [HEADER_VALUE_INVALID]: 'the value of the header {header} contains CR, LF or NUL',
    [HEADER_VALUE_NOT_LATIN1]: 'the value of the header {header} contains a character beyond U+00FF',
    [DATE_INVALID]: 'the date is not between the years 1970 and 9999',
    [EXPIRES_INVALID]: 'expiresIn is not a whole number of seconds from 1 to 604800',
    [PAYLOAD_HASH_INVALID]: 'payload.sha256, or x-amz-content-sha256, is not valid',
    // The options were checked before: see sign/options.js.
    [UNSIGNABLE_HEADER_INVALID]: 'unsignableHeaders names a header that is always signed',
    [LIMIT_EXCEEDED]: 'the URL and the headers are too long',
    [RECORD_INVALID]: '{header} contains a NUL character',
    // It was escaped before: see sign/normalize-request.js.
    [TARGET_INVALID]: 'the path or the query contains a control character',
  }))();

/** @typedef {keyof typeof CORE_ERROR_TEXTS} CoreErrorNumber */

/**
 * @param {CoreErrorNumber} number
 * @param {Record<string, string>} where the values of `{name}` in the text
 */
export function coreError(number, where) {
  const text = CORE_ERROR_TEXTS[number].replace(/\{(\w+)\}/g, (_, name) => where[name] ?? '');
  return new SigV4Error(CORE_ERROR_CODES[number], text);
}

/**
 * An error with its full text. It is loaded on use; if that fails, offline or after a new deployment, the short text remains.
 * stands.
 *
 * @param {unknown} error
 * @returns {Promise<unknown>}
 */
export async function inFull(error) {
  if (!(error instanceof SigV4Error)) return error;
  try {
    return (await import('./full-texts.js')).inFull(error);
  } catch {
    return error;
  }
}
