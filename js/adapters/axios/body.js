// The body that axios is about to send, as bytes, so that the hashed bytes are exactly those that are sent.

import { describe, isBlob, isFormDataPackage, readBody } from '../../http/body.js';
import { SigV4Error } from '../../engine/errors.js';

/**
 * @typedef {object} AxiosBody
 * @property {Uint8Array} [bytes]  undefined if there is no body
 * @property {string} [contentType]  to be sent if the caller did not choose one
 * @property {boolean} [ownsContentType]  to be sent in any case: it carries the boundary of `bytes`
 */

/**
 * Reads a body once, after all of axios' transforms.
 *
 * @param {any} data  `config.data` as the adapter gets it
 * @returns {Promise<AxiosBody>}
 * @throws {SigV4Error} `ERR_SIGV4_BODY_UNSUPPORTED`, `ERR_SIGV4_BODY_USED`
 */
export async function readAxiosBody(data) {
  if (data === undefined || data === null) return {};
  if (isAxiosStream(data)) return readPlatformBody(data);
  if (isBlob(data)) return { contentType: 'application/octet-stream', ...(await readPlatformBody(data)) };

  const type = describe(data);
  if (!ArrayBuffer.isView(data) && !SENDABLE.test(type)) {
    throw new SigV4Error(
      'ERR_SIGV4_BODY_UNSUPPORTED',
      `cannot sign a body of type ${type}: pass text, bytes, a Blob, a form or a stream, or keep axios' own ` +
        'transformRequest, which serializes objects',
    );
  }
  return readPlatformBody(typeof data === 'object' ? data : String(data));
}

/** The names that `describe` gives to bodies that are sent unchanged, or as their text. */
const SENDABLE = /^(string|number|boolean|ArrayBuffer|FormData|URLSearchParams)$/;

/**
 * The only form of bytes that all adapters of all versions send unchanged.
 *
 * @param {Uint8Array} bytes
 * @returns {ArrayBuffer}
 */
export function toArrayBuffer(bytes) {
  const { buffer, byteLength } = bytes;
  const isExact = buffer instanceof ArrayBuffer && byteLength === buffer.byteLength;
  return isExact ? buffer : new Uint8Array(bytes).buffer;
}

/**
 * Whether a transport sends the signed bytes if it gets the original body. It does not for forms, because it would choose the
 * boundary; for a Blob, because axios' http adapter prefers its type to the header; and for bodies that can be read only once.
 *
 * @param {any} data
 * @returns {boolean}
 */
export function keepsData(data) {
  return KEPT.test(describe(data)) || Boolean(data?.constructor?.isBuffer?.(data));
}

const KEPT = /^(string|number|boolean|undefined|Null|ArrayBuffer|URLSearchParams)$/;

/**
 * @param {any} data
 * @returns {boolean} whether axios takes it for a stream, of Node.js or of the web
 */
export function isAxiosStream(data) {
  return typeof data?.pipe === 'function' || typeof data?.getReader === 'function';
}

/**
 * The headers of a body that is sent without being read.
 *
 * @param {any} stream
 * @returns {AxiosBody}
 */
export function describeStream(stream) {
  if (!isFormDataPackage(stream)) return {};
  return { contentType: stream.getHeaders()['content-type'], ownsContentType: true };
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
 * @param {any} data  a type that `fetch` takes, or a Node.js stream
 * @returns {Promise<AxiosBody>}
 */
async function readPlatformBody(data) {
  const { data: wire, contentType, ownsContentType } = await readBody(data);
  const bytes = typeof wire === 'string' ? new TextEncoder().encode(wire) : wire;
  return { bytes, ...(contentType && { contentType, ownsContentType }) };
}
