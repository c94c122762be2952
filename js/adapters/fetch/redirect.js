// Follows redirects of a signed request. `fetch` would follow them with the old signature, and send the session token to other
// origins.
//
// Source: "HTTP-redirect fetch", section 4.4 of the Fetch standard.

import { bodyUsed } from '../../http/body.js';
import { isStale } from '../shared/client-signer.js';
import { isRedirect } from '../shared/status.js';
import { redirectError } from '../shared/redirect-error.js';
import { escapePluses } from '../shared/spelling.js';

/**
 * @param {import('./prepare-request.js').Hop} hop
 * @param {Response} response
 * @param {(to: URL) => boolean} signs
 * @returns {import('./prepare-request.js').Hop | undefined} `undefined` if the response is the last one
 */
export function nextHop(hop, response, signs) {
  if (response.type === 'opaqueredirect') {
    throw redirectError(hop.url.href, 'another URL', "set redirect: 'manual' to handle it yourself");
  }
  if (!isRedirect(response.status)) return undefined;
  const location = response.headers.get('location');
  if (location === null) return undefined;

  const url = new URL(utf8(location), hop.url);
  if (!/^https?:$/.test(url.protocol))
    throw new TypeError(`cannot follow a redirect to a ${url.protocol} URL`);
  const headers = new Headers(hop.headers);
  const becomesGet = isGetAfter(response.status, hop.method);
  if (becomesGet) remove(headers, BODY_HEADERS);
  else if (hop.unreadBody !== undefined) throw bodyUsed();
  if (url.origin !== hop.url.origin) remove(headers, ORIGIN_HEADERS);
  const isSigned = signs(url);
  if (isSigned) escapePluses(url);
  else for (const [name, value] of [...headers]) if (isStale(name, value)) headers.delete(name);

  const { method, body } = becomesGet ? { method: 'GET', body: undefined } : hop;
  return { ...hop, carrier: undefined, method, url, headers, body, unreadBody: undefined, isSigned };
}

/**
 * @param {number} status
 * @param {string} method
 */
function isGetAfter(status, method) {
  return status === 303 ? !/^(GET|HEAD)$/.test(method) : status < 303 && method === 'POST';
}

/**
 * @param {Headers} headers
 * @param {string[]} names
 */
function remove(headers, names) {
  for (const name of names) headers.delete(name);
}

/**
 * A header comes as one character for each byte.
 *
 * @param {string} text
 */
function utf8(text) {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(
      Uint8Array.from(text, (char) => char.charCodeAt(0)),
    );
  } catch {
    return text;
  }
}

const BODY_HEADERS = [
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-type',
];
const ORIGIN_HEADERS = ['authorization', 'cookie', 'host', 'proxy-authorization'];
