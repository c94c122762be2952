// Errors of policies: which field, and what to do.

import { SigV4Error } from '../engine/errors.js';

/**
 * @param {string} where  such as `the policy, Statement[1].Effect`
 * @param {string} problem  what is wrong, and what to do
 */
export function invalid(where, problem) {
  return new SigV4Error('ERR_SIGV4_POLICY_INVALID', `${where} ${problem}`);
}

/** @param {unknown} value */
function textOf(value) {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return `a value of type ${typeof value}`; // a bigint, a circle
  }
}

/**
 * @param {unknown} value  of a policy
 * @returns {string} for a message: on one line, and not too long for it
 */
export function show(value) {
  const text = textOf(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
