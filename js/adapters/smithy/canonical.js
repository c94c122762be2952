// The parts of a canonical request, by the rules of `@smithy/signature-v4`: nothing is added, and paths and queries are in the
// form of the SDK, not of the wire. Its exported functions are synchronous, so they cannot wait for the core.
// tests/js/smithy.test.js lists the differences from the core.

import { escapeUri } from '../../protocol/percent-encoding.js';
import { EMPTY_SHA256, sha256 } from '../../engine/sha256.js';
import {
  ALWAYS_UNSIGNABLE_HEADERS,
  PROXY_HEADER_PATTERN,
  SEC_HEADER_PATTERN,
  SHA256_HEADER,
  SIGNATURE_HEADER,
  UNSIGNED_PAYLOAD,
} from './constants.js';
import { findHeader } from './http-request.js';

/**
 * @typedef {import('./http-request.js').HeaderBag} HeaderBag
 * @typedef {import('./http-request.js').HttpRequestLike} HttpRequestLike
 */

/**
 * The headers to sign, by lower-case name, their white space collapsed.
 *
 * @param {Pick<HttpRequestLike, 'headers'>} request
 * @param {Set<string>} [unsignableHeaders]  lower-case names
 * @param {Set<string>} [signableHeaders]  likewise; these are signed whatever else says not to
 * @returns {HeaderBag}
 */
export function getCanonicalHeaders({ headers }, unsignableHeaders, signableHeaders) {
  /** @type {HeaderBag} */
  const canonical = {};
  for (const name of Object.keys(headers).sort()) {
    const value = headers[name];
    if (value === undefined || value === null) continue;
    const lower = name.toLowerCase();
    const isUnsignable =
      Object.hasOwn(ALWAYS_UNSIGNABLE_HEADERS, lower) ||
      unsignableHeaders?.has(lower) ||
      PROXY_HEADER_PATTERN.test(lower) ||
      SEC_HEADER_PATTERN.test(lower);
    if (isUnsignable && !signableHeaders?.has(lower)) continue;
    const text = collapse(value);
    if (lower === '__proto__') define(canonical, lower, text);
    else canonical[lower] = text;
  }
  return canonical;
}

/**
 * @param {Pick<HttpRequestLike, 'query'>} request
 * @returns {string} sorted by encoded name; values that are neither string nor list are left out, and so is a signature
 */
export function getCanonicalQuery({ query = {} }) {
  /** @type {[string, string][]} */
  const pairs = [];
  for (const name of Object.keys(query)) {
    if (name.toLowerCase() === SIGNATURE_HEADER) continue;
    const key = escapeUri(name);
    const value = query[name];
    if (typeof value === 'string') pairs.push([key, escapeUri(value)]);
    else if (Array.isArray(value)) for (const item of value) pairs.push([key, escapeUri(item)]);
  }
  return pairs
    .sort((one, other) => byName(one, other) || compare(one[1], other[1]))
    .map((pair) => pair.join('='))
    .join('&');
}

/**
 * @param {[string, string]} one
 * @param {[string, string]} other
 */
export function byName([one], [other]) {
  return compare(one, other);
}

/**
 * @param {string} one
 * @param {string} other
 */
function compare(one, other) {
  return one < other ? -1 : one > other ? 1 : 0;
}

/**
 * @param {string} path
 * @returns {string} without empty and dot segments, and encoded (once more, where the path is encoded already)
 */
export function normalizedPath(path) {
  /** @type {string[]} */
  const segments = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  const start = path.startsWith('/') ? '/' : '';
  const end = segments.length > 0 && path.endsWith('/') ? '/' : '';
  return escapeUri(start + segments.join('/') + end).replaceAll('%2F', '/');
}

/**
 * The payload hash: the value of `x-amz-content-sha256` if there is one, without a check; the SHA-256 of a body in memory;
 * otherwise `UNSIGNED-PAYLOAD`.
 *
 * @param {Pick<HttpRequestLike, 'headers' | 'body'>} request
 * @param {unknown} [_hashConstructor]  not needed: the hash is computed in wasm, or by the platform
 * @returns {Promise<string>}
 */
export async function getPayloadHash({ headers, body }, _hashConstructor) {
  const declared = findHeader(SHA256_HEADER, headers);
  if (declared !== undefined) return headers[declared];
  if (body === undefined || body === null) return EMPTY_SHA256;
  const isInMemory =
    typeof body === 'string' ||
    ArrayBuffer.isView(body) ||
    Object.prototype.toString.call(body) === '[object ArrayBuffer]';
  return isInMemory ? hash(body) : UNSIGNED_PAYLOAD;
}

/**
 * @param {string | ArrayBufferView | ArrayBuffer} data
 * @returns {Promise<string>} its SHA-256 in hex
 */
export async function hash(data) {
  return sha256(typeof data === 'string' ? data : toBytes(data));
}

/**
 * @param {string | ArrayBufferView | ArrayBuffer} data
 * @returns {Uint8Array}
 */
export function toBytes(data) {
  if (typeof data === 'string') return encoder.encode(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return new Uint8Array(data);
}

/** @param {string} value */
function collapse(value) {
  // A session token is long and has none: to look for each is ten times as fast as one expression for all.
  const isPlain = typeof value === 'string' && !BLANKS.some((blank) => value.includes(blank));
  return isPlain ? value : value.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '');
}

/**
 * @param {HeaderBag} bag
 * @param {string} name  one that an assignment would not make a property
 * @param {string} value
 */
function define(bag, name, value) {
  Object.defineProperty(bag, name, { value, writable: true, enumerable: true, configurable: true });
}

const BLANKS = [' ', '\t', '\r', '\n'];
const encoder = new TextEncoder();
