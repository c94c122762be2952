// What browsers say of the page that sends a request.

/**
 * Whether a page of another origin asks. Such a page cannot read the answer, but nothing here is for it. Clients other than
 * browsers, and links that a person follows, are no such page.
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
 * @returns {string | undefined} host and port as `Host` has them; none for `null`
 */
function authorityOf(origin) {
  return /^https?:\/\/([^/]+)$/.exec(origin.toLowerCase())?.[1];
}
