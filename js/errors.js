/**
 * @typedef {'ERR_SIGV4_CREDENTIALS_INVALID'
 *   | 'ERR_SIGV4_CREDENTIALS_EXPIRED'
 *   | 'ERR_SIGV4_CREDENTIALS_PROVIDER'
 *   | 'ERR_SIGV4_REGION_REQUIRED'
 *   | 'ERR_SIGV4_SERVICE_REQUIRED'
 *   | 'ERR_SIGV4_URL_INVALID'
 *   | 'ERR_SIGV4_METHOD_INVALID'
 *   | 'ERR_SIGV4_HEADER_INVALID'
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

/**
 * What the core refuses, by number (`Error::number` in src/error.rs). `where` fills in what the core cannot know.
 *
 * @type {readonly [SigV4ErrorCode, string][]}
 */
const CORE_ERRORS = [
  [
    'ERR_SIGV4_CREDENTIALS_INVALID',
    'accessKeyId has white space around it or a control character in it: pass the key id as AWS issued it',
  ],
  [
    'ERR_SIGV4_CREDENTIALS_INVALID',
    'secretAccessKey has white space around it or a control character in it: pass the secret as AWS issued it ' +
      '(a trailing newline often comes from reading it out of a file)',
  ],
  [
    'ERR_SIGV4_CREDENTIALS_INVALID',
    'sessionToken has white space around it or a control character in it: pass the token as AWS issued it',
  ],
  ['ERR_SIGV4_CREDENTIALS_INVALID', 'the signing key is not cached and no secretAccessKey was given'],
  [
    'ERR_SIGV4_REGION_REQUIRED',
    "the host {host} does not tell the region: pass the option region, for example region: 'eu-west-1' (with " +
      "SigV4a regionSet: ['eu-west-1'])",
  ],
  [
    'ERR_SIGV4_SERVICE_REQUIRED',
    "the host {host} does not tell the service: pass the option service, for example service: 'execute-api' " +
      'for an API Gateway behind a custom domain',
  ],
  [
    'ERR_SIGV4_REGION_REQUIRED',
    "the option region holds a slash, white space or a control character: pass one such as 'eu-west-1'",
  ],
  [
    'ERR_SIGV4_SERVICE_REQUIRED',
    "the option service holds a slash, white space or a control character: pass one such as 'execute-api'",
  ],
  [
    'ERR_SIGV4_METHOD_INVALID',
    "method is not an HTTP method: pass one such as 'GET' (RFC 9110, section 9.1)",
  ],
  ['ERR_SIGV4_URL_INVALID', 'the host of the URL is empty, or has white space or a control character in it'],
  [
    'ERR_SIGV4_HEADER_INVALID',
    'the header name {header} is not valid: use letters, digits and hyphens (RFC 9110, section 5.1)',
  ],
  [
    'ERR_SIGV4_HEADER_INVALID',
    'the value of the header {header} holds CR, LF or NUL, which no request can carry: remove them',
  ],
  ['ERR_SIGV4_DATE_INVALID', 'date is not between the years 1970 and 9999'],
  ['ERR_SIGV4_EXPIRES_INVALID', 'expiresIn must be a whole number of seconds from 1 to 604800 (seven days)'],
  [
    'ERR_SIGV4_BODY_UNSUPPORTED',
    'payload.sha256, or the header x-amz-content-sha256, is neither 64 hex digits nor UNSIGNED-PAYLOAD or a ' +
      'STREAMING- keyword',
  ],
  ['ERR_SIGV4_HEADER_INVALID', '{header} holds a NUL character, which no request can carry: remove it'],
];

/** Of {@link CORE_ERRORS}: the core asks for the secret, as the key is not cached (any longer). */
export const SIGNING_KEY_MISSING = 3;

/**
 * @param {number} number
 * @param {Record<string, string>} where what `{name}` in the text stands for
 */
export function coreError(number, where) {
  const [code, text] = CORE_ERRORS[number] ?? ['ERR_SIGV4_WASM_UNAVAILABLE', `unknown core error ${number}`];
  return new SigV4Error(
    code,
    text.replace(/\{(\w+)\}/g, (_, name) => where[name] ?? ''),
  );
}
