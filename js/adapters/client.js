// What all adapters decide alike: which requests are signed, when a request is sent once more, and where a redirect is
// signed again.

import { serverClockOffset } from '../clock-skew.js';
import { SigV4Error } from '../errors.js';
import { checkNames, SIGNER_OPTIONS } from '../option-names.js';
import { Signer } from '../signer.js';
import { isSignature } from '../stale-signature.js';
import { QuerySigner } from './query-signer.js';

/**
 * @typedef {object} ClientOptions
 * @property {boolean} [correctClockSkew]  default true: if a request is refused because the local clock is
 *   wrong, learn the server's time, sign again and send once more. Not with an explicit `date`.
 * @property {(url: URL) => boolean} [match]  which requests to sign; default all of them. The others are sent
 *   as they are, so this keeps credentials away from other hosts.
 * @property {'headers' | 'query'} [signatureLocation]  where the signature goes; default `headers`. `query`: into the URL,
 *   so that an `Authorization` header of your own is sent beside it. The signature is then good for five minutes. Not for
 *   S3, which answers 400 to both.
 */

/** What a signer adds. Where one of these is in a request already, it is from an earlier attempt. */
export const SIGNATURE_HEADERS = [
  'authorization',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-s3session-token',
  'x-amz-content-sha256',
];

/** Lets the signer say what is missing. @type {any} */
export const NO_OPTIONS = {};

const CLIENT_OPTIONS = ['match', 'correctClockSkew', 'signatureLocation'];

/** The signer of one client. */
export class ClientSigner {
  /**
   * @param {import('../signer.js').SignerOptions & ClientOptions} options
   * @param {string[]} own  names of the adapter's own options, which were taken out of these
   */
  constructor(options = NO_OPTIONS, ...own) {
    checkNames(options, SIGNER_OPTIONS, new Set([...CLIENT_OPTIONS, ...own]));
    const { correctClockSkew = true, match = () => true, signatureLocation, ...signerOptions } = options;
    this.signsQuery = inQuery(signatureLocation);
    this.signer = this.signsQuery ? new QuerySigner(signerOptions) : new Signer(signerOptions);
    this.match = match;
    this.correctsClock = correctClockSkew && signerOptions.date === undefined;
    this.signsBody = (signerOptions.payload ?? 'signed') === 'signed';
  }

  /**
   * Signs and sends, and once more where the clock was why the request was refused.
   *
   * @template T
   * @param {() => Promise<T>} attempt  signs and sends
   * @param {(outcome: T) => Promise<import('../clock-skew.js').Answer | undefined>} read  what was answered
   * @param {((outcome: T) => void) | false} discard  lets go of an answer that nobody will read; false where the body
   *   cannot be sent again
   * @returns {Promise<T>}
   */
  async send(attempt, read, discard) {
    const { clockOffset } = this.signer;
    const outcome = await attempt();
    if (!this.correctsClock || !this.learnClock(await read(outcome), clockOffset) || !discard) return outcome;
    discard(outcome);
    return attempt();
  }

  /**
   * @param {import('../clock-skew.js').Answer | undefined} answer
   * @param {number} clockOffset  that the request was signed with, in milliseconds
   * @returns {boolean} whether the clock was why the request was refused, and now is corrected
   */
  learnClock(answer, clockOffset) {
    const learned = answer && this.correctsClock && serverClockOffset(answer, Date.now(), clockOffset);
    if (typeof learned !== 'number') return false;
    this.signer.clockOffset = learned;
    return true;
  }

  /**
   * A redirect within an origin is signed again. To any other, nothing of ours is passed on.
   *
   * @param {string | URL} from  where the request went first
   * @param {URL} to
   * @returns {boolean}
   */
  signsRedirect(from, to) {
    if (to.origin === new URL(from).origin && this.match(to)) return true;
    if (this.signer instanceof QuerySigner && this.signer.signed(to)) {
      throw redirectError(String(from), to.href, 'put the signature into headers');
    }
    return false;
  }
}

/**
 * Whether a header is from an earlier attempt. An Authorization header may be the caller's own.
 *
 * @param {string} name
 * @param {unknown} value
 */
export function isStale(name, value) {
  const key = name.toLowerCase();
  return SIGNATURE_HEADERS.includes(key) && (key !== 'authorization' || isSignature(String(value)));
}

/** @param {unknown} location */
function inQuery(location) {
  if (location === undefined || location === 'headers') return false;
  if (location === 'query') return true;
  throw new SigV4Error(
    'ERR_SIGV4_OPTION_INVALID',
    'the option signatureLocation must be one of headers, query',
  );
}

/** @param {number} status */
export function isRefusal(status) {
  return status >= 400 && status <= 499;
}

/** @param {number} status */
export function isRedirect(status) {
  return [301, 302, 303, 307, 308].includes(status);
}

/**
 * The error for a redirect that cannot be signed again: the old signature does not hold there.
 *
 * @param {string} from  a URL
 * @param {string} to  a URL, or words
 * @param {string} instead  what else the caller can do
 * @param {unknown} [cause]
 */
export function redirectError(from, to, instead, cause) {
  return new SigV4Error(
    'ERR_SIGV4_URL_INVALID',
    `the server redirected the signed request from ${withoutQuery(from)} to ${withoutQuery(to)}, where its ` +
      `signature does not hold: request that URL itself, or ${instead}`,
    { cause },
  );
}

/**
 * Settles as `work` does, or rejects as soon as the caller aborts: credentials can take seconds to come.
 *
 * @template T
 * @param {AbortSignal | null | undefined} signal
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
export function unlessAborted(signal, work) {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/**
 * Without what may be secret: a redirect often goes to a presigned URL.
 *
 * @param {string} url
 * @returns {string}
 */
function withoutQuery(url) {
  return url.split(/[?#]/)[0];
}
