// Tokens that are compared with what a client sent.

import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * In a time that does not depend on where they differ.
 *
 * @param {string} given
 * @param {string} expected
 */
export function isSameSecret(given, expected) {
  return timingSafeEqual(digest(given), digest(expected));
}

/** @param {string} text */
function digest(text) {
  return createHash('sha256').update(text).digest();
}
