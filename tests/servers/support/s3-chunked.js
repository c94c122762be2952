// Uploads in signed chunks: what every S3 server must accept, and refuse. The tables are those of s3-operations.js.
//
// What Amazon S3 does: "Signature Calculations for the Authorization Header: Transferring Payload in Multiple Chunks",
// its page on trailing headers, and "Error responses", Amazon S3 API reference.

import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { send } from './s3-client.js';

/**
 * @typedef {import('./s3-client.js').S3Client} S3Client
 * @typedef {import('./s3-client.js').StreamOverrides} StreamOverrides
 * @typedef {import('sigv4-wasm').SignedStreamRequest} SignedStreamRequest
 *
 * @typedef {{ chunks: { head: string, data: Buffer }[], end: string }} Encoded  a body in the encoding aws-chunked;
 *   the end is its last chunk, which is empty, with what follows
 */

const HOUR = 3_600_000;
const CHUNK = 8192;
const MIB = 1 << 20;
const TRAILERS = /** @type {const} */ (['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256']);

/** Of four chunks, no two of them alike. */
const BYTES = randomBytes(3 * CHUNK + 1000);

/** @type {Record<string, (s3: S3Client) => Promise<void>>} */
export const operations = {
  'chunks: nothing, a byte, one chunk, a byte more, many': async (s3) => {
    for (const length of [0, 1, CHUNK, CHUNK + 1, BYTES.length]) {
      const bytes = BYTES.subarray(0, length);
      await upload(s3, bytes, { chunkSize: CHUNK }, { bytes });
    }
  },

  'chunks: of 64 KiB, as by default, and of 1 MiB': async (s3) => {
    const bytes = Buffer.concat(Array(100).fill(BYTES));
    for (const chunkSize of [undefined, MIB]) await upload(s3, bytes, { chunkSize }, { bytes });
  },

  ...Object.fromEntries(
    TRAILERS.flatMap((trailer) =>
      /** @type {const} */ (['signed', 'unsigned']).map((payload) => [
        `chunks: ${payload}, with ${trailer}`,
        async (/** @type {S3Client} */ s3) => {
          for (const length of [0, CHUNK, BYTES.length]) {
            const bytes = BYTES.subarray(0, length);
            await upload(s3, bytes, { chunkSize: CHUNK, trailer, payload }, { bytes });
          }
        },
      ]),
    ),
  ),

  'chunks: from any source': async (s3) => {
    const make = {
      'a Blob': () => new Blob([BYTES]),
      'a web stream': () => new Blob([BYTES]).stream(),
      'a Node stream': () => Readable.from([BYTES]),
      'an async iterable': async function* () {
        yield BYTES.subarray(0, 7);
        yield BYTES.subarray(7);
      },
    };
    for (const source of Object.values(make)) {
      await upload(s3, source(), { chunkSize: CHUNK, length: BYTES.length, trailer: 'crc32' });
    }
  },

  'chunks: sent by fetch': async (s3) => {
    for (const trailer of /** @type {const} */ ([undefined, 'crc32'])) {
      const source = new Blob([BYTES]).stream();
      const options = { chunkSize: CHUNK, length: BYTES.length, trailer };
      const signed = await s3.signStream({ path: '/chunks/fetch' }, source, options);
      const answer = await fetch(signed.url, signed);
      assert.equal(answer.status, 200, await answer.text());
      await assertHeld(s3, '/chunks/fetch');
    }
  },

  'chunks: other headers': async (s3) => {
    const headers = { 'content-type': 'text/x-test', 'x-amz-meta-note': 'two  words' };
    await upload(s3, BYTES, { trailer: 'crc32', signedHeaders: 'all' }, { headers });
    const head = await s3.ok({ method: 'HEAD', path: '/chunks/object' });
    assert.equal(head.headers['content-type'], 'text/x-test');
    assert.match(String(head.headers['x-amz-meta-note']), /^two +words$/);
  },

  'chunks: the encoding is that of the upload, not of the object': async (s3) => {
    for (const headers of /** @type {Record<string, string>[]} */ ([{}, { 'content-encoding': 'x' }])) {
      await upload(s3, BYTES, {}, { headers });
      const head = await s3.ok({ method: 'HEAD', path: '/chunks/object' });
      assert.equal(head.headers['content-encoding'], headers['content-encoding']);
    }
  },

  'chunks: a session token that is signed': async (s3) => {
    const credentials = { ...s3.credentials, sessionToken: 'a/token+with==' };
    await upload(s3, BYTES, { trailer: 'crc32', credentials });
  },

  'chunks: a part of an upload': async (s3) => {
    const path = '/chunks/parts';
    const created = await s3.ok({ method: 'POST', path: `${path}?uploads` });
    const uploadId = /** @type {string} */ (/<UploadId>([^<]+)</.exec(created.text)?.[1]);
    const query = { partNumber: '1', uploadId };
    const { headers } = await send(await s3.signStream({ path, query }, BYTES, { trailer: 'crc32' }));
    const part = `<Part><PartNumber>1</PartNumber><ETag>${headers.etag}</ETag></Part>`;
    const body = `<CompleteMultipartUpload>${part}</CompleteMultipartUpload>`;
    await s3.ok({ method: 'POST', path, query: { uploadId }, body });
    await assertHeld(s3, path);
  },

  'chunks: 128 MiB in the memory that 16 MiB need': async (s3) => {
    const small = await uploadInProcess(s3, 16 * MIB);
    const large = await uploadInProcess(s3, 128 * MIB);
    for (const [kind, most] of Object.entries(MORE_MEMORY)) {
      assert.ok(large.growth[kind] < most, `${large.growth[kind]} bytes of ${kind} more than at first`);
      const more = large.peak[kind] - small.peak[kind];
      assert.ok(more < most, `${more} bytes of ${kind} more than with 16 MiB`);
    }
  },

  'chunks: a source that fails, and one of another length, leave nothing': async (s3) => {
    const broken = Object.assign(new Error('broken'), { code: 'BROKEN' });
    /** @type {Record<string, [source: () => AsyncIterable<Uint8Array>, code: string]>} */
    const failures = {
      'fails midway': [failing(broken), 'BROKEN'],
      'is a byte short': [piecesOf(BYTES.length - 1), 'ERR_SIGV4_BODY_MISMATCH'],
      'is a chunk short': [piecesOf(BYTES.length - CHUNK), 'ERR_SIGV4_BODY_MISMATCH'],
      'is a byte too long': [piecesOf(BYTES.length, 1), 'ERR_SIGV4_BODY_MISMATCH'],
      'is a chunk too long': [piecesOf(BYTES.length, CHUNK), 'ERR_SIGV4_BODY_MISMATCH'],
    };
    await s3.ok({ method: 'PUT', path: '/chunks/kept', body: 'kept' });
    for (const [name, [source, code]] of Object.entries(failures)) {
      for (const options of UPLOADS) {
        for (const [how, sendWith] of Object.entries({ send, fetch: sendByFetch })) {
          for (const path of ['/chunks/none', '/chunks/kept']) {
            const signed = await s3.signStream({ path }, source(), { ...options, length: BYTES.length });
            const failed = await sendWith(signed).then(
              ({ status }) => ({ code: `answer ${status}` }),
              (error) => error,
            );
            assert.equal(failed.code ?? failed.cause?.code, code, `${name}, ${how}`);
          }
        }
      }
    }
    await delay(50); // what the server makes of the last one
    assert.equal((await s3.try({ path: '/chunks/none' })).status, 404);
    assert.equal((await s3.ok({ path: '/chunks/kept' })).text, 'kept');
  },
};

