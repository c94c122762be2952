// Every shape in which a server hands out a request, as one.

import { chunkBytes, chunksOf, concat, describe } from '../body.js';
import { canonicalValue, parseQuery } from '../canonical.js';
import { SigV4Error } from '../errors.js';
import { malformed, Refusal } from './refusal.js';

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
 * @typedef {Request | IncomingRequest | RequestParts} ArrivedRequest
 *
 * @typedef {object} Arrived
 * @property {string} method
 * @property {string} path  as on the wire
 * @property {[string, string][]} query  in order, each byte escaped in one way
 * @property {string} search  the query as on the wire
 * @property {Map<string, string>} headers  by lower-case name, with canonical values; those of one name joined with a comma
 * @property {[string, string][]} lines  the headers in order, by lower-case name, with values as they came
 * @property {() => Promise<Uint8Array>} body  read on first use
 */

/**
 * @param {ArrivedRequest} request
 * @param {number} maxBodyBytes
 * @returns {Arrived}
 * @throws {SigV4Error} for what no server hands out, or should not have taken
 */
export function arrive(request, maxBodyBytes) {
  const input = /** @type {any} */ (request);
  if (typeof input !== 'object' || input === null) {
    throw new SigV4Error('ERR_SIGV4_URL_INVALID', 'pass the request that arrived, or an object with its url');
  }
  const isIncoming = Array.isArray(input.rawHeaders);
  const target = isIncoming ? (input.originalUrl ?? input.url) : input.url;
  // No client sends one: whoever reads the path in another way than here would read what is not signed.
  if (isIncoming && String(target).includes('#')) {
    throw malformed('A fragment, from # on, is no part of a request.');
  }
  const { path, query, host } = parseTarget(target);
  const lines = parseHeaders(isIncoming ? input.rawHeaders : (input.headers ?? []));
  const headers = joined(lines);
  // HTTP/2 has it elsewhere, and fetch takes it out.
  const authority = headers.get(':authority') ?? host;
  if (!headers.has('host') && authority) headers.set('host', authority);
  /** @type {Promise<Uint8Array> | undefined} */
  let body;
  const read = isIncoming ? readIncoming : typeof input.arrayBuffer === 'function' ? readFetch : readParts;
  return {
    method: parseMethod(input.method),
    path,
    query: parseQuery(query),
    search: query,
    headers,
    lines,
    body: () => (body ??= read(input, maxBodyBytes, headers)),
  };
}

/** @param {unknown} method */
function parseMethod(method = 'GET') {
  if (typeof method === 'string' && TOKEN.test(method)) return method;
  throw new SigV4Error('ERR_SIGV4_METHOD_INVALID', 'the method of the request is no HTTP method');
}

