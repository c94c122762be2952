// Reads the bodies of requests, and limits how many of their bytes are in memory at the same time.

import { GatewayError } from './gateway-error.js';

/** Limit for all bodies that are being read. Beyond it, only the oldest large bodies are read further; the others wait. */
const MAX_TOTAL_BYTES = 64 * 1024 * 1024;
/** A body up to this size never waits. */
const SMALL_BYTES = 64 * 1024;
/** How often bodies are checked for stalls while others wait, and after how many checks without a byte one is refused. */
const LOOK_MS = 1000;
const STALLED_LOOKS = 3;
/** How many chunks are collected before they are joined: each takes about 400 bytes besides its content, which may be one byte. */
const MAX_CHUNKS = 256;

/** A body that is being read. */
class Reading {
  length = 0;
  /** Checks since the last byte. Milliseconds would be wrong: while this process is busy, it reads nothing, but no client stalls. */
  looks = 0;
  /** @type {Buffer[]} */
  #joined = [];
  /** @type {Buffer[]} */
  #chunks = [];

  /**
   * @param {import('node:http').IncomingMessage} incoming
   * @param {(failure: Error) => void} giveUp
   */
  constructor(incoming, giveUp) {
    this.incoming = incoming;
    this.giveUp = giveUp;
  }

  /** @param {Buffer} chunk */
  add(chunk) {
    this.looks = 0;
    this.length += chunk.length;
    this.#chunks.push(chunk);
    if (this.#chunks.length < MAX_CHUNKS) return;
    this.#joined.push(Buffer.concat(this.#chunks));
    this.#chunks = [];
  }

  body() {
    return Buffer.concat([...this.#joined, ...this.#chunks], this.length);
  }

  clear() {
    this.#joined = [];
    this.#chunks = [];
  }

  goOn() {
    if (!this.incoming.isPaused()) return;
    this.looks = 0;
    this.incoming.resume();
  }
}

export class Bodies {
  #maxBytes;
  #total = 0;
  /** Oldest first. @type {Set<Reading>} */
  #open = new Set();
  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  /** @param {() => number} maxBytes  the limit for one body */
  constructor(maxBytes) {
    this.#maxBytes = maxBytes;
  }

  /**
   * @param {import('node:http').IncomingMessage} incoming
   * @returns {Promise<Buffer>}
   * @throws {GatewayError} ERR_GATEWAY_BODY, ERR_GATEWAY_SLOW. The rest of the body is still read, so that the client receives the response
   */
  read(incoming) {
    const { headers } = incoming;
    const declared = headers['content-length'];
    if (headers['transfer-encoding'] === undefined && (declared === undefined || declared === '0')) {
      incoming.resume();
      return Promise.resolve(EMPTY);
    }
    return new Promise((resolve, reject) => {
      const reading = new Reading(incoming, (failure) => {
        this.#forget(reading);
        reject(failure);
      });
      this.#open.add(reading);
      incoming.on('data', (chunk) => this.#take(reading, chunk));
      incoming.on('end', () => {
        const body = reading.body();
        this.#forget(reading);
        resolve(body);
      });
      incoming.on('error', reading.giveUp);
      incoming.on('close', () => reading.giveUp(new Error('the client disconnected')));
    });
  }

  /**
   * @param {Reading} reading
   * @param {Buffer} chunk
   */
  #take(reading, chunk) {
    // The rest of a body that was refused.
    if (!this.#open.has(reading)) return;
    reading.add(chunk);
    this.#total += chunk.length;
    const maxBytes = this.#maxBytes();
    if (reading.length > maxBytes) {
      reading.giveUp(new GatewayError('ERR_GATEWAY_BODY', `The body has more than ${maxBytes} bytes.`));
    } else if (this.#total > MAX_TOTAL_BYTES) {
      this.#balance();
    }
  }

  /** @param {Reading} reading */
  #forget(reading) {
    if (!this.#open.delete(reading)) return;
    this.#total -= reading.length;
    reading.clear();
    reading.incoming.resume();
    // There may now be room for bodies that wait.
    if (this.#timer !== undefined) this.#balance();
  }

  #balance() {
    const isFull = this.#total > MAX_TOTAL_BYTES;
    if (isFull) this.#timer ??= setInterval(() => this.#look(), LOOK_MS).unref();
    else this.#stopLooking();
    let places = isFull ? Math.max(1, Math.floor(MAX_TOTAL_BYTES / this.#maxBytes())) : Infinity;
    for (const reading of this.#open) {
      if (reading.length <= SMALL_BYTES) continue;
      if (places > 0) reading.goOn();
      else reading.incoming.pause();
      places -= 1;
    }
  }

  #stopLooking() {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look() {
    for (const reading of this.#open) {
      if (reading.length <= SMALL_BYTES || reading.incoming.isPaused()) continue;
      reading.looks += 1;
      if (reading.looks < STALLED_LOOKS) continue;
      const why = 'The client stopped sending its body while other requests waited for memory.';
      reading.giveUp(new GatewayError('ERR_GATEWAY_SLOW', why));
    }
  }
}

const EMPTY = Buffer.alloc(0);
