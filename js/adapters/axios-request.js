// The request that axios is about to send, read out of its final config.

import { SigV4Error } from '../errors.js';
import { describeStream, isStream, readAxiosBody } from './axios-body.js';
import { headersToSign } from './axios-headers.js';

/**
 * @typedef {object} PreparedRequest
 * @property {{ method: string, url: string, headers: Record<string, string>, body?: Uint8Array }} request
 * @property {any} [stream]  the body, where it is to be sent without being read and signed
 */

/**
 * Everything that takes time or can be done only once; all attempts sign and send what this gives.
 *
 * @param {any} config
 * @param {URL} url  from `targetUrl`
 * @param {import('./axios.js').AdapterOption | undefined} adapter
 * @param {import('./client.js').ClientSigner} client  where it does not sign bodies, streams are left as they are
 * @returns {Promise<PreparedRequest>}
 */
export async function readRequest(config, url, adapter, { signsBody, signsQuery }) {
  refuseBasicAuth(signsQuery ? {} : config, url);
  const data = dropsBody(config.method, adapter) ? undefined : config.data;
  const stream = !signsBody && isStream(data) ? data : undefined;
  const body = stream ? describeStream(stream) : await readAxiosBody(data);
  const sent = stream !== undefined || body.bytes !== undefined;
  const request = {
    method: config.method.toUpperCase(),
    url: url.href,
    headers: headersToSign(config.headers, { ...body, sent }),
    body: body.bytes,
  };
  return { request, stream };
}

/**
 * The URL that axios would request, in the one form that every adapter sends as it is.
 *
 * @param {any} config
 * @param {import('./axios.js').AxiosStatic} axios
 * @returns {URL}
 */
export function targetUrl(config, axios) {
  const { url: path, baseURL, allowAbsoluteUrls, params, paramsSerializer } = config;
  // No defaults: they are in the config already. And nothing but what makes the URL, as all of it would be copied.
  const uri = new axios.Axios({}).getUri({ url: path, baseURL, allowAbsoluteUrls, params, paramsSerializer });
  try {
    const url = new URL(uri, globalThis.document?.baseURI ?? globalThis.location?.href);
    url.hash = '';
    // The http adapter of 0.27 escapes these, which others leave alone. Where they are escaped, all leave them.
    const escaped = url.href.replace(
      /['\\^`{|}]/g,
      (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
    );
    return escaped === url.href ? url : new URL(escaped);
  } catch {
    const shown = String(uri)
      .split(/[?#]/)[0]
      .replace(/\/\/[^/]*@/, '//');
    const message = `"${shown}" is not an absolute URL: set baseURL, or request one`;
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
      'auth would replace the signature, as both go into the authorization header: remove it, or leave this URL ' +
        'unsigned with the option match',
    );
  }
  if (url.username || url.password) {
    throw new SigV4Error(
      'ERR_SIGV4_URL_INVALID',
      `the user name and password in the URL (${url.host}) would replace the signature, as they go into the ` +
        'authorization header, too: remove them',
    );
  }
}

/**
 * Whether the request goes through XMLHttpRequest, which sends no body with these methods.
 *
 * @param {string} method
 * @param {import('./axios.js').AdapterOption | undefined} adapter
 * @returns {boolean}
 */
function dropsBody(method, adapter) {
  if (typeof XMLHttpRequest === 'undefined' || !/^(get|head)$/i.test(method)) return false;
  const [first] = [adapter].flat();
  return first !== 'http' && first !== 'fetch';
}
