// A process of its own, for the sake of its memory: makes up a body as it goes, uploads it in chunks, and tells the
// parent what came of it. See `uploadInProcess` in s3-chunked.js.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { S3Client, send } from './s3-client.js';

/**
 * @typedef {ConstructorParameters<typeof S3Client>[0] & { path: string, length: number }} Upload
 *
 * @typedef {object} Outcome
 * @property {number} status
 * @property {string} sha256  of the body
 * @property {Record<string, number>} peak  by the names of process.memoryUsage(), once it was warm
 * @property {Record<string, number>} growth  and how much of it came after that
 */

const INTERVAL = 4 << 20;
/** What an HTTP client or a file would hand over: not as long as a chunk, and memory of its own. */
const PIECE = 50_000;
const WARM_SAMPLES = 2;
const KINDS = /** @type {const} */ (['rss', 'heapTotal', 'external', 'arrayBuffers']);

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');
const hash = createHash('sha256');
/** @type {NodeJS.MemoryUsage[]} */
const samples = [];

/** @param {number} length */
async function* madeUp(length) {
  for (let at = 0; at < length; at += PIECE) {
    const piece = Buffer.alloc(Math.min(PIECE, length - at), `${at} `);
    hash.update(piece);
    yield piece;
    if (at >= samples.length * INTERVAL) {
      collectGarbage();
      collectGarbage(); // the second one waits for what the first one left to the background
      samples.push(process.memoryUsage());
    }
  }
}

const [{ path, length, ...options }] = /** @type {[Upload]} */ (await once(process, 'message'));
const s3 = new S3Client(options);
const signed = await s3.signStream({ path }, madeUp(length), { length, trailer: 'crc64nvme' });
const { status } = await send(signed);
/** @param {(kind: typeof KINDS[number]) => number} value */
const each = (value) => Object.fromEntries(KINDS.map((kind) => [kind, value(kind)]));
const warm = samples.slice(WARM_SAMPLES);
const peak = each((kind) => Math.max(...warm.map((sample) => sample[kind])));
const growth = each((kind) => peak[kind] - warm[0][kind]);
process.send?.({ status, sha256: hash.digest('hex'), peak, growth });
process.disconnect?.();
