// The context of a request: the values of condition keys.

import { SigV4Error } from '../engine/errors.js';

/**
 * @typedef {string | number | boolean | Date} ContextValue
 * @typedef {Record<string, ContextValue | readonly ContextValue[] | undefined>} RequestContext  condition keys, whose case
 *   does not matter, and their values; a list is a key with several values
 */

/**
 * @param {RequestContext} context
 * @returns {string[]} of each key: the key, how many values it has, and these
 * @throws {SigV4Error} ERR_SIGV4_OPTION_INVALID
 */
export function readContext(context) {
  const fields = [];
  for (const key of Object.keys(context)) {
    const value = context[key];
    if (value === undefined) continue;
    if (Array.isArray(value)) {
      fields.push(key, String(value.length));
      for (const one of value) fields.push(textOf(one, key));
    } else {
      fields.push(key, '1', textOf(value, key));
    }
  }
  return fields;
}

/**
 * @param {unknown} value
 * @param {string} key
 */
function textOf(value, key) {
  if (typeof value === 'string') return value;
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  if (typeof value === 'boolean' || Number.isFinite(value)) return String(value);
  throw new SigV4Error(
    'ERR_SIGV4_OPTION_INVALID',
    `context['${key}'] must be a string, number, boolean or Date, or a list of those: leave it out if there is none`,
  );
}
