// Errors of HTTP clients contain the request, with its signature and session token. This file hides both when an error is printed
// or logged: by `console.log`, or by loggers that write the enumerable properties.

import { SESSION_TOKEN_HEADERS } from '../../engine/generated/headers.js';

/**
 * Leaves a property readable by its name, but hides it from loops and loggers.
 *
 * @param {any} target
 * @param {string} name
 */
export function hide(target, name) {
  if (typeof target !== 'object' || target === null || !Object.hasOwn(target, name)) return;
  const { configurable } = /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(target, name));
  if (configurable) Object.defineProperty(target, name, { enumerable: false });
}

/**
 * Without the session token and the signature in a URL.
 *
 * @param {string} text
 */
export function withoutSecrets(text) {
  const names = ['X-Amz-Signature', ...SESSION_TOKEN_HEADERS].join('|');
  return text.replace(new RegExp(`((?:${names})=)[^&\\s'"]+`, 'gi'), '$1<redacted>');
}
