// Every shape in which a server hands out a request, as one.

import { canonicalValue, parseQuery } from '../canonical.js';
import { SigV4Error } from '../errors.js';
import { readFetch, readIncoming, readParts } from './body.js';
import { malformed } from './refusal.js';

/**
 * A request in parts: as it arrived, with one character for each byte.
 *
 * @typedef {object} RequestParts
 * @property {string} [method]  default GET
 * @property {string | URL} url  as in the request line, or absolute
 * @property {Headers | Iterable<readonly [string, string]> | readonly string[] | Record<string, string | readonly string[] | undefined>} [headers]
 *   also a list as Node's `rawHeaders`: name, value, name, value
 * @property {string | ArrayBuffer | ArrayBufferView | null} [body]  a text is UTF-8
 *
 * An `IncomingMessage` of Node, or the request of Express, Connect, or `http2`.
 * @typedef {object} IncomingRequest
 * @property {string} [method]
 * @property {string} [url]
 * @property {string} [originalUrl]  of Express and Connect: before a router took off where it is mounted
 * @property {string[]} rawHeaders
 * @property {unknown} [rawBody]  bytes that were read already
 * @property {unknown} [body]  likewise; what is no bytes or text, such as parsed JSON, does not count
 *
 * The request of Fastify or Hono (`raw`), or of Koa (`req`), or Koa's context (`request`).
 * @typedef {{ raw: Request | IncomingRequest } | { req: IncomingRequest } | { request: { req: IncomingRequest } }} WrappedRequest
 *
 * @typedef {Request | IncomingRequest | WrappedRequest | RequestParts} ArrivedRequest
 *
 * @typedef {object} Arrived
 * @property {string} method
 * @property {string} path  as on the wire
 * @property {[string, string][]} query  in order, each byte escaped in one way
 * @property {string} search  the query as on the wire
 * @property {Map<string, string>} headers  by lower-case name, with canonical values; those of one name joined with a comma
 * @property {[string, string][]} lines  the headers in order, by lower-case name, with values as they came
 * @property {string[]} hosts  every name that the request gives its host: of the header, in `:authority`, in the request
 *   line
 * @property {() => Promise<Uint8Array>} body  read on first use
 */

/**
 * @param {ArrivedRequest} request
 * @param {number} maxBodyBytes
 * @returns {Arrived}
 * @throws {SigV4Error} for what no server hands out, or should not have taken
 */
export function arrive(request, maxBodyBytes) {
  const given = /** @type {any} */ (request);
  if (typeof given !== 'object' || given === null) {
    throw new SigV4Error('ERR_SIGV4_URL_INVALID', 'pass the request that arrived, or an object with its url');
  }
  const wrapped = unwrap(given);
  const { input, wrapper } = wrapped ?? { input: given, wrapper: given };
  const isIncoming = Array.isArray(input.rawHeaders);
  const isFetch = !isIncoming && typeof input.arrayBuffer === 'function';
  const target = isIncoming ? (wrapper.originalUrl ?? input.originalUrl ?? input.url) : input.url;
  // No client sends one: whoever reads the path in another way than here would read what is not signed.
  if (isIncoming && String(target).includes('#')) {
    throw malformed('A fragment (from # on) is not part of a request.');
  }
  const { path, query, scheme, host } = parseTarget(target);
  const lines = parseHeaders(isIncoming ? input.rawHeaders : (input.headers ?? []));
  const headers = joined(lines);
  const hosts = hostsOf(lines, headers.get(':scheme') ?? scheme, isFetch ? '' : host);
  // HTTP/2 has it elsewhere, and fetch takes it out.
  const authority = headers.get(':authority') ?? withoutDefaultPort(host, scheme);
  if (!headers.has('host') && authority) headers.set('host', authority);
  /** @type {Promise<Uint8Array> | undefined} */
  let body;
  const read = isIncoming ? readIncoming : isFetch ? readFetch : readParts;
  return {
    method: parseMethod(input.method),
    path,
    query: parseQuery(query),
    search: query,
    headers,
    lines,
    hosts,
    body: () => (body ??= read(input, maxBodyBytes, headers, wrapper)),
  };
}

/**
 * Taken for its parts, the request of a framework would seem to have no body.
 *
 * @param {any} wrapper
 * @param {number} [depth]  how many wrappers there may be
 * @returns {{ input: any, wrapper: any } | undefined} the request of the platform, and what holds it
 */
