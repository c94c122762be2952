// Why a request is refused, in AWS's words.

import { SigV4Error } from '../engine/errors.js';

/**
 * HTTP status and name of AWS's exception, by code.
 *
 * @type {Record<string, [status: number, type: string]>}
 */
const ANSWERS = {
  ERR_SIGV4_SIGNATURE_MISSING: [403, 'MissingAuthenticationTokenException'],
  ERR_SIGV4_SIGNATURE_MALFORMED: [403, 'IncompleteSignatureException'],
  ERR_SIGV4_SIGNATURE_MISMATCH: [403, 'InvalidSignatureException'],
  ERR_SIGV4_SIGNATURE_EXPIRED: [403, 'InvalidSignatureException'],
  ERR_SIGV4_REQUEST_EXPIRED: [403, 'AccessDeniedException'],
  ERR_SIGV4_SCOPE_MISMATCH: [403, 'InvalidSignatureException'],
  ERR_SIGV4_ACCESS_KEY_UNKNOWN: [403, 'UnrecognizedClientException'],
  ERR_SIGV4_CREDENTIALS_EXPIRED: [403, 'ExpiredTokenException'],
  ERR_SIGV4_ACCESS_DENIED: [403, 'AccessDeniedException'],
  ERR_SIGV4_BODY_MISMATCH: [400, 'XAmzContentSHA256Mismatch'],
  ERR_SIGV4_BODY_UNSUPPORTED: [413, 'RequestEntityTooLargeException'],
  ERR_SIGV4_REPLAY_CACHE_FULL: [503, 'ServiceUnavailableException'],
};

/**
 * What a refusal is about, for the log of a server: AWS's message, which the client gets, does not say all of it.
 *
 * @typedef {object} RefusalDetails
 * @property {string} [region]  that the request was signed for; of SigV4a, the region set
 * @property {string} [expectedRegion]
 * @property {string} [service]  that the request was signed for
 * @property {string} [expectedService]
 * @property {number} [skewSeconds]  how far the clock of the server is ahead of the signature
 * @property {string} [accessKeyId]  its last four characters, such as `…MPLE`
 */

/** A `SigV4Error` that says no to a request: its fault, not that of the server. */
export class Refusal extends SigV4Error {
  /**
   * @param {keyof typeof ANSWERS & import('../engine/errors.js').SigV4ErrorCode} code
   * @param {string} message  as AWS has it
   * @param {readonly [status: number, type: string]} [answer]  where it is another than that of the code
   * @param {RefusalDetails} [details]
   */
  constructor(code, message, [status, type] = ANSWERS[code], details) {
    super(code, message);
    /** What to answer with. @readonly */
    this.status = status;
    /** AWS's name for it, which API Gateway sends as `x-amzn-errortype`. @readonly */
    this.type = type;
    /** What it is about, where the message does not say all of it. @readonly */
    this.details = details;
  }
}
