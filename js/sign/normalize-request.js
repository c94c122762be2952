// Turns every shape of request that callers pass into one flat record.

import { isFetchBody, mayHaveBody } from '../http/body.js';
import { SigV4Error } from '../engine/errors.js';
import { REPLACED_HEADERS } from '../engine/generated/headers.js';
import { wellFormed } from '../protocol/percent-encoding.js';
import { isSignature, withoutSignature } from '../protocol/stale-signature.js';

/**
 * @typedef {Record<string, string | number | boolean | readonly string[] | null | undefined>} HeaderRecord
 *
 * @typedef {object} UrlRequest
 * @property {string} [method]  default GET
 * @property {string | URL} url  absolute
 * @property {HeadersInit | HeaderRecord} [headers]
 * @property {import('../http/body.js').RequestBody} [body]  a plain object or array is sent as JSON
 *
 * A request as the AWS SDK writes it. `path` is in the form of the wire, and may contain the query.
 * @typedef {object} SdkRequest
 * @property {string} [method]
 * @property {string} [protocol]  default `https:`
 * @property {string} hostname
 * @property {number} [port]
 * @property {string} [path]
 * @property {Record<string, string | readonly string[] | null | undefined>} [query]  not encoded
 * @property {HeadersInit | HeaderRecord} [headers]
 * @property {import('../http/body.js').RequestBody} [body]
 *
 * @typedef {UrlRequest | SdkRequest | Request | string | URL} SignableRequest
 */

/**
 * A request in the form for the core.
 *
 * @typedef {object} NormalizedRequest
 * @property {string} method
 * @property {string} origin  `https://host:port`
 * @property {string} host
 * @property {string} path
 * @property {string} query
 * @property {boolean} webSocket
 * @property {Map<string, string>} headers  by lower-case name
 * @property {string} authorization  the caller's own Authorization header that is not a signature; or empty
 * @property {unknown} source  the body that was passed, or the fetch Request that contains it: see payload.js
 */

/**
 * @param {unknown} request
 * @param {string} signingHost  the option `host`; empty for the host of the URL
 * @returns {NormalizedRequest}
 * @throws {SigV4Error}
 */
export function normalizeRequest(request, signingHost) {
  const input = /** @type {any} */ (
    typeof request === 'string' || request instanceof URL ? { url: request } : request
  );
  if (typeof input !== 'object' || input === null) {
    throw urlInvalid('the request must be a URL, a Request, or an object with a url');
  }
  /** @type {import('../engine/errors.js').SigV4ErrorCode} */
  let code = 'ERR_SIGV4_URL_INVALID';
  try {
    const { origin, host, path, query, webSocket } =
      input.url !== undefined ? parseUrl(input.url) : parseSdkRequest(input);
    /** @type {NormalizedRequest} */
    const normalized = {
      method: parseMethod(input.method),
      origin,
      host,
      path,
      query,
      webSocket,
      headers: new Map(),
      authorization: '',
      source: isFetchBody(input) ? (mayHaveBody(input) ? input : undefined) : input.body,
    };
    code = 'ERR_SIGV4_HEADER_INVALID';
    if (input.headers !== undefined && input.headers !== null) parseHeaders(input.headers, normalized);
    if (signingHost !== '') {
      normalized.host = signingHost;
      normalized.headers.set('host', signingHost);
    }
    return normalized;
  } catch (cause) {
    // A value that has no text, such as a Symbol, fails when it is converted.
    throw cause instanceof SigV4Error
      ? cause
      : new SigV4Error(code, 'the request contains a value that is not text: see the cause', { cause });
  }
}

/**
 * A signature in headers would silently replace the caller's own Authorization header.
 *
 * @param {NormalizedRequest} normalized
 */
export function assertUnauthorized({ authorization }) {
  if (authorization === '') return;
  throw new SigV4Error(
    'ERR_SIGV4_AUTHORIZATION_PRESENT',
    'the signature would replace the Authorization header: remove it, or sign in the query',
  );
}

