// Remembers requests for as long as their signatures are accepted, so that each is accepted only once.

import { SigV4Error } from '../engine/errors.js';
import { checkNames } from '../protocol/option-names.js';
import { isDate } from './options.js';
import { Refusal } from '../protocol/verification-error.js';

/** Of {@link ReplayCache}. */
const OPTIONS = new Set(['maxEntries', 'now']);

/**
 * Recognizes requests that are sent again. It works in the memory of one process: if several processes serve the same API, keep
 * `replayId` until `acceptableUntil` in a store that they share.
 *
 * @example
 * const replays = new ReplayCache();
 * const verified = await verifyRequest(request, options);
 * if (!replays.admit(verified)) return new Response('sent before', { status: 403 });
 */
export class ReplayCache {
  /** @type {Map<string, number>} */
  #untilById = new Map();
  /**
   * A binary heap: what can be forgotten first is at the start.
   *
   * @type {{ id: string, until: number }[]}
   */
  #heap = [];
  /** Requests whose signatures were no longer accepted at this time may have been forgotten. */
  #forgottenBefore = 0;
  #maxEntries;
  #now;

  /**
   * @param {object} [options]
   * @param {number} [options.maxEntries]  the maximum number of requests that it remembers, at about 200 bytes each; default 100000
   * @param {Date | (() => Date)} [options.now]  default: the clock. It should be that of the verifier
   * @throws {SigV4Error} `ERR_SIGV4_OPTION_INVALID`
   */
  constructor(options) {
    checkNames(options, OPTIONS);
    const { maxEntries = 100_000, now = () => new Date() } = options ?? {};
    if (!Number.isSafeInteger(maxEntries) || maxEntries < 1) {
      throw invalid('the option maxEntries must be a whole number, 1 or more');
    }
    if (typeof now !== 'function' && !isDate(now)) {
      throw invalid('the option now must be a Date, or a function that returns one');
    }
    this.#maxEntries = maxEntries;
    this.#now = now;
  }

  /** How many requests it remembers. */
  get size() {
    return this.#heap.length;
  }

  /**
   * @param {Pick<import('./verify-request.js').VerifiedRequest, 'replayId' | 'acceptableUntil'>} verified  what `verifyRequest`
   *   returned
   * @returns {boolean} `true` for a request that was not admitted before; `false` for one that was, or may have been, because its
   *   signature is no longer accepted
   * @throws {SigV4Error} `ERR_SIGV4_REPLAY_CACHE_FULL`: it remembers `maxEntries` requests whose signatures are still accepted.
   *   `ERR_SIGV4_OPTION_INVALID`: the argument is not an outcome of `verifyRequest`
   */
  admit(verified) {
    const { replayId: id, acceptableUntil } = verified ?? {};
    if (typeof id !== 'string' || !isDate(acceptableUntil)) {
      throw invalid('admit takes what verifyRequest returned');
    }
    const until = acceptableUntil.getTime();
    if (this.#untilById.has(id) || until < this.#forgottenBefore) return false;
    if (this.size >= this.#maxEntries) this.#forget();
    if (this.size >= this.#maxEntries) {
      throw new Refusal(
        'ERR_SIGV4_REPLAY_CACHE_FULL',
        `the cache holds ${this.#maxEntries} requests whose signatures are still accepted: pass a larger maxEntries, or ` +
          'a smaller maxSkewSeconds to the verifier',
      );
    }
    this.#untilById.set(id, until);
    this.#push({ id, until });
    return true;
  }

  #forget() {
    const now = (typeof this.#now === 'function' ? this.#now() : this.#now).getTime();
    while (this.size > 0 && this.#heap[0].until < now) {
      this.#untilById.delete(this.#pop().id);
      this.#forgottenBefore = Math.max(this.#forgottenBefore, now);
    }
  }

  /** @param {{ id: string, until: number }} entry */
  #push(entry) {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent].until <= entry.until) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = entry;
  }

  #pop() {
    const heap = this.#heap;
    const [first] = heap;
    const last = /** @type {{ id: string, until: number }} */ (heap.pop());
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && heap[child + 1].until < heap[child].until) child++;
      if (heap[child].until >= last.until) break;
      heap[at] = heap[child];
      at = child;
    }
    if (heap.length > 0) heap[at] = last;
    return first;
  }
}

/** @param {string} message */
function invalid(message) {
  return new SigV4Error('ERR_SIGV4_OPTION_INVALID', message);
}
