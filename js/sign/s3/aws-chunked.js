// The encoding `aws-chunked`: each chunk with its length and its signature, and optionally a checksum at the end.

import { SigV4Error } from '../../engine/errors.js';
import { EMPTY_SHA256 } from '../../engine/hashing.js';

/**
 * @typedef {object} Encoding
 * @property {number} chunkSize  of every chunk but the last, in bytes
 * @property {number} [length]  of what is encoded, in bytes
 * @property {number} signatureLength  0 where chunks are not signed
 * @property {Trailer} [trailer]
 *
 * @typedef {object} Trailer
 * @property {string} name  of the checksum: `crc32`
 * @property {string} header
 * @property {number} length  of the value of the header
 *
 * @typedef {object} Signing
 * @property {(bytes: Uint8Array) => Promise<string>} hash  SHA-256, in hex
 * @property {(...hashes: string[]) => Promise<string>} chunk
 * @property {(hash: string) => Promise<string>} trailer
 */

/**
 * The length of a body after encoding, in bytes.
 *
 * @param {Encoding & { length: number }} encoding
 */
export function encodedLength({ chunkSize, length, signatureLength, trailer }) {
  /** @param {number} size */
  const head = (size) =>
    size.toString(16).length + (signatureLength === 0 ? 0 : CHUNK_SIGNATURE.length + signatureLength) + CRLF;
  const rest = length % chunkSize;
  const full = (length - rest) / chunkSize;
  let total = full * (head(chunkSize) + chunkSize + CRLF);
  if (rest > 0) total += head(rest) + rest + CRLF;
  total += head(0) + CRLF;
  if (trailer !== undefined) {
    total += trailer.header.length + 1 + trailer.length + CRLF;
    if (signatureLength > 0) total += TRAILER_SIGNATURE.length + signatureLength + CRLF;
  }
  return total;
}

/**
 * The encoded body, one chunk at a time. No byte is read before it is needed.
 *
 * @param {import('./upload-source.js').Source} source
 * @param {Encoding} encoding
 * @param {Signing | undefined} signing
 * @param {(() => import('./checksum.js').Checksum) | undefined} newChecksum
 * @returns {ReadableStream<Uint8Array<ArrayBuffer>>}
 */
export function encodedStream(source, encoding, signing, newChecksum) {
  const chunks = encode(source, encoding, signing, newChecksum);
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else for (const part of value) controller.enqueue(part);
      },
      async cancel(reason) {
        void chunks.return();
        await source.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

/**
 * Each chunk with its header. Joining both takes half as long as hashing the chunk, which pays only for small chunks, because two
 * parts are two writes to the socket.
 *
 * @param {import('./upload-source.js').Source} source
 * @param {Encoding} encoding
 * @param {Signing | undefined} signing
 * @param {(() => import('./checksum.js').Checksum) | undefined} newChecksum
 * @returns {AsyncGenerator<Uint8Array<ArrayBuffer>[], void, void>}
 */
async function* encode(source, encoding, signing, newChecksum) {
  const { signatureLength, trailer } = encoding;
  let checksum = newChecksum?.();
  let end = ''; // of the chunk before
  /** @param {string} signature */
  const filled = (signature) => signature.padEnd(signatureLength, '*');
  /**
   * @param {number} size
   * @param {string[]} hashes
   */
  const head = async (size, ...hashes) => {
    const start = `${end}${size.toString(16)}`;
    if (signing === undefined) return `${start}\r\n`;
    return `${start}${CHUNK_SIGNATURE}${filled(await signing.chunk(EMPTY_SHA256, ...hashes))}\r\n`;
  };
  try {
    for await (const chunk of chunksOf(source, encoding)) {
      checksum?.update(chunk);
      const first = await head(chunk.length, ...(signing === undefined ? [] : [await signing.hash(chunk)]));
      yield chunk.length < SMALL ? [joined(first, chunk)] : [encoder.encode(first), chunk];
      end = '\r\n';
    }
    let last = await head(0, EMPTY_SHA256);
    if (checksum !== undefined && trailer !== undefined) {
      const value = btoa(String.fromCharCode(...checksum.finish()));
      checksum = undefined;
      const line = `${trailer.header}:${value}`;
      last += `${line}\r\n`;
      if (signing !== undefined) {
        const hash = await signing.hash(encoder.encode(`${line}\n`));
        last += `${TRAILER_SIGNATURE}${filled(await signing.trailer(hash))}\r\n`;
      }
    }
    yield [encoder.encode(`${last}\r\n`)];
  } catch (error) {
    source.cancel(error).catch(() => {}); // it may be what failed
    throw error;
  } finally {
    checksum?.free();
  }
}

/**
 * The source split into chunks of one size: views of its data if possible, otherwise copies.
 *
 * @param {import('./upload-source.js').Source} source
 * @param {Encoding} encoding
 * @returns {AsyncGenerator<Uint8Array<ArrayBuffer>, void, void>}
 */
async function* chunksOf(source, { chunkSize, length }) {
  let total = 0;
  /** @type {Uint8Array<ArrayBuffer> | undefined} */
  let copy;
  let filled = 0;
  for (let bytes = await source.read(); bytes !== undefined; bytes = await source.read()) {
    total += bytes.length;
    if (length !== undefined && total > length) throw mismatch(length, `at least ${total}`);
    const stays = !source.reuses && bytes.buffer instanceof ArrayBuffer; // not shared memory
    for (let at = 0; at < bytes.length;) {
      const part = bytes.subarray(at, at + chunkSize - filled);
      at += part.length;
      if (stays && part.length === chunkSize) {
        yield /** @type {Uint8Array<ArrayBuffer>} */ (part);
        continue;
      }
      copy ??= new Uint8Array(Math.min(chunkSize, length ?? chunkSize));
      copy.set(part, filled);
      filled += part.length;
      if (filled === chunkSize) {
        yield copy;
        copy = undefined;
        filled = 0;
      }
    }
  }
  if (length !== undefined && total < length) throw mismatch(length, String(total));
  if (copy !== undefined) yield copy.subarray(0, filled);
}

/**
 * @param {string} head
 * @param {Uint8Array} chunk
 */
function joined(head, chunk) {
  const frame = new Uint8Array(head.length + chunk.length);
  encoder.encodeInto(head, frame);
  frame.set(chunk, head.length);
  return frame;
}

/**
 * @param {number} declared
 * @param {string} found
 */
export function mismatch(declared, found) {
  return new SigV4Error(
    'ERR_SIGV4_BODY_MISMATCH',
    `the body was declared to be ${declared} bytes long, but it is ${found}: the upload stops before its last ` +
      'chunk, so that the server does not take it for complete',
  );
}

const CHUNK_SIGNATURE = ';chunk-signature=';
const TRAILER_SIGNATURE = 'x-amz-trailer-signature:';
const CRLF = 2;
const SMALL = 16_384; // bytes
const encoder = new TextEncoder();