/** @param {unknown} method */
function parseMethod(method) {
  if (method === undefined) return 'GET';
  if (METHODS.has(method)) return /** @type {string} */ (method);
  if (typeof method === 'string') return METHODS.has(method.toUpperCase()) ? method.toUpperCase() : method;
  throw new SigV4Error('ERR_SIGV4_METHOD_INVALID', `method must be a string, not ${typeof method}`);
}

/**
 * @param {unknown} url
 * @returns {ParsedUrl}
 */
function parseUrl(url) {
  if (url === lastUrl) return lastParsed;
  const plain = typeof url === 'string' && url.length < 2048 ? PLAIN_URL.exec(url) : null;
  if (plain !== null) {
    const [, origin, host, path, given = ''] = plain;
    lastParsed = { origin, host, path: path || '/', query: withoutSignature(given), webSocket: false };
    lastUrl = plain[0];
    return lastParsed;
  }
  let parsed;
  try {
    parsed = url instanceof URL ? url : new URL(/** @type {string} */ (url));
  } catch {
    throw urlInvalid(`${show(url)} is not an absolute URL`);
  }
  if (!PROTOCOLS.has(parsed.protocol)) {
    throw urlInvalid(`${parsed.protocol} URLs cannot be signed: ${PASS_PROTOCOL}`);
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw urlInvalid('the URL contains a user name or password');
  }
  return {
    origin: `${parsed.protocol}//${parsed.host}`,
    host: parsed.host,
    path: parsed.pathname,
    query: wireQuery(parsed.search.slice(1)),
    webSocket: parsed.protocol === 'wss:' || parsed.protocol === 'ws:',
  };
}

/** @param {any} request */
function parseSdkRequest({ protocol = 'https:', hostname, port, path = '/', query = null }) {
  if (typeof hostname !== 'string' || typeof path !== 'string') {
    throw urlInvalid('the request has neither a url nor a hostname and path');
  }
  // Characters that end the host in a URL, or that URL parsers drop: the URL would be that of another host.
  if (NOT_IN_HOST.test(hostname) || !/^\d*$/.test(port ?? '')) {
    throw urlInvalid('hostname or port is not valid: pass the host name alone, and the port as a number');
  }
  const scheme = /^(https?|wss?):?$/i.exec(protocol)?.[1];
  if (scheme === undefined) throw urlInvalid(PASS_PROTOCOL);
  // Uses the URL parser, which checks and lower-cases the host, and drops a default port.
  const { origin, host, webSocket } = parseUrl(`${scheme}://${hostname}${port ? `:${port}` : ''}/`);
  if (typeof query !== 'object') throw urlInvalid('query must be an object');
  const [wirePath, ...wireQueries] = escapeIllegal(path.startsWith('/') ? path : `/${path}`).split('?');
  const pairs = wireQueries.length > 0 ? [wireQueries.join('?')] : [];
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value === undefined || value === null) continue;
    for (const item of Array.isArray(value) ? value : [value])
      pairs.push(`${encode(key)}=${encode(String(item))}`);
  }
  return { origin, host, path: wirePath, query: wireQuery(pairs.join('&')), webSocket };
}

/**
 * A `+` is read as a space, which servers interpret differently. They all read `%20` alike.
 *
 * @param {string} query
 */
function wireQuery(query) {
  return withoutSignature(query.includes('+') ? query.replaceAll('+', '%20') : query);
}

/**
 * Characters that are never raw in a URL, because URL parsers escape them.
 *
 * @param {string} path
 */
