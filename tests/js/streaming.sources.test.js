// Uploads in chunks: where the bytes come from, how fast, and what goes wrong on the way.

import assert from 'node:assert/strict';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { after, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { Signer, SigV4Error } from 'sigv4-wasm';
import { signStream } from 'sigv4-wasm/s3';

import { decode } from '../support/aws-chunked.js';

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const TOKEN = 'IQoJb3JpZ2luX2VjE/+TOKEN/EXAMPLE==';
const credentials = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: SECRET, sessionToken: TOKEN };
const signer = new Signer({ credentials, region: 'eu-west-1', service: 's3' });
const url = 'https://bucket.s3.eu-west-1.amazonaws.com/key';
const CHUNK = 8192;

const bytesOf = async (stream) => Buffer.from(await new Response(stream).arrayBuffer());
const folder = mkdtempSync(join(tmpdir(), 'streaming-'));
after(() => rmSync(folder, { recursive: true }));

/** A web stream that counts what is asked of it. */
function counted(chunks, chunk = new Uint8Array(CHUNK)) {
  const seen = { pulls: 0, cancelled: undefined };
  const stream = new ReadableStream(
    {
      pull(controller) {
        if (seen.pulls++ < chunks) controller.enqueue(chunk);
        else controller.close();
      },
      cancel(reason) {
        seen.cancelled = reason;
      },
    },
    { highWaterMark: 0 },
  );
  return { seen, stream };
}

function shared(bytes) {
  const memory = new SharedArrayBuffer(bytes.length);
  new Uint8Array(memory).set(bytes);
  return memory;
}

describe('every source', () => {
  const text = 'grüße '.repeat(3000);
  const bytes = new TextEncoder().encode(text);
  const file = join(folder, 'file');
  writeFileSync(file, text);
  const padded = new Uint8Array(bytes.length + 20);
  padded.set(bytes, 10);
  /** name: [source, whether its length is known] */
  const SOURCES = {
    'a string': [() => text, true],
    'a Uint8Array': [() => bytes, true],
    'a Buffer': [() => Buffer.from(text), true],
    'a view of its own range': [() => new Uint8Array(padded.buffer, 10, bytes.length), true],
    'a DataView': [() => new DataView(padded.buffer, 10, bytes.length), true],
    'an ArrayBuffer': [() => bytes.slice().buffer, true],
    'a SharedArrayBuffer': [() => shared(bytes), true],
    'a Blob': [() => new Blob([text]), true],
    'a File': [() => new File([text], 'name'), true],
    'a web stream': [() => new Blob([text]).stream(), false],
    'a web stream of strings': [() => ReadableStream.from([text, 'x', '']), false, `${text}x`],
    'a byte stream': [() => new Response(text).body, false],
    'a file stream': [() => createReadStream(file), false],
    'a Node stream of strings': [() => createReadStream(file, { encoding: 'utf8' }), false],
    'Readable.from': [() => Readable.from([Buffer.from(text), 'x']), false, `${text}x`],
    'an async generator': [
      async function* () {
        yield bytes.subarray(0, 7);
        yield bytes.subarray(7);
      },
      false,
    ],
  };
  for (const [name, [make, isKnown, expected = text]] of Object.entries(SOURCES)) {
    test(name, async () => {
      const signed = await signStream(signer, url, make(), { trailer: 'crc32' });
      assert.equal('content-length' in signed.headers, isKnown);
      const encoded = await bytesOf(signed.body);
      if (isKnown) assert.equal(signed.headers['content-length'], String(encoded.length));
      assert.equal(decode(signed, encoded, SECRET).body.toString(), expected);
    });
  }
});

test('no part of an upload lies in shared memory, which fetch does not take', async () => {
  const source = shared(new Uint8Array(3 * 65_536));
  const { body } = await signStream(signer, url, source);
  for await (const part of body) assert.ok(part.buffer instanceof ArrayBuffer);
});

