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
  UNSIGNABLE_HEADER_INVALID,
} from './generated/errors.js';

/**
 * @typedef {'ERR_SIGV4_CREDENTIALS_INVALID'
 *   | 'ERR_SIGV4_CREDENTIALS_EXPIRED'
 *   | 'ERR_SIGV4_CREDENTIALS_PROVIDER'
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
 *   | 'ERR_SIGV4_NOT_READY'
 *   | 'ERR_SIGV4_WASM_UNAVAILABLE'
 *   | 'ERR_SIGV4_SIGNATURE_MISSING'
 *   | 'ERR_SIGV4_SIGNATURE_MALFORMED'
 *   | 'ERR_SIGV4_SIGNATURE_MISMATCH'
 *   | 'ERR_SIGV4_SIGNATURE_EXPIRED'
 *   | 'ERR_SIGV4_REQUEST_EXPIRED'
 *   | 'ERR_SIGV4_SCOPE_MISMATCH'
 *   | 'ERR_SIGV4_ACCESS_KEY_UNKNOWN'
 *   | 'ERR_SIGV4_ACCESS_DENIED'
 *   | 'ERR_SIGV4_REPLAY_CACHE_FULL'
 *   | 'ERR_SIGV4_POLICY_INVALID'} SigV4ErrorCode
 */

/**
 * Everything that this package throws. `code` is stable: test it rather than the message, and rather than
 * `instanceof`, as the ES module and the CommonJS build have a class each.
 *
 * No message, and no property, ever holds a secret access key or a session token.
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

/** What the core refuses, by number. `{name}` stands for what the core cannot know. */
const CORE_ERROR_TEXTS = /** @type {const} */ ({
  [ACCESS_KEY_ID_INVALID]:
    'accessKeyId has white space around it or a control character in it: pass the key id as AWS issued it',
  [SECRET_ACCESS_KEY_INVALID]:
    'secretAccessKey has white space around it or a control character in it: pass the secret as AWS issued it ' +
    '(a trailing newline often comes from reading the secret from a file)',
  [SESSION_TOKEN_INVALID]:
    'sessionToken has white space around it or a control character in it: pass the token as AWS issued it',
  [SIGNING_KEY_MISSING]: 'the signing key is not cached and no secretAccessKey was given',
  [REGION_REQUIRED]:
    "the host {host} does not tell the region: pass the option region, for example region: 'eu-west-1' (with " +
    "SigV4a regionSet: ['eu-west-1'])",
  [SIG_V4A_REQUIRED]:
    'the host {host} answers in several regions and takes SigV4a only, whatever the option region says: sign with ' +
    "SignerV4a of 'sigv4-wasm/v4a'",
  [SERVICE_REQUIRED]:
    "the host {host} does not tell the service: pass the option service, for example service: 'execute-api' " +
    'for an API Gateway behind a custom domain',
  [REGION_INVALID]:
    "the option region holds a slash, white space or a control character: pass one such as 'eu-west-1'",
  [SERVICE_INVALID]:
    "the option service holds a slash, white space or a control character: pass one such as 'execute-api'",
  [METHOD_INVALID]: "method is not an HTTP method: pass one such as 'GET' (RFC 9110, section 9.1)",
  [HOST_INVALID]: 'the host of the URL is empty, or has white space or a control character in it',
  [HEADER_NAME_INVALID]:
    'the header name {header} is not valid: use letters, digits and hyphens (RFC 9110, section 5.1)',
  [HEADER_VALUE_INVALID]:
    'the value of the header {header} holds CR, LF or NUL, which no request can carry: remove them',
  [HEADER_VALUE_NOT_LATIN1]:
    'the value of the header {header} holds a character beyond U+00FF, which no HTTP client sends: encode it',
  [DATE_INVALID]: 'date is not between the years 1970 and 9999',
  [EXPIRES_INVALID]: 'expiresIn must be a whole number of seconds from 1 to 604800 (seven days)',
  [PAYLOAD_HASH_INVALID]:
    'payload.sha256, or the header x-amz-content-sha256, is neither 64 hex digits nor UNSIGNED-PAYLOAD or a ' +
    'STREAMING- keyword',
  // The options were checked before: see options.js.
  [UNSIGNABLE_HEADER_INVALID]: 'the option unsignableHeaders names a header that is always signed',
  [RECORD_INVALID]: '{header} holds a NUL character, which no request can carry: remove it',
});

/** @typedef {keyof typeof CORE_ERROR_TEXTS} CoreErrorNumber */

/**
 * @param {CoreErrorNumber} number
 * @param {Record<string, string>} where what `{name}` in the text stands for
 */
export function coreError(number, where) {
  const text = CORE_ERROR_TEXTS[number].replace(/\{(\w+)\}/g, (_, name) => where[name] ?? '');
  return new SigV4Error(CORE_ERROR_CODES[number], text);
}
