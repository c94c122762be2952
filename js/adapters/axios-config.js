// The config of a signed request, as the adapter gets it.

import { keepsData, toArrayBuffer } from './axios-body.js';
import { keptHeaders, switchedOff } from './axios-headers.js';
import { resolveUrl } from './axios-request.js';

/**
 * Axios' own adapters get the one form that all of them, in all versions, send as it is: an absolute URL, and bytes.
 * Any other gets what axios would have given it, as long as that resolves to what was signed: test doubles match on the
 * relative URL, the parameters and the text.
 *
 * @param {any} config  final, as axios made it
 * @param {import('./axios-request.js').PreparedRequest} prepared
 * @param {import('../results.js').SignedRequest} signed
 * @param {import('./axios-adapter.js').ResolvedAdapter['own']} own
 * @param {import('./axios-adapter.js').AxiosStatic} axios
 * @returns {Record<string, unknown>} what differs from `config`
 */
export function signedConfig(config, { request, stream }, signed, own, axios) {
  const bytes = request.body && toArrayBuffer(request.body);
  if (own === undefined) {
    return {
      ...keptUrl(config, signed.url, axios),
      headers: keptHeaders(config.headers, signed.headers),
      data: keepsData(config.data) ? config.data : (stream ?? bytes),
    };
  }
  return {
    ...absolute(signed.url),
    headers: { ...switchedOff(config.headers, own), ...signed.headers },
    data: stream ?? bytes,
  };
}

/**
 * `url`, `baseURL` and `params` as they were, with a serializer that gives what was signed: axios writes a space as `+`.
 *
 * @param {any} config
 * @param {string} signedUrl
 * @param {import('./axios-adapter.js').AxiosStatic} axios
 */
function keptUrl(config, signedUrl, axios) {
  const { href } = resolveUrl({ ...config, params: undefined }, axios);
  if (href === signedUrl) return { paramsSerializer: serializer('', axios) };
  const start = href + (href.includes('?') ? '&' : '?');
  if (!signedUrl.startsWith(start)) return absolute(signedUrl);
  return {
    params: config.params ?? {},
    paramsSerializer: serializer(signedUrl.slice(start.length), axios),
  };
}

/**
 * @param {string} query
 * @param {import('./axios-adapter.js').AxiosStatic} axios
 */
function serializer(query, { VERSION }) {
  const serialize = () => query;
  // 0.x takes a function, some of 1.x an object only.
  return VERSION.startsWith('0.') ? serialize : { serialize };
}

/** @param {string} url */
function absolute(url) {
  return { url, baseURL: undefined, params: undefined, paramsSerializer: undefined };
}
