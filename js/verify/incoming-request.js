// Turns the requests of every server into one form.

import { SigV4Error } from '../engine/errors.js';
import {
  bufferOf,
  bytesOf,
  declaresBody,
  keptBytes,
  readFetch,
  readIncoming,
  readParts,
} from './incoming-body.js';

/**
 * A request in parts, as received, with one character for each byte.
 *
 * @typedef {object} RequestParts
 * @property {string} [method]  default GET
 * @property {string | URL} url  as in the request line, or absolute
 * @property {Headers | Iterable<readonly [string, string]> | readonly string[] | Record<string, string | readonly string[] |
 *   undefined>} [headers] also a list as Node's `rawHeaders`: name, value, name, value
 * @property {string | ArrayBuffer | ArrayBufferView | null} [body]  a text is UTF-8
 *
 * An `IncomingMessage` of Node, or the request of Express, Connect, or `http2`.
 * @typedef {object} IncomingRequest
 * @property {string} [method]
 * @property {string} [url]
 * @property {string} [originalUrl]  of Express and Connect: the URL with the path on which a router is mounted
 * @property {string[]} rawHeaders
 * @property {unknown} [rawBody]  bytes that were read already
 * @property {unknown} [body]  likewise; a value that is neither bytes nor text, such as parsed JSON, is ignored
 *
 * The request of Fastify or Hono (`raw`), or of Koa (`req`), or Koa's context (`request`).
 * @typedef {{ raw: Request | IncomingRequest } | { req: IncomingRequest } | { request: { req: IncomingRequest } }} WrappedRequest
 *
 * @typedef {Request | IncomingRequest | WrappedRequest | RequestParts} ArrivedRequest
 *
 * @typedef {object} OpenedRequest
 * @property {string} method  as given
 * @property {string} target  with one character for each byte
 * @property {'line' | 'url' | 'platform'} form  the source of the target: the request line, a URL of the caller, or a URL
 *   that the platform built, for example from the `Host` header
 * @property {[string, string][]} lines  the headers in order, unchecked
 * @property {() => Uint8Array | undefined} bodyAtHand  the body in memory; `undefined` if it must be read
 * @property {() => Uint8Array | Promise<Uint8Array>} body  read on first use
 */

/**
 * @param {ArrivedRequest} request
 * @param {number} maxBodyBytes
 * @returns {OpenedRequest}
 * @throws {SigV4Error} for a value that is not a request of a server
 */
export function openIncoming(request, maxBodyBytes) {
  const given = /** @type {any} */ (request);
  if (typeof given !== 'object' || given === null) {
    throw new SigV4Error('ERR_SIGV4_URL_INVALID', 'pass the request that arrived, or an object with its url');
  }
  const { input, wrapper } = unwrap(given) ?? { input: given, wrapper: given };
  const isIncoming = Array.isArray(input.rawHeaders);
  const isFetch = !isIncoming && typeof input.arrayBuffer === 'function';
  const target = targetText(isIncoming ? (wrapper.originalUrl ?? input.originalUrl ?? input.url) : input.url);
  const lines = linesOf(isIncoming ? input.rawHeaders : (input.headers ?? []));
  const { method = 'GET' } = input;
  if (typeof method !== 'string') throw methodInvalid();
  /** @type {Uint8Array | Promise<Uint8Array> | undefined} */
  let body;
  /** @type {Uint8Array | undefined} */
  let parts;
  const bodyAtHand = () => {
    if (isFetch) return input.body === null ? NO_BYTES : undefined;
    if (!isIncoming && input.body != null) return (parts ??= bytesOf(input.body));
    if (isIncoming) parts ??= keptBytes(input, wrapper);
    if (parts !== undefined) return parts;
    if (isIncoming && !(isWithoutBody(input) && isWithoutBody(wrapper))) return undefined;
    return declaresBody(bodyHeaders(lines)) ? undefined : NO_BYTES;
  };
  const read = () => {
    // A body that needs no waiting is there immediately.
    if (!isFetch) {
      const bytes = bodyAtHand();
      if (bytes === NO_BYTES && isIncoming) return (input.rawBody = bufferOf([], 0));
      if (bytes !== undefined) return bytes;
    }
    const headers = bodyHeaders(lines);
    return (isIncoming ? readIncoming : isFetch ? readFetch : readParts)(input, maxBodyBytes, headers);
  };
  return {
    method,
    target,
    form: isIncoming ? 'line' : isFetch ? 'platform' : 'url',
    lines,
    bodyAtHand,
    body: () => (body ??= read()),
  };
}

/**
 * Whether a request of Node has no body if its headers declare none, and nobody has read it (RFC 9112, section 6.3).
 *
 * @param {any} request
 */
function isWithoutBody({ httpVersionMajor = 1, rawBody, body }) {
  return httpVersionMajor === 1 && rawBody === undefined && body === undefined;
}

