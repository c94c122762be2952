// js/adapters has a folder for each HTTP client, js/adapters/shared what they have in common. Here: their options, and what
// belongs to a client, not to one of its requests.

import { describe } from '../../http/body.js';
import { CredentialsSource } from '../../sign/credentials.js';
import { SigV4Error } from '../../engine/errors.js';
import { REPLACED_HEADERS } from '../../engine/generated/headers.js';
import { checkNames, SIGNER_OPTIONS } from '../../protocol/option-names.js';
import { Signer } from '../../sign/signer.js';
import { isSignature } from '../../protocol/stale-signature.js';
import { Exchange } from './exchange.js';
import { QuerySigner } from './query-signer.js';
import { ServerClocks } from './server-clocks.js';

/**
 * @typedef {object} ClientOptions
 * @property {boolean} [correctClockSkew]  default true: if a request is refused because the local clock is wrong, sign again
 *   with the server's time and send once more; keep that time for the origin once it has proved right. Not with an
 *   explicit `date`.
 * @property {(url: URL) => boolean} [match]  which requests to sign; default all of them. The others are sent
 *   as they are, so this keeps credentials away from other hosts.
 * @property {'headers' | 'query'} [signatureLocation]  where the signature goes; default `headers`. `query`: into the URL,
 *   so that an `Authorization` header of your own is sent beside it. The signature is then good for five minutes. Not for
 *   S3, which answers 400 to both.
 */

/** Lets the signer say what is missing. @type {any} */
export const NO_OPTIONS = {};

const CLIENT_OPTIONS = ['match', 'correctClockSkew', 'signatureLocation'];

/** The signer of one client. */
export class ClientSigner {
  /**
   * @param {import('../../sign/signer.js').SignerOptions & ClientOptions} options
   * @param {string[]} own  names of the adapter's own options, which were taken out of these
   */
  constructor(options, ...own) {
    options ??= NO_OPTIONS;
    checkNames(options, SIGNER_OPTIONS, new Set([...CLIENT_OPTIONS, ...own]));
    const { correctClockSkew = true, match = () => true, signatureLocation, ...signerOptions } = options;
    requireFunction('match', match);
    this.signsQuery = inQuery(signatureLocation);
    this.credentials = new CredentialsSource(signerOptions.credentials);
    const withSource = { ...signerOptions, credentials: /** @type {any} */ (this.credentials) };
    this.signer = this.signsQuery ? new QuerySigner(withSource) : new Signer(withSource);
    this.clocks = new ServerClocks();
    this.match = match;
    this.correctsClock = correctClockSkew && signerOptions.date === undefined;
    this.signsBody = (signerOptions.payload ?? 'signed') === 'signed';
  }

  /**
   * @param {URL} url  where the request goes first
   * @returns {Exchange}
   */
  open(url) {
    return new Exchange(this, url);
  }

  /**
   * A redirect elsewhere may repeat the query, and with it the signature.
   *
   * @param {string} from  a URL
   * @param {URL} to
   */
  refuseRepeatedSignature(from, to) {
    if (this.signer instanceof QuerySigner && this.signer.signed(to)) {
      throw redirectError(from, to.href, 'put the signature into headers');
    }
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
  return REPLACED.has(key) && (key !== 'authorization' || isSignature(String(value)));
}

/** @type {ReadonlySet<string>} */
const REPLACED = new Set(REPLACED_HEADERS);

/**
 * @param {string} name
 * @param {unknown} value
 */
export function requireFunction(name, value) {
  if (value === undefined || typeof value === 'function') return;
  throw new SigV4Error(
    'ERR_SIGV4_OPTION_INVALID',
    `the option ${name} must be a function, not ${describe(value)}`,
  );
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
