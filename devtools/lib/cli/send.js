// Sends one request exactly as it was signed.

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createReadStream } from 'node:fs';

import { EnvHttpProxyAgent, request as undiciRequest } from 'undici';

import { CliError } from './exit.js';

/**
 * @typedef {object} Wire
 * @property {string} method
 * @property {string} url
 * @property {Record<string, string>} headers
 * @property {import('./input.js').Body} [body]
 *
 * @typedef {object} ServerResponse
 * @property {number} status
 * @property {string} statusText
 * @property {[string, string][]} headers  as they arrived
 * @property {import('node:stream').Readable} body  as it arrived, not decompressed
 */

/**
 * @param {Wire} wire
 * @param {object} options
 * @param {AbortSignal} [options.signal]
 * @param {(head: string) => void} [options.onHead]  receives the head of the request as it is sent
 * @returns {Promise<ServerResponse>}
 */
export async function send({ method, url, headers, body }, { signal, onHead }) {
  const isFile = body !== undefined && 'file' in body;
  const listen = (/** @type {any} */ { headers }) => onHead?.(headers.trimEnd());
  subscribe('undici:client:sendHeaders', listen);
  try {
    const response = await undiciRequest(url, {
      method: /** @type {import('undici').Dispatcher.HttpMethod} */ (method),
      headers: isFile ? { ...headers, 'content-length': String(body.size) } : headers,
      body: isFile ? createReadStream(body.file) : body,
      signal,
      responseHeaders: 'raw',
      ...(PROXIES.some((name) => process.env[name]) && { dispatcher: new EnvHttpProxyAgent() }),
    });
    const { statusCode: status, statusText, body: answer } = response;
    const raw = /** @type {string[]} */ (/** @type {unknown} */ (response.headers));
    return { status, statusText, headers: pairs(raw), body: answer };
  } catch (error) {
    throw connectionError(error, url);
  } finally {
    unsubscribe('undici:client:sendHeaders', listen);
  }
}

const PROXIES = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY'];

/**
 * @param {any} error
 * @param {string} url
 * @returns {unknown} the error to throw instead
 */
export function connectionError(error, url) {
  const { host } = new URL(url);
  if (error.name === 'TimeoutError') {
    return new CliError('timeout', `${host} did not answer within --max-time`);
  }
  const isForeign = typeof error.code === 'string' && !error.code.startsWith('ERR_SIGV4_');
  if (!isForeign || error instanceof CliError) return error;
  return new CliError('connect', `the connection to ${host} failed (${error.code})`, { cause: error });
}

/**
 * @param {string[]} raw  names and values in turn
 * @returns {[string, string][]}
 */
function pairs(raw) {
  return Array.from({ length: raw.length / 2 }, (_, i) => [raw[2 * i], raw[2 * i + 1]]);
}