/**
 * If the request of a framework were read as parts, it would seem to have no body.
 *
 * @param {any} wrapper
 * @param {number} [depth]  how many wrappers there may be
 * @returns {{ input: any, wrapper: any } | undefined} the request of the platform, and what holds it
 */
function unwrap(wrapper, depth = 2) {
  // Not asked for what it may wrap: in the edge runtime of Next.js, a Request has a `request` that throws.
  if (isOfPlatform(wrapper) || depth === 0) return undefined;
  // Koa's context has two of them, and its `body` is that of the response: its request comes first.
  for (const input of [wrapper.raw, wrapper.request, wrapper.req]) {
    if (typeof input !== 'object' || input === null) continue;
    const found = isOfPlatform(input) ? { input, wrapper } : unwrap(input, depth - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether it is a request of Node or of fetch. @param {any} request */
function isOfPlatform(request) {
  return Array.isArray(request.rawHeaders) || (request.headers && 'bodyUsed' in request);
}

/** @param {unknown} url */
function targetText(url) {
  const text = url instanceof URL ? url.href : url;
  if (typeof text === 'string') return text;
  throw urlInvalid();
}

/**
 * @param {any} given
 * @returns {[string, string][]}
 */
function linesOf(given) {
  /** @type {[string, string][]} */
  const lines = [];
  const isObject = typeof given[Symbol.iterator] !== 'function';
  // In plain loops, as a server does this for each request.
  if (isObject) for (const name of Object.keys(given)) addLine(name, given[name], lines);
  else if (typeof given[0] === 'string') {
    for (let i = 0; i + 1 < given.length; i += 2) addLine(given[i], given[i + 1], lines);
  } else {
    for (const pair of listOf(given)) {
      if (Array.isArray(pair)) addLine(pair[0], pair[1], lines);
      else addLine(undefined, undefined, lines);
    }
  }
  return lines;
}

/**
 * @param {unknown} name
 * @param {unknown} values
 * @param {[string, string][]} lines
 */
function addLine(name, values, lines) {
  if (typeof name !== 'string') throw headerInvalid(name);
  if (typeof values === 'string') lines.push([name, values]);
  else if (Array.isArray(values)) for (const value of values) lines.push([name, textOf(value)]);
  else if (values !== undefined) lines.push([name, textOf(values)]);
}

/**
 * What has one text; of anything else, what no header can hold.
 *
 * @param {unknown} value
 */
function textOf(value) {
  return TEXTS.includes(typeof value) || value === null ? String(value) : '\0';
}

/** @param {Iterable<[string, any]>} pairs */
function listOf(pairs) {
  try {
    return [...pairs];
  } catch (cause) {
    throw new SigV4Error('ERR_SIGV4_HEADER_INVALID', 'the headers of the request cannot be read', { cause });
  }
}

/**
 * Why a request cannot have been received in this form.
 *
 * @param {OpenedRequest} opened
 * @returns {SigV4Error | undefined}
 */
export function invalidity({ method, target, lines }) {
  if (NOT_LATIN1.test(target)) return urlInvalid();
  const line = lines.find(
    ([name, value]) => !HEADER_NAME.test(name) || /[\0\r\n]/.test(value) || NOT_LATIN1.test(value),
  );
  if (line !== undefined) return headerInvalid(line[0]);
  return TOKEN.test(method) ? undefined : methodInvalid();
}

/**
 * The headers that tell of a body.
 *
 * @param {[string, string][]} lines
 * @returns {Map<string, string>}
 */
function bodyHeaders(lines) {
  /** @type {Map<string, string>} */
  const headers = new Map();
  for (const [given, value] of lines) {
    if (given.length !== 'content-length'.length && given.length !== 'transfer-encoding'.length) continue;
    const name = given.toLowerCase();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value.trim() : `${before},${value.trim()}`);
  }
  return headers;
}

/**
 * Names the header up to the first character that a name cannot contain, because the rest may be anything, such as a token.
 *
 * @param {unknown} name
 */
function headerInvalid(name) {
  const shown = JSON.stringify(
    typeof name === 'string' ? name.match(/^[\w:-]{0,100}[^]?/)?.[0] : typeof name,
  );
  return new SigV4Error(
    'ERR_SIGV4_HEADER_INVALID',
    `the header ${shown} cannot have arrived in this form: pass names and values with one character for each byte`,
  );
}

function methodInvalid() {
  return new SigV4Error('ERR_SIGV4_METHOD_INVALID', 'the method of the request is not an HTTP method');
}

function urlInvalid() {
  return new SigV4Error(
    'ERR_SIGV4_URL_INVALID',
    'the url of the request must be the text that arrived, with one character for each byte',
  );
}

const NO_BYTES = new Uint8Array(0);
const TEXTS = ['string', 'number', 'boolean'];
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;
const HEADER_NAME = /^:?[\w!#$%&'*+.^`|~-]+$/;
const NOT_LATIN1 = /[^\0-\xff]/;
