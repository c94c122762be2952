// The path of a request to `http.request`: how aws4 sends it, and how AWS signs it.

import { canonicalPath as coreCanonicalPath, normalizedPath } from '../../engine/canonical-form.js';
import { SigV4Error } from '../../engine/errors.js';
import { escapeUri } from '../../protocol/percent-encoding.js';
import { SIGNATURE, isSignatureParameter } from '../../protocol/stale-signature.js';

/**
 * @typedef {object} ParsedPath
 * @property {string} path
 * @property {Record<string, any> | null} query  decoded; null if there is no question mark
 */

/**
 * @param {string} text  path and query
 * @returns {ParsedPath}
 */
export function parsePath(text) {
  const sent = escapeIllegal(text.startsWith('/') ? text : `/${text}`);
  const at = sent.indexOf('?');
  return at < 0
    ? { path: sent, query: null }
    : { path: sent.slice(0, at), query: parseQuery(sent.slice(at + 1)) };
}

/**
 * @param {ParsedPath} parsed
 * @returns {string} as it is sent
 */
export function formatPath({ path, query }) {
  if (query === null) return path;
  const pairs = Object.entries(query)
    .filter(([key]) => key !== '')
    .flatMap(([key, values]) => [values].flat().map((value) => `${encode(key)}=${encode(value)}`));
  return `${path}?${pairs.join('&')}`;
}

/**
 * That of a URL which was presigned before: S3 takes no request that is signed twice.
 *
 * @param {ParsedPath['query']} query
 * @returns {ParsedPath['query']}
 */
export function withoutSignature(query) {
  const names = Object.keys(query ?? {});
  if (query === null || !names.some((name) => name.toLowerCase() === SIGNATURE)) return query;
  const kept = names.filter((name) => !isSignatureParameter(name.toLowerCase()));
  if (kept.length === 0) return null;
  return Object.assign(Object.create(null), ...kept.map((name) => ({ [name]: query[name] })));
}

/**
 * @param {string} path
 * @param {'twice' | 'once' | 's3'} encoding  how often it is encoded by the time it is signed; S3 also leaves dot
 *   segments and empty ones alone
 * @returns {string}
 */
export function canonicalPath(path, encoding) {
  if (encoding === 'twice') return coreCanonicalPath(asBytes(path));
  // The core's rules for S3 keep a plus, and have no path that is normalized and encoded once: aws4 differs in both.
  const isS3 = encoding === 's3';
  const segments = (isS3 ? path : normalizedPath(path)).split('/');
  // Amazon S3 reads a plus as a space: aws/aws-sdk-net#4473.
  const encoded = segments.map((segment) => encode(decode(isS3 ? segment.replaceAll('+', ' ') : segment)));
  const canonical = encoded.join('/');
  return isS3 ? canonical.replaceAll('%2F', '/') : canonical;
}

/**
 * A character for each byte of UTF-8.
 *
 * @param {string} text
 */
function asBytes(text) {
  if (!/[^\0-\x7f]/.test(text)) return text;
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
}

/**
 * @param {unknown} text
 * @returns {string}
 */
export function encode(text) {
  return escapeUri(String(text));
}

/** What must not be in a path that is sent. */
const ILLEGAL = /[^0-9A-Za-z;,/?:@&=+$\-_.!~*'()#%]/;

/** Escapes that mean something else once they are decoded. */
const KEPT_ESCAPES = /(%(?:2[3-6BCF]|3[ABDF]|40))/i;

/**
 * A path with illegal characters is written again, its other escapes in upper case.
 *
 * @param {string} text
 */
function escapeIllegal(text) {
  if (!ILLEGAL.test(text)) return text;
  try {
    return text
      .split(KEPT_ESCAPES)
      .map((part, i) => (i % 2 === 0 ? encodeURI(decodeURI(part)) : part))
      .join('');
  } catch (cause) {
    throw malformed(cause);
  }
}

/** @param {string} segment */
function decode(segment) {
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    throw malformed(cause);
  }
}

/**
 * @param {string} text
 * @returns {Record<string, string | string[]>}
 */
function parseQuery(text) {
  const query = Object.create(null);
  for (const part of text.split('&')) {
    if (part === '') continue;
    const [, key, value = ''] = /** @type {RegExpExecArray} */ (/^([^=]*)=?(.*)$/s.exec(part)).map(
      decodeParameter,
    );
    query[key] = key in query ? [query[key], value].flat() : value;
  }
  return query;
}

/**
 * As Node's `querystring` does: escapes that are not UTF-8 become U+FFFD, and everything else stays.
 *
 * @param {string} text
 */
function decodeParameter(text) {
  return text
    .replaceAll('+', ' ')
    .replace(/(?:%[0-9a-f]{2})+/gi, (escapes) =>
      new TextDecoder().decode(Uint8Array.from(escapes.slice(1).split('%'), (hex) => parseInt(hex, 16))),
    );
}

/** @param {unknown} cause */
function malformed(cause) {
  const message = 'the path contains an escape that is not UTF-8: escape it as encodeURIComponent does';
  return new SigV4Error('ERR_SIGV4_URL_INVALID', message, { cause });
}
