// Masks secrets in output. The signer defines which headers and parameters carry session tokens.

import { SESSION_TOKEN_HEADERS } from 'sigv4-wasm';

/** @param {string} name  of a header */
export function isTokenHeader(name) {
  return TOKEN_HEADERS.has(name.toLowerCase());
}

/**
 * Also hides tokens that are not known.
 *
 * @param {string} text  or a URL
 * @param {string} mask
 */
export function withoutTokens(text, mask) {
  return text.replace(LINE, (_, name) => name + mask).replace(INSIDE, (_, name) => name + mask);
}

/**
 * Hides known secrets, including their form in a query.
 *
 * @param {Iterable<readonly [secret: string, mask: string]>} secrets
 * @returns {(text: string) => string}
 */
export function hiderOf(secrets) {
  const known = Array.from(secrets, ([secret, mask]) => /** @type {const} */ ([formsOf(secret), mask]));
  return (text) => {
    for (const [forms, mask] of known) {
      for (const form of forms) if (text.includes(form)) text = text.replaceAll(form, () => mask);
    }
    return text;
  };
}

/** @param {string} secret */
function formsOf(secret) {
  return new Set([secret, encodeURIComponent(secret)]);
}

const TOKEN_HEADERS = new Set(/** @type {readonly string[]} */ (SESSION_TOKEN_HEADERS));
const NAMES = SESSION_TOKEN_HEADERS.join('|');
/** Matches a header on its own line. */
const LINE = new RegExp(`^((?:${NAMES}): ?).+`, 'gim');
const INSIDE = new RegExp(`((?:${NAMES})(?:=|%3D|:))[^&\\s'"<]+`, 'gi');
