// Times in the format of Signature Version 4.

import { coreError, SigV4Error } from '../engine/errors.js';
import { DATE_INVALID } from '../engine/generated/errors.js';

/**
 * A time in the format of SigV4: `YYYYMMDDTHHMMSSZ`, truncated to seconds.
 *
 * @param {number} epochMillis
 */
export function amzDateOf(epochMillis) {
  if (epochMillis < 0 || epochMillis > LAST_MILLISECOND) throw coreError(DATE_INVALID, {});
  return new Date(epochMillis).toISOString().replace(/[-:]|\.\d+/g, '');
}

/** The end of the year 9999. */
const LAST_MILLISECOND = 253_402_300_799_999;

/**
 * @param {string} amzDate
 * @returns {number} epoch milliseconds; NaN if it is not a time
 */
export function parseAmzDate(amzDate) {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(amzDate) ?? [];
  const [year, month, day, hour, minute, second] = parts.map(Number);
  const millis = Date.UTC(year, month - 1, day, hour, minute, second);
  // Date.UTC takes February 30 for March 1.
  return millis >= 0 && amzDateOf(millis) === amzDate ? millis : NaN;
}

/**
 * @param {Date | (() => Date) | undefined} date
 * @returns {number} milliseconds since 1970
 */
export function epochMillis(date) {
  const value = typeof date === 'function' ? date() : date;
  const millis = Object.prototype.toString.call(value) === '[object Date]' ? Number(value) : NaN;
  if (Number.isNaN(millis)) {
    throw new SigV4Error('ERR_SIGV4_DATE_INVALID', 'date must be a Date, or a function that returns one');
  }
  return millis;
}
