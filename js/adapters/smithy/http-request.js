// Requests as the AWS SDK writes them, copied before they are signed.

import { GENERATED_HEADERS } from './constants.js';

/**
 * The interfaces of `@smithy/types`, as far as signing goes.
 *
 * @typedef {Record<string, string>} HeaderBag
 * @typedef {Record<string, string | string[] | null>} QueryParameterBag
 *
 * @typedef {object} HttpRequestLike
 * @property {string} method
 * @property {string} protocol
 * @property {string} hostname
 * @property {number} [port]
 * @property {string} path
 * @property {QueryParameterBag} [query]  not encoded
 * @property {HeaderBag} headers
 * @property {string} [username]
 * @property {string} [password]
 * @property {string} [fragment]
 * @property {any} [body]
 */

/** The result for a request without a class. A request of a class with `clone()`, as in the SDK, keeps its class. */
class HttpRequest {
  clone() {
    return cloneRequest(/** @type {any} */ (this));
  }
}

/**
 * A copy with headers and a query of its own, and defaults for what is missing.
 *
 * @param {HttpRequestLike} request
 * @returns {HttpRequestLike & { query: QueryParameterBag }}
 */
export function cloneRequest(request) {
  const { clone, protocol, path, query, port, body, username, password, fragment } = /** @type {any} */ (
    request
  );
  // Not with its own clone(), because it is unknown what that shares with the original.
  const isOfClass = typeof clone === 'function' && Object.hasOwn(request, 'hostname');
  const copy = isOfClass ? Object.create(Object.getPrototypeOf(request)) : new HttpRequest();
  copy.method = request.method || 'GET';
  copy.hostname = request.hostname || 'localhost';
  copy.port = port;
  copy.query = copyOf(query);
  for (const name of Object.keys(copy.query)) {
    if (Array.isArray(copy.query[name])) copy.query[name] = [...copy.query[name]];
  }
  copy.headers = copyOf(request.headers);
  copy.body = body;
  copy.protocol = !protocol ? 'https:' : protocol.endsWith(':') ? protocol : `${protocol}:`;
  copy.path = !path ? '/' : path.startsWith('/') ? path : `/${path}`;
  copy.username = username;
  copy.password = password;
  copy.fragment = fragment;
  return copy;
}

/**
 * Not by a spread, unless it must be: in V8, adding to the result of one takes ten times as long.
 *
 * @template {object} Bag
 * @param {Bag | null | undefined} bag
 * @returns {Bag}
 */
function copyOf(bag) {
  const known = /** @type {any} */ (bag ?? {});
  return Object.hasOwn(known, '__proto__') ? { ...known } : Object.assign({}, known);
}

/**
 * A copy without the parts of an earlier signature, and without `date`.
 *
 * @param {HttpRequestLike} request
 * @returns {HttpRequestLike & { query: QueryParameterBag }}
 */
export function prepareRequest(request) {
  const copy = cloneRequest(request);
  for (const name of Object.keys(copy.headers)) {
    if (GENERATED_HEADERS.includes(name.toLowerCase())) delete copy.headers[name];
  }
  return copy;
}

/**
 * @param {HttpRequestLike} request
 * @param {{ unhoistableHeaders?: Set<string>, hoistableHeaders?: Set<string> }} [options]  lower-case names: which of
 *   `x-amz-*` stay headers, and which others become parameters
 * @returns {HttpRequestLike & { query: QueryParameterBag }}
 */
export function moveHeadersToQuery(request, { unhoistableHeaders, hoistableHeaders } = {}) {
  const { headers, query } = cloneRequest(request);
  for (const name of Object.keys(headers)) {
    const lower = name.toLowerCase();
    if ((lower.startsWith('x-amz-') && !unhoistableHeaders?.has(lower)) || hoistableHeaders?.has(lower)) {
      query[name] = headers[name];
      delete headers[name];
    }
  }
  return { ...request, headers, query };
}

/**
 * @param {string} soughtHeader  in any case
 * @param {HeaderBag} headers
 */
export function hasHeader(soughtHeader, headers) {
  return findHeader(soughtHeader.toLowerCase(), headers) !== undefined;
}

/**
 * @param {string} lowerName
 * @param {HeaderBag} headers
 * @returns {string | undefined} its name as it is written there
 */
export function findHeader(lowerName, headers) {
  for (const name in headers) {
    if (Object.hasOwn(headers, name) && name.toLowerCase() === lowerName) return name;
  }
  return undefined;
}
