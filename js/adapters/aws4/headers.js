// The headers of a request to `http.request`, in the spelling of the caller.

import { canonicalValue as foldWhiteSpace } from '../../engine/canonical-form.js';
import { SigV4Error } from '../../engine/errors.js';

/** What aws4 does not sign, because it may change on the way. */
const NEVER_SIGNED = [
  'authorization',
  'connection',
  'x-amzn-trace-id',
  'user-agent',
  'expect',
  'presigned-expires',
  'range',
];

/** The headers that a signature added. @type {WeakMap<object, Record<string, unknown>>} */
const added = new WeakMap();

/**
 * @param {Record<string, any> | undefined} headers
 * @returns {Record<string, any>} without what an earlier signature added
 */
export function copyOfHeaders(headers) {
  if (Array.isArray(headers)) {
    throw new SigV4Error(
      'ERR_SIGV4_HEADER_INVALID',
      'headers must be an object, so that the signature can be added to it',
    );
  }
  const copy = { ...headers };
  for (const [name, value] of Object.entries((headers && added.get(headers)) ?? {})) {
    if (copy[name] === value) delete copy[name];
  }
  return copy;
}

/**
 * @param {Record<string, any>} headers
 * @param {string} name
 * @param {unknown} value
 */
export function addHeader(headers, name, value) {
  headers[name] = value;
  added.set(headers, { ...added.get(headers), [name]: value });
}

/**
 * @param {Record<string, any>} headers
 * @param {string} wanted  in lower case
 * @returns {string | undefined} how the caller writes it
 */
export function nameOf(headers, wanted) {
  const names = Object.keys(headers).reverse();
  return names.find((name) => name.toLowerCase() === wanted && headers[name]);
}

/**
 * @param {Record<string, any>} headers
 * @param {Record<string, boolean> | undefined} included
 * @param {Record<string, boolean> | undefined} ignored
 * @returns {[string, string][]} lower-case names, sorted, and canonical values
 */
export function canonicalHeaders(headers, included, ignored) {
  /** Of names that differ in case only, Node sends the last. @type {Map<string, string>} */
  const signed = new Map();
  for (const [given, value] of Object.entries(headers)) {
    const name = given.toLowerCase();
    if (!included?.[name] && (NEVER_SIGNED.includes(name) || ignored?.[name])) continue;
    signed.set(name, canonicalValue(given, value));
  }
  return [...signed].sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * @param {string} name
 * @param {unknown} value
 */
function canonicalValue(name, value) {
  const isMissing = value === undefined || value === null;
  // What Node refuses to send (RFC 9110, section 5.5), and what is beyond Latin-1.
  if (isMissing || !/^[\w!#$%&'*+.^`|~-]+$/.test(name) || /[\0\r\n]|[^\0-\xff]/.test(String(value))) {
    const message = `the header ${JSON.stringify(name)} cannot be sent: it is not a header name, or its value is missing, or contains a line break or a character beyond U+00FF`;
    throw new SigV4Error('ERR_SIGV4_HEADER_INVALID', message);
  }
  const text = String(value);
  // Most have none, and need not cross.
  return /[ \t]/.test(text) ? foldWhiteSpace(text) : text;
}