describe('flow', () => {
  test('only what is read is pulled', async () => {
    const { seen, stream } = counted(1000);
    const signed = await signStream(signer, url, stream, { chunkSize: CHUNK, length: 1000 * CHUNK });
    await delay(10);
    assert.equal(seen.pulls, 0, 'nothing before the first read');
    const reader = signed.body.getReader();
    for (let i = 1, total = 0; i <= 5; i++) {
      while (total < i * CHUNK) total += (await reader.read()).value.length;
      await delay(5);
      assert.equal(seen.pulls, i);
    }
    await reader.cancel();
  });

  test('a slow consumer keeps a Node stream waiting', async () => {
    let pushed = 0;
    const source = new Readable({
      highWaterMark: CHUNK,
      read() {
        pushed += CHUNK;
        this.push(new Uint8Array(CHUNK));
      },
    });
    const signed = await signStream(signer, url, source, { chunkSize: CHUNK });
    const reader = signed.body.getReader();
    for (let i = 0; i < 10; i++) await reader.read();
    await delay(20);
    assert.ok(pushed <= 14 * CHUNK, `${pushed / CHUNK} chunks were read for 10`);
    await reader.cancel();
    assert.ok(source.destroyed);
  });

  for (const overrides of [{}, { trailer: 'crc32' }, { trailer: 'crc64nvme', payload: 'unsigned' }]) {
    test(`memory stays flat over 256 MiB, ${JSON.stringify(overrides)}`, async () => {
      setFlagsFromString('--expose-gc');
      const gc = runInNewContext('gc');
      const used = () => {
        gc();
        const { heapUsed, external } = process.memoryUsage();
        return heapUsed + external;
      };
      const chunks = 4096;
      const { stream } = counted(chunks, new Uint8Array(65_536).fill(7));
      const length = chunks * 65_536;
      const signed = await signStream(signer, url, stream, { ...overrides, length });
      let total = 0;
      let count = 0;
      let before;
      let most = 0;
      for await (const part of signed.body) {
        total += part.length;
        count++;
        if (count === 100) before = used();
        if (count > 100 && count % 500 === 0) most = Math.max(most, used() - before);
      }
      assert.equal(String(total), signed.headers['content-length']);
      // Freed memory is swept in the background, so some of it may still be counted.
      assert.ok(most < 48 << 20, `${most} bytes more than at first`);
    });
  }

  test('cancelling reaches the source, before and after it is read', async () => {
    for (const reads of [0, 1]) {
      const { seen, stream } = counted(10);
      const signed = await signStream(signer, url, stream, { chunkSize: CHUNK, trailer: 'crc32' });
      const reader = signed.body.getReader();
      for (let i = 0; i < reads; i++) await reader.read();
      await reader.cancel('enough');
      assert.equal(seen.cancelled, 'enough');

      const node = Readable.from([new Uint8Array(CHUNK), new Uint8Array(CHUNK)]);
      const { body } = await signStream(signer, url, node, { chunkSize: CHUNK });
      const nodeReader = body.getReader();
      for (let i = 0; i < reads; i++) await nodeReader.read();
      await nodeReader.cancel();
      assert.ok(node.destroyed);
    }
    let isClosed = false;
    async function* endless() {
      try {
        for (;;) yield new Uint8Array(CHUNK);
      } finally {
        isClosed = true;
      }
    }
    const { body } = await signStream(signer, url, endless(), { chunkSize: CHUNK });
    for await (const _ of body) break;
    assert.ok(isClosed);
  });

  test('cancelling while a read waits', async () => {
    const node = new PassThrough();
    const web = new ReadableStream({});
    for (const source of [node, web]) {
      const { body } = await signStream(signer, url, source, { trailer: 'crc32' });
      const reader = body.getReader();
      const read = reader.read();
      await delay(5);
      await reader.cancel();
      assert.equal((await read).done, true);
    }
    assert.ok(node.destroyed);
  });
});

