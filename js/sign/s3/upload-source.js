// Every source of an upload, in one form.

import { assertUnused, bodyUsed, describe, isBlob, isStream, unsupportedChunk } from '../../http/body.js';
import { chunkBytes } from '../../http/chunks.js';
import { SigV4Error } from '../../engine/errors.js';

/**
 * @typedef {string | ArrayBuffer | ArrayBufferView | Blob | import('../../http/body.js').BodyStream} StreamSource
 *
 * @typedef {object} Source
 * @property {number} [size]  in bytes, where that is known
 * @property {string} [contentType]
 * @property {boolean} [reuses]  whether the memory of a result is reused by the next read
 * @property {() => void} take  takes ownership of the source
 * @property {() => void} release  undoes the steps before `take`
 * @property {() => Promise<Uint8Array | undefined>} read  the next bytes; `undefined` at the end
 * @property {(reason: unknown) => Promise<void>} cancel
 */

/**
 * @param {unknown} body
 * @returns {Source}
 * @throws {SigV4Error} if it was already read, or cannot be read
 */
export function openSource(body) {
  const bytes = bytesOf(body);
  if (bytes !== undefined) return fromBytes(bytes);
  if (isBlob(body)) {
    const blob = /** @type {Blob} */ (body);
    return { ...fromWebStream(() => blob.stream()), size: blob.size, contentType: blob.type || undefined };
  }
  if (isStream(body)) {
    if (taken.has(body)) throw bodyUsed();
    assertUnused(body);
    return 'getReader' in body ? fromWebStream(() => body) : fromIterable(body);
  }
  throw new SigV4Error(
    'ERR_SIGV4_BODY_UNSUPPORTED',
    `cannot read an upload from a value of type ${describe(body)}: pass a stream, an async iterable, a Blob, bytes ` +
      'or a string',
  );
}

/**
 * Iterables that are being read. A web stream is locked then, but nothing marks these.
 *
 * @type {WeakSet<object>}
 */
const taken = new WeakSet();

/** @param {unknown} body */
function bytesOf(body) {
  if (typeof body === 'string' || ArrayBuffer.isView(body)) return chunkBytes(body, unsupportedChunk);
  const tag = Object.prototype.toString.call(body);
  return tag === '[object ArrayBuffer]' || tag === '[object SharedArrayBuffer]'
    ? new Uint8Array(/** @type {ArrayBuffer} */ (body))
    : undefined;
}

/**
 * @param {Uint8Array} bytes
 * @returns {Source}
 */
function fromBytes(bytes) {
  /** @type {Uint8Array | undefined} */
  let left = bytes;
  return {
    size: bytes.length,
    take() {},
    release() {},
    async read() {
      const next = left;
      left = undefined;
      return next;
    },
    async cancel() {
      left = undefined;
    },
  };
}

/**
 * @param {() => ReadableStream<unknown>} open
 * @returns {Source}
 */
function fromWebStream(open) {
  /** @type {ReadableStreamDefaultReader<unknown>} */
  let reader;
  return {
    take() {
      try {
        reader = open().getReader();
      } catch {
        throw bodyUsed(); // locked since it was opened
      }
    },
    release() {},
    async read() {
      const { done, value } = await reader.read();
      return done ? undefined : chunkBytes(value, unsupportedChunk);
    },
    cancel: (reason) => reader.cancel(reason),
  };
}

/**
 * @param {AsyncIterable<unknown>} iterable
 * @returns {Source}
 */
function fromIterable(iterable) {
  const node = isNodeStream(iterable) ? iterable : undefined;
  // A stream that fails before it is first read, such as that of a missing file, would end the process, because nobody listens
  // yet. The error is kept for the first read.
  node?.on('error', ignore);
  /** @type {AsyncIterator<unknown>} */
  let iterator;
  return {
    reuses: node === undefined, // streams keep what they hand over in queues
    take() {
      if (taken.has(iterable)) throw bodyUsed();
      taken.add(iterable);
      iterator = iterable[Symbol.asyncIterator]();
    },
    release: () => node?.off('error', ignore),
    async read() {
      const { done, value } = await iterator.next();
      return done ? undefined : chunkBytes(value, unsupportedChunk);
    },
    async cancel() {
      // An iterator that was not started yet cannot cancel its source.
      node?.destroy();
      await iterator.return?.();
    },
  };
}

/**
 * @param {any} source
 * @returns {source is { on: Function, off: Function, destroy: Function }}
 */
function isNodeStream(source) {
  return ['on', 'off', 'destroy'].every((name) => typeof source[name] === 'function');
}

function ignore() {}
