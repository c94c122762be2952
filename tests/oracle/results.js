// The session token, hidden.

import { escapeUri, wellFormed } from './escape.js';

/**
 * @param {string} canonicalRequest
 * @param {string} token  or nothing
 * @returns {string} to be shown
 */
export function withoutToken(canonicalRequest, token) {
  if (token === '') return canonicalRequest;
  const redacted = canonicalRequest.replace(
    TOKEN,
    (_, header = '', parameter = '') => `${header}${parameter}${REDACTED}`,
  );
  // A short one, which AWS issues none of, would be found in words.
  if (token.length < 16) return redacted;
  return redacted.replaceAll(token, REDACTED).replaceAll(escapeUri(wellFormed(token)), REDACTED);
}

const REDACTED = '<session token>';
const TOKEN =
  /^(x-amz-(?:security|s3session)-token:).+|(?<=[?&\n])(X-Amz-(?:Security|S3session)-Token=)[^&\n]*/gim;
