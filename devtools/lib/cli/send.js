// Sends one request exactly as it was signed.

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createReadStream } from 'node:fs';

import { CliError } from './exit.js';

/**
 * @typedef {object} Wire
 * @property {string} method
 * @property {string} url
 * @property {Record<string, string>} headers  by lower-case name
 * @property {import('./input.js').Body} [body]
 *
 * @typedef {object} ServerResponse
 * @property {'1.1' | '2'} version  of HTTP
 * @property {number} status
 * @property {string} statusText
 * @property {[string, string][]} headers  as they arrived
 * @property {import('node:stream').Readable} body  as it arrived, not decompressed
 */

/**
 * @param {Wire} wire
 * @param {[string, string][]} written  the headers as the command line has them
 * @param {object} options
 * @param {import('undici').Dispatcher} options.dispatcher
 * @param {AbortSignal} [options.signal]
 * @param {(head: string) => void} [options.onHead]  receives the head of the request as it is sent
 * @returns {Promise<ServerResponse>}
 */
export async function send({ method, url, headers, body }, written, { dispatcher, signal, onHead }) {
  const isFile = body !== undefined && 'file' in body;
  const pairs = asWritten(headers, written);
  if (isFile) pairs.push(['Content-Length', String(body.size)]);
  /** @type {'1.1' | '2'} */
  let version = '1.1';
  const listen = (/** @type {any} */ { headers }) => {
    if (/^:authority:/m.test(headers)) version = '2';
    onHead?.(headers.trimEnd());
  };
  subscribe('undici:client:sendHeaders', listen);
  try {
    const { origin, path } = partsOf(url);
    const response = await dispatcher.request({
      ...{ origin, path, signal },
      method: /** @type {import('undici').Dispatcher.HttpMethod} */ (method),
      headers: pairs.flat(),
      body: isFile ? createReadStream(body.file) : body,
      responseHeaders: 'raw',
      // As curl: only --max-time ends a request.
      ...{ headersTimeout: 0, bodyTimeout: 0 },
    });
    const { statusCode: status, statusText, body: answer } = response;
    const raw = /** @type {any} */ (response.headers);
    return { version, status, statusText, headers: pairsOf(raw), body: answer };
  } catch (error) {
    throw connectionError(error, url);
  } finally {
    unsubscribe('undici:client:sendHeaders', listen);
  }
}

/**
 * The headers of a signed request in the order, the case and the lines in which they were written; what the signature adds
 * follows.
 *
 * @param {Record<string, string>} signed  by lower-case name
 * @param {[string, string][]} written
 * @returns {[string, string][]}
 */
function asWritten(signed, written) {
  const left = new Map(Object.entries(signed));
  /** @type {Map<string, string[]>} */
  const values = new Map();
  for (const [name, value] of written) {
    const key = name.toLowerCase();
    values.set(key, [...(values.get(key) ?? []), value]);
  }
  const isSame = (/** @type {string} */ key) =>
    [', ', ','].some((separator) => values.get(key)?.join(separator) === signed[key]);
  const kept = written.filter(([name]) => isSame(name.toLowerCase()));
  for (const [name] of kept) left.delete(name.toLowerCase());
  return [...kept, ...left];
}

/** Not through the URL parser, which would spell the path again. @param {string} url */
function partsOf(url) {
  const [, origin, path] = /** @type {RegExpExecArray} */ (/^([^/]*\/\/[^/?]*)(.*)$/s.exec(url));
  return { origin, path: path.startsWith('/') ? path : `/${path}` };
}

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
  if (error.code === 'UND_ERR_CONNECT_TIMEOUT') {
    return new CliError('timeout', `${host} did not accept the connection within --connect-timeout`);
  }
  const isForeign = typeof error.code === 'string' && !error.code.startsWith('ERR_SIGV4_');
  if (!isForeign || error instanceof CliError) return error;
  return new CliError('connect', `the connection to ${host} failed (${error.code})`, { cause: error });
}

/**
 * @param {(string | Buffer)[]} raw  names and values in turn
 * @returns {[string, string][]}
 */
function pairsOf(raw) {
  return Array.from({ length: raw.length / 2 }, (_, i) => [
    raw[2 * i].toString('latin1'),
    raw[2 * i + 1].toString('latin1'),
  ]);
}
