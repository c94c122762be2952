// Replaces session tokens in texts that are shown. This is a separate file because signing needs it, and redact.js is needed only
// for explanations.

import { SESSION_TOKEN_HEADERS } from '../engine/generated/headers.js';
import { escapeUri, wellFormed } from './percent-encoding.js';

/** Replaces a session token in explanations and in a `SigningTrace`. */
export const REDACTED = '<session token>';

/**
 * @param {string} canonicalRequest
 * @param {string} token  empty without one
 * @returns {string} to be shown
 */
export function withoutToken(canonicalRequest, token) {
  if (token === '') return canonicalRequest;
  const names = SESSION_TOKEN_HEADERS.join('|');
  const redacted = canonicalRequest.replace(
    new RegExp(`^((?:${names}):).+|(?<=[?&\\n])((?:${names})=)[^&\\n]*`, 'gim'),
    (_, header = '', parameter = '') => `${header}${parameter}${REDACTED}`,
  );
  // A short token, which AWS does not issue, would also match words.
  if (token.length < 16) return redacted;
  return redacted.replaceAll(token, REDACTED).replaceAll(escapeUri(wellFormed(token)), REDACTED);
}
