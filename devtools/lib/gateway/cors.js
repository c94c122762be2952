// Cross-origin requests. Source: "Configure CORS for HTTP APIs", API Gateway developer guide; Fetch standard.

/**
 * @typedef {[string, string][]} Headers
 * @typedef {NonNullable<import('./config.js').Settings['cors']>} CorsSettings
 */

/**
 * @param {CorsSettings} cors
 * @param {import('node:http').IncomingHttpHeaders} requestHeaders
 * @returns {Headers} the headers of a response that is not a preflight
 */
export function corsHeaders({ allowOrigins, allowCredentials, exposeHeaders }, { origin }) {
  const allowed = allowedOrigin(allowOrigins, allowCredentials, origin);
  if (allowed === undefined) return [];
  /** @type {Headers} */
  const headers = [['access-control-allow-origin', allowed]];
  if (allowed !== '*') headers.push(['vary', 'origin']);
  if (allowCredentials) headers.push(['access-control-allow-credentials', 'true']);
  if (exposeHeaders.length > 0) headers.push(['access-control-expose-headers', exposeHeaders.join(',')]);
  return headers;
}

/**
 * @param {CorsSettings} cors
 * @param {import('node:http').IncomingHttpHeaders} requestHeaders
 * @returns {Headers}
 */
export function preflightHeaders(cors, requestHeaders) {
  const headers = corsHeaders(cors, requestHeaders);
  if (headers.length === 0) return headers;
  const { allowMethods, allowHeaders, maxAge } = cors;
  const methods = allowMethods.includes('*') ? METHODS : allowMethods;
  headers.push(['access-control-allow-methods', methods.join(',')]);
  // `*` does not include `authorization`.
  const requested = requestHeaders['access-control-request-headers'] ?? '';
  headers.push([
    'access-control-allow-headers',
    allowHeaders.includes('*') ? requested : allowHeaders.join(','),
  ]);
  if (maxAge !== undefined) headers.push(['access-control-max-age', String(maxAge)]);
  return headers;
}

/**
 * @param {string} method
 * @param {import('node:http').IncomingHttpHeaders} requestHeaders
 */
export function isPreflight(method, requestHeaders) {
  return (
    method === 'OPTIONS' && 'origin' in requestHeaders && 'access-control-request-method' in requestHeaders
  );
}

export const PREFLIGHT_FIX =
  'Browsers send a preflight before the signed request and do not sign it: set up CORS in the config or template.';

/**
 * @param {readonly string[]} allowed  origins; `*` stands for any characters
 * @param {boolean} withCredentials
 * @param {string | undefined} origin
 */
function allowedOrigin(allowed, withCredentials, origin) {
  if (origin === undefined) return undefined;
  if (allowed.includes('*') && !withCredentials) return '*';
  const isAllowed = allowed.some((pattern) => {
    const [start, ...rest] = pattern.split('*');
    const end = rest.join('*');
    return rest.length === 0
      ? origin === pattern
      : origin.length >= pattern.length - 1 && origin.startsWith(start) && origin.endsWith(end);
  });
  return isAllowed ? origin : undefined;
}

const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];
