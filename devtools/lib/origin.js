// Finds the page from which a browser sends a request.

/**
 * Whether a page of another origin sent the request. Such a page could not read the response, but the request might still have an
 * effect. Clients other than browsers are allowed, and so are links that a person follows.
 *
 * Source: Fetch standard, "`Origin` header"; Fetch Metadata Request Headers.
 *
 * @param {import('node:http').IncomingHttpHeaders} headers
 * @returns {boolean}
 */
export function isFromOtherOrigin({ host, origin, ...headers }) {
  if (origin !== undefined) return authorityOf(origin) !== host?.toLowerCase();
  const site = headers['sec-fetch-site'];
  const isSame = site === undefined || site === 'same-origin' || site === 'none';
  return !isSame && headers['sec-fetch-mode'] !== 'navigate';
}

/**
 * Whether the request comes from a page of another origin, or from a link on such a page: a click on a link must not cause a request
 * that acts on behalf of the user.
 *
 * @param {import('node:http').IncomingHttpHeaders} headers
 * @param {string} [authority]  host and port that the request is for; default: `Host`
 */
export function isCrossSite({ host, origin, ...headers }, authority = host) {
  if (origin !== undefined && authorityOf(origin) !== authority?.toLowerCase()) return true;
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

/**
 * @param {string} origin
 * @returns {string | undefined} host and port, as in `Host`; `undefined` for the origin `null`
 */
function authorityOf(origin) {
  return /^https?:\/\/([^/]+)$/.exec(origin.toLowerCase())?.[1];
}
