// Signatures that each sign the one before: of the chunks of an upload, and of the messages of an event stream.

import { coreError } from './errors.js';
import { DATE_INVALID } from './generated/errors.js';

/**
 * @typedef {{ date: string, region: string, service: string }} Scope  the date as `YYYYMMDD`
 * @typedef {(text: string, scope: Scope) => string | Promise<string>} SignText
 *
 * What a chain needs to know of an algorithm.
 * @typedef {object} Scheme
 * @property {string} algorithm
 * @property {number} length  of a signature on the wire, where shorter ones are filled up with asterisks
 */

/** @type {Scheme} */
export const SIGV4 = { algorithm: 'AWS4-HMAC-SHA256', length: 64 };

/**
 * An ECDSA signature in DER has at most 144 hex digits.
 *
 * @type {Scheme}
 */
export const SIGV4A = { algorithm: 'AWS4-ECDSA-P256-SHA256', length: 144 };

/** SHA-256 of nothing, in hex. */
export const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

export class SignatureChain {
  #algorithm;
  #signText;

  /** The last signature. */
  signature;

  /**
   * @param {Scheme} scheme
   * @param {string} first  the signature that the chain starts from
   * @param {SignText} signText
   */
  constructor({ algorithm }, first, signText) {
    this.#algorithm = algorithm;
    this.#signText = signText;
    this.signature = first;
  }

  /**
   * @param {'PAYLOAD' | 'TRAILER'} kind
   * @param {string} amzDate  `YYYYMMDDTHHMMSSZ`
   * @param {Scope} scope
   * @param {string[]} hashes  of what is signed
   * @returns {Promise<string>}
   */
  async next(kind, amzDate, scope, ...hashes) {
    const { date, region, service } = scope;
    const lines = [
      `${this.#algorithm}-${kind}`,
      amzDate,
      // SigV4a has no region in it.
      [date, region, service, 'aws4_request'].filter((part) => part !== '').join('/'),
      this.signature,
      ...hashes,
    ];
    this.signature = await this.#signText(lines.join('\n'), scope);
    return this.signature;
  }
}

/**
 * What a signed request tells: the start of a chain.
 *
 * @param {import('./results.js').SignedRequest} signed
 * @returns {{ amzDate: string, scope: Scope, signature: string } | undefined}
 */
export function startOf({ headers }) {
  const authorization = headers?.authorization;
  if (typeof authorization !== 'string') return undefined;
  const parts = /Credential=.*\/(\d{8})\/(?:([^/]+)\/)?([^/]+)\/aws4_request,.*Signature=([0-9a-f]+)$/.exec(
    authorization,
  );
  if (parts === null) return undefined;
  const [, date, region = '', service, signature] = parts;
  return { amzDate: headers['x-amz-date'], scope: { date, region, service }, signature };
}

/**
 * A time as all of SigV4 writes it: `YYYYMMDDTHHMMSSZ`, cut to the second.
 *
 * @param {number} epochMillis
 */
export function amzDateOf(epochMillis) {
  if (epochMillis < 0 || epochMillis > LAST_MILLISECOND) throw coreError(DATE_INVALID, {});
  return new Date(epochMillis).toISOString().replace(/[-:]|\.\d+/g, '');
}

/** The end of the year 9999. */
const LAST_MILLISECOND = 253_402_300_799_999;
