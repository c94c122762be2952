// Decodes an upload that a client signed in chunks, so that the proxy can sign its chunks again.
//
// Source: "Signature Calculations for the Authorization Header: Transferring Payload in Multiple Chunks", Amazon S3 API reference.

import { ProxyError } from './refusal.js';

/** The limit for a line with the hexadecimal size and the signature of a chunk. */
const MAX_LINE_BYTES = 4096;
const LINE_FEED = 0x0a;

/**
 * Ignores the trailer after the last chunk, such as a checksum: it is computed again when the request is signed.
 *
 * @param {AsyncIterable<Buffer>} source
 * @returns {AsyncGenerator<Buffer>}
 * @throws {ProxyError} ERR_PROXY_REQUEST
 */
export async function* decodeChunks(source) {
  let line = '';
  /** The remaining bytes of the chunk, with the two bytes that end it. */
  let left = 0;
  let isEnd = false;
  for await (const piece of source) {
    for (let at = 0; at < piece.length && !isEnd;) {
      if (left > 0) {
        const data = piece.subarray(at, at + Math.max(0, left - 2));
        if (data.length > 0) yield data;
        const taken = Math.min(left, piece.length - at);
        at += taken;
        left -= taken;
        continue;
      }
      const end = piece.indexOf(LINE_FEED, at);
      line += piece.toString('latin1', at, end === -1 ? piece.length : end);
      if (line.length > MAX_LINE_BYTES) throw malformed();
      if (end === -1) break;
      at = end + 1;
      const [, size] = /^([\da-f]{1,8})(?:;[^\r]*)?\r$/i.exec(line) ?? [];
      if (size === undefined) throw malformed();
      line = '';
      isEnd = /^0+$/.test(size);
      left = isEnd ? 0 : parseInt(size, 16) + 2;
    }
  }
  if (!isEnd) throw malformed();
}

function malformed() {
  return new ProxyError(
    'ERR_PROXY_REQUEST',
    'The body is not encoded in chunks, although its headers say so.',
    {
      fix: 'Encode the body as aws-chunked, or remove the header x-amz-content-sha256.',
    },
  );
}