describe('what goes wrong on the way', () => {
  /** Reads to the end, and gives the error, and what came before it. */
  async function failure(signed) {
    const parts = [];
    try {
      for await (const part of signed.body) parts.push(Buffer.from(part));
    } catch (error) {
      return { error, sent: Buffer.concat(parts) };
    }
    return assert.fail('it went through');
  }
  const isWhole = (sent) => /(?:^|\r\n)0(?:;|\r\n)/.test(sent.toString('latin1'));

  test('an error of the source comes through as it is', async () => {
    const broken = new Error('broken');
    const make = {
      web: () => new ReadableStream({ pull: (controller) => controller.error(broken) }),
      node: () =>
        new Readable({
          read() {
            this.destroy(broken);
          },
        }),
      iterable: async function* () {
        yield new Uint8Array(2 * CHUNK);
        throw broken;
      },
    };
    for (const source of Object.values(make)) {
      const { error, sent } = await failure(await signStream(signer, url, source(), { chunkSize: CHUNK }));
      assert.equal(error, broken);
      assert.ok(!isWhole(sent));
    }
  });

  test('a Node stream that fails before it is read does not end the process', async () => {
    const source = createReadStream(join(folder, 'missing'));
    const signed = await signStream(signer, url, source);
    await delay(20);
    assert.equal((await failure(signed)).error.code, 'ENOENT');
  });

  for (const [declared, actual] of [
    [3 * CHUNK, 3 * CHUNK - 1],
    [3 * CHUNK, 2 * CHUNK],
    [3 * CHUNK, 0],
    [3 * CHUNK, 3 * CHUNK + 1],
    [3 * CHUNK, 4 * CHUNK],
    [0, 1],
    [100, 99],
    [100, 101],
  ]) {
    test(`declared ${declared} bytes, came ${actual}: no last chunk`, async () => {
      for (const overrides of [{}, { trailer: 'crc32' }, { trailer: 'crc32', payload: 'unsigned' }]) {
        const source = new Blob(['x'.repeat(actual)]).stream();
        const signed = await signStream(signer, url, source, {
          ...overrides,
          chunkSize: CHUNK,
          length: declared,
        });
        const { error, sent } = await failure(signed);
        assert.equal(error.code, 'ERR_SIGV4_BODY_MISMATCH');
        assert.ok(!isWhole(sent));
        assert.ok(sent.length < Number(signed.headers['content-length']));
      }
    });
  }

  test('a source that is too long is given up', async () => {
    const { seen, stream } = counted(10);
    const signed = await signStream(signer, url, stream, { chunkSize: CHUNK, length: CHUNK });
    const { error } = await failure(signed);
    assert.equal(seen.cancelled, error);
    assert.equal(seen.pulls, 2);
  });

  test('a stream of something else than bytes', async () => {
    const { error } = await failure(await signStream(signer, url, ReadableStream.from([{ no: 'bytes' }])));
    assert.equal(error.code, 'ERR_SIGV4_BODY_UNSUPPORTED');
  });

  test('a source that was read, is being read, or is signed already', async () => {
    const refused = (source) =>
      assert.rejects(signStream(signer, url, source), { code: 'ERR_SIGV4_BODY_USED' }, inspect(source));
    const locked = new Blob(['x']).stream();
    locked.getReader();
    await refused(locked);
    const disturbed = new Blob(['x']).stream();
    const reader = disturbed.getReader();
    await reader.read();
    reader.releaseLock();
    await refused(disturbed);
    const read = Readable.from(['x']);
    for await (const _ of read);
    await refused(read);
    for (const once of [new Blob(['x']).stream(), Readable.from(['x']), (async function* () {})()]) {
      await signStream(signer, url, once);
      await refused(once);
    }
    const two = Readable.from(['x']);
    const outcomes = await Promise.allSettled([signStream(signer, url, two), signStream(signer, url, two)]);
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  });

  test('a source is not touched where the request cannot be signed', async () => {
    const { seen, stream } = counted(1);
    const node = Readable.from(['x']);
    for (const source of [stream, node]) {
      await assert.rejects(signStream(signer, { url, headers: { 'x-a': 'b\r\n' } }, source), {
        code: 'ERR_SIGV4_HEADER_INVALID',
      });
    }
    assert.equal(stream.locked, false);
    assert.equal(seen.pulls, 0);
    assert.equal(node.listenerCount('error'), 0);
    await signStream(signer, url, stream);
    await signStream(signer, url, node);
  });
});

