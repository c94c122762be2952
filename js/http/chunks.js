// Streams, chunk by chunk. It imports nothing: see rare-bodies.js.

/**
 * Web streams are not iterable everywhere.
 *
 * @param {any} stream
 * @returns {AsyncIterable<unknown>}
 */
export async function* chunksOf(stream) {
  if (typeof stream.getReader !== 'function') {
    yield* stream;
    return;
  }
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    reader.releaseLock();
  }
}

/**
 * @param {unknown} chunk
 * @param {(chunk: unknown) => Error} unsupported  the error for an unsupported chunk
 * @returns {Uint8Array}
 */
export function chunkBytes(chunk, unsupported) {
  if (typeof chunk === 'string') return new TextEncoder().encode(chunk);
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  throw unsupported(chunk);
}

/**
 * @param {Uint8Array[]} chunks
 * @param {number} length  of all chunks
 */
export function concat(chunks, length) {
  const out = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}
