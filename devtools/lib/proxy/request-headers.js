// The headers of a request, as the upstream gets them.

import { REPLACED_HEADERS } from 'sigv4-wasm';

import { endToEnd, HOP_BY_HOP } from '../gateway/integration.js';
import { TOKEN_HEADER, withoutOwnCookie } from './token.js';

/** @typedef {[string, string][]} Headers */

/**
 * What the proxy writes itself, or what is between the client and the proxy alone. An old signature is among them.
 *
 * @type {ReadonlySet<string>}
 */
export const NOT_COPIED = new Set([...HOP_BY_HOP, ...REPLACED_HEADERS, 'host', 'expect', TOKEN_HEADER]);

/**
 * @param {import('node:http').IncomingMessage} incoming
 * @param {import('./options.js').Settings} settings
 * @param {import('./upstreams.js').Target} target
 * @param {boolean} isHandshake  of a WebSocket
 * @returns {Headers}
 */
export function requestHeaders({ rawHeaders, headers }, settings, { upstream, authority }, isHandshake) {
  const { strip, copyHeaders, headers: added } = settings;
  const kept = endToEnd(rawHeaders, NOT_COPIED);
  /** @type {Headers} */
  const result = [];
  for (const [name, value] of kept) {
    const key = name.toLowerCase();
    if (strip.length > 0 && strip.includes(key)) continue;
    if (isHandshake && key === 'content-length') continue;
    if (key === 'cookie') {
      const cookie = withoutOwnCookie(value);
      if (cookie !== '') result.push([name, cookie]);
    } else if (key === 'origin' || key === 'referer') {
      result.push([name, asUpstream(value, authority, upstream)]);
    } else {
      result.push([name, value]);
    }
  }
  for (const [from, to] of copyHeaders) {
    const value = headers[from];
    if (value !== undefined) set(result, to, String(value));
  }
  for (const [name, value] of added) set(result, name, value);
  return result;
}

/**
 * A page of the upstream is at the proxy, and says so in `Origin` and `Referer`, by which the upstream may judge it.
 *
 * @param {string} value
 * @param {string} authority
 * @param {import('./upstreams.js').Upstream} upstream
 */
function asUpstream(value, authority, { origin, prefix }) {
  const own = `http://${authority}`;
  if (value === own) return origin;
  return value.startsWith(`${own}/`) ? `${origin}${prefix}${value.slice(own.length)}` : value;
}

/**
 * @param {Headers} headers
 * @param {string} name
 * @param {string} value
 */
function set(headers, name, value) {
  for (let i = headers.length - 1; i >= 0; i--)
    if (headers[i][0].toLowerCase() === name) headers.splice(i, 1);
  headers.push([name, value]);
}
