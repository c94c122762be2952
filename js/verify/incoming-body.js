// Reads the body of an incoming request, byte for byte, because the signature covers these bytes.

import { describe, unsupportedChunk } from '../http/body.js';
import { chunkBytes, chunksOf, concat } from '../http/chunks.js';
import { SigV4Error } from '../engine/errors.js';
import { BODY_TOO_LONG } from '../engine/generated/rejections.js';
import { Refusal } from '../protocol/verification-error.js';

/**
 * @param {{ body?: unknown }} parts
 * @param {number} _limit
 * @param {Map<string, string>} headers
 * @returns {Promise<Uint8Array>}
 */
export async function readParts({ body }, _limit, headers) {
  if (body == null && declaresBody(headers)) {
    throw new SigV4Error(
      'ERR_SIGV4_BODY_UNSUPPORTED',
      'the headers say that the request has a body, but none was passed: pass the bytes that arrived as body',
    );
  }
  const bytes = bytesOf(body ?? '');
  if (bytes !== undefined) return bytes;
  throw new SigV4Error(
    'ERR_SIGV4_BODY_UNSUPPORTED',
    `cannot verify a body of type ${describe(body)}: pass the bytes that arrived`,
  );
}

/**
 * @param {Request} request  stays readable
 * @param {number} limit
 * @returns {Promise<Uint8Array>}
 */
export async function readFetch(request, limit) {
  if (request.bodyUsed || request.body?.locked) throw bodyUsed('verify the request first');
  const copy = request.clone();
  if (copy.body === null) return new Uint8Array();
  /** @type {Uint8Array[]} */
  const chunks = [];
  let length = 0;
  try {
    // Not every runtime shows the body as a stream.
    if (copy.body === undefined) return new Uint8Array(await copy.arrayBuffer());
    for await (const chunk of chunksOf(copy.body)) {
      chunks.push(chunkBytes(chunk, unsupportedChunk));
      length += chunks[chunks.length - 1].length;
      if (length > limit) throw tooLong();
    }
  } catch (error) {
    throw error instanceof SigV4Error ? error : cutOff(error);
  }
  return concat(chunks, length);
}

/**
 * @param {any} request a request of Node.js whose bytes were not kept. They are stored as `rawBody`, and the next reader still
 *   gets them
 * @param {number} limit
 * @param {Map<string, string>} headers
 * @returns {Promise<Uint8Array>}
 */
export async function readIncoming(request, limit, headers) {
  if (!isStream(request)) return readParts({}, limit, headers);
  // A request without a body is not read, so that a later reader still sees its end.
  if (!mayHaveBody(request, headers)) return (request.rawBody ??= bufferOf([], 0));
  if (wasRead(request)) {
    throw bodyUsed(
      'put this middleware before the ones that parse the body, or let them keep its bytes: ' +
        'express.json({ verify: (request, response, bytes) => { request.rawBody = bytes } })',
    );
  }
  if (Number(headers.get('content-length') ?? 0) > limit) throw tooLong();
  // Node.js emits a request before it reads the data that arrived with its headers.
  await undefined;
  return (request.rawBody = await readStream(request, limit));
}

/**
 * The bytes of a request of Node.js that were already read.
 *
 * @param {any} request
 * @param {any} wrapper  of a framework, which may have read it; or the same
 * @returns {Uint8Array | undefined}
 */
export function keptBytes(request, wrapper) {
  const known =
    bytesOf(wrapper.rawBody) ?? bytesOf(request.rawBody) ?? bytesOf(wrapper.body) ?? bytesOf(request.body);
  // Some frameworks start with an empty body, before anything is read.
  const isKept = known === undefined || known.length > 0 || !isStream(request) || wasRead(request);
  return isKept ? known : undefined;
}

/** Or a copy of what one held. @param {any} request */
function isStream(request) {
  return typeof request.on === 'function';
}

/** @param {any} request */
function wasRead(request) {
  return request.readableDidRead || request.readableEnded;
}

/**
 * In HTTP/1, headers say whether there is a body (RFC 9112, section 6.3). In HTTP/2 they need not: a body is whatever follows
 * them, unless they end the stream (RFC 9113, section 8.1).
 *
 * @param {any} request
 * @param {Map<string, string>} headers
 */
