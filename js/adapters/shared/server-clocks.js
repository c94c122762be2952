// How far the clocks of servers are ahead of the local one.

import { provesClock } from '../../protocol/clock-skew.js';

/** As many origins as are remembered; of more, those that were used least recently are forgotten. */
const MAX_ORIGINS = 100;

/**
 * Each origin has a clock of its own: what one server says of the time is not believed for another.
 */
export class ServerClocks {
  /** The last used comes last. @type {Map<string, { offset: number, isProved: boolean }>} */
  #clocks = new Map();

  /**
   * @param {string} origin
   * @returns {number} in milliseconds
   */
  offset(origin) {
    return this.#clocks.get(origin)?.offset ?? 0;
  }

  /**
   * For the next request, which proves it or not: the one that was refused cannot be sent again.
   *
   * @param {string} origin
   * @param {number} offset
   */
  suspect(origin, offset) {
    this.#set(origin, { offset, isProved: false });
  }

  /**
   * Keeps an offset that an answer proves, and forgets a suspected one that it does not prove.
   *
   * @param {string} origin
   * @param {number} offset  that the request was signed with
   * @param {import('../../protocol/clock-skew.js').ServerResponse} answer
   */
  judge(origin, offset, answer) {
    const known = this.#clocks.get(origin);
    if (known === undefined && offset === 0) return;
    if (provesClock(answer)) this.#set(origin, { offset, isProved: true });
    else if (known?.offset === offset && !known.isProved) this.#clocks.delete(origin);
  }

  /**
   * @param {string} origin
   * @param {{ offset: number, isProved: boolean }} clock
   */
  #set(origin, clock) {
    this.#clocks.delete(origin);
    this.#clocks.set(origin, clock);
    for (const oldest of this.#clocks.keys()) {
      if (this.#clocks.size <= MAX_ORIGINS) return;
      this.#clocks.delete(oldest);
    }
  }
}
