// A chunked upload to S3, read to its end, beside the host's SHA-256 of the same bytes in the same pieces.

import { createHash } from 'node:crypto';

import { Signer } from '../../pkg/esm/index.js';
import { signStream } from '../../pkg/esm/s3.js';
import { race } from '../harness.mjs';
import { OURS } from '../peers.mjs';
import { s3, temporary } from '../requests.mjs';

const CHUNK = 65_536;
export const HOST_HASH = 'the host SHA-256 of the chunks';

/** @returns {Promise<import('../harness.mjs').Table[]>} */
export async function run({ quick }) {
  const mebibytes = 4;
  const body = Buffer.alloc(mebibytes << 20, 'sigv4');
  const signer = new Signer({ credentials: temporary, ...s3 });
  const request = { url: 'https://my-bucket.s3.eu-west-1.amazonaws.com/film.mp4' };
  const upload = async (/** @type {object} */ options) => {
    const signed = await signStream(signer, request, body, { chunkSize: CHUNK, ...options });
    let length = 0;
    for await (const frame of signed.body) length += frame.length;
    if (length !== Number(signed.headers['content-length'])) throw new Error('the upload is not whole');
  };
  const hash = () => {
    for (let at = 0; at < body.length; at += CHUNK) {
      createHash('sha256')
        .update(body.subarray(at, at + CHUNK))
        .digest('hex');
    }
  };
  const rows = await race(
    {
      [OURS]: () => upload({}),
      [HOST_HASH]: hash,
      [`${OURS}, trailer crc64nvme`]: () => upload({ trailer: 'crc64nvme' }),
      [`${OURS}, trailer sha256`]: () => upload({ trailer: 'sha256' }),
    },
    { rounds: quick ? 15 : 101, sliceMillis: 1 },
  );
  const throughput = rows.map(({ name, value }) => ({ name, value: body.length / value / 1.048576 }));
  return [
    { id: 'chunked', title: `Chunked upload of ${mebibytes} MiB, chunks of 64 KiB`, unit: 'us', rows },
    { id: 'chunked-throughput', title: 'The same, as throughput', unit: 'MiB/s', rows: throughput },
  ];
}
