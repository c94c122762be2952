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
 * @param {string} origin
 * @returns {string | undefined} host and port, as in `Host`; `undefined` for the origin `null`
 */
function authorityOf(origin) {
  return /^https?:\/\/([^/]+)$/.exec(origin.toLowerCase())?.[1];
}
