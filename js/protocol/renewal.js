// When temporary credentials are renewed: one rule, for signers and for the providers of this package. Its times are those of
// src/providers/renewal.rs. Times are epoch milliseconds.

import { RENEW_AHEAD_MS, RETRY_AFTER_MS } from '../engine/generated/renewal.js';

/**
 * When new credentials are due for renewal: some minutes before they expire; of a shorter life, when half of it is over. Those
 * without expiration are always due, because only their provider knows how long they are valid.
 *
 * @param {number} expiration  Infinity without one
 * @param {number} now
 */
export function renewalAt(expiration, now) {
  return expiration === Infinity ? 0 : Math.max(expiration - RENEW_AHEAD_MS, (now + expiration) / 2);
}

/**
 * When to try again after a failed renewal, for as long as the last credentials are usable.
 *
 * @param {number} expiration
 * @param {number} now
 */
export function retryAt(expiration, now) {
  return Math.min(now + RETRY_AFTER_MS, expiration);
}

/**
 * Whether credentials are known to be still valid, and can be used if their renewal failed. For credentials without expiration,
 * only the provider knows.
 *
 * @template {{ expiration: number }} C
 * @param {C | undefined} credentials
 * @param {number} now
 * @returns {credentials is C}
 */
export function isUsable(credentials, now) {
  return credentials !== undefined && now < credentials.expiration && credentials.expiration < Infinity;
}
