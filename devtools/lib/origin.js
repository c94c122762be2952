// Which page a browser sends a request from.

/**
 * Whether a page of another origin sent the request. It could not read the response, but is refused anyway. Clients other than
 * browsers and links that a person follows are allowed.
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
 * Whether a page of another origin sent the request, or a link there led to it: a request that does something on behalf of a user
 * must not come from where the user only clicked.
 *
 * @param {import('node:http').IncomingHttpHeaders} headers
 * @param {string} [authority]  host and port that the request is for; default: those in `Host`
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
