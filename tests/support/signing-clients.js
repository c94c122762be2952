// Every HTTP client that is signed for, behind one function.

import { Readable } from 'node:stream';

import got from 'got';
import { sigv4Interceptor as axiosInterceptor } from 'sigv4-wasm/axios';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';
import { sigv4Hooks } from 'sigv4-wasm/got';
import { sigv4Interceptor as undiciInterceptor } from 'sigv4-wasm/undici';
import * as undici7 from 'undici';
import * as undici6 from 'undici-6';

import { AXIOS_VERSIONS } from './axios-versions.js';

/**
 * @typedef {object} Request
 * @property {string} [method]
 * @property {string | Readable} [body]
 * @property {boolean} [streams]  whether the body is a stream
 * @property {AbortSignal} [signal]
 * @property {Record<string, string>} [headers]
 *
 * @typedef {(url: string, request?: Request) => Promise<{ status: number, text: string }>} Send
 *
 * @typedef {object} SigningClient
 * @property {string} name
 * @property {(options: any) => Send} make
 */

/** @returns {Promise<{ status: number, text: string }>} */
const answerOf = async (/** @type {Response} */ response) => ({
  status: response.status,
  text: await response.text(),
});
const bodyOf = (/** @type {Request} */ { body, streams }) =>
  streams && typeof body === 'string' ? Readable.from([Buffer.from(body)]) : body;

/** @type {SigningClient[]} */
export const SIGNING_CLIENTS = [
  ...AXIOS_VERSIONS.flatMap(({ axios, version, adapters }) =>
    adapters.map((adapter) => ({
      name: `axios ${version}, ${adapter}`,
      make(/** @type {any} */ options) {
        const client = axios.create({
          ...(adapter === 'fetch' && { adapter }),
          responseType: 'text',
          transformResponse: [],
          validateStatus: () => true,
        });
        client.interceptors.request.use(axiosInterceptor({ axios, ...options }));
        return async (/** @type {string} */ url, /** @type {Request} */ request = {}) => {
          const { method, headers, signal } = request;
          const data = bodyOf(request);
          const { status, data: text } = await client.request({ url, method, headers, data, signal });
          return { status, text };
        };
      },
    })),
  ),
  {
    name: 'fetch',
    make: (options) => {
      const signedFetch = createSigv4Fetch(options);
      return async (url, { streams, ...request } = {}) => {
        const body = /** @type {any} */ (bodyOf({ streams, ...request }));
        const init = { ...request, body, ...(body instanceof Readable && { duplex: 'half' }) };
        return answerOf(await signedFetch(url, init));
      };
    },
  },
  ...[undici6, undici7].map((undici, i) => ({
    name: `undici ${6 + i}`,
    make(/** @type {any} */ options) {
      const { Agent, interceptors, request: send } = /** @type {any} */ (undici);
      const dispatcher = new Agent({ keepAliveTimeout: 10 }).compose(
        undiciInterceptor(options),
        interceptors.redirect({ maxRedirections: 5 }),
      );
      return async (/** @type {string} */ url, /** @type {Request} */ request = {}) => {
        const { method = 'GET', headers, signal } = request;
        const options = { method, headers, body: bodyOf(request), signal, dispatcher };
        const { statusCode, body } = await send(url, options);
        return { status: statusCode, text: await body.text() };
      };
    },
  })),
  {
    name: 'got',
    make(options) {
      const client = got.extend({ hooks: sigv4Hooks(options), throwHttpErrors: false, retry: { limit: 0 } });
      return async (url, request = {}) => {
        const { method, headers, signal } = request;
        const options = /** @type {any} */ ({
          method,
          headers,
          signal,
          body: bodyOf(request),
          methodRewriting: false,
        });
        const { statusCode, body } = await client(url, options);
        return { status: statusCode, text: body };
      };
    },
  },
];
