// The errors with which the proxy itself responds to a request.

/**
 * The status of each code. The codes never change.
 *
 * @type {Record<string, number>}
 */
const STATUSES = {
  ERR_PROXY_HOST: 403,
  ERR_PROXY_ORIGIN: 403,
  ERR_PROXY_TOKEN: 401,
  ERR_PROXY_NOT_ALLOWED: 403,
  ERR_PROXY_UNNAMED: 421,
  ERR_PROXY_TUNNEL: 501,
  ERR_PROXY_UPGRADE: 501,
  ERR_PROXY_REQUEST: 400,
  ERR_PROXY_BODY: 413,
  ERR_PROXY_SLOW: 408,
  ERR_PROXY_NOT_FOUND: 404,
  ERR_PROXY_CREDENTIALS: 503,
  ERR_PROXY_UPSTREAM: 502,
  ERR_PROXY_TIMEOUT: 504,
};

export class ProxyError extends Error {
  /**
   * @param {string} code  a key of the table above
   * @param {string} message  what was wrong
   * @param {{ fix?: string, cause?: unknown }} [options]  `fix`: what to do
   */
  constructor(code, message, { fix, cause } = {}) {
    super(message, { cause });
    this.code = code;
    this.status = STATUSES[code];
    this.fix = fix;
  }
}

/**
 * @param {unknown} error
 * @returns {ProxyError}
 */
export function toProxyError(error) {
  if (error instanceof ProxyError) return error;
  const { code = '', message } = /** @type {{ code?: string, message: string }} */ (error);
  const [, own, fix] = FOREIGN.find(([pattern]) => pattern.test(code)) ?? [];
  if (own !== undefined) return new ProxyError(own, message, { fix, cause: error });
  // The message may quote the request, so only the terminal shows it.
  return new ProxyError('ERR_PROXY_REQUEST', `The request cannot be sent (${code || 'unknown error'}).`, {
    cause: error,
  });
}

/** Codes of the signer and of the part that reads bodies. @type {[code: RegExp, own: string, fix?: string][]} */
const FOREIGN = [
  [
    /^ERR_SIGV4_CREDENTIALS_|^ERR_SIGV4_.*_(?:ACCESS_KEY|TOKEN)/,
    'ERR_PROXY_CREDENTIALS',
    'Renew the credentials, or start the proxy with other credentials.',
  ],
  [
    /^ERR_SIGV4_(?:REGION|SERVICE)_/,
    'ERR_PROXY_REQUEST',
    'Start the proxy with --region and --service (options region and service).',
  ],
  [/^ERR_SIGV4_/, 'ERR_PROXY_REQUEST'],
];

/**
 * @param {ProxyError} error
 * @returns {{ status: number, headers: [string, string][], body: Buffer }}
 */
export function responseOf({ code, status, message, fix }) {
  const body = Buffer.from(`${JSON.stringify({ code, message, ...(fix && { fix }) })}\n`);
  return {
    status,
    headers: [
      ['content-type', 'application/json'],
      ['content-length', String(body.length)],
      ['cache-control', 'no-store'],
      ['x-content-type-options', 'nosniff'],
      ['x-sigv4-proxy-error', code],
      // RFC 9110 requires a challenge. Browsers show no prompt for this one.
      ...(status === 401 ? CHALLENGE : []),
    ],
    body,
  };
}

/** @type {[string, string][]} */
const CHALLENGE = [['www-authenticate', 'Bearer realm="sigv4 proxy"']];
