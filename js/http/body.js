// js/http handles bodies. This file: turns bodies of every type into what is sent: a string, bytes, or a stream that passes unread.

import { SigV4Error } from '../engine/errors.js';

/**
 * @typedef {null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue | undefined }} JsonValue
 *
 * A source of bytes, such as Node's `Readable`, or a form of the package form-data.
 * @typedef {ReadableStream<Uint8Array> | AsyncIterable<Uint8Array | string>} BodyStream
 *
 * @typedef {string | ArrayBuffer | ArrayBufferView | Blob | FormData | URLSearchParams | BodyStream | JsonValue} RequestBody
 *
 * @typedef {object} WireBody
 * @property {string | Uint8Array | undefined} data  the data that is hashed and sent
 * @property {string} [contentType]  to send unless the caller passed another one
 * @property {boolean} [ownsContentType]  the caller's content type cannot be right: it lacks the boundary of `data`
 */

/**
 * A body in memory; `undefined` if it must be read first.
 *
 * @param {unknown} body
 * @returns {WireBody | undefined}
 */
export function bodyInMemory(body) {
  if (body === undefined || body === null) return NO_BODY;
  if (typeof body === 'string') return { data: body };
  if (ArrayBuffer.isView(body)) {
    return {
      data: body instanceof Uint8Array ? body : new Uint8Array(body.buffer, body.byteOffset, body.byteLength),
    };
  }
  if (isInstance(body, 'ArrayBuffer') || isInstance(body, 'SharedArrayBuffer')) {
    return { data: new Uint8Array(/** @type {ArrayBuffer} */ (body)) };
  }
  if (isInstance(body, 'URLSearchParams')) {
    return { data: String(body), contentType: 'application/x-www-form-urlencoded;charset=UTF-8' };
  }
  if (isReadable(body)) return undefined; // before JSON: Bun gives FormData a toJSON
  if (isJson(body)) return { data: stringify(body), contentType: 'application/json' };
  throw unsupported(body);
}

/**
 * A body of any type, in memory.
 *
 * @param {unknown} body
 * @returns {Promise<WireBody>}
 */
export async function readBody(body) {
  const inMemory = bodyInMemory(body);
  if (inMemory !== undefined) return inMemory;
  if (isBlob(body)) {
    const blob = /** @type {Blob} */ (body);
    return { data: new Uint8Array(await blob.arrayBuffer()), contentType: blob.type || undefined };
  }
  const { readForm, readOldStream, readStream } = await import('./rare-bodies.js');
  if (isOldStream(body)) return readOldStream(body, TOOLS);
  if (isForm(body)) return readForm(body, TOOLS);
  return { data: await readStream(/** @type {BodyStream} */ (body), TOOLS) };
}

/** The functions that rare-bodies.js gets. */
const TOOLS = { assertUnused, bodyUsed, isFormDataPackage, isStream, readBody, unsupportedChunk };

/**
 * The body of a fetch Request.
 *
 * @param {Request} request
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function readRequestBody(request) {
  try {
    return new Uint8Array(await request.arrayBuffer());
  } catch (cause) {
    if (/** @type {Error} */ (cause).name !== 'InvalidStateError') throw cause;
    const { UNREADABLE_FORM } = await import('./rare-bodies.js');
    throw new SigV4Error('ERR_SIGV4_BODY_UNSUPPORTED', UNREADABLE_FORM, { cause });
  }
}

/**
 * Whether a fetch Request may have a body. Firefox does not say: it has no `Request.body`.
 *
 * @param {Request} request
 */
export function mayHaveBody({ body, method }) {
  return body === undefined ? method !== 'GET' && method !== 'HEAD' : body !== null;
}

/**
 * Whether a body can pass unread if its hash is not needed.
 *
 * @param {unknown} body
 * @returns {body is BodyStream}
 */
export function isStream(body) {
  return (
    typeof body === 'object' &&
    body !== null &&
    (typeof (/** @type {any} */ (body).getReader) === 'function' || Symbol.asyncIterator in body)
  );
}

