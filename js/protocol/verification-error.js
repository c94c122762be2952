// The error for a refused request, with AWS's message.

import { SigV4Error } from '../engine/errors.js';
import { REJECTIONS } from '../engine/generated/rejections.js';

/**
 * Those of the core, and of what a server of JavaScript has beside it. Not with `...`, which bundlers keep even if nobody uses it.
 *
 * @type {typeof REJECTIONS}
 */
const ANSWERS = /* @__PURE__ */ Object.assign(
  {
    ERR_SIGV4_REPLAY_CACHE_FULL: [503, 'ServiceUnavailableException'],
    ERR_SIGV4_PROOF_INVALID: [403, 'AccessDeniedException'],
    ERR_SIGV4_REPLAYED: [403, 'AccessDeniedException'],
    ERR_SIGV4_STS_UNAVAILABLE: [503, 'ServiceUnavailableException'],
  },
  REJECTIONS,
);

/**
 * Details of a refusal for the log of a server. AWS's message, which the client gets, does not contain them.
 *
 * @typedef {object} RefusalDetails
 * @property {string} [region]  that the request was signed for; of SigV4a, the region set
 * @property {string} [expectedRegion]
 * @property {string} [service]  that the request was signed for
 * @property {string} [expectedService]
 * @property {number} [skewSeconds]  how far the clock of the server is ahead of the signature
 * @property {string} [accessKeyId]  its last four characters, such as `…MPLE`
 */

/** A `SigV4Error` that refuses a request because of a mistake of the client, not of the server. */
export class Refusal extends SigV4Error {
  /**
   * @param {keyof typeof ANSWERS & import('../engine/errors.js').SigV4ErrorCode} code
   * @param {string} message  as AWS has it
   * @param {readonly [status: number, type: string]} [answer]  where it is another than that of the code
   * @param {RefusalDetails} [details]
   */
  constructor(code, message, [status, type] = ANSWERS[code], details) {
    super(code, message);
    /** The status of the response. @readonly */
    this.status = status;
    /** AWS's name for it, which API Gateway sends as `x-amzn-errortype`. @readonly */
    this.type = type;
    /** Details that the message does not contain. @readonly */
    this.details = details;
  }
}
