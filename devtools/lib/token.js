// Compares a token with what a client sent.

import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Compares in a time that does not depend on where the texts differ.
 *
 * @param {string} given
 * @param {string} expected
 */
export function isSameSecret(given, expected) {
  return timingSafeEqual(digest(given), digest(expected));
}

/**
 * The same for a token that is compared with many requests.
 *
 * @param {string} expected
 * @returns {(given: string) => boolean}
 */
export function secretMatcher(expected) {
  const wanted = digest(expected);
  return (given) => timingSafeEqual(digest(given), wanted);
}

/** @param {string} text */
function digest(text) {
  return createHash('sha256').update(text).digest();
}