function unwrap(wrapper, depth = 2) {
  if (Array.isArray(wrapper.rawHeaders) || depth === 0) return undefined;
  // Koa's context has two of them, and its `body` is that of the response: its request comes first.
  for (const input of [wrapper.raw, wrapper.request, wrapper.req]) {
    if (typeof input !== 'object' || input === null) continue;
    const isOfPlatform = Array.isArray(input.rawHeaders) || (input.headers && 'bodyUsed' in input);
    const found = isOfPlatform ? { input, wrapper } : unwrap(input, depth - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * @param {[string, string][]} lines
 * @param {string | undefined} scheme
 * @param {string} ofTarget
 */
function hostsOf(lines, scheme, ofTarget) {
  const named = lines.filter(([name]) => name === 'host' || name === ':authority').map(([, value]) => value);
  const hosts = [...named, ...(ofTarget ? [ofTarget] : [])];
  return [...new Set(hosts.map((host) => withoutDefaultPort(canonicalValue(host).toLowerCase(), scheme)))];
}

/**
 * @param {string} host
 * @param {string | undefined} scheme
 */
function withoutDefaultPort(host, scheme) {
  const port = /^(?:https|wss)$/i.test(scheme ?? '') ? ':443' : ':80';
  return scheme && host.endsWith(port) ? host.slice(0, -port.length) : host;
}

/** @param {unknown} method */
function parseMethod(method = 'GET') {
  if (typeof method === 'string' && TOKEN.test(method)) return method;
  throw new SigV4Error('ERR_SIGV4_METHOD_INVALID', 'the method of the request is not an HTTP method');
}

/** @param {unknown} url */
function parseTarget(url) {
  const text = url instanceof URL ? url.href : url;
  if (typeof text !== 'string' || NOT_LATIN1.test(text)) {
    throw new SigV4Error(
      'ERR_SIGV4_URL_INVALID',
      'the url of the request must be the text that arrived, with one character for each byte',
    );
  }
  const [, scheme, authority = '', target] = /** @type {RegExpExecArray} */ (
    /^(?:(https?|wss?):\/\/([^/?#]*))?([^#]*)/i.exec(text)
  );
  const at = target.indexOf('?');
  const [path, query] = at < 0 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)];
  return { path, query, scheme, host: authority.toLowerCase().replace(/^.*@/, '') };
}

/**
 * @param {any} given
 * @returns {[string, string][]}
 */
function parseHeaders(given) {
  /** @type {[string, string][]} */
  const lines = [];
  for (const pair of headerPairs(given)) {
    const [name, values] = Array.isArray(pair) ? pair : [];
    if (values === undefined && typeof name === 'string') continue;
    for (const value of Array.isArray(values) ? values : [values]) {
      const text = TEXTS.includes(typeof value) || value === null ? String(value) : '\0';
      if (
        typeof name !== 'string' ||
        !/^:?[\w!#$%&'*+.^`|~-]+$/.test(name) ||
        /[\0\r\n]/.test(text) ||
        NOT_LATIN1.test(text)
      ) {
        throw new SigV4Error(
          'ERR_SIGV4_HEADER_INVALID',
          `the header ${JSON.stringify(typeof name === 'string' ? name.match(/^[\w:-]{0,100}[^]?/)?.[0] : typeof name)} cannot have arrived in this form: pass names and values ` +
            'with one character for each byte',
        );
      }
      lines.push([name.toLowerCase(), text]);
    }
  }
  return lines;
}

/**
 * @param {[string, string][]} lines
 * @returns {Map<string, string>}
 */
function joined(lines) {
  /** @type {Map<string, string>} */
  const headers = new Map();
  for (const [name, text] of lines) {
    const before = headers.get(name);
    const canonical = canonicalValue(text);
    headers.set(name, before === undefined ? canonical : `${before},${canonical}`);
  }
  return headers;
}

/**
 * @param {any} given
 * @returns {Iterable<[string, any]>}
 */
function headerPairs(given) {
  if (typeof given[Symbol.iterator] !== 'function') return Object.entries(given);
  if (typeof given[0] !== 'string') return listOf(given);
  return Array.from({ length: given.length / 2 }, (_, i) => [given[2 * i], given[2 * i + 1]]);
}

/** @param {Iterable<[string, any]>} pairs */
function listOf(pairs) {
  try {
    return [...pairs];
  } catch (cause) {
    throw new SigV4Error('ERR_SIGV4_HEADER_INVALID', 'the headers of the request cannot be read', { cause });
  }
}

/** What has one text. */
const TEXTS = ['string', 'number', 'boolean'];
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;
const NOT_LATIN1 = /[^\0-\xff]/;
