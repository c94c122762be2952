// The config of a signed request that is passed to the adapter.

import { keepsData, toArrayBuffer } from './body.js';
import { keptHeaders, switchedOff } from './headers.js';
import { resolveUrl } from './outgoing-request.js';

/**
 * Axios' own adapters get the only form that all of them, in all versions, send unchanged: an absolute URL, and bytes. Other
 * adapters get what axios would have passed to them, if that resolves to the signed request, because test doubles match on the
 * relative URL, the parameters and the text.
 *
 * @param {any} config  final, as axios made it
 * @param {import('./outgoing-request.js').PreparedRequest} prepared
 * @param {import('../../sign/signed-request.js').SignedRequest} signed
 * @param {import('./resolve-adapter.js').ResolvedAdapter['own']} own
 * @param {import('./resolve-adapter.js').AxiosStatic} axios
 * @returns {any} a copy of `config`
 */
export function signedConfig(config, { request, stream }, signed, own, axios) {
  const copy = copyOf(config);
  const bytes = request.body && toArrayBuffer(request.body);
  if (own === undefined) {
    keepUrl(copy, request.url, signed.url, axios);
    copy.headers = keptHeaders(config.headers, signed.headers);
    copy.data = keepsData(config.data) ? config.data : (stream ?? bytes);
    return copy;
  }
  makeAbsolute(copy, signed.url);
  copy.headers = Object.assign(switchedOff(config.headers, own), signed.headers);
  copy.data = stream ?? bytes;
  return copy;
}

/**
 * A copy of a config that keeps its prototype: recent axios gives it none, against prototype pollution.
 *
 * @param {any} config
 * @returns {any}
 */
function copyOf(config) {
  const clone = Object.assign(Object.create(Object.getPrototypeOf(config)), config);
  // Axios hides one there, of which loops show nothing.
  if (Object.hasOwn(config, 'hasOwnProperty')) clone.hasOwnProperty = config.hasOwnProperty;
  return clone;
}

/**
 * Leaves `url`, `baseURL` and `params` as they are, with a serializer that returns the signed query: axios writes a space as `+`.
 *
 * @param {any} config  is changed
 * @param {string} resolved  what it resolves to
 * @param {string} signedUrl
 * @param {import('./resolve-adapter.js').AxiosStatic} axios
 */
function keepUrl(config, resolved, signedUrl, axios) {
  const { url, baseURL, params } = config;
  // If the URL has no query of its own, the whole query comes from the parameters. 0.x may have got an escaped path: see targetUrl.
  const isMixed = axios.VERSION.startsWith('0.') || `${baseURL}${url}`.includes('?');
  const href = isMixed ? resolveUrl({ ...config, params: undefined }, axios).href : resolved.split('?')[0];
  const start = href + (href.includes('?') ? '&' : '?');
  if (href !== signedUrl && !signedUrl.startsWith(start)) {
    makeAbsolute(config, signedUrl);
    return;
  }
  if (href !== signedUrl) config.params = params ?? {};
  config.paramsSerializer = serializer(signedUrl.slice(start.length), axios);
}

/**
 * @param {string} query
 * @param {import('./resolve-adapter.js').AxiosStatic} axios
 */
function serializer(query, { VERSION }) {
  const serialize = () => query;
  // 0.x takes a function, some of 1.x an object only.
  return VERSION.startsWith('0.') ? serialize : { serialize };
}

/**
 * @param {any} config  is changed
 * @param {string} url
 */
function makeAbsolute(config, url) {
  config.url = url;
  config.baseURL = config.params = config.paramsSerializer = undefined;
}
