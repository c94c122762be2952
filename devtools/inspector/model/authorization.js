// The signature of a request: access key, time, scope and signed headers.

import { REPLACED_HEADERS, SIGNATURE_PARAMETERS, signingRules } from 'sigv4-wasm';

import { wireHeaders } from './wire-headers.js';

/**
 * @typedef {import('./paste.js').ReadRequest} ParsedRequest
 *
 * @typedef {object} Authorization
 * @property {'AWS4-HMAC-SHA256' | 'AWS4-ECDSA-P256-SHA256'} algorithm
 * @property {string} accessKeyId
 * @property {string | undefined} region  `undefined` with SigV4a
 * @property {string[]} [regionSet]  of SigV4a
 * @property {string} service
 * @property {string} amzDate  `YYYYMMDDTHHMMSSZ`
 * @property {string[]} signedHeaders
 * @property {string} signature
 * @property {string} [sessionToken]
 * @property {import('sigv4-wasm').ServiceRules} rules  of the service
 * @property {string} [contentSha256]  the header
 * @property {number} [expiresIn]  seconds, of a presigned URL
 */

/**
 * @param {ParsedRequest} request
 * @returns {Promise<Authorization | undefined>}  `undefined` if it is not signed
 * @throws {import('sigv4-wasm').SigV4Error} if its signature cannot be read
 */
export async function authorizationOf({ method, url, headers }) {
  const values = new Map(headers.map(([name, value]) => [name.toLowerCase(), value]));
  const query = new URL(url).searchParams;
  // An unsigned request needs no second wasm module.
  const isSigned = values.get('authorization')?.startsWith('AWS4-') || /[?&]X-Amz-/.test(url);
  if (!isSigned) return undefined;
  const { parseAuthorization } = await import('sigv4-wasm/verify');
  try {
    const { region, signatureLocation, expiresIn, ...parsed } = await parseAuthorization({
      method,
      url: new URL(url).href,
      headers: wireHeaders(headers),
    });
    const rules = signingRules(parsed.service);
    return {
      ...parsed,
      ...{ region, rules, contentSha256: values.get('x-amz-content-sha256') },
      sessionToken: query.get(rules.sessionTokenParameter) ?? values.get(rules.sessionTokenHeader),
      ...(signatureLocation === 'query' && { expiresIn: expiresIn ?? 300 }),
    };
  } catch (error) {
    if (/** @type {import('sigv4-wasm').SigV4Error} */ (error).code === 'ERR_SIGV4_SIGNATURE_MISSING')
      return undefined;
    throw error;
  }
}

/** @param {string | undefined} text  a session token, or what a log puts in its place */
export function isToken(text) {
  return text !== undefined && /^[\w+/=.%-]+$/.test(text);
}

/**
 * The request with its session token instead of the one that a log has hidden.
 *
 * @param {ParsedRequest} request
 * @param {string} token
 * @param {Authorization | undefined} authorization
 * @returns {ParsedRequest}
 */
export function withToken(request, token, authorization) {
  const { sessionTokenHeader, sessionTokenParameter } = authorization?.rules ?? {};
  const [start, query] = splitQuery(request.url);
  const pairs = query.map((pair) => {
    const [name, value] = pair.split('=');
    const isHidden = decodeName(name) === sessionTokenParameter && !isToken(value);
    return isHidden ? `${name}=${encodeURIComponent(token)}` : pair;
  });
  return {
    ...request,
    url: query.length === 0 ? request.url : `${start}?${pairs.join('&')}`,
    headers: request.headers.map(([name, value]) =>
      name.toLowerCase() === sessionTokenHeader && !isToken(value) ? [name, token] : [name, value],
    ),
  };
}

/**
 * The request before it was signed, reduced to what the signature covers.
 *
 * @param {ParsedRequest} request
 * @param {Authorization} authorization
 * @returns {{ method: string, url: string, headers: [string, string][], body?: string | Uint8Array }}
 */
export function unsigned(request, authorization) {
  const [start, query] = splitQuery(request.url);
  const kept = query.filter((pair) => !PARAMETERS.has(decodeName(pair)));
  return {
    method: request.method,
    url: kept.length === 0 ? start : `${start}?${kept.join('&')}`,
    headers: request.headers.filter(([name]) => {
      const key = name.toLowerCase();
      return authorization.signedHeaders.includes(key) && !HEADERS.has(key) && key !== 'x-amz-region-set';
    }),
    body: request.body,
  };
}

/**
 * @param {string} url
 * @returns {[string, string[]]} what is before the query, and its pairs as they are written
 */
export function splitQuery(url) {
  const at = url.indexOf('?');
  return at < 0
    ? [url, []]
    : [
        url.slice(0, at),
        url
          .slice(at + 1)
          .split('&')
          .filter(Boolean),
      ];
}

/** @param {string} pair */
function decodeName(pair) {
  try {
    return decodeURIComponent(pair.split('=')[0]);
  } catch {
    return pair;
  }
}

/** Stands for a value that a shared link leaves out. */
export const REMOVED = '(removed)';

/** @type {ReadonlySet<string>} */
const PARAMETERS = new Set(SIGNATURE_PARAMETERS);
/** @type {ReadonlySet<string>} */
const HEADERS = new Set(REPLACED_HEADERS);
