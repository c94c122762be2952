// The canonical request from its parts: for adapters that must write what another signer writes, and for what arrived at
// a server. All that is signed by the rules of this package comes from the core, src/canonical/.
//
// Source: "Create a signed AWS API request", step 1, in the IAM user guide.

import { escapeByte } from './percent-encoding.js';

/**
 * @typedef {object} CanonicalParts
 * @property {string} method
 * @property {string} path  canonical
 * @property {string} query  likewise
 * @property {[string, string][]} headers  lower-case names, sorted, and canonical values
 * @property {string} payloadHash  or a keyword in its place
 *
 * @typedef {object} PathForm  how the path on the wire becomes the one that is signed
 * @property {'double' | 'single'} encoding  encoded once more, or each byte spelled in its one way
 * @property {boolean} normalizes  whether dot segments and empty segments are taken out first
 */

/**
 * @param {CanonicalParts} parts
 * @returns {string}
 */
export function canonicalRequest({ method, path, query, headers, payloadHash }) {
  const lines = headers.map(([name, value]) => `${name}:${value}`).join('\n');
  const names = headers.map(([name]) => name).join(';');
  return `${method}\n${path}\n${query}\n${lines}\n\n${names}\n${payloadHash}`;
}

/**
 * @param {[string, string][]} pairs  escaped; sorted by name, then by value
 * @returns {string}
 */
export function canonicalQuery(pairs) {
  // By name first: of `a=1` and `a-b=1`, the former comes first, though `-` sorts before `=`.
  return pairs
    .sort((one, other) => byName(one, other) || compare(one[1], other[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/**
 * A query as it goes on the wire.
 *
 * @param {string} query
 * @returns {[string, string][]} in order, each byte in its one spelling
 */
export function parseQuery(query) {
  return query
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=');
      const [name, value] = at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
      return [respell(name.replaceAll('+', ' ')), respell(value.replaceAll('+', ' '))];
    });
}

/**
 * @param {string} path  as it goes on the wire
 * @param {PathForm} form
 * @returns {string}
 */
export function canonicalPath(path, { encoding, normalizes }) {
  const whole = path.startsWith('/') ? path : `/${path}`;
  const segments = normalizes ? withoutDotSegments(whole) : whole;
  return encoding === 'double'
    ? segments.replace(/[^\w.~/-]/g, escapeByte)
    : respell(segments).replaceAll('%2F', '/');
}

/**
 * RFC 3986, section 5.2.4; empty segments go, too, as AWS has it.
 *
 * @param {string} path
 * @returns {string}
 */
export function withoutDotSegments(path) {
  /** @type {string[]} */
  const segments = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  const end = segments.length > 0 && path.endsWith('/') ? '/' : '';
  return `${path.startsWith('/') ? '/' : ''}${segments.join('/')}${end}`;
}

/**
 * Space and tab go at both ends, and runs of them become one space (RFC 9110, section 5.5).
 *
 * @param {string} value
 * @returns {string}
 */
export function canonicalValue(value) {
  return value.replace(/[ \t]+/g, ' ').replace(/^ | $/g, '');
}

/**
 * Each byte in its one spelling. A `%` that begins no escape stands for itself.
 *
 * @param {string} text  up to U+00FF, each a byte
 */
export function respell(text) {
  return text.replace(/%[0-9a-f]{2}|[^\w.~-]/gi, (match) => {
    const char = match.length === 3 ? String.fromCharCode(parseInt(match.slice(1), 16)) : match;
    return /[\w.~-]/.test(char) ? char : escapeByte(char);
  });
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
export function compare(one, other) {
  return one < other ? -1 : one > other ? 1 : 0;
}