/**
 * Refuses a stream that another reader reads or has read, because its bytes would be missing from the request.
 *
 * @param {any} stream
 */
export function assertUnused(stream) {
  if (stream.readableDidRead || stream.destroyed) throw bodyUsed();
  if (typeof stream.getReader !== 'function') return;
  try {
    // Only the platform knows that a web stream was read and released; a Response refuses such a stream.
    new Response(stream);
  } catch {
    throw bodyUsed();
  }
}

export function bodyUsed() {
  return new SigV4Error(
    'ERR_SIGV4_BODY_USED',
    'the body has already been read: pass a new one, or clone it first',
  );
}

/** @type {WireBody} */
const NO_BODY = { data: undefined };

/** @param {unknown} chunk  of a body */
export function unsupportedChunk(chunk) {
  return new SigV4Error(
    'ERR_SIGV4_BODY_UNSUPPORTED',
    `the body is a stream of ${describe(chunk)}, not of bytes or strings`,
  );
}

/** @param {unknown} body */
function isReadable(body) {
  return isForm(body) || isBlob(body) || isStream(body) || isOldStream(body);
}

/**
 * Whether it is a stream of Node.js that is not iterable, or a form of the package form-data.
 *
 * @param {any} body
 */
export function isOldStream(body) {
  return (
    isFormDataPackage(body) ||
    (typeof body?.pipe === 'function' && typeof body.on === 'function' && !isStream(body))
  );
}

/**
 * Whether it is a form of the npm package form-data: a Node.js stream that knows its headers.
 *
 * @param {any} body
 */
export function isFormDataPackage(body) {
  return typeof body?.getHeaders === 'function' && typeof body.pipe === 'function';
}

/**
 * The package form-data has no iterator, and may bear the same tag.
 *
 * @param {unknown} body
 * @returns {body is FormData}
 */
export function isForm(body) {
  return isInstance(body, 'FormData') && Symbol.iterator in /** @type {object} */ (body);
}

/** @param {unknown} body */
export function isBlob(body) {
  return isInstance(body, 'Blob') || isInstance(body, 'File');
}

/**
 * By tag rather than by class: a body may come from another realm, or from a polyfill.
 *
 * @param {unknown} value
 * @param {string} tag
 */
function isInstance(value, tag) {
  return Object.prototype.toString.call(value) === `[object ${tag}]`;
}

/** @param {unknown} body */
function isJson(body) {
  if (typeof body === 'number' || typeof body === 'boolean' || Array.isArray(body)) return true;
  if (typeof body !== 'object' || body === null || isStream(body)) return false;
  const prototype = Object.getPrototypeOf(body);
  return (
    prototype === null ||
    Object.getPrototypeOf(prototype) === null || // Object.prototype, of any realm
    typeof (/** @type {any} */ (body).toJSON) === 'function'
  );
}

/** @param {unknown} body */
function stringify(body) {
  let text;
  let cause;
  try {
    text = JSON.stringify(body);
  } catch (error) {
    cause = error;
  }
  if (text !== undefined) return text;
  throw new SigV4Error('ERR_SIGV4_BODY_UNSUPPORTED', 'the body cannot be written as JSON', { cause });
}

/** @param {unknown} body */
function unsupported(body) {
  return new SigV4Error(
    'ERR_SIGV4_BODY_UNSUPPORTED',
    `cannot sign a body of type ${describe(body)}: pass text, bytes, a form, a stream, or JSON`,
  );
}

/**
 * The type of a value: its tag, or the name of its class.
 *
 * @param {unknown} value
 * @returns {string}
 */
export function describe(value) {
  if (typeof value !== 'object' && typeof value !== 'function') return typeof value;
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  return (tag === 'Object' && value?.constructor?.name) || tag;
}

/** @param {any} source */
export function isFetchBody(source) {
  return typeof source?.arrayBuffer === 'function' && typeof source.clone === 'function';
}
