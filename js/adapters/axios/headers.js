// The headers of an axios request: those that are signed, and those that only the adapter needs.

import { flatten } from '../shared/spelling.js';

/** The default content type of axios for post, put and patch. */
const AXIOS_DEFAULT_CONTENT_TYPE = 'application/x-www-form-urlencoded';

/** Headers that an adapter adds unless their value is `false`. */
const ADDED_BY_ADAPTER = ['user-agent', 'accept-encoding'];

/**
 * The headers that the request will have, as the signer takes them.
 *
 * @param {Record<string, any>} headers  `config.headers` as the adapter gets them
 * @param {import('./body.js').AxiosBody & { sent: boolean }} body  `sent`: whether there is one
 * @returns {Record<string, string>} lower-case names
 */
export function headersToSign(headers, body) {
  const result = flatten(headers);
  delete result['x-amz-content-sha256']; // of an earlier attempt; the signer replaces the others

  const { contentType, ownsContentType, sent } = body;
  const chosen = ![undefined, AXIOS_DEFAULT_CONTENT_TYPE].includes(result['content-type']);
  if (contentType && (ownsContentType || !chosen)) result['content-type'] = contentType;
  // XMLHttpRequest drops it, so that it must not be signed; without a body it says nothing anyway.
  if (!sent) delete result['content-type'];
  return result;
}

/**
 * The headers of an adapter that is not axios' own: those of axios, in its class and with its names, and what the
 * signature changes.
 *
 * @param {Record<string, any>} headers  `config.headers` as the adapter gets them
 * @param {Record<string, string>} signed  lower-case names
 * @returns {Record<string, any>}
 */
export function keptHeaders(headers, signed) {
  const before = flatten(headers);
  const missing = new Set(Object.keys(signed));
  /** @type {Record<string, any>} */
  const kept = Object.create(Object.getPrototypeOf(headers));
  for (const [name, value] of Object.entries(headers)) {
    const key = name.toLowerCase();
    missing.delete(key);
    // A list is sent as the one line that was signed.
    if (key in signed)
      kept[name] = signed[key] === before[key] && !Array.isArray(value) ? value : signed[key];
    else if (!(key in before)) kept[name] = value;
  }
  for (const name of missing) kept[name] = signed[name];
  return kept;
}

/**
 * The headers that the caller switched off and the adapter would otherwise add; and in browsers, one that axios 1.16 and later
 * add with fetch, for which Firefox and Safari send a preflight (CORS) that the API refuses.
 *
 * @param {Record<string, any>} headers
 * @param {import('./resolve-adapter.js').ResolvedAdapter['own']} own
 * @returns {Record<string, false>}
 */
export function switchedOff(headers, own) {
  /** @type {Record<string, false>} */
  const result = {};
  if (own === 'fetch' && globalThis.location !== undefined) result['user-agent'] = false;
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (value !== false && value !== null) continue;
    const key = name.toLowerCase();
    if (ADDED_BY_ADAPTER.includes(key)) result[key] = false;
  }
  return result;
}
