// The names of all options. One that is not among them is a mistake, such as `lenght`, and would be without effect.

import { SigV4Error } from '../engine/errors.js';

export const SIGNER_OPTIONS = new Set([
  'credentials',
  'region',
  'service',
  'host',
  'signedHeaders',
  'unsignableHeaders',
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
  const [closest] = [...known].sort((a, b) => lettersApart(name, a) - lettersApart(name, b));
  const isNear = lettersApart(name, closest) < 3;
  return new SigV4Error(
    'ERR_SIGV4_OPTION_INVALID',
    `there is no option "${name}": ${isNear ? `did you mean ${closest}?` : `the options are ${known.join(', ')}`}`,
  );
}

/**
 * How many letters one of two names has and the other has not, in any case and order; of equally many, the length decides. Not
 * an edit distance, which would take three times the code for the same names.
 *
 * @param {string} a
 * @param {string} b
 */
function lettersApart(a, b) {
  const letters = [a, b].map((name) => new Set(name.toLowerCase()));
  const apart = letters.flatMap((one, i) => [...one].filter((letter) => !letters[1 - i].has(letter)));
  return apart.length + Math.abs(a.length - b.length) / 99;
}
