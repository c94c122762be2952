// What a signed request says of its own signature: which key signed it, when, where for, and which headers.

/**
 * @typedef {import('../../lib/requests/index.js').ParsedRequest} ParsedRequest
 *
 * @typedef {object} Claim
 * @property {string} accessKeyId
 * @property {string} region
 * @property {string} service
 * @property {string} amzDate  `YYYYMMDDTHHMMSSZ`
 * @property {string[]} signedHeaders
 * @property {string} signature
 * @property {string} [sessionToken]
 * @property {string} [contentSha256]  the header
 * @property {number} [expiresIn]  seconds, of a presigned URL
 */

/**
 * @param {ParsedRequest} request
 * @returns {Claim | undefined}  nothing where it is not signed
 */
export function claimOf(request) {
  const headers = new Map(request.headers.map(([name, value]) => [name.toLowerCase(), value]));
  const contentSha256 = headers.get('x-amz-content-sha256');
  const query = new URL(request.url).searchParams;
  if (query.get('X-Amz-Algorithm') === ALGORITHM) {
    return readClaim({
      contentSha256,
      credential: query.get('X-Amz-Credential'),
      amzDate: query.get('X-Amz-Date'),
      names: query.get('X-Amz-SignedHeaders'),
      signature: query.get('X-Amz-Signature'),
      sessionToken: query.get('X-Amz-Security-Token') ?? headers.get('x-amz-security-token'),
      expiresIn: Number(query.get('X-Amz-Expires') ?? 300),
    });
  }
  const authorization = headers.get('authorization');
  if (!authorization?.startsWith(`${ALGORITHM} `)) return undefined;
  /** @param {string} field */
  const field = (field) => new RegExp(`[ ,]${field}=([^, ]*)`).exec(authorization)?.[1];
  return readClaim({
    contentSha256,
    credential: field('Credential'),
    amzDate: headers.get('x-amz-date'),
    names: field('SignedHeaders'),
    signature: field('Signature'),
    sessionToken: headers.get('x-amz-security-token'),
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
 * The request with its session token, where a log has it hidden.
 *
 * @param {ParsedRequest} request
 * @param {string} token
 * @returns {ParsedRequest}
 */
export function withToken(request, token) {
  const [start, query] = splitQuery(request.url);
  const pairs = query.map((pair) => {
    const [name, value] = pair.split('=');
    const isHidden = decodeName(name) === 'X-Amz-Security-Token' && !isToken(value);
    return isHidden ? `${name}=${encodeURIComponent(token)}` : pair;
  });
  return {
    ...request,
    url: query.length === 0 ? request.url : `${start}?${pairs.join('&')}`,
    headers: request.headers.map(([name, value]) =>
      name.toLowerCase() === 'x-amz-security-token' && !isToken(value) ? [name, token] : [name, value],
    ),
  };
}

/**
 * The request as it was before it was signed, of what the signature covers.
 *
 * @param {ParsedRequest} request
 * @param {Claim} claim
 * @returns {{ method: string, url: string, headers: [string, string][], body?: string | Uint8Array }}
 */
export function unsigned(request, claim) {
  const [start, query] = splitQuery(request.url);
  const kept = query.filter((pair) => !OF_SIGNATURE.has(decodeName(pair)));
  return {
    method: request.method,
    url: kept.length === 0 ? start : `${start}?${kept.join('&')}`,
    headers: request.headers.filter(([name]) => {
      const key = name.toLowerCase();
      return claim.signedHeaders.includes(key) && !SET_BY_SIGNING.has(key);
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

/** @param {{ credential?: string | null, amzDate?: string | null, names?: string | null, signature?: string | null, contentSha256?: string, sessionToken?: string, expiresIn?: number }} fields */
function readClaim({ credential, amzDate, names, signature, contentSha256, sessionToken, expiresIn }) {
  const [, accessKeyId, region, service] =
    /^(.+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request$/.exec(credential ?? '') ?? [];
  if (!accessKeyId || !amzDate || !names || !signature) return undefined;
  return {
    ...{ accessKeyId, region, service, amzDate, signature, contentSha256, sessionToken },
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

const ALGORITHM = 'AWS4-HMAC-SHA256';

const OF_SIGNATURE = new Set([
  ...['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Expires'],
  ...['X-Amz-SignedHeaders', 'X-Amz-Signature', 'X-Amz-Security-Token'],
]);

/** The signer writes these. */
const SET_BY_SIGNING = new Set([
  ...['authorization', 'x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256'],
]);
