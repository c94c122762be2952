// The clock that a caller passes.

import { SigV4Error } from './errors.js';

/**
 * @param {SigningOptions['date']} date
 * @returns {number} milliseconds since 1970
 */
export function epochMillis(date) {
  const value = typeof date === 'function' ? date() : date;
  const millis = Object.prototype.toString.call(value) === '[object Date]' ? Number(value) : NaN;
  if (Number.isNaN(millis)) {
    throw new SigV4Error(
      'ERR_SIGV4_DATE_INVALID',
      'date must be a valid Date, or a function that returns one',
    );
  }
  return millis;
}
