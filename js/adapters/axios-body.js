// What axios is about to send, as bytes: what was hashed is then what is sent, byte for byte.

import { SigV4Error } from '../errors.js';

/**
 * @typedef {object} Body
 * @property {Uint8Array} [bytes]  undefined where there is no body
 * @property {string} [contentType]  must be sent, whatever the caller said: it carries the boundary of `bytes`
 * @property {string} [defaultContentType]  to be sent where the caller said nothing
 */

/** Streams that were read here. Not every stream can tell that it is spent. @type {WeakSet<object>} */
const spent = new WeakSet();

/**
 * Reads a body once, after all of axios' transforms.
 *
 * @param {any} data  `config.data` as the adapter gets it
 * @returns {Promise<Body>}
 * @throws {SigV4Error} `ERR_SIGV4_BODY_UNSUPPORTED`, `ERR_SIGV4_BODY_USED`
 */
export async function readBody(data) {
  if (data === undefined || data === null) return {};
  if (ArrayBuffer.isView(data)) {
    return { bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
  }
  if (isFormDataPackage(data)) return readFormDataPackage(data);
  if (isStream(data)) return { bytes: await readStream(data) };

  switch (Object.prototype.toString.call(data)) {
    case '[object String]':
    case '[object Number]':
    case '[object Boolean]':
      return { bytes: new TextEncoder().encode(String(data)) };
    case '[object ArrayBuffer]':
      return { bytes: new Uint8Array(data) };
    case '[object URLSearchParams]':
      return {
        bytes: new TextEncoder().encode(String(data)),
        defaultContentType: 'application/x-www-form-urlencoded;charset=utf-8',
      };
    case '[object Blob]':
    case '[object File]':
      return {
        bytes: new Uint8Array(await data.arrayBuffer()),
        defaultContentType: data.type || 'application/octet-stream',
      };
    case '[object FormData]':
      return readFormData(data);
    default:
      throw unsupported(data);
  }
}

/**
 * @param {any} data
 * @returns {boolean} whether it is a Node.js or a web stream
 */
export function isStream(data) {
  return typeof data?.pipe === 'function' || typeof data?.getReader === 'function';
}

/**
 * The content type of a stream that knows its own: a form of the `form-data` package.
 *
 * @param {any} stream
 * @returns {string | undefined}
 */
export function streamContentType(stream) {
  return isFormDataPackage(stream) ? stream.getHeaders()['content-type'] : undefined;
}

/**
 * A `transformRequest` that goes before axios' own, which replaces a view by its whole buffer and so sends
 * what lies around the view, too (axios#2564).
 *
 * @template T
 * @param {T} data
 * @returns {T}
 */
export function ownRange(data) {
  // axios sends a Buffer's own range by itself.
  if (!ArrayBuffer.isView(data) || /** @type {any} */ (data.constructor).isBuffer?.(data)) return data;
  if (data.byteLength === data.buffer.byteLength) return data;

  const copy = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
  return new /** @type {any} */ (data.constructor)(copy);
}

/**
 * Whether it is a form of the npm package `form-data`: a Node.js stream that knows its headers.
 *
 * @param {any} data
 * @returns {boolean}
 */
function isFormDataPackage(data) {
  return typeof data?.getHeaders === 'function' && typeof data.pipe === 'function';
}

/**
 * @param {any} form
 * @returns {Promise<Body>}
 */
async function readFormDataPackage(form) {
  const contentType = streamContentType(form);
  try {
    // Leaves the form as it is, so that a retry can read it again; but throws where a part is a stream.
    if (!spent.has(form)) return { bytes: form.getBuffer(), contentType };
  } catch {
    // read as the stream that it is
  }
  return { bytes: await readStream(form), contentType };
}

/**
 * The platform serialises the form, and says which boundary it chose.
 *
 * @param {FormData} form
 * @returns {Promise<Body>}
 */
async function readFormData(form) {
  const response = new Response(form);
  const contentType = response.headers.get('content-type') ?? '';
  // Not every polyfill is known to the platform, which then would send the text `[object FormData]`.
  if (!contentType.startsWith('multipart/form-data')) throw unsupported(form);
  return { bytes: new Uint8Array(await response.arrayBuffer()), contentType };
}

/**
 * @param {any} stream  a Node.js stream of any age, or a web stream
 * @returns {Promise<Uint8Array>}
 */
async function readStream(stream) {
  if (spent.has(stream) || stream.readableEnded || stream.destroyed || stream.locked) throw used();
  spent.add(stream);

  const chunks = typeof stream.getReader === 'function' ? readWebStream(stream) : readNodeStream(stream);
  return concat(await chunks);
}

/**
 * @param {ReadableStream} stream
 * @returns {Promise<unknown[]>}
 */
async function readWebStream(stream) {
  const chunks = [];
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return chunks;
    chunks.push(value);
  }
}

/**
 * Listens to events: the old streams that `form-data` is made of are not iterable.
 *
 * @param {any} stream
 * @returns {Promise<unknown[]>}
 */
function readNodeStream(stream) {
  return new Promise((resolve, reject) => {
    /** @type {unknown[]} */
    const chunks = [];
    stream.on('data', (/** @type {unknown} */ chunk) => chunks.push(chunk));
    stream.on('end', () => resolve(chunks));
    stream.on('error', reject);
    stream.on('close', () => reject(used())); // without an `end` before it
    stream.resume();
  });
}

/**
 * @param {unknown[]} chunks
 * @returns {Uint8Array}
 */
function concat(chunks) {
  const parts = chunks.map((chunk) => {
    if (typeof chunk === 'string') return new TextEncoder().encode(chunk);
    if (chunk instanceof Uint8Array) return chunk;
    throw unsupported(chunk);
  });
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/**
 * @param {unknown} data
 * @returns {SigV4Error}
 */
function unsupported(data) {
  const type = Object.prototype.toString.call(data).slice(8, -1);
  return new SigV4Error(
    'ERR_SIGV4_BODY_UNSUPPORTED',
    `A body of type ${type} cannot be signed. Pass text, bytes, a Blob, a form or a stream, or keep axios' own ` +
      'transformRequest, which serialises objects.',
  );
}

/** @returns {SigV4Error} */
function used() {
  return new SigV4Error(
    'ERR_SIGV4_BODY_USED',
    'The stream in `data` was read before, or closed before its end, so its bytes cannot be signed. ' +
      'Pass a new stream for every attempt, or bytes.',
  );
}
