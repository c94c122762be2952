// The error of a function that fails for any reason.

import { GatewayError } from '../gateway-error.js';

/**
 * @param {string} name
 * @param {string} why  what went wrong, as a clause
 * @param {unknown} [cause]
 */
export function functionError(name, why, cause) {
  return new GatewayError('ERR_GATEWAY_FUNCTION', `The Lambda function ${name} failed: ${why}.`, { cause });
}

/** @param {number} timeoutMs  of the function */
export function lateReason(timeoutMs) {
  return `it took longer than its timeout of ${timeoutMs} ms`;
}

/** @param {import('./functions.js').Thrown} thrown */
export function describe({ errorType, errorMessage }) {
  return `${errorType}: ${errorMessage}`;
}
