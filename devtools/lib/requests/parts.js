// URLs and headers, for the readers of all formats.

import { RequestSyntaxError } from './error.js';

/**
 * @param {string} url
 * @param {'http:' | 'https:'} scheme  where it names none
 * @param {string} text  that it was found in
 * @param {number} at
 * @returns {string} absolute, its path and query as they are written
 * @throws {RequestSyntaxError}
 */
export function absoluteUrl(url, scheme, text, at) {
  const withScheme = /^[a-z][a-z\d+.-]*:\/\//i.test(url) ? url : `${scheme}//${url}`;
  const [, origin, path, query = ''] = /^([^/?#]*\/\/[^/?#]*)([^?#]*)(\?[^#]*)?/.exec(withScheme) ?? [];
  const parsed = URL.canParse(withScheme) ? new URL(withScheme) : undefined;
  if (parsed === undefined || !/^(?:https?|wss?):$/.test(parsed.protocol)) {
    throw new RequestSyntaxError(`not an HTTP URL: ${JSON.stringify(url.slice(0, 100))}`, text, at);
  }
  return `${origin}${path || '/'}${query}`;
}

/** As curl does it. Source: RFC 3986, 5.2.4. @param {string} url */
export function removeDotSegments(url) {
  const [, origin, path, query] = /** @type {RegExpExecArray} */ (
    /^([^/]*\/\/[^/?]*)([^?]*)(.*)$/s.exec(url)
  );
  /** @type {string[]} */
  const kept = [];
  const segments = path.split('/').slice(1);
  segments.forEach((segment, i) => {
    const isLast = i === segments.length - 1;
    if (segment === '..') kept.pop();
    if (segment !== '.' && segment !== '..') kept.push(segment);
    else if (isLast) kept.push('');
  });
  return `${origin}/${kept.join('/')}${query}`;
}

/**
 * @param {{ headers: [string, string][] }} request
 * @param {string} name
 * @returns {string | undefined} the value of the first one
 */
export function headerOf({ headers }, name) {
  return headers.find(([key]) => key.toLowerCase() === name)?.[1];
}

/**
 * A header that a client sends by default.
 *
 * @param {[string, string][]} headers
 * @param {string} name
 * @param {string} value
 * @param {Set<string>} [removed]  lower-case names of headers that were switched off
 */
export function addDefault(headers, name, value, removed) {
  const key = name.toLowerCase();
  if (removed?.has(key) || headerOf({ headers }, key) !== undefined) return;
  headers.push([name, value]);
}
