// The names of all options. One that is not among them is a mistake, such as `lenght`, and would be without effect.

import { SigV4Error } from './errors.js';

export const SIGNER_OPTIONS = new Set([
  'credentials',
  'region',
  'service',
  'host',
  'signedHeaders',
  'payload',
  'contentSha256Header',
  'sessionTokenMode',
  'pathEncoding',
  'headerPlacement',
  'date',
]);
/** Besides, where a URL is presigned. */
export const PRESIGN_OPTIONS = new Set(['expiresIn', 'onEarlyExpiry']);

/** @type {ReadonlySet<string>} */
const NONE = new Set();

/**
 * @param {object | undefined} options
 * @param {ReadonlySet<string>} known
 * @param {ReadonlySet<string>} [also]  known here, too
 * @throws {SigV4Error} `ERR_SIGV4_OPTION_INVALID`
 */
export function checkNames(options, known, also = NONE) {
  for (const name in options)
    if (!known.has(name) && !also.has(name)) throw unknown(name, [...known, ...also]);
}

/**
 * @param {string} name
 * @param {string[]} known
 */
function unknown(name, known) {
  const [[distance, closest]] = known
    .map((one) => /** @type {const} */ ([distanceOf(name.toLowerCase(), one.toLowerCase()), one]))
    .sort(([a], [b]) => a - b);
  const help = distance < 3 ? `did you mean ${closest}?` : `the options are ${known.join(', ')}`;
  return new SigV4Error('ERR_SIGV4_OPTION_INVALID', `there is no option ${JSON.stringify(name)}: ${help}`);
}

/**
 * How many letters are wrong, missing, extra, or swapped with the next (optimal string alignment).
 *
 * @param {string} a
 * @param {string} b
 */
function distanceOf(a, b) {
  /** @type {number[][]} */
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = (rows[i] = [i]);
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      row[j] = Math.min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (isSame ? 0 : 1));
      const isSwapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwapped) row[j] = Math.min(row[j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows[a.length][b.length];
}
