// Signed messages of event streams (application/vnd.amazon.eventstream): a frame around each message, with its date and
// its signature ("Event stream encoding" in the developer guides, such as that of Amazon Transcribe).

import { unsupportedChunk } from '../http/body.js';
import { chunkBytes } from '../http/chunks.js';
import { SignatureChain, startOf } from '../protocol/signature-chain.js';
import { SigV4Error } from '../engine/errors.js';
import { checksumOf } from './s3/checksum.js';
import { SIGV4 } from '../protocol/algorithms.js';
import { amzDateOf, epochMillis } from '../protocol/amz-date.js';
import { operationsOf } from './operations.js';

/**
 * Signs the messages of an event stream, such as one to Amazon Transcribe. Its request is signed first, with
 * `payload: { sha256: 'STREAMING-AWS4-HMAC-SHA256-EVENTS' }` and `contentSha256Header: true`.
 *
 * @example
 *   const events = await eventSigner(signer, await signer.sign(request));
 *   socket.send(await events.sign(message));
 *
 * @param {import('./operations.js').AnySigner} signer  a `Signer`: SigV4a has no event streams
 * @param {import('./signed-request.js').SignedRequest | string} prior the signed request, or its signature, which also needs the
 *   options region and service. The stream keeps the current credentials to its end.
 * @param {Partial<import('./signer.js').SignerOptions>} [options]
 * @returns {Promise<EventSigner>}
 * @throws {SigV4Error}
 */
export async function eventSigner(signer, prior, options) {
  const operations = operationsOf(signer);
  if (operations.algorithm !== SIGV4.algorithm)
    throw optionInvalid('eventSigner takes a Signer, not a SignerV4a');
  const ready = await operations.open(options);
  const start =
    typeof prior === 'string' ? { signature: prior, scope: ready.settings } : startOf(prior ?? {});
  if (start === undefined || !/^[0-9a-f]{64}$/.test(start.signature)) {
    throw optionInvalid(
      'the second argument of eventSigner must be the signed request that starts the stream, or its signature of 64 ' +
        'hex digits',
    );
  }
  const { region, service } = start.scope;
  if (region === '') throw required('ERR_SIGV4_REGION_REQUIRED', 'region');
  if (service === '') throw required('ERR_SIGV4_SERVICE_REQUIRED', 'service');
  // Imported in the same way as in signed-upload.js, so that bundlers that copy modules into chunks write this one once.
  const newChecksum = await checksumOf('crc32');
  /** @param {Uint8Array} bytes */
  const crc32 = (bytes) => {
    const checksum = newChecksum();
    checksum.update(bytes);
    return checksum.finish();
  };
  const chain = new SignatureChain(SIGV4.algorithm, start.signature, ready.signText);
  return new EventSigner(chain, { region, service }, ready, crc32);
}

/** Signs the messages of one event stream. Each signature covers the previous one. */
export class EventSigner {
  #chain;
  #scope;
  #ready;
  #crc32;
  #ended = false;
  /** @type {Promise<unknown>} */
  #last = Promise.resolve();

  /**
   * @param {SignatureChain} chain
   * @param {{ region: string, service: string }} scope
   * @param {Pick<import('./operations.js').ReadySigner, 'now' | 'hash'>} ready
   * @param {(bytes: Uint8Array) => Uint8Array} crc32
   */
  constructor(chain, scope, ready, crc32) {
    this.#chain = chain;
    this.#scope = scope;
    this.#ready = ready;
    this.#crc32 = crc32;
  }

  /** The last signature, in hex: that of the request until a message is signed. */
  get signature() {
    return this.#chain.signature;
  }

  /**
   * Signs a message. Messages are signed in the order of the calls, whether these are awaited or not.
   *
   * @param {Uint8Array} message  encoded: with its headers and checksums
   * @param {Date} [date]  default: now; cut to the second
   * @returns {Promise<Uint8Array<ArrayBuffer>>} the frame to send
   * @throws {SigV4Error}
   */
  async sign(message, date) {
    return this.#enqueue(message, date);
  }

  /**
   * Signs the empty message that ends the stream. After it, nothing can be signed.
   *
   * @param {Date} [date]
   * @returns {Promise<Uint8Array<ArrayBuffer>>} the frame to send
   * @throws {SigV4Error}
   */
  async end(date) {
    const frame = this.#enqueue(new Uint8Array(0), date);
    this.#ended = true;
    return frame;
  }

