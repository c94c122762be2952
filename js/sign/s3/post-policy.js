// Checks the conditions of a POST policy: their form, and that the form can satisfy them.
//
// Source: "POST policy", section "Conditions", Amazon S3 API reference.

import { SigV4Error } from '../../engine/errors.js';

/**
 * A condition of the policy: `{ acl: 'private' }`, `['starts-with', '$Content-Type', 'image/']` or
 * `['content-length-range', 0, 1048576]`.
 * @typedef {Record<string, string> | readonly ['eq' | 'starts-with', string, string] | readonly ['content-length-range', number, number]} PostCondition
 *
 * The requirement of a condition for a field. S3 ignores the case of a field's name.
 * @typedef {{ operator: string, name: string, value: string, where: string }} Demand
 */

/** The placeholder for the name of the file. */
export const FILENAME = '${filename}';

/**
 * @param {unknown} conditions
 * @param {Record<string, string>} form  the fields of the form
 * @throws {SigV4Error} `ERR_SIGV4_OPTION_INVALID`
 */
export function checkConditions(conditions, form) {
  if (!Array.isArray(conditions)) throw optionInvalid('the option conditions must be an array');
  /** Exact values that conditions require. @type {Map<string, string>} */
  const exact = new Map();
  for (const [name, value] of Object.entries(form)) exact.set(name.toLowerCase(), value);
  let [longestMinimum, shortestMaximum] = [0, Infinity];
  /** @type {Demand[]} */
  const demands = [];
  for (const [i, condition] of conditions.entries()) {
    const where = `conditions[${i}]`;
    if (Array.isArray(condition) && condition[0] === 'content-length-range') {
      const [minimum, maximum] = lengthRange(condition, where);
      longestMinimum = Math.max(longestMinimum, minimum);
      shortestMaximum = Math.min(shortestMaximum, maximum);
      if (longestMinimum > shortestMaximum)
        throw optionInvalid(`${where} contradicts another condition: no length satisfies both`);
    } else {
      demands.push(Array.isArray(condition) ? operation(condition, where) : equality(condition, where));
    }
  }
  for (const { operator, name, value } of demands) {
    if (operator === 'eq' && !exact.has(name)) exact.set(name, value);
  }
  for (const demand of demands) {
    const value = exact.get(demand.name);
    if (value !== undefined && !allows(demand, value)) {
      throw optionInvalid(
        `${demand.where} contradicts the field ${demand.name}, which must be ${JSON.stringify(value)}: no form can satisfy both`,
      );
    }
  }
}

/**
 * Refuses values that JSON, and so a policy, cannot contain.
 *
 * @param {string} text
 * @param {string} where
 */
export function checkText(text, where) {
  if (!/\p{Surrogate}/u.test(text)) return;
  throw optionInvalid(`${where} contains half of a surrogate pair, which UTF-8 cannot carry: remove it`);
}

/**
 * @param {Demand} demand
 * @param {string} field  its value, in which the name of the file may be open
 */
function allows({ operator, value }, field) {
  const openAt = field.indexOf(FILENAME);
  const known = openAt === -1 ? field : field.slice(0, openAt);
  if (known.startsWith(value) && (operator === 'starts-with' || value === field)) return true;
  return openAt !== -1 && value.startsWith(known);
}

/**
 * @param {readonly unknown[]} condition
 * @param {string} where
 * @returns {[number, number]}
 */
function lengthRange([, minimum, maximum, ...rest], where) {
  const isLength = (/** @type {unknown} */ value) => Number.isSafeInteger(value) && Number(value) >= 0;
  if (rest.length === 0 && isLength(minimum) && isLength(maximum) && Number(minimum) <= Number(maximum)) {
    return [Number(minimum), Number(maximum)];
  }
  throw optionInvalid(
    `${where} must be ['content-length-range', minimum, maximum], in bytes, the minimum not above the maximum`,
  );
}

/**
 * @param {readonly unknown[]} condition
 * @param {string} where
 * @returns {Demand}
 */
function operation([operator, field, value, ...rest], where) {
  if (operator !== 'eq' && operator !== 'starts-with') {
    throw optionInvalid(
      `${where} has the operator ${typeof operator === 'string' ? JSON.stringify(operator) : typeof operator}: those of POST policies are eq, ` +
        'starts-with, content-length-range',
    );
  }
  if (rest.length > 0 || typeof field !== 'string' || typeof value !== 'string' || !/^\$./s.test(field)) {
    throw optionInvalid(`${where} must be ['${operator}', '$field', 'value'], with the dollar sign`);
  }
  checkText(field, where);
  checkText(value, where);
  return { operator, name: field.slice(1).toLowerCase(), value, where };
}

/**
 * @param {unknown} condition
 * @param {string} where
 * @returns {Demand}
 */
function equality(condition, where) {
  const entries = typeof condition === 'object' && condition !== null ? Object.entries(condition) : [];
  const [[name, value] = []] = entries;
  if (entries.length !== 1 || !name || typeof value !== 'string') {
    throw optionInvalid(`${where} must be an array, or an object with one field: { acl: 'private' }`);
  }
  checkText(name, where);
  checkText(value, where);
  return { operator: 'eq', name: name.toLowerCase(), value, where };
}

/** @param {string} message */
export function optionInvalid(message) {
  return new SigV4Error('ERR_SIGV4_OPTION_INVALID', message);
}
