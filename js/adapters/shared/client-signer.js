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
  #options;

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
    this.signer = new Signer(withSource);
    /** In place of it where the signature goes into the query. @type {import('./query-signer.js').QuerySigner | undefined} */
    this.querySigner = undefined;
    this.#options = withSource;
    /** @type {import('./answers.js').Clocks} */
    this.clocks = new Map();
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

  /** @returns {Promise<import('./query-signer.js').QuerySigner>} */
  async loadQuerySigner() {
    const { QuerySigner } = await import('./query-signer.js');
    return (this.querySigner ??= new QuerySigner(this.#options));
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