function escapeIllegal(path) {
  return path.replace(/[^!$-~]|[<>"`{}]/gu, encode);
}

/** @param {string} text */
function encode(text) {
  return encodeURIComponent(wellFormed(text));
}

/**
 * @param {any} headers
 * @param {NormalizedRequest} normalized  gets them
 */
function parseHeaders(headers, normalized) {
  if (typeof headers !== 'object') throw headerInvalid('headers must be a Headers object, pairs or a record');
  if (typeof headers[Symbol.iterator] === 'function') {
    for (const [name, value] of headers) addHeader(name, value, normalized);
  } else {
    for (const name of Object.keys(headers)) addHeader(name, headers[name], normalized);
  }
}

/**
 * @param {unknown} name
 * @param {unknown} value
 * @param {NormalizedRequest} normalized
 */
function addHeader(name, value, normalized) {
  if (value === undefined || value === null) return;
  const key = String(name).toLowerCase();
  if (STALE.has(key)) {
    if (key === 'authorization') keepAuthorization(value, normalized);
    return;
  }
  if (key === '__proto__') throw headerInvalid('a header cannot be named __proto__');
  const text = withoutOuterBlanks(typeof value === 'string' ? value : headerText(key, value));
  const before = normalized.headers.get(key);
  normalized.headers.set(key, before === undefined ? text : withoutOuterBlanks(`${before}, ${text}`));
}

/**
 * HTTP/1.1 strips blanks around a value. Over HTTP/2, a request with such a value is malformed: servers drop the header or the
 * request (RFC 9113, section 8.2.1). So they are not signed.
 *
 * @param {string} text
 */
function withoutOuterBlanks(text) {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (start < end && isBlank(text.charCodeAt(end - 1))) end--;
  return end - start === text.length ? text : text.slice(start, end);
}

/** @param {number} char */
function isBlank(char) {
  return char === 0x20 || char === 0x09;
}

/**
 * The signature of an earlier attempt is replaced. Any other value belongs to the caller.
 *
 * @param {unknown} value
 * @param {NormalizedRequest} normalized
 */
function keepAuthorization(value, normalized) {
  for (const one of Array.isArray(value) ? value : [value]) {
    const text = headerText('authorization', one);
    if (!isSignature(text) && text.trim() !== '') normalized.authorization = text;
  }
}

/**
 * @param {string} name
 * @param {unknown} value
 * @returns {string}
 */
function headerText(name, value) {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.map((item) => headerText(name, item)).join(', ');
  throw headerInvalid(
    `the value of the header ${JSON.stringify(name)} must be a string, not ${typeof value}`,
  );
}

/** @param {unknown} url */
function show(url) {
  if (typeof url !== 'string') return `a value of type ${typeof url}`;
  // Without the query and any password: they can hold secrets.
  return JSON.stringify(
    url
      .replace(/[?#].*$/s, '')
      .replace(/\/\/.*@/s, '//')
      .slice(0, 100),
  );
}

/** @param {string} message */
function urlInvalid(message) {
  return new SigV4Error('ERR_SIGV4_URL_INVALID', message);
}

/** @param {string} message */
function headerInvalid(message) {
  return new SigV4Error('ERR_SIGV4_HEADER_INVALID', message);
}

/**
 * The last such URL: most AWS services have one for all operations. To parse it takes a twentieth of a signature.
 *
 * @type {string | undefined}
 */
let lastUrl;
/** @typedef {Pick<NormalizedRequest, 'origin' | 'host' | 'path' | 'query' | 'webSocket'>} ParsedUrl */
/** @type {ParsedUrl} */
let lastParsed;

/**
 * URLs that every URL parser leaves exactly as they are, so that parsing, a tenth of the time of a signature, can be left
 * out: a host of ASCII names that ends in no number, no port, no dot segment, nothing to escape.
 */
const PLAIN_URL =
  /^(https:\/\/((?:(?!xn--)[a-z0-9][a-z0-9-]*\.)+[a-z]{2,}))((?:\/[\w~-][\w.~-]*)*\/?)(?:\?([\w.~=&%-]+))?$/;

/** `fetch` sends most of these in upper case however they were given, and servers take them in no other. */
const METHODS = /* @__PURE__ */ new Set(
  /** @type {unknown[]} */ (['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']),
);
const PROTOCOLS = /* @__PURE__ */ new Set(['https:', 'http:', 'wss:', 'ws:']);
const PASS_PROTOCOL = 'pass https:, http:, wss: or ws:';
export const NOT_IN_HOST = /[\s/?#\\@]/;
/** Headers of an earlier signature are replaced. The payload hash may be the caller's: see payload.js. */
const STALE = /* @__PURE__ */ new Set(
  /* @__PURE__ */ /** @type {readonly string[]} */ (REPLACED_HEADERS).filter(
    (name) => name !== 'x-amz-content-sha256',
  ),
);
