// The headers of a request for the upstream.

import { REPLACED_HEADERS } from 'sigv4-wasm';

import { endToEnd, HOP_BY_HOP } from '../gateway/integration.js';
import { TOKEN_HEADER, withoutOwnCookie } from './token.js';

/** @typedef {[string, string][]} Headers */

/**
 * Headers that are not forwarded: the proxy sets them itself, or they are meant for the proxy, or they are an old signature.
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
 * Replaces the origin of the proxy in `Origin` and `Referer` by that of the upstream, which may check them: to a browser, pages of
 * the upstream have the origin of the proxy.
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