/** @param {unknown} url */
function parseTarget(url) {
  const text = url instanceof URL ? url.href : url;
  if (typeof text !== 'string' || NOT_LATIN1.test(text)) {
    throw new SigV4Error(
      'ERR_SIGV4_URL_INVALID',
      'the url of the request must be text as it arrived, with one character for each byte',
    );
  }
  const [, scheme, authority = '', target] = /** @type {RegExpExecArray} */ (
    /^(?:(https?|wss?):\/\/([^/?#]*))?([^#]*)/i.exec(text)
  );
  const at = target.indexOf('?');
  const [path, query] = at < 0 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)];
  const defaultPort = /s$/i.test(scheme) ? /:443$/ : /:80$/;
  return { path, query, host: authority.toLowerCase().replace(/^.*@/, '').replace(defaultPort, '') };
}

/**
 * @param {any} given
 * @returns {[string, string][]}
 */
function parseHeaders(given) {
  /** @type {[string, string][]} */
  const lines = [];
  for (const [name, values] of headerPairs(given)) {
    if (values === undefined) continue;
    for (const value of Array.isArray(values) ? values : [values]) {
      const text = String(value);
      if (!/^:?[\w!#$%&'*+.^`|~-]+$/.test(name) || /[\0\r\n]/.test(text) || NOT_LATIN1.test(text)) {
        throw new SigV4Error(
          'ERR_SIGV4_HEADER_INVALID',
          `the header ${JSON.stringify(String(name).slice(0, 100))} cannot have arrived so: pass names and values ` +
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
  if (typeof given[0] !== 'string') return given;
  return Array.from({ length: given.length / 2 }, (_, i) => [given[2 * i], given[2 * i + 1]]);
}

/** @param {RequestParts} request */
async function readParts({ body }) {
  const bytes = bytesOf(body ?? '');
  if (bytes !== undefined) return bytes;
  throw new SigV4Error(
    'ERR_SIGV4_BODY_UNSUPPORTED',
    `cannot verify a body of type ${describe(body)}: pass the bytes that arrived`,
  );
}

/**
 * @param {Request} request
 * @param {number} limit
 */
async function readFetch(request, limit) {
  if (request.bodyUsed) throw bodyUsed('verify the request first');
  // A clone, so that the handler can read it.
  const copy = request.clone();
  if (copy.body === null) return new Uint8Array();
  // Not every runtime shows the body as a stream.
  if (copy.body === undefined) return new Uint8Array(await copy.arrayBuffer());
  /** @type {Uint8Array[]} */
  const chunks = [];
  let length = 0;
  for await (const chunk of chunksOf(copy.body)) {
    chunks.push(chunkBytes(chunk));
    length += chunks[chunks.length - 1].length;
    if (length > limit) throw tooLong();
  }
  return concat(chunks, length);
}

/**
 * @param {any} request  gets the bytes as `rawBody`, and as `body` unless there is one: they can be read only once
 * @param {number} limit
 * @param {Map<string, string>} headers
 * @returns {Promise<Uint8Array>}
 */
async function readIncoming(request, limit, headers) {
  const known = bytesOf(request.rawBody) ?? bytesOf(request.body);
  if (known !== undefined) return known;
  if (request.readableDidRead || request.readableEnded) {
    const hadBody = Number(headers.get('content-length') ?? 0) > 0 || headers.has('transfer-encoding');
    if (!hadBody) return new Uint8Array();
    throw bodyUsed(
      'put the middleware before those that parse it, or let them keep its bytes: ' +
        'express.json({ verify: (request, response, bytes) => { request.rawBody = bytes } })',
    );
  }
  if (Number(headers.get('content-length') ?? 0) > limit) throw tooLong();
  const read = await readNode(request, limit);
  // What readers of a body expect there.
  const { Buffer } = /** @type {any} */ (globalThis);
  const bytes = Buffer ? Buffer.from(read.buffer) : read;
  request.rawBody = bytes;
  request.body ??= bytes;
  request._body = true; // So body-parser knows that there is nothing left to read.
  return bytes;
}

/**
 * Not with `for await`, which would cut the connection before it is told why.
 *
 * @param {any} stream
 * @param {number} limit
 * @returns {Promise<Uint8Array>}
 */
function readNode(stream, limit) {
  return new Promise((resolve, reject) => {
    /** @type {Uint8Array[]} */
    const chunks = [];
    let length = 0;
    stream.on('data', (/** @type {Uint8Array} */ chunk) => {
      length += chunk.length;
      if (length <= limit) chunks.push(chunk);
      else reject(tooLong());
    });
    stream.on('end', () => resolve(concat(chunks, length)));
    stream.on('error', reject);
    stream.on('close', () => reject(bodyUsed('the client went away')));
  });
}

/**
 * @param {unknown} body
 * @returns {Uint8Array | undefined}
 */
function bytesOf(body) {
  if (typeof body === 'string') return new TextEncoder().encode(body);
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  return Object.prototype.toString.call(body) === '[object ArrayBuffer]'
    ? new Uint8Array(/** @type {ArrayBuffer} */ (body))
    : undefined;
}

/** @param {string} instead */
function bodyUsed(instead) {
  return new SigV4Error('ERR_SIGV4_BODY_USED', `the body of the request is gone: ${instead}`);
}

function tooLong() {
  return new Refusal('ERR_SIGV4_BODY_UNSUPPORTED', 'Request Too Long');
}

const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;
const NOT_LATIN1 = /[^\0-\xff]/;