  /**
   * @param {unknown} message
   * @param {Date | undefined} date
   */
  #enqueue(message, date) {
    if (!ArrayBuffer.isView(message)) {
      throw new SigV4Error('ERR_SIGV4_BODY_UNSUPPORTED', 'a message of an event stream must be a Uint8Array');
    }
    if (this.#ended) {
      throw new SigV4Error('ERR_SIGV4_BODY_USED', 'the event stream was ended: open a new one to send more');
    }
    const at = date === undefined ? this.#ready.now() : epochMillis(date);
    const amzDate = amzDateOf(at);
    // A copy: the message may change while this waits its turn.
    const frame = frameOf(chunkBytes(message, unsupportedChunk), Math.floor(at / 1000));
    const signed = this.#last.then(() => this.#sign(frame, amzDate));
    this.#last = signed.catch(() => {});
    return signed;
  }

  /**
   * @param {Uint8Array<ArrayBuffer>} frame
   * @param {string} amzDate
   */
  async #sign(frame, amzDate) {
    const scope = { date: amzDate.slice(0, 8), ...this.#scope };
    const end = frame.length - CRC_BYTES;
    const hashes = [
      await this.#ready.hash(frame.subarray(PRELUDE_BYTES, PRELUDE_BYTES + DATE_HEADER_BYTES)),
      await this.#ready.hash(frame.subarray(PRELUDE_BYTES + HEADERS_BYTES, end)),
    ];
    const signature = await this.#chain.next('PAYLOAD', amzDate, scope, ...hashes);
    const at = PRELUDE_BYTES + HEADERS_BYTES - SIGNATURE_BYTES;
    for (let i = 0; i < SIGNATURE_BYTES; i++) frame[at + i] = parseInt(signature.slice(2 * i, 2 * i + 2), 16);
    frame.set(this.#crc32(frame.subarray(0, PRELUDE_BYTES - CRC_BYTES)), PRELUDE_BYTES - CRC_BYTES);
    frame.set(this.#crc32(frame.subarray(0, end)), end);
    return frame;
  }
}

/**
 * A frame without its signature and its checksums: the lengths of the whole and of the headers, a checksum of
 * these; the headers, each with the length of its name, name, type and value; the message; a checksum of it all.
 *
 * @param {Uint8Array} message
 * @param {number} seconds  since 1970
 */
function frameOf(message, seconds) {
  const frame = new Uint8Array(PRELUDE_BYTES + HEADERS_BYTES + message.length + CRC_BYTES);
  const view = new DataView(frame.buffer);
  view.setUint32(0, frame.length);
  view.setUint32(4, HEADERS_BYTES);
  let at = PRELUDE_BYTES;
  /**
   * @param {string} name
   * @param {number} type
   */
  const header = (name, type) => {
    frame[at] = name.length;
    encoder.encodeInto(name, frame.subarray(at + 1));
    at += 1 + name.length;
    frame[at++] = type;
  };
  header(':date', TIMESTAMP);
  view.setBigInt64(at, BigInt(seconds) * 1000n);
  at += 8;
  header(':chunk-signature', BYTES);
  view.setUint16(at, SIGNATURE_BYTES);
  frame.set(message, PRELUDE_BYTES + HEADERS_BYTES);
  return frame;
}

/** @param {string} message */
function optionInvalid(message) {
  return new SigV4Error('ERR_SIGV4_OPTION_INVALID', message);
}

/**
 * @param {import('../engine/errors.js').SigV4ErrorCode} code
 * @param {string} name
 */
function required(code, name) {
  return new SigV4Error(
    code,
    `cannot infer the ${name} from a signature alone: pass the option ${name}, or the signed request`,
  );
}

const encoder = /* @__PURE__ */ new TextEncoder();
const TIMESTAMP = 8;
const BYTES = 6;
const CRC_BYTES = 4;
const PRELUDE_BYTES = 12;
const SIGNATURE_BYTES = 32;
const DATE_HEADER_BYTES = 1 + ':date'.length + 1 + 8;
const HEADERS_BYTES = DATE_HEADER_BYTES + 1 + ':chunk-signature'.length + 1 + 2 + SIGNATURE_BYTES;
