// The token of the proxy, where requests carry it, and how browsers keep it. Every user and program of a machine can reach
// 127.0.0.1, and only those that know the token may use the credentials.

/** The header for clients that use `Authorization` for something else, such as SDKs that sign. */
export const TOKEN_HEADER = 'x-sigv4-proxy-token';
/** The query parameter for the first address that a browser opens, and for WebSockets, which cannot send headers in browsers. */
export const TOKEN_PARAMETER = 'sigv4-proxy-token';
const COOKIE = 'sigv4-proxy-token';

/**
 * @typedef {'header' | 'cookie' | 'query'} Place
 *
 * @param {import('node:http').IncomingHttpHeaders} headers
 * @param {string} path  with the query
 * @param {(given: string) => boolean} isToken
 * @returns {Place | undefined} where the request has the right token; `undefined` if it does not have it
 */
export function placeOfToken(headers, path, isToken) {
  for (const given of inHeaders(headers)) if (isToken(given)) return 'header';
  const cookie = cookieOf(headers.cookie);
  if (cookie !== undefined && isToken(cookie)) return 'cookie';
  const parameter = path.includes(TOKEN_PARAMETER) ? parameterOf(path) : undefined;
  return parameter !== undefined && isToken(parameter) ? 'query' : undefined;
}

/**
 * @param {import('node:http').IncomingHttpHeaders} headers
 * @returns {string[]}
 */
function inHeaders(headers) {
  const found = [headers[TOKEN_HEADER]].flat().filter((one) => one !== undefined);
  for (const value of [headers.authorization, headers['proxy-authorization']]) {
    const [, scheme, text] = /^(bearer|basic) +(\S+)$/i.exec(value ?? '') ?? [];
    if (scheme === undefined) continue;
    // The token is the password. Any user name is accepted, because some clients send none and others require one.
    found.push(
      scheme.toLowerCase() === 'bearer'
        ? text
        : Buffer.from(text, 'base64')
            .toString()
            .replace(/^[^:]*:/, ''),
    );
  }
  return found;
}

/** @param {string} [cookies] */
function cookieOf(cookies) {
  return cookies
    ?.split(/; */)
    .find((one) => one.startsWith(`${COOKIE}=`))
    ?.slice(COOKIE.length + 1);
}

/** @param {string} path */
function parameterOf(path) {
  return new URLSearchParams(path.replace(/^[^?]*/, '')).get(TOKEN_PARAMETER) ?? undefined;
}

/**
 * The same target without the token, which must not reach an upstream.
 *
 * @param {string} path
 */
export function withoutToken(path) {
  if (!path.includes(TOKEN_PARAMETER)) return path;
  const [before, ...query] = path.split('?');
  const rest = query
    .join('?')
    .split('&')
    .filter((part) => part.split('=', 1)[0] !== TOKEN_PARAMETER)
    .join('&');
  return rest === '' ? before : `${before}?${rest}`;
}

/** @param {string} cookies */
export function withoutOwnCookie(cookies) {
  if (!cookies.includes(COOKIE)) return cookies;
  return cookies
    .split(/; */)
    .filter((one) => !one.startsWith(`${COOKIE}=`))
    .join('; ');
}

/**
 * The cookie lasts until the browser is closed, and is sent only for pages of this host.
 *
 * @param {string} token
 */
export function cookieFor(token) {
  return `${COOKIE}=${token}; Path=/; HttpOnly; SameSite=Strict`;
}
