// The request for other signers, in the form of the wire.

import { decode, encode } from './known.js';

/** @typedef {import('./case.js').Case} Case */

/**
 * URL, headers and payload as they are sent. Handed in again, they mean the same request.
 *
 * @param {Case} one
 * @returns {Case}
 */
export function wire(one) {
  const url = new URL(one.form === 'url' ? urlOf(one) : `${one.scheme}://${one.host}/`);
  const target =
    one.form === 'url'
      ? { path: url.pathname, query: url.search.slice(1) }
      : { path: escapeIllegal(one.path).replace(/^\/?/, '/'), query: sdkQuery(one) };
  const headers = joined(one.headers);
  return {
    ...one,
    path: target.path,
    query: withoutSignature(target.query),
    // As fetch sends it.
    method: /^(?:delete|get|head|options|patch|post|put)$/i.test(one.method)
      ? one.method.toUpperCase()
      : one.method,
    parameters: {},
    host: url.host,
    headers: [...headers],
    payload: one.payload ?? givenPayload(one, headers.get('x-amz-content-sha256')),
  };
}

/**
 * A URL that was presigned loses that signature: S3 answers 400 to two of them ("InvalidArgument: Only one auth mechanism
 * allowed").
 *
 * @param {string} query
 */
function withoutSignature(query) {
  const parts = query.split('&');
  const nameOf = (/** @type {string} */ part) => decode(part.split('=')[0]).toString().toLowerCase();
  if (!parts.some((part) => nameOf(part) === 'x-amz-signature')) return query;
  return parts.filter((part) => !OF_SIGNATURE.test(nameOf(part))).join('&');
}

const OF_SIGNATURE =
  /^x-amz-(?:algorithm|content-sha256|credential|date|expires|region-set|s3session-token|security-token|signature|signedheaders)$/;

/** @param {Case} one */
export function urlOf({ scheme, host, path, query }) {
  return `${scheme}://${host}${path}${query === '' ? '' : `?${query}`}`;
}

/**
 * A header that is there more than once is sent as one. Blanks around a value are no part of it (RFC 9110, section 5.5).
 *
 * @param {[string, string][]} headers
 */
function joined(headers) {
  /** @type {Map<string, string>} */
  const all = new Map();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    const before = all.get(key);
    const text = trim(value);
    all.set(key, before === undefined ? text : trim(`${before}, ${text}`));
  }
  return all;
}

/** @param {string} value */
function trim(value) {
  return value.replace(/^[ \t]+|[ \t]+$/g, '');
}

/**
 * A caller says with this header what is signed instead of the body: a keyword, or the hash of a body that is elsewhere.
 *
 * @param {Case} one
 * @param {string | undefined} given
 */
function givenPayload({ bodyAs }, given) {
  const isStale = bodyAs !== 'none' && /^[0-9a-f]{64}$/i.test(given ?? '');
  return given === undefined || given === '' || isStale ? null : given;
}

/** @param {Case} one */
function sdkQuery({ query, parameters }) {
  const pairs = query === '' ? [] : [escapeIllegal(query)];
  for (const [key, values] of Object.entries(parameters)) {
    for (const value of [values].flat()) pairs.push(`${encode(key)}=${encode(value)}`);
  }
  return pairs.join('&');
}

/**
 * What a URL parser escapes, but for dot segments and backslashes.
 *
 * @param {string} text
 */
function escapeIllegal(text) {
  return text.replace(/[^!-~]|["#<>`{}]/gu, (char) => encode(char));
}
