// js/adapters has a folder for each HTTP client, and js/adapters/shared has their common parts. This file: their options, and the
// state of a client, as opposed to one of its requests.

import { describe } from '../../http/body.js';
import { CredentialsSource } from '../../sign/credentials.js';
import { SigV4Error } from '../../engine/errors.js';
import { REPLACED_HEADERS } from '../../engine/generated/headers.js';
import { SIGV4 } from '../../protocol/algorithms.js';
import { checkNames, SIGNER_OPTIONS } from '../../protocol/option-names.js';
import { operationsOf } from '../../sign/operations.js';
import { Signer } from '../../sign/signer.js';
import { isSignature } from '../../protocol/stale-signature.js';
import { Exchange } from './exchange.js';

/**
 * @typedef {object} ClientOptions
 * @property {boolean} [correctClockSkew]  default true: if a request is refused because the local clock is wrong, sign again
 *   with the server's time and send once more; keep that time for the origin once a response has confirmed it. Has no effect with
 *   an explicit `date`.
 * @property {(url: URL) => boolean} [match] which requests to sign; default all of them. The others are sent unsigned, so that
 *   other hosts get no credentials.
 * @property {'headers' | 'query'} [signatureLocation]  where the signature goes; default `headers`. `query`: into the URL,
 *   so that an `Authorization` header of your own is sent beside it. The signature is then valid for five minutes. Not for
 *   S3, which responds with 400 to both.
 *
 * @typedef {object} GivenSigner
 * @property {import('../../sign/operations.js').AnySigner} signer  a `Signer` of `sigv4-wasm` or `sigv4-wasm/fips`, instead of its
 *   options: several clients then share its credentials and its keys
 *
 * @typedef {import('../../sign/signer.js').SignerOptions | GivenSigner} SignerChoice
 */

/** With this, the signer reports what is missing. @type {any} */
export const NO_OPTIONS = {};

const CLIENT_OPTIONS = ['match', 'correctClockSkew', 'signatureLocation', 'signer'];

/** The signer of one client. */
export class ClientSigner {
  #makeQuerySigner;

  /**
   * @param {SignerChoice & ClientOptions} options
   * @param {string[]} own  names of the adapter's own options, which were removed from these
   */
  constructor(options, ...own) {
    options ??= NO_OPTIONS;
    checkNames(options, SIGNER_OPTIONS, new Set([...CLIENT_OPTIONS, ...own]));
    const { correctClockSkew = true, match = () => true, signatureLocation, ...choice } = options;
    requireFunction('match', match);
    this.signsQuery = inQuery(signatureLocation);
    const { signer, credentials, date, payload, querySigner } = signerOf(choice);
    this.signer = signer;
    /** @type {import('../../sign/operations.js').Renewal} */
    this.credentials = credentials;
    /** In place of it where the signature goes into the query. @type {import('./query-signer.js').QuerySigner | undefined} */
    this.querySigner = undefined;
    this.#makeQuerySigner = querySigner;
    /** @type {import('./answers.js').Clocks} */
    this.clocks = new Map();
    this.match = match;
    this.correctsClock = correctClockSkew && date === undefined;
    this.signsBody = (payload ?? 'signed') === 'signed';
  }

  /**
   * @param {URL} url  the first URL of the request
   * @returns {Exchange}
   */
  open(url) {
    return new Exchange(this, url);
  }

  /** @returns {Promise<import('./query-signer.js').QuerySigner>} */
  async loadQuerySigner() {
    const { QuerySigner } = await import('./query-signer.js');
    return (this.querySigner ??= this.#makeQuerySigner(QuerySigner));
  }
}

/**
 * The signer of a client, and what the client needs to know about it.
 *
 * @param {any} choice  a {@link SignerChoice}
 */
function signerOf({ signer: given, ...options }) {
  /** @typedef {typeof import('./query-signer.js').QuerySigner} QuerySignerClass */
  if (given === undefined) {
    const credentials = new CredentialsSource(options.credentials);
    const withSource = { ...options, credentials: /** @type {any} */ (credentials) };
    const signer = new Signer(withSource);
    const { date, payload } = options;
    // The client sends headers in any case. So there is no reason to move them, and a redirect keeps them.
    const querySigner = (/** @type {QuerySignerClass} */ QuerySigner) =>
      new QuerySigner(new Signer({ headerPlacement: 'headers', ...withSource }));
    return { signer, credentials, date, payload, querySigner };
  }
  for (const name in options) {
    if (options[name] === undefined) continue;
    throw optionInvalid(`the option ${name} belongs to the signer: pass it to new Signer()`);
  }
  const { algorithm, credentials, date, payload } = operationsOf(given, NO_SIGNER);
  if (algorithm !== SIGV4.algorithm) throw optionInvalid(NO_SIGNER);
  const querySigner = (/** @type {QuerySignerClass} */ QuerySigner) =>
    new QuerySigner(given, { headerPlacement: 'headers' });
  return { signer: /** @type {Signer} */ (given), credentials, date, payload, querySigner };
}

const NO_SIGNER = 'the option signer must be a Signer of sigv4-wasm or sigv4-wasm/fips';

/** @param {string} message */
function optionInvalid(message) {
  return new SigV4Error('ERR_SIGV4_OPTION_INVALID', message);
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
  throw optionInvalid(`the option ${name} must be a function, not ${describe(value)}`);
}

/** @param {unknown} location */
function inQuery(location) {
  if (location === undefined || location === 'headers') return false;
  if (location === 'query') return true;
  throw optionInvalid("the option signatureLocation must be 'headers' or 'query'");
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
