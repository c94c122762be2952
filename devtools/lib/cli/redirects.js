// The next request of a client that follows a redirect.
//
// Source: curl(1), `--location`, `--post301` and so on; RFC 9110, 15.4.

/**
 * @typedef {object} RedirectOptions
 * @property {string} [request]  the method that was asked for, which stays
 * @property {boolean} [post301]
 * @property {boolean} [post302]
 * @property {boolean} [post303]
 */

/**
 * @param {import('./input.js').CliRequest} request
 * @param {{ status: number, headers: [string, string][] }} answer
 * @param {RedirectOptions} options
 * @returns {{ request: import('./input.js').CliRequest, isSameOrigin: boolean } | undefined} `undefined`: no redirect
 */
export function redirected(request, { status, headers }, options) {
  const keeps = KEEPS_METHOD[status];
  const [, location] = headers.find(([name]) => name.toLowerCase() === 'location') ?? [];
  if (keeps === undefined || location === undefined || !URL.canParse(location, request.url)) return undefined;
  const url = new URL(location, request.url);
  if (!/^https?:$/.test(url.protocol)) return undefined;
  url.hash = '';
  const isSameOrigin = url.origin === new URL(request.url).origin;
  const { body, ...rest } = request;
  // For curl, a request with -d is a POST, whatever -X says.
  const keepsBody = body === undefined || keeps(request.bodyOf !== 'upload', options);
  const method = keepsBody || options.request !== undefined ? request.method : 'GET';
  // Headers that are for one server only.
  const dropped = [
    ...(isSameOrigin ? [] : ['authorization', 'cookie', 'host']),
    ...(keepsBody ? [] : ['content-type', 'content-length']),
  ];
  return {
    request: {
      ...rest,
      ...{ method, url: url.href },
      headers: request.headers.filter(([name]) => !dropped.includes(name.toLowerCase())),
      ...(keepsBody && body !== undefined && { body }),
    },
    isSameOrigin,
  };
}

/** Whether method and body stay. @type {Record<number, (isPost: boolean, options: RedirectOptions) => boolean | undefined>} */
const KEEPS_METHOD = {
  301: (isPost, { post301 }) => !isPost || post301,
  302: (isPost, { post302 }) => !isPost || post302,
  303: (isPost, { post303 }) => isPost && post303,
  307: () => true,
  308: () => true,
};