const UPLOADS = /** @type {StreamOverrides[]} */ ([
  { chunkSize: CHUNK },
  { chunkSize: CHUNK, trailer: 'crc32' },
  { chunkSize: CHUNK, trailer: 'crc32', payload: 'unsigned' },
]);

/** In bytes. Measured with Node 20: 5 MiB, 0.5 MiB, 0.2 MiB and 0.2 MiB. Who kept the body would need 112 MiB. */
const MORE_MEMORY = { rss: 16 * MIB, heapTotal: 4 * MIB, external: 4 * MIB, arrayBuffers: 4 * MIB };

const SIGNATURE = /** @type {const} */ ([403, 'SignatureDoesNotMatch']);
const INCOMPLETE = /** @type {const} */ ([400, 'IncompleteBody']);
const DIGEST = /** @type {const} */ ([400, 'BadDigest']);

/**
 * How an upload is made wrong after it was signed, and what Amazon S3 answers.
 *
 * @type {Record<string, [answer: readonly [status: number, code: string], change: (encoded: Encoded) => unknown, options?: StreamOverrides]>}
 */
const CHANGES = {
  'another byte': [SIGNATURE, ({ chunks }) => (chunks[1].data[5] ^= 1)],
  'another signature': [SIGNATURE, ({ chunks }) => (chunks[1].head = flipped(chunks[1].head))],
  'another signature of the last': [SIGNATURE, (encoded) => (encoded.end = flipped(encoded.end))],
  'one left out': [SIGNATURE, ({ chunks }) => chunks.splice(1, 1)],
  'two swapped': [SIGNATURE, ({ chunks }) => chunks.splice(1, 2, chunks[2], chunks[1])],
  'one twice': [SIGNATURE, ({ chunks }) => chunks.splice(1, 1, chunks[1], chunks[1])],
  'those before the last left out': [SIGNATURE, ({ chunks }) => chunks.splice(0)],
  'without the last': [INCOMPLETE, (encoded) => (encoded.end = '')],
  'cut off': [INCOMPLETE, (encoded) => cutOff(encoded)],
  'no signature': [INCOMPLETE, ({ chunks }) => (chunks[1].head = chunks[1].head.replace(/;.*/, ''))],

  'with a trailer: another byte': [SIGNATURE, ({ chunks }) => (chunks[1].data[5] ^= 1), { trailer: 'crc32' }],
  'another value of the trailer': [
    SIGNATURE,
    (encoded) => (encoded.end = otherValue(encoded.end)),
    { trailer: 'crc32' },
  ],
  'another signature of the trailer': [
    SIGNATURE,
    (encoded) => (encoded.end = encoded.end.replace(/trailer-signature:.*/, flipped)),
    { trailer: 'crc32' },
  ],
  'no signature of the trailer': [
    INCOMPLETE,
    (encoded) => (encoded.end = encoded.end.replace(/x-amz-trailer-signature:.*\r\n/, '')),
    { trailer: 'crc32' },
  ],
  'no trailer': [
    INCOMPLETE,
    (encoded) => (encoded.end = encoded.end.replace(/x-amz-checksum[^]*/, '\r\n')),
    { trailer: 'crc32' },
  ],
  'unsigned: another byte': [
    DIGEST,
    ({ chunks }) => (chunks[1].data[5] ^= 1),
    { trailer: 'crc32', payload: 'unsigned' },
  ],
  'unsigned: another value of the trailer': [
    DIGEST,
    (encoded) => (encoded.end = otherValue(encoded.end)),
    { trailer: 'sha256', payload: 'unsigned' },
  ],
  'unsigned: without the last': [
    INCOMPLETE,
    (encoded) => (encoded.end = ''),
    { trailer: 'crc32', payload: 'unsigned' },
  ],
};

