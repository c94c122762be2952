// Bodies in chunks, in the form that clients of Node.js take.

import { describe, isOldStream, isStream } from '../../http/body.js';
import { SigV4Error } from '../../engine/errors.js';

/**
 * A body in the form that the signer takes, for which an array is JSON. For clients of Node.js, an array is a sequence of chunks,
 * and they do not send objects.
 *
 * @param {any} body
 * @returns {any}
 */
export function fromChunks(body) {
  if (typeof body !== 'object' || body === null || ArrayBuffer.isView(body)) return body;
  if (KNOWN_BODIES.includes(Object.prototype.toString.call(body)) || isStream(body) || isOldStream(body))
    return body;
  if (typeof body[Symbol.iterator] === 'function') return chunksOf(body);
  throw new SigV4Error(
    'ERR_SIGV4_BODY_UNSUPPORTED',
    `the body is of type ${describe(body)}, which this client does not send: pass text, bytes, a form or a stream`,
  );
}

/** @param {Iterable<Uint8Array | string>} chunks */
async function* chunksOf(chunks) {
  yield* chunks;
}

const KNOWN_BODIES = ['ArrayBuffer', 'Blob', 'File', 'FormData', 'URLSearchParams'].map(
  (tag) => `[object ${tag}]`,
);
