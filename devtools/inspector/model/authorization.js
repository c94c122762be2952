// What a signed request says about its signature: access key, time, scope and signed headers.

import { REPLACED_HEADERS, SIGNATURE_PARAMETERS, signingRules } from 'sigv4-wasm';

/**
 * @typedef {import('../../lib/requests/index.js').ParsedRequest} ParsedRequest
 *
 * @typedef {object} Authorization
 * @property {string} accessKeyId
 * @property {string} region
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
 * @returns {Authorization | undefined}  `undefined` if it is not signed
 */
export function authorizationOf(request) {
  const headers = new Map(request.headers.map(([name, value]) => [name.toLowerCase(), value]));
  const contentSha256 = headers.get('x-amz-content-sha256');
  const query = new URL(request.url).searchParams;
  const tokenIn = (/** @type {import('sigv4-wasm').ServiceRules} */ rules) =>
    query.get(rules.sessionTokenParameter) ?? headers.get(rules.sessionTokenHeader);
  if (query.get('X-Amz-Algorithm') === ALGORITHM) {
    return parseAuthorization({
      tokenIn,
      contentSha256,
      credential: query.get('X-Amz-Credential'),
      amzDate: query.get('X-Amz-Date'),
      names: query.get('X-Amz-SignedHeaders'),
      signature: query.get('X-Amz-Signature'),
      expiresIn: Number(query.get('X-Amz-Expires') ?? 300),
    });
  }
  const header = headers.get('authorization');
  if (!header?.startsWith(`${ALGORITHM} `)) return undefined;
  /** @param {string} field */
  const field = (field) => new RegExp(`[ ,]${field}=([^, ]*)`).exec(header)?.[1];
  return parseAuthorization({
    tokenIn,
    contentSha256,
    credential: field('Credential'),
    amzDate: headers.get('x-amz-date'),
    names: field('SignedHeaders'),
    signature: field('Signature'),
  });
}

/** @param {ParsedRequest} request  whether it has a signature of the other kind */
export function isV4a({ url, headers }) {
  const isInHeader = headers.some(
    ([name, value]) => /^authorization$/i.test(name) && value.startsWith('AWS4-ECDSA'),
  );
  return isInHeader || /[?&]X-Amz-Algorithm=AWS4-ECDSA/.test(url);
}

/** @param {string | undefined} text  a session token, or what a log puts in its place */
export function isToken(text) {
  return text !== undefined && /^[\w+/=.%-]+$/.test(text);
}

/**
 * The request with its session token in place of the one that a log has hidden.
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
 * The request as it was before it was signed, of what the signature covers.
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
      return authorization.signedHeaders.includes(key) && !HEADERS.has(key);
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

/**
 * @param {{ credential?: string | null, amzDate?: string | null, names?: string | null, signature?: string | null, contentSha256?: string, expiresIn?: number, tokenIn: (rules: import('sigv4-wasm').ServiceRules) => string | undefined }} fields
 * @returns {Authorization | undefined}
 */
function parseAuthorization({ credential, amzDate, names, signature, contentSha256, expiresIn, tokenIn }) {
  const [, accessKeyId, region, service] =
    /^(.+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request$/.exec(credential ?? '') ?? [];
  if (!accessKeyId || !amzDate || !names || !signature) return undefined;
  const rules = signingRules(service);
  return {
    ...{ accessKeyId, region, service, amzDate, signature, contentSha256 },
    ...{ rules, sessionToken: tokenIn(rules) },
    signedHeaders: names.toLowerCase().split(';'),
    ...(expiresIn !== undefined && { expiresIn }),
  };
}

/** @param {string} pair */
function decodeName(pair) {
  try {
    return decodeURIComponent(pair.split('=')[0]);
  } catch {
    return pair;
  }
}

/** @type {ReadonlySet<string>} */
const PARAMETERS = new Set(SIGNATURE_PARAMETERS);
/** @type {ReadonlySet<string>} */
const HEADERS = new Set(REPLACED_HEADERS);
const ALGORITHM = 'AWS4-HMAC-SHA256';