describe('refused with a code', () => {
  /** name: [code, request, source, options] */
  const REFUSED = {
    'small chunks': ['ERR_SIGV4_OPTION_INVALID', url, 'x', { chunkSize: 8191 }],
    'huge chunks': ['ERR_SIGV4_OPTION_INVALID', url, 'x', { chunkSize: 2 ** 31 }],
    'half a byte': ['ERR_SIGV4_OPTION_INVALID', url, 'x', { chunkSize: 10_000.5 }],
    'chunks as text': ['ERR_SIGV4_OPTION_INVALID', url, 'x', { chunkSize: '65536' }],
    'an unknown trailer': ['ERR_SIGV4_OPTION_INVALID', url, 'x', { trailer: 'md5' }],
    'an inherited name as a trailer': ['ERR_SIGV4_OPTION_INVALID', url, 'x', { trailer: 'toString' }],
    'several trailers': ['ERR_SIGV4_OPTION_INVALID', url, 'x', { trailer: ['crc32', 'sha1'] }],
    'a list of one trailer': ['ERR_SIGV4_OPTION_INVALID', url, 'x', { trailer: ['crc32'] }],
    'an unknown trailer in the header': [
      'ERR_SIGV4_HEADER_INVALID',
      { url, headers: { 'x-amz-trailer': 'x-amz-checksum-md5' } },
      'x',
      { trailer: 'crc32' },
    ],
    'several trailers in the header': [
      'ERR_SIGV4_HEADER_INVALID',
      { url, headers: { 'X-Amz-Trailer': 'x-amz-checksum-crc32,x-amz-meta-a' } },
      'x',
      { trailer: 'crc32' },
    ],
    'unsigned without a trailer': ['ERR_SIGV4_OPTION_INVALID', url, 'x', { payload: 'unsigned' }],
    'a known hash': ['ERR_SIGV4_OPTION_INVALID', url, 'x', { payload: { sha256: 'a'.repeat(64) } }],
    'a negative length': ['ERR_SIGV4_OPTION_INVALID', url, 'x', { length: -1 }],
    'a length as text': ['ERR_SIGV4_OPTION_INVALID', url, 'x', { length: '1' }],
    'a content-length that is none': [
      'ERR_SIGV4_HEADER_INVALID',
      { url, headers: { 'content-length': '1e3' } },
      'x',
    ],
    'bytes of another length': ['ERR_SIGV4_BODY_MISMATCH', url, 'x', { length: 2 }],
    'a Blob of another length': ['ERR_SIGV4_BODY_MISMATCH', url, new Blob(['x']), { length: 0 }],
    'no source': ['ERR_SIGV4_BODY_UNSUPPORTED', url, undefined],
    'an object': ['ERR_SIGV4_BODY_UNSUPPORTED', url, { a: 1 }],
    FormData: ['ERR_SIGV4_BODY_UNSUPPORTED', url, new FormData()],
    'a body in the request': ['ERR_SIGV4_BODY_UNSUPPORTED', { url, method: 'PUT', body: 'x' }, 'x'],
    'no request': ['ERR_SIGV4_URL_INVALID', undefined, 'x'],
    'credentials that are none': ['ERR_SIGV4_CREDENTIALS_INVALID', url, 'x', { credentials: {} }],
  };
  for (const [name, [code, request, source, overrides]] of Object.entries(REFUSED)) {
    test(name, async () => {
      const error = await signStream(signer, request, source, overrides).then(
        () => assert.fail('was signed'),
        (reason) => reason,
      );
      assert.ok(error instanceof SigV4Error, inspect(error));
      assert.equal(error.code, code);
    });
  }

  test('what cannot be unsigned is told what to do', async () => {
    const unsigned = new Signer({ credentials, payload: 'unsigned' });
    await assert.rejects(signStream(unsigned, url, 'x'), { message: /sign\(\) with payload: 'unsigned'/ });
    await signStream(unsigned, url, 'x', { payload: 'signed' });
  });

  test('no secret is shown', async () => {
    const signed = await signStream(signer, url, 'x', { trailer: 'crc32' });
    for (const depth of [0, 10]) {
      const shown = inspect(signed, { depth, showHidden: true });
      assert.ok(!shown.includes(SECRET));
      assert.ok(!shown.replaceAll(signed.headers['x-amz-security-token'], '').includes(TOKEN));
    }
  });
});
