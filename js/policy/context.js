// What is known of a request: the values of condition keys.

import { SigV4Error } from '../engine/errors.js';

/**
 * @typedef {string | number | boolean | Date} ContextValue
 * @typedef {Record<string, ContextValue | readonly ContextValue[] | undefined>} RequestContext  condition keys, whose case
 *   does not matter, and their values; a list is a key with several values
 * @typedef {Map<string, string[]>} Context  lower-case names
 */

/**
 * @param {RequestContext} context
 * @returns {Context}
 * @throws {SigV4Error} ERR_SIGV4_OPTION_INVALID
 */
export function readContext(context) {
  /** @type {Context} */
  const read = new Map();
  for (const [key, value] of Object.entries(context)) {
    if (value === undefined) continue;
    const values = Array.isArray(value) ? value : [value];
    read.set(
      key.toLowerCase(),
      values.map((one) => textOf(one, key)),
    );
  }
  return read;
}

/**
 * @param {unknown} value
 * @param {string} key
 */
function textOf(value, key) {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  if (typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) return String(value);
  throw new SigV4Error(
    'ERR_SIGV4_OPTION_INVALID',
    `context['${key}'] must be a string, number, boolean or Date, or a list of those: leave it out if there is none`,
  );
}
