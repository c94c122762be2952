// The error of a redirect that is not followed.

import { SigV4Error } from '../../engine/errors.js';

/**
 * The error for a redirect that cannot be signed again: the old signature is not valid for the new URL.
 *
 * @param {string} from  a URL
 * @param {string} to  a URL, or a description
 * @param {string} instead  what else the caller can do
 * @param {unknown} [cause]
 */
export function redirectError(from, to, instead, cause) {
  return new SigV4Error(
    'ERR_SIGV4_URL_INVALID',
    `the server redirected the signed request from ${withoutQuery(from)} to ${withoutQuery(to)}, where its ` +
      `signature is not valid: request that URL directly, or ${instead}`,
    { cause },
  );
}

/**
 * Without what may be secret: a redirect often goes to a presigned URL.
 *
 * @param {string} url
 * @returns {string}
 */
function withoutQuery(url) {
  return url.split(/[?#]/)[0];
}
