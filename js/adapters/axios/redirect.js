// Redirects of a signed request. A signature is valid for one URL and one method, so an adapter that follows a redirect must sign
// again, or report that it cannot.
//
// - The http adapter follows redirects in Node.js and calls `beforeRedirect`: signed again for the same origin; for any other
//   origin, the signature's headers are removed.
// - fetch has a setting not to follow redirects, which leads to the error below.
// - XMLHttpRequest always follows, with the old signature. If that is refused, the error says why.
//
// Loaded on use: in Node.js with the first request, because `beforeRedirect` is synchronous.

import { REPLACED_HEADERS } from '../../engine/generated/headers.js';
import { flatten } from '../shared/spelling.js';
import { isStale } from '../shared/client-signer.js';
import { isRedirect } from '../shared/status.js';
import { redirectError } from '../shared/redirect-error.js';

/**
 * The `beforeRedirect` of a signed request.
 *
 * @param {object} hop
 * @param {import('../shared/exchange.js').Exchange} hop.exchange  has signed before, so it can sign synchronously
 * @param {import('./outgoing-request.js').PreparedRequest['request']} hop.request  the request that is redirected
 * @param {((options: any, ...details: any[]) => void) | undefined} hop.callers  the caller's own `beforeRedirect`
 * @param {(error: unknown) => void} hop.onError  gets what was thrown, because axios wraps it twice
 * @returns {(options: any, ...details: any[]) => void}
 */
export function beforeRedirect({ exchange, request, callers, onError }) {
  return (options, ...details) => {
    callers?.(options, ...details);
    for (const [name, value] of Object.entries(options.headers)) {
      if (isStale(name, value)) delete options.headers[name];
    }

    const target = new URL(options.href);
    try {
      if (!exchange.signs(target)) return;
      const signed = exchange.signSync({
        method: options.method,
        url: target.href,
        headers: flatten(options.headers),
        // Where a POST becomes a GET, its body is gone.
        body: options.method === request.method ? request.body : undefined,
      });
      for (const name of [...REPLACED_HEADERS, 'host']) {
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
 * The error for a response that is a redirect which could not be signed again, or that came after one.
 *
 * @param {any} response  axios' response
 * @param {string} url  the URL that was signed
 * @param {unknown} cause
 * @returns {Error | undefined}
 */
export function refusedRedirect(response, url, cause) {
  const location = response.headers?.location;
  const followedTo = response.request?.responseURL; // of an XMLHttpRequest
  // Browsers hide a redirect that fetch did not follow: no status, no headers.
  const hidden = response.status === 0;
  const notFollowed = isRedirect(response.status) && location;
  const refused = response.status === 403 && followedTo && followedTo !== url;
  if (!hidden && !notFollowed && !refused) return undefined;

  const to = refused ? followedTo : notFollowed ? location : 'another URL';
  const instead =
    Number(response.config?.httpVersion) === 2
      ? 'leave out httpVersion: 2, because axios follows no redirects over HTTP/2'
      : "use axios' http adapter, whose redirects are signed again";
  return redirectError(url, to, instead, cause);
}