function mayHaveBody({ httpVersionMajor, httpVersion, stream }, headers) {
  const isHttp1 = Number(httpVersionMajor ?? parseInt(httpVersion, 10)) === 1;
  return isHttp1 ? declaresBody(headers) : stream?.endAfterHeaders !== true;
}

/** @param {Map<string, string>} headers */
export function declaresBody(headers) {
  return !/^0*$/.test(headers.get('content-length') ?? '') || headers.has('transfer-encoding');
}

/**
 * Reads a stream of Node.js to its end and puts the data back before the stream emits its end, so that the next reader finds it
 * unchanged. Not with `for await`, which would close the connection before the client gets a response.
 *
 * @param {any} stream
 * @param {number} limit
 * @returns {Promise<Uint8Array>}
 */
function readStream(stream, limit) {
  const { setImmediate } = /** @type {any} */ (globalThis);
  /** @type {Uint8Array[]} */
  const chunks = [];
  let length = 0;
  return new Promise((resolve, reject) => {
    const listeners = Object.entries({
      readable: take,
      end: finish,
      error: abort,
      aborted: abort,
      close: abort,
    });
    if (stream.destroyed) return abort();
    // Listening would end one for good that is empty and has come to its end already.
    if (hasEnded()) take();
    else for (const [event, listener] of listeners) stream.on(event, listener);
    return undefined;

    function hasEnded() {
      return stream._readableState?.ended === true;
    }

    function take() {
      while (stream.readableLength > 0) {
        const chunk = stream.read();
        if (chunk === null) break;
        // With an encoding, a stream yields text.
        const bytes = typeof chunk === 'string' ? textBytes(chunk, stream.readableEncoding) : chunk;
        length += bytes.length;
        if (length > limit) return refuse();
        chunks.push(bytes);
      }
      if (!hasEnded()) return undefined;
      // It would emit `end` in a moment, were it empty then.
      putBack();
      // An upload that is cut off in HTTP/2 ends before it says that it was aborted.
      if (stream.complete) finish();
      else setImmediate(finish);
      stream.off('readable', take);
      return undefined;
    }

    function putBack() {
      if (length === 0) return;
      const { readableEncoding: encoding } = stream;
      const read = bufferOf(chunks, length);
      if (encoding) stream.unshift(read.toString(encoding), encoding);
      else stream.unshift(read);
    }

    function finish() {
      if (stream.aborted || stream.errored) return abort();
      stop();
      return resolve(bufferOf(chunks, length));
    }

    function refuse() {
      stop();
      // The rest is discarded, so that the client reads the response.
      stream.resume();
      reject(tooLong());
    }

    /** @param {unknown} [cause] */
    function abort(cause) {
      stop();
      // Nobody else handles later errors.
      stream.on('error', () => {});
      reject(cutOff(cause));
    }

    function stop() {
      for (const [event, listener] of listeners) stream.off(event, listener);
    }
  });
}

/**
 * @param {Uint8Array[]} chunks
 * @param {number} length  of them together
 * @returns {any} what others expect there
 */
export function bufferOf(chunks, length) {
  const { Buffer } = /** @type {any} */ (globalThis);
  const bytes = concat(chunks, length);
  return Buffer ? Buffer.from(bytes.buffer) : bytes;
}

/**
 * @param {string} text
 * @param {string} encoding  of Node
 * @returns {Uint8Array}
 */
function textBytes(text, encoding) {
  return /** @type {any} */ (globalThis).Buffer.from(text, encoding);
}

/**
 * @param {unknown} body
 * @returns {Uint8Array | undefined}
 */
export function bytesOf(body) {
  if (typeof body === 'string') return new TextEncoder().encode(body);
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  return Object.prototype.toString.call(body) === '[object ArrayBuffer]'
    ? new Uint8Array(/** @type {ArrayBuffer} */ (body))
    : undefined;
}

/**
 * @param {string} instead
 * @param {unknown} [cause]
 */
function bodyUsed(instead, cause) {
  const message = `the body of the request is gone: ${instead}`;
  return new SigV4Error('ERR_SIGV4_BODY_USED', message, cause === undefined ? undefined : { cause });
}

/** @param {unknown} cause */
function cutOff(cause) {
  return bodyUsed('the client closed the connection before it had sent the whole body', cause);
}

function tooLong() {
  return new Refusal('ERR_SIGV4_BODY_UNSUPPORTED', BODY_TOO_LONG);
}
