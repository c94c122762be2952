// Checks the digests of an incoming body with the module `checksum`. See src/wasm/checksum.rs.

import { HASH_CHUNK_BYTES, rejectionOf } from './incoming-crossing.js';
import { FLAG } from './generated/verify-flags.js';

/**
 * Why a body does not match these digests, which are lines of `name:value`.
 *
 * @param {typeof import('./checksum-engine.js').checksumModule} checksumModule loaded by the caller: bundlers such as webpack
 *   would put the module into two files if two files that are loaded on use imported it
 * @param {string} lines  as the verifier gave them
 * @param {boolean} areTrailers  of a body in chunks, rather than headers
 * @param {Uint8Array} body
 * @returns {import('./incoming-crossing.js').WrittenRejection | undefined}
 */
export function digestsRejection(checksumModule, lines, areTrailers, body) {
  checksumModule.readySync();
  try {
    const { exports } = checksumModule;
    const { written } = encoder.encodeInto(lines, checksumModule.buffer(lines.length * 3));
    let status = exports.digests_start(written, Number(areTrailers));
    if (status === 0) {
      for (let at = 0; at < body.length; at += HASH_CHUNK_BYTES) {
        const chunk = body.subarray(at, at + HASH_CHUNK_BYTES);
        checksumModule.buffer(HASH_CHUNK_BYTES).set(chunk);
        exports.digests_update(chunk.length);
      }
      status = exports.digests_finish();
    }
    if (status === 0) return undefined;
    const length = status & ~FLAG.rejected;
    return rejectionOf(decoder.decode(checksumModule.buffer(length).subarray(0, length)));
  } catch (error) {
    throw checksumModule.failed(error);
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
