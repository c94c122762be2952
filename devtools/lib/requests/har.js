// HTTP Archives: what browsers and proxies save.
//
// Source: "HAR 1.2 Spec", Jan Odvarko.

import { fromBase64 } from './bytes.js';
import { RequestSyntaxError } from './error.js';
import { absoluteUrl, addDefault } from './parts.js';

/** @typedef {import('./index.js').ParsedRequest} ParsedRequest */

/**
 * @param {any} json
 * @returns {ParsedRequest[]}  all requests in it
 * @throws {RequestSyntaxError}
 */
export function parseHar(json) {
  const entries = json.log?.entries ?? (json.request ? [json] : json.url ? [{ request: json }] : undefined);
  if (!Array.isArray(entries) || entries.length === 0) {
    throw new RequestSyntaxError(
      'this JSON is not a HAR: it must have log.entries, or be one entry with a "request", or the request itself',
    );
  }
  return entries.map((entry, i) => requestOf(entry, entries.length === 1 ? '' : `entry ${i + 1}: `));
}

/**
 * @param {any} entry
 * @param {string} where
 * @returns {ParsedRequest}
 */
function requestOf({ request, response }, where) {
  if (typeof request?.method !== 'string' || typeof request.url !== 'string') {
    throw new RequestSyntaxError(`${where}a "request" needs a method and a url`);
  }
  /** @type {[string, string][]} */
  const headers = pairs(request.headers, `${where}headers`).filter(
    // Those of HTTP/2 say nothing that is not elsewhere.
    ([name]) => !name.startsWith(':'),
  );
  const { body, note } = bodyOf(request.postData, `${where}postData`);
  if (body !== undefined && request.postData.mimeType) {
    addDefault(headers, 'Content-Type', String(request.postData.mimeType));
  }
  return {
    format: 'har',
    method: request.method,
    url: absoluteUrl(request.url, 'https:', request.url, 0),
    headers,
    ...(body !== undefined && { body }),
    ...(typeof response?.status === 'number' &&
      response.status > 0 && { response: responseOf(response, where) }),
    notes: note === undefined ? [] : [note],
  };
}

/**
 * @param {any} postData
 * @param {string} where
 * @returns {{ body?: string | Uint8Array, note?: string }}
 */
function bodyOf(postData, where) {
  if (postData === undefined || postData === null) return {};
  const { text, params } = postData;
  if (typeof text === 'string' && text !== '') {
    return { body: (postData.encoding ?? postData._encoding) === 'base64' ? decode(text, where) : text };
  }
  if (!Array.isArray(params) || params.length === 0) return {};
  const body = new URLSearchParams(pairs(params, `${where}.params`)).toString();
  return { body, note: 'this HAR contains only the fields of the form: the bytes that were sent may differ' };
}

/**
 * @param {any} response
 * @param {string} where
 */
function responseOf(response, where) {
  const { text = '', encoding } = response.content ?? {};
  const body =
    encoding === 'base64' ? new TextDecoder().decode(decode(text, `${where}content`)) : String(text);
  return { status: response.status, headers: pairs(response.headers, `${where}response.headers`), body };
}

/**
 * @param {unknown} list  of names and values
 * @param {string} where
 * @returns {[string, string][]}
 */
function pairs(list, where) {
  if (!Array.isArray(list ?? [])) throw new RequestSyntaxError(`${where} must be a list of names and values`);
  return /** @type {any[]} */ (list ?? []).map((pair) => [String(pair?.name), String(pair?.value ?? '')]);
}

/** @param {string} text @param {string} where */
function decode(text, where) {
  try {
    return fromBase64(text);
  } catch {
    throw new RequestSyntaxError(`${where} must be base64`);
  }
}