/**
 * What must be refused, and leave what was at a path as it was.
 *
 * @type {Record<string, import('./s3-suite.js').UploadRefusal>}
 */
export const refusals = {
  ...Object.fromEntries(
    Object.entries(CHANGES).map(([what, [answer, change, options]]) => [
      `chunks: ${what}`,
      {
        answer,
        async send(/** @type {S3Client} */ s3, /** @type {string} */ path) {
          const signed = await s3.signStream({ path }, BYTES, { chunkSize: CHUNK, ...options });
          const encoded = taken(await collected(signed));
          change(encoded);
          return send({ ...signed, body: joined(encoded) });
        },
      },
    ]),
  ),
  'chunks: those of another upload': {
    answer: SIGNATURE,
    async send(s3, path) {
      const signed = await s3.signStream({ path }, BYTES, { chunkSize: CHUNK });
      const other = await s3.signStream({ path: '/other' }, BYTES, { chunkSize: CHUNK });
      return send({ ...signed, body: await collected(other) });
    },
  },
  'chunks: another length': {
    answer: SIGNATURE,
    async send(s3, path) {
      const signed = await s3.signStream({ path }, BYTES, { chunkSize: CHUNK });
      const headers = { ...signed.headers, 'x-amz-decoded-content-length': String(BYTES.length - 1) };
      return send({ ...signed, headers, body: await collected(signed) });
    },
  },
  'chunks: signed ones called unsigned': {
    answer: SIGNATURE,
    async send(s3, path) {
      const signed = await s3.signStream({ path }, BYTES, { chunkSize: CHUNK, trailer: 'crc32' });
      const headers = { ...signed.headers, 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' };
      return send({ ...signed, headers, body: await collected(signed) });
    },
  },
  'chunks: a length that is not known': {
    answer: [411, 'MissingContentLength'],
    send: async (s3, path) => send(await s3.signStream({ path }, Readable.from([BYTES]))),
  },
  'chunks: a wrong secret key': {
    answer: SIGNATURE,
    send: (s3, path) =>
      uploadWith(s3, path, { credentials: { ...s3.credentials, secretAccessKey: 'another' } }),
  },
  'chunks: a clock an hour behind': {
    answer: [403, 'RequestTimeTooSkewed'],
    send: (s3, path) => uploadWith(s3, path, { date: new Date(Date.now() - HOUR) }),
  },
  'chunks: a clock an hour ahead': {
    answer: [403, 'RequestTimeTooSkewed'],
    send: (s3, path) => uploadWith(s3, path, { date: new Date(Date.now() + HOUR) }),
  },
};

/**
 * Uploads, and reads it again.
 *
 * @param {S3Client} s3
 * @param {import('sigv4-wasm').StreamSource} source
 * @param {StreamOverrides} options
 * @param {object} [more]
 * @param {Uint8Array} [more.bytes]  what must be there then
 * @param {Record<string, string>} [more.headers]
 */
async function upload(s3, source, options, { bytes = BYTES, headers } = {}) {
  const path = '/chunks/object';
  await s3.ok({ method: 'DELETE', path });
  const signed = await s3.signStream({ path, headers }, source, options);
  const answer = await send(signed);
  assert.equal(answer.status, 200, `${JSON.stringify(options)}: ${answer.text}`);
  await assertHeld(s3, path, bytes);
}

/**
 * @param {S3Client} s3
 * @param {number} length
 * @returns {Promise<import('./upload-process.js').Outcome>}
 */
async function uploadInProcess(s3, length) {
  const path = '/chunks/large';
  const { origin, credentials, bucket } = s3;
  const child = fork(fileURLToPath(new URL('./upload-process.js', import.meta.url)), { execArgv: [] });
  child.send({ origin, credentials, bucket, path, length });
  const [outcome] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  assert.equal(outcome?.status, 200);

  const held = await fetch(await s3.presign({ path }));
  assert.equal(held.headers.get('content-length'), String(length));
  const hash = createHash('sha256');
  for await (const part of /** @type {AsyncIterable<Uint8Array>} */ (held.body)) hash.update(part);
  assert.equal(hash.digest('hex'), outcome.sha256);
  await s3.ok({ method: 'DELETE', path });
  return outcome;
}

/**
 * @param {S3Client} s3
 * @param {string} path
 * @param {Uint8Array} [expected]
 */
async function assertHeld(s3, path, expected = BYTES) {
  const { bytes } = await s3.ok({ path });
  assert.ok(
    bytes.equals(expected),
    `${bytes.length} bytes, which are not the ${expected.length} that were sent`,
  );
}

/**
 * @param {S3Client} s3
 * @param {string} path
 * @param {StreamOverrides} options
 */
async function uploadWith(s3, path, options) {
  return send(await s3.signStream({ path }, BYTES, { chunkSize: CHUNK, ...options }));
}

/** @param {SignedStreamRequest} signed */
async function sendByFetch(signed) {
  return fetch(signed.url, signed);
}

/** @param {Error} error */
function failing(error) {
  return async function* () {
    yield BYTES.subarray(0, 2 * CHUNK);
    throw error;
  };
}

/** @param {number[]} lengths  of the pieces that come */
function piecesOf(...lengths) {
  return async function* () {
    for (const length of lengths) yield BYTES.subarray(0, length);
  };
}

/** @param {SignedStreamRequest} signed */
async function collected({ body }) {
  return Buffer.from(await new Response(body).arrayBuffer());
}

/**
 * @param {Buffer} body
 * @returns {Encoded}
 */
function taken(body) {
  const chunks = [];
  for (let at = 0; ;) {
    const start = body.indexOf('\r\n', at) + 2;
    const head = body.toString('latin1', at, start);
    const size = parseInt(head, 16);
    if (size === 0) return { chunks, end: body.toString('latin1', at) };
    chunks.push({ head, data: body.subarray(start, start + size) });
    at = start + size + 2;
  }
}

/** @param {Encoded} encoded */
function joined({ chunks, end }) {
  return Buffer.concat(
    [...chunks.flatMap(({ head, data }) => [head, data, '\r\n']), end].map((part) => Buffer.from(part)),
  );
}

/** @param {Encoded} encoded */
function cutOff(encoded) {
  const last = encoded.chunks.length - 1;
  encoded.chunks[last].data = encoded.chunks[last].data.subarray(0, -10);
  encoded.end = '';
}

/** @param {string} text  that a signature is in */
function flipped(text) {
  return text.replace(/(?<=signature[=:]\w{10})\w/, (digit) => (digit === '0' ? '1' : '0'));
}

/** @param {string} end */
function otherValue(end) {
  return end.replace(/(?<=x-amz-checksum-\w+:)./, (char) => (char === 'A' ? 'B' : 'A'));
}
