// Redirects of a signed request. A signature is good for one URL and one method, so that what follows a
// redirect must sign again, or say that it cannot.
//
// - The http adapter follows redirects in Node.js and calls `beforeRedirect`: signed again for the same
//   origin; for any other, nothing of ours is passed on.
// - fetch can be told not to follow, which gives the error below.
// - XMLHttpRequest always follows, with the old signature. If that is refused, the error says why.

import { SigV4Error } from '../errors.js';
import { SIGNATURE_HEADERS, flatten } from './axios-headers.js';

/**
 * The `beforeRedirect` of a signed request.
 *
 * @param {object} hop
 * @param {import('../signer.js').Signer} hop.signer  has signed before, so that it can sign synchronously
 * @param {import('./axios-request.js').PreparedRequest['request']} hop.request  the request that is redirected
 * @param {(url: URL) => boolean} hop.match  whether the caller wants a URL signed
 * @param {((options: any, ...details: any[]) => void) | undefined} hop.callers  the caller's own `beforeRedirect`
 * @param {(error: unknown) => void} hop.onError  gets what was thrown, as axios wraps it twice
 * @returns {(options: any, ...details: any[]) => void}
 */
export function beforeRedirect({ signer, request, match, callers, onError }) {
  return (options, ...details) => {
    callers?.(options, ...details);
    for (const name of Object.keys(options.headers)) {
      if (SIGNATURE_HEADERS.includes(name.toLowerCase())) delete options.headers[name];
    }

    const target = new URL(options.href);
    if (target.origin !== new URL(request.url).origin || !match(target)) return;
    try {
      const signed = signer.signSync({
        method: options.method,
        url: target.href,
        headers: flatten(options.headers),
        // Where a POST becomes a GET, its body is gone.
        body: options.method === request.method ? request.body : undefined,
      });
      for (const name of SIGNATURE_HEADERS) {
        if (name in signed.headers) options.headers[name] = signed.headers[name];
      }
      // With a proxy, this is the whole URL.
      const { pathname, search } = new URL(signed.url);
      options.path = options.path.replace(target.pathname + target.search, () => pathname + search);
    } catch (error) {
      onError(error);
      throw error;
    }
  };
}

/**
 * The error for an answer that is, or that came after, a redirect which could not be signed again.
 *
 * @param {any} response  axios' response
 * @param {string} url  the URL that was signed
 * @param {unknown} cause
 * @returns {SigV4Error | undefined}
 */
export function redirectError(response, url, cause) {
  const location = response.headers?.location;
  const followedTo = response.request?.responseURL; // of an XMLHttpRequest
  // Browsers hide a redirect that fetch did not follow: no status, no headers.
  const hidden = response.status === 0;
  const notFollowed = [301, 302, 303, 307, 308].includes(response.status) && location;
  const refused = response.status === 403 && followedTo && followedTo !== url;
  if (!hidden && !notFollowed && !refused) return undefined;

  const to = refused ? followedTo : notFollowed ? location : 'another URL';
  return new SigV4Error(
    'ERR_SIGV4_URL_INVALID',
    `the server redirected the signed request from ${withoutQuery(url)} to ${withoutQuery(to)}, where its ` +
      "signature does not hold: request that URL itself, or use axios' http adapter, whose redirects are signed again",
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
