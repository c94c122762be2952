// How long a signature is valid.
//
// Source: "Troubleshoot Signature Version 4 signing", IAM user guide: five minutes; presigned URLs: X-Amz-Expires.

import { isoOf } from './dates.js';

/**
 * @param {{ amzDate: string, expiresIn?: number }} signed
 * @param {number} now  in milliseconds
 * @returns {{ state: 'valid' | 'expired' | 'future', signedAt: number, until: number }}
 */
export function validityOf({ amzDate, expiresIn }, now) {
  const signedAt = Date.parse(isoOf(amzDate));
  const until = signedAt + (expiresIn ?? FIVE_MINUTES) * 1000;
  const state = now > until ? 'expired' : signedAt - now > FIVE_MINUTES * 1000 ? 'future' : 'valid';
  return { state, signedAt, until };
}

/** @param {number} time @returns {string} to the second, in UTC */
export function utc(time) {
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** @param {number} milliseconds @returns {string} roughly, such as `11 years` */
export function roughly(milliseconds) {
  const seconds = Math.abs(milliseconds) / 1000;
  const [size, name] = UNITS.find(([size]) => seconds >= size) ?? [1, 'second'];
  const count = Math.max(1, Math.floor(seconds / size));
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

/** @type {[number, string][]} */
const UNITS = [
  ...[
    [31_557_600, 'year'],
    [2_629_800, 'month'],
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
  ],
].map(([size, name]) => [Number(size), String(name)]);

const FIVE_MINUTES = 300;
