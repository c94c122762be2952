// The headers of a response for the client. Addresses of the upstream become addresses of the proxy.

import { endToEnd, HOP_BY_HOP } from '../gateway/integration.js';

/**
 * @param {string[]} rawHeaders  of the upstream
 * @param {object} options
 * @param {import('./upstreams.js').Target} options.target
 * @param {import('./upstreams.js').Upstreams} options.upstreams
 * @param {((exposed: string[]) => [string, string][]) | undefined} options.cors  for a page of an allowed origin
 * @returns {string[]} name, value, name, value
 */
export function responseHeaders(rawHeaders, { target, upstreams, cors }) {
  const kept = endToEnd(rawHeaders, HOP_BY_HOP);
  /** @type {string[]} */
  const result = [];
  /** @type {string[]} */
  const names = [];
  for (const [name, value] of kept) {
    const key = name.toLowerCase();
    if (cors !== undefined) {
      if (key.startsWith('access-control-')) continue;
      names.push(key);
    }
    if (key === 'location' || key === 'content-location')
      result.push(name, upstreams.clientUrl(value, target) ?? value);
    else if (key === 'set-cookie') result.push(name, asOwnCookie(value));
    else result.push(name, value);
  }
  if (cors !== undefined) result.push(...cors([...new Set(names)]).flat());
  return result;
}

/**
 * Changes a cookie of the upstream so that the browser keeps it for the proxy: without the domain of the upstream, and over plain
 * HTTP. Names with a prefix require `Secure`, which browsers accept from loopback addresses.
 *
 * @param {string} cookie
 */
function asOwnCookie(cookie) {
  const demandsSecure = /^__(?:Secure|Host)-/i.test(cookie);
  return cookie
    .split(';')
    .filter((part, i) => i === 0 || !/^\s*domain\s*=/i.test(part))
    .filter((part, i) => i === 0 || demandsSecure || !/^\s*(?:secure|samesite\s*=\s*none)\s*$/i.test(part))
    .join(';');
}
