// A body without its compression.

import { concat } from '../http/chunks.js';

/**
 * @param {Uint8Array} body
 * @param {number} limit  bytes
 * @returns {Promise<Uint8Array | undefined>} `undefined` if it is not compressed with gzip or zlib, or is longer
 */
export async function inflate(body, limit) {
  const format = FORMATS.find(({ magic }) => magic.every((byte, i) => body[i] === byte))?.name;
  if (format === undefined || typeof DecompressionStream === 'undefined') return undefined;
  const stream = new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (body)])
    .stream()
    .pipeThrough(new DecompressionStream(format));
  const reader = stream.getReader();
  /** @type {Uint8Array[]} */
  const chunks = [];
  let length = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      chunks.push(next.value);
      length += next.value.length;
      if (length > limit) return void (await reader.cancel());
    }
  } catch {
    return undefined; // It only began like one.
  }
  return concat(chunks, length);
}

/** RFC 1952, section 2.3.1; RFC 1950, section 2.2, with a window of 32 KiB. */
const FORMATS = /** @type {const} */ ([
  { name: 'gzip', magic: [0x1f, 0x8b] },
  { name: 'deflate', magic: [0x78] },
]);
