// Learns the server's time from a response, and recognizes expired credentials. Loaded with the first refusal.

import { provesClock, serverClockOffset } from '../../protocol/clock-skew.js';
import { blamesToken } from '../../protocol/expired-token.js';

/** How many origins are remembered. Beyond that, the least recently used ones are forgotten. */
const MAX_ORIGINS = 100;

/**
 * The clocks of servers, the last used last. Each origin has its own: the time of one server is not used for another.
 *
 * @typedef {Map<string, { offset: number, isProved: boolean }>} Clocks  offsets in milliseconds
 */

/**
 * Learns from the response to an attempt.
 *
 * @param {import('./client-signer.js').ClientSigner} client
 * @param {import('./exchange.js').Attempt} attempt
 * @param {import('../../protocol/clock-skew.js').ServerResponse} answer
 * @param {boolean} canRepeat  whether the body is still there
 * @param {number} now  when it arrived
 * @returns {boolean | Promise<boolean>} whether to sign and send again; `true` at most once
 */
export function isSentAgain({ clocks, correctsClock, credentials }, attempt, answer, canRepeat, now) {
  const { origin } = attempt;
  if (correctsClock) judge(clocks, origin, attempt.offset, answer);
  const offset = correctsClock ? serverClockOffset(answer, now, attempt.offset) : undefined;
  if (offset !== undefined) {
    if (attempt.isRepeated) return false;
    // For the next request, which may confirm it: the refused request cannot be sent again.
    if (!canRepeat) remember(clocks, origin, { offset, isProved: false });
    attempt.trial = offset;
    return (attempt.isRepeated = canRepeat);
  }
  if (!blamesToken(answer)) return false;
  const renewal = credentials.renew(attempt.version);
  if (attempt.isRepeated || !canRepeat) return false;
  return renewal.then((isRenewed) => (attempt.isRepeated = isRenewed));
}

/**
 * Keeps an offset that a response confirms, and forgets a suspected one that it does not confirm.
 *
 * @param {Clocks} clocks
 * @param {string} origin
 * @param {number} offset  that the request was signed with
 * @param {import('../../protocol/clock-skew.js').ServerResponse} answer
 */
function judge(clocks, origin, offset, answer) {
  const known = clocks.get(origin);
  if (known === undefined && offset === 0) return;
  if (provesClock(answer)) remember(clocks, origin, { offset, isProved: true });
  else if (known?.offset === offset && !known.isProved) clocks.delete(origin);
}

/**
 * @param {Clocks} clocks
 * @param {string} origin
 * @param {{ offset: number, isProved: boolean }} clock
 */
function remember(clocks, origin, clock) {
  clocks.delete(origin);
  clocks.set(origin, clock);
  for (const oldest of clocks.keys()) {
    if (clocks.size <= MAX_ORIGINS) return;
    clocks.delete(oldest);
  }
}
