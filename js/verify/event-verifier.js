// Verifies the signed messages of an event stream (application/vnd.amazon.eventstream), each of which signs the previous one.

import { SigV4Error } from '../engine/errors.js';
import { isSignedBy } from '../engine/verify-engine.js';
import { SIGV4 } from '../protocol/algorithms.js';
import { amzDateOf } from '../protocol/amz-date.js';
import { SignatureChain } from '../protocol/signature-chain.js';
import { Refusal } from '../protocol/verification-error.js';
import { hashOf } from './body-hash.js';
import { keyOf, knownOf } from './known-key.js';

/**
 * The data that verifies the messages of a request.
 *
 * @typedef {object} EventSeed
 * @property {string} signature  of the request
 * @property {string} region
 * @property {string} service
 * @property {import('./verify-request.js').KeyLookup} found
 *
 * @typedef {object} VerifiedEvent
 * @property {Uint8Array} message  encoded: with its headers and checksums; empty at the end of the stream
 * @property {Date} signedAt
 */

/** Keyed by the outcome of `verifyRequest`, without which the key is not accessible. @type {WeakMap<object, EventSeed>} */
export const seeds = /* @__PURE__ */ new WeakMap();

/**
 * Returns a verifier for the messages of an event stream, after `verifyRequest` has accepted the request that starts it. Pass
 * `bodyRequired: false` to `verifyRequest`, because the signature of such a request does not cover its body.
 *
 * @example
 *   const verified = await verifyRequest(request, { ...options, bodyRequired: false });
 *   const events = eventVerifier(verified);
 *   const { message } = await events.verify(frame);
 *
 * @param {import('./verify-request.js').VerifiedRequest} verified  the outcome of `verifyRequest` itself, not a copy
 * @returns {EventVerifier}
 * @throws {SigV4Error} `ERR_SIGV4_OPTION_INVALID` for a request that starts no event stream
 */
export function eventVerifier(verified) {
  const seed = seeds.get(verified);
  if (seed === undefined) {
    throw new SigV4Error(
      'ERR_SIGV4_OPTION_INVALID',
      'eventVerifier takes what verifyRequest returned for a request that declares STREAMING-AWS4-HMAC-SHA256-EVENTS',
    );
  }
  return new EventVerifier(seed);
}

/** Verifies the messages of one event stream, in the order in which they arrive. */
export class EventVerifier {
  #seed;
  #chain;
  #signature = '';
  #hasEnded = false;
  /** Whether the message that is verified has the signature that it says. @type {(text: string) => Promise<string>} */
  #signText = async () => '';
  /** @type {Promise<unknown>} */
  #last = Promise.resolve();

  /** @param {EventSeed} seed */
  constructor(seed) {
    this.#seed = seed;
    this.#chain = new SignatureChain(SIGV4.algorithm, seed.signature, (text) => this.#signText(text));
  }

  /**
   * Verifies a message. Messages are verified in the order of the calls, whether these are awaited or not.
   *
   * @param {Uint8Array} frame  as it arrived: with the date and the signature around the message
   * @returns {Promise<VerifiedEvent>}
   * @throws {SigV4Error} `ERR_SIGV4_SIGNATURE_MISMATCH`, `…_SIGNATURE_MALFORMED` for what is not a signed message. After either,
   *   and after the empty message that ends the stream, no further message is accepted.
   */
  verify(frame) {
    const verified = this.#last.then(() => this.#verify(frame));
    this.#last = verified.catch(() => (this.#hasEnded = true));
    return verified;
  }

  /** @param {Uint8Array} frame */
  async #verify(frame) {
    if (this.#hasEnded) throw malformed('the event stream has ended, or an earlier message was refused');
    const { date, dateHeader, signature, message } = partsOf(frame);
    const { region, service, found } = this.#seed;
    const amzDate = amzDateOf(date);
    this.#signText = async (text) => {
      const key = await keyOf(found, { isSigV4a: false, signedAt: date, region, service });
      if (!key) return '';
      const stated = { accessKeyId: '', stringToSign: text, signature, sessionToken: undefined };
      // The token and the expiry were checked with the request.
      const known = { ...knownOf(key, found), isJudged: true, expiresAt: undefined };
      return isSignedBy(stated, known, date) ? signature : '';
    };
    const scope = { date: amzDate.slice(0, 8), region, service };
    const hashes = [await hashOf(dateHeader), await hashOf(message)];
    this.#signature = await this.#chain.next('PAYLOAD', amzDate, scope, ...hashes);
    if (this.#signature === '') {
      throw new Refusal(
        'ERR_SIGV4_SIGNATURE_MISMATCH',
        'The signature of the message does not match what was computed from the one before it.',
      );
    }
    this.#hasEnded = message.length === 0;
    return { message, signedAt: new Date(date) };
  }
}

/**
 * The checksums of the frame are not checked, because the signature covers the same bytes.
 *
 * @param {Uint8Array} frame
 */
function partsOf(frame) {
  if (!ArrayBuffer.isView(frame)) throw malformed('a message must be a Uint8Array');
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const length = frame.byteLength;
  const headersEnd = length < PRELUDE_BYTES + CRC_BYTES ? 0 : PRELUDE_BYTES + view.getUint32(4);
  if (headersEnd < PRELUDE_BYTES || view.getUint32(0) !== length || headersEnd > length - CRC_BYTES) {
    throw malformed('its lengths are not those of a message');
  }
  /** @type {{ start: number, value: number } | undefined} */
  let date;
  let signature = '';
  let at = PRELUDE_BYTES;
  while (at < headersEnd) {
    const start = at;
    const nameEnd = at + 1 + frame[at];
    const name = String.fromCharCode(...frame.subarray(at + 1, nameEnd));
    const isDate = name === ':date' && frame[nameEnd] === TIMESTAMP && date === undefined;
    const isSignature = name === ':chunk-signature' && frame[nameEnd] === BYTES && signature === '';
    if (isDate && nameEnd + 9 <= headersEnd) {
      date = { start, value: Number(view.getBigInt64(nameEnd + 1)) };
      at = nameEnd + 9;
    } else if (isSignature && nameEnd + 3 + SIGNATURE_BYTES <= headersEnd) {
      at = nameEnd + 3 + SIGNATURE_BYTES;
      if (view.getUint16(nameEnd + 1) !== SIGNATURE_BYTES) break;
      const bytes = frame.subarray(nameEnd + 3, at);
      signature = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    } else break;
  }
  if (date === undefined || signature === '' || at !== headersEnd) {
    throw malformed("its headers must be ':date' and ':chunk-signature', each once");
  }
  if (!(date.value >= 0 && date.value <= MAX_MILLIS)) throw malformed('its date is not from 1970 to 9999');
  return {
    date: date.value,
    dateHeader: frame.slice(date.start, date.start + 1 + ':date'.length + 9),
    signature,
    message: frame.slice(headersEnd, length - CRC_BYTES),
  };
}

/** @param {string} problem */
function malformed(problem) {
  return new Refusal(
    'ERR_SIGV4_SIGNATURE_MALFORMED',
    `This is not a signed message of an event stream: ${problem}.`,
  );
}

const TIMESTAMP = 8;
const BYTES = 6;
const SIGNATURE_BYTES = 32;
const CRC_BYTES = 4;
const PRELUDE_BYTES = 12;
/** The end of the year 9999. */
const MAX_MILLIS = 253402300799999;
