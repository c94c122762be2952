// The body of a request that arrived, byte for byte: the signature covers it as it was sent.

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
 * @param {any} request  of Node, of which nobody kept the bytes. It gets them as `rawBody`, and still yields them to whatever
 *   reads it next
 * @param {number} limit
 * @param {Map<string, string>} headers
 * @returns {Promise<Uint8Array>}
 */
export async function readIncoming(request, limit, headers) {
  if (!isStream(request)) return readParts({}, limit, headers);
  // What has no body is left alone, so that whoever waits for its end still sees it.
  if (!mayHaveBody(request, headers)) return (request.rawBody ??= bufferOf([], 0));
  if (wasRead(request)) {
    throw bodyUsed(
      'put this middleware before the ones that parse the body, or let them keep its bytes: ' +
        'express.json({ verify: (request, response, bytes) => { request.rawBody = bytes } })',
    );
  }
  if (Number(headers.get('content-length') ?? 0) > limit) throw tooLong();
  // Node hands out a request before it looks at what came with its headers.
  await undefined;
  return (request.rawBody = await readStream(request, limit));
}

/**
 * What somebody has read of a request of Node before.
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
 * Reads a stream of Node to its end and puts back what was read, before the stream has said that it ended: whoever reads it
 * next finds it as it was. Not with `for await`, which would cut the connection before the client gets an answer.
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
      // The rest passes unseen, so that the client reads the answer.
      stream.resume();
      reject(tooLong());
    }

    /** @param {unknown} [cause] */
    function abort(cause) {
      stop();
      // Errors that come later have nobody else to hear them.
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
