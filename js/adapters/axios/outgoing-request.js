// The request that axios is about to send, read from its final config.

import { SigV4Error } from '../../engine/errors.js';
import { describeStream, isAxiosStream, readAxiosBody } from './body.js';
import { headersToSign } from './headers.js';

/**
 * @typedef {object} PreparedRequest
 * @property {{ method: string, url: string, headers: Record<string, string>, body?: Uint8Array }} request
 * @property {any} [stream]  the body, if it is sent without being read and signed
 */

/**
 * Everything that takes time or can be done only once. All attempts sign and send its result.
 *
 * @param {any} config
 * @param {URL} url  from `targetUrl`
 * @param {ReturnType<typeof import('./fetch-adapter.js').signingAdapter>} adapter
 * @param {import('../shared/client-signer.js').ClientSigner} client  if it does not sign bodies, streams are passed on unread
 * @returns {Promise<PreparedRequest>}
 */
export async function readRequest(config, url, { own, insteadOfXhr }, { signsBody, signsQuery }) {
  refuseBasicAuth(signsQuery ? {} : config, url);
  // XMLHttpRequest sends no body with these methods; fetch, in its place, would refuse it.
  const isXhr = own === 'xhr' || insteadOfXhr;
  const data = isXhr && /^(get|head)$/i.test(config.method) ? undefined : config.data;
  const stream = !signsBody && isAxiosStream(data) ? data : undefined;
  const body = stream ? describeStream(stream) : await readAxiosBody(data);
  const sent = stream !== undefined || body.bytes !== undefined;
  const headers = headersToSign(config.headers, { ...body, sent });
  const request = { method: config.method.toUpperCase(), url: url.href, headers, body: body.bytes };
  if (!sendsHost(own)) delete headers.host;
  else if (takesOtherHost(config, url)) headers.host ??= url.host;
  return { request, stream };
}

/**
 * Browsers, Node's fetch, Deno and Workers send the host of the URL, whatever the header says; Bun would send the header.
 *
 * @param {import('./resolve-adapter.js').ResolvedAdapter['own']} own
 */
export function sendsHost(own) {
  return own === undefined || own === 'http';
}

/**
 * The host that Node.js sends by default if it is not that of the URL: `localhost` through a socket; over HTTP/2, one with
 * the default port.
 *
 * @param {any} config
 * @param {URL} url
 */
function takesOtherHost({ socketPath, httpVersion }, { port }) {
  return Boolean(socketPath) || (Number(httpVersion) === 2 && port === '');
}

/**
 * The URL that axios would request, in the only form that every adapter sends unchanged.
 *
 * @param {any} config
 * @param {import('./resolve-adapter.js').AxiosStatic} axios
 * @param {import('./resolve-adapter.js').ResolvedAdapter['own']} own
 * @returns {URL}
 */
export function targetUrl(config, axios, own) {
  const plain = plainUrl(config);
  if (plain !== undefined) return new URL(plain);
  const url = resolveUrl(config, axios);
  // Adapters that are not axios' own get the URL in the caller's spelling.
  if (own === undefined && !axios.VERSION.startsWith('0.')) return url;
  // The http adapter of 0.27 escapes these; the others do not. If they are already escaped, all adapters keep them.
  const escaped = url.href.replace(
    /['\\^`{|}]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return escaped === url.href ? url : new URL(escaped);
}

/**
 * What axios makes of a URL and parameters in which nothing is to be escaped or resolved, in all of its versions: to ask it
 * takes a third of the time that signing adds to a request.
 *
 * @param {any} config
 * @returns {string | undefined}
 */
function plainUrl({ url = '', baseURL = '', allowAbsoluteUrls, params, paramsSerializer }) {
  if (allowAbsoluteUrls === false || paramsSerializer || typeof url !== 'string') return undefined;
  const isAbsolute = PLAIN_URL.test(url);
  if (!isAbsolute && !(PLAIN_PATH.test(url) && PLAIN_URL.test(baseURL))) return undefined;
  const start = isAbsolute
    ? url
    : url === ''
      ? baseURL
      : `${baseURL.replace(/\/$/, '')}/${url.replace(/^\//, '')}`;
  const query = params ? plainQuery(params) : '';
  return query === undefined ? undefined : start + query;
}

/**
 * @param {any} params
 * @returns {string | undefined} with its question mark
 */
function plainQuery(params) {
  const prototype = Object.getPrototypeOf(params);
  if (prototype !== Object.prototype && prototype !== null) return undefined;
  let query = '';
  for (const name of Object.keys(params)) {
    const value = params[name];
    if (value === undefined || value === null) continue;
    const isPlain = typeof value === 'string' || typeof value === 'number';
    if (!isPlain || !PLAIN_WORD.test(name) || !PLAIN_WORD.test(String(value))) return undefined;
    query += `${query === '' ? '?' : '&'}${name}=${value}`;
  }
  return query;
}

/** No segment of dots, and no empty one. */
const PLAIN_URL = /^https?:\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d+)?(?:\/[\w~-][\w.~-]*)*\/?$/;
const PLAIN_PATH = /^(?:\/?[\w~-][\w.~-]*)?(?:\/[\w~-][\w.~-]*)*\/?$/;
const PLAIN_WORD = /^[\w.~-]+$/;

/**
 * @param {any} config
 * @param {import('./resolve-adapter.js').AxiosStatic} axios
 * @returns {URL} without a hash
 */
export function resolveUrl(config, axios) {
  const { url: path, baseURL, allowAbsoluteUrls, params, paramsSerializer, socketPath } = config;
  // No defaults, which are already in the config, and only the parts of the URL, because axios copies everything.
  const uri = new axios.Axios({}).getUri({ url: path, baseURL, allowAbsoluteUrls, params, paramsSerializer });
  // axios accepts a path alone if there is a socket.
  const base = socketPath ? 'http://localhost' : (globalThis.document?.baseURI ?? globalThis.location?.href);
  try {
    const url = new URL(uri, base);
    url.hash = '';
    return url;
  } catch {
    const shown = String(uri)
      .split(/[?#]/)[0]
      .replace(/\/\/[^/]*@/, '//');
    const message = `"${shown}" is not an absolute URL: set baseURL, or pass an absolute URL`;
    throw new SigV4Error('ERR_SIGV4_URL_INVALID', message);
  }
}

/**
 * Both kinds of basic authentication would replace the signature in `Authorization`.
 *
 * @param {any} config
 * @param {URL} url
 */
function refuseBasicAuth(config, url) {
  if (config.auth) {
    throw new SigV4Error(
      'ERR_SIGV4_HEADER_INVALID',
      'auth would replace the signature, because both use the Authorization header: remove auth, or leave this ' +
        'URL unsigned with the option match',
    );
  }
  if (url.username || url.password) {
    throw new SigV4Error(
      'ERR_SIGV4_URL_INVALID',
      `the user name and password in the URL (${url.host}) would replace the signature, because both use ` +
        'the Authorization header: remove them',
    );
  }
}
