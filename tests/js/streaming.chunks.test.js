// Uploads in chunks: what is sent, byte for byte.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { crc32 as zlibCrc32, gunzipSync, gzipSync } from 'node:zlib';

import { Signer } from 'sigv4-wasm';
import { signStream } from 'sigv4-wasm/s3';

import { decode, sha256 } from '../support/aws-chunked.js';

/** Of the examples of the AWS documentation. */
const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const options = {
  credentials,
  region: 'us-east-1',
  service: 's3',
  date: new Date('2013-05-24T00:00:00Z'),
};
const signer = new Signer(options);
const url = 'https://s3.amazonaws.com/examplebucket/chunkObject.txt';

const bytesOf = async (stream) => Buffer.from(await new Response(stream).arrayBuffer());
async function upload(request, source, overrides) {
  const signed = await signStream(signer, request, source, overrides);
  const encoded = await bytesOf(signed.body);
  return { signed, encoded, ...decode(signed, encoded, credentials.secretAccessKey) };
}

describe('the examples of the AWS documentation', () => {
  const request = { url, headers: { 'x-amz-storage-class': 'REDUCED_REDUNDANCY' } };
  const source = 'a'.repeat(66_560);

  test('"Transferring Payload in Multiple Chunks" (S3 API reference, sigv4-streaming)', async () => {
    const { signed, encoded, sizes, signatures } = await upload(request, source, {
      signedHeaders: ['content-encoding', 'content-length'],
    });
    assert.equal(
      signed.headers.authorization,
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, ' +
        'SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;' +
        'x-amz-decoded-content-length;x-amz-storage-class, ' +
        'Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
    );
    assert.equal(signed.method, 'PUT');
    assert.equal(signed.headers['content-length'], '66824');
    assert.equal(signed.headers['content-encoding'], 'aws-chunked');
    assert.equal(signed.headers['x-amz-decoded-content-length'], '66560');
    assert.deepEqual(sizes, [65_536, 1024]);
    assert.deepEqual(signatures, [
      'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
      '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
      'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
    ]);
    assert.equal(encoded.length, 66_824);
    assert.equal(sha256(encoded), '86ba876e2a8457dbc4bfe805f155e5d0560d8328ce92b64e0c42d3e973fcfa62');
  });

  test('the same with a trailer (sigv4-streaming-trailers, whose encoded length should say 66946)', async () => {
    const { signed, encoded, signatures, trailers } = await upload(request, source, {
      trailer: 'crc32c',
      signedHeaders: ['content-encoding'],
    });
    assert.match(
      signed.headers.authorization,
      /Signature=106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e$/,
    );
    assert.deepEqual(signatures, [
      'b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2',
      '1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7',
      '2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992',
      'd81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435',
    ]);
    assert.deepEqual(trailers, { 'x-amz-checksum-crc32c': 'sOO8/Q==' });
    assert.equal(signed.headers['content-length'], '66946');
    assert.equal(encoded.length, 66_946);
    assert.equal(sha256(encoded), 'dd4bd64a7debecf7307c9df56d8cbc09a990df0f62f5343c154a2a1c048b4f86');
  });

  test('unsigned chunks with a trailer', async () => {
    const { signed, encoded } = await upload(url, 'hello', { payload: 'unsigned', trailer: 'crc32' });
    assert.equal(signed.headers['x-amz-content-sha256'], 'STREAMING-UNSIGNED-PAYLOAD-TRAILER');
    assert.equal(signed.headers['x-amz-trailer'], 'x-amz-checksum-crc32');
    assert.equal(encoded.toString(), '5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n');
    assert.equal(signed.headers['content-length'], String(encoded.length));
  });
});

describe('chunks', () => {
  const chunkSize = 8192;
  const sizes = [0, 1, chunkSize - 1, chunkSize, chunkSize + 1, 3 * chunkSize, 40 * chunkSize + 123];
  const modes = { signed: {}, 'with a trailer': { trailer: 'sha1' } };
  modes.unsigned = { payload: 'unsigned', trailer: 'crc64nvme' };
  for (const [mode, overrides] of Object.entries(modes)) {
    for (const size of sizes) {
      test(`${size} bytes, ${mode}`, async () => {
        const source = randomBytes(size);
        const { signed, encoded, body, ...found } = await upload(url, source, { ...overrides, chunkSize });
        assert.ok(body.equals(source));
        assert.equal(signed.headers['content-length'], String(encoded.length));
        assert.equal(signed.headers['x-amz-decoded-content-length'], String(size));
        assert.equal(found.sizes.length, Math.ceil(size / chunkSize));
        assert.ok(found.sizes.slice(0, -1).every((one) => one === chunkSize));
      });
    }
  }

  for (const piece of [1, 1000, chunkSize, chunkSize + 1, 5 * chunkSize]) {
    test(`however the source is cut: ${piece} bytes at a time`, async () => {
      const source = randomBytes(3 * chunkSize + (piece % 7));
      async function* pieces() {
        yield new Uint8Array(0);
        for (let at = 0; at < source.length; at += piece) yield source.subarray(at, at + piece);
      }
      const whole = await upload(url, source, { chunkSize, trailer: 'crc32' });
      const cut = await upload(url, pieces(), { chunkSize, trailer: 'crc32', length: source.length });
      assert.ok(cut.encoded.equals(whole.encoded));
      assert.deepEqual(cut.signed.headers, whole.signed.headers);
    });
  }

  for (const piece of [3000, chunkSize, 2 * chunkSize + 1]) {
    test(`a source that reuses its buffer of ${piece} bytes`, async () => {
      async function* pieces() {
        const buffer = new Uint8Array(piece);
        for (let value = 1; value <= 9; value++) yield buffer.fill(value);
      }
      const { body } = await upload(url, pieces(), { chunkSize: 2 * chunkSize, trailer: 'crc32' });
      assert.deepEqual([...new Set(body)], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
      assert.equal(body.length, 9 * piece);
    });
  }

  test('an unknown length is not made up', async () => {
    const stream = new Blob(['x'.repeat(10_000)]).stream();
    const { signed, body } = await upload(url, stream, { trailer: 'crc32' });
    assert.equal(signed.headers['content-length'], undefined);
    assert.equal(signed.headers['x-amz-decoded-content-length'], undefined);
    assert.equal(body.length, 10_000);
  });

  test('temporary credentials, over a day change', async () => {
    let now = Date.parse('2013-05-24T23:59:59Z');
    const temporary = { ...credentials, sessionToken: 'token' };
    const other = new Signer({ ...options, credentials: temporary, date: () => new Date(now) });
    const signed = await signStream(other, url, 'x'.repeat(20_000), { chunkSize });
    now += 10_000;
    assert.equal(signed.headers['x-amz-security-token'], 'token');
    const { body } = decode(signed, await bytesOf(signed.body), credentials.secretAccessKey);
    assert.equal(body.length, 20_000);
  });

  test('many uploads at a time, with other signatures between', async () => {
    const sources = Array.from({ length: 70 }, (_, i) => randomBytes(10_000 + i));
    const bodies = await Promise.all(
      sources.map(async (source, i) => {
        const overrides = { region: `region-${i}`, chunkSize, trailer: 'sha256' }; // more keys than are cached
        return (await upload(url, source, overrides)).body;
      }),
    );
    bodies.forEach((body, i) => assert.ok(body.equals(sources[i])));
  });
});

describe('trailers', () => {
  const hash = (name) => (data) => createHash(name).update(data).digest('hex');
  /** name: the checksum of "123456789" (the catalogue of CRC algorithms; FIPS 180-4), and another implementation */
  const CHECKSUMS = {
    crc32: ['cbf43926', zlibCrc32 && ((data) => zlibCrc32(data).toString(16).padStart(8, '0'))],
    crc32c: ['e3069283', (data) => bitwiseCrc(data, 32n, 0x82f63b78n)],
    crc64nvme: ['ae8b14860a799888', (data) => bitwiseCrc(data, 64n, 0x9a6c9329ac4bc9b5n)],
    sha1: ['f7c3bc1d808e04732adf679965ccc34ca7ae3441', hash('sha1')],
    sha256: ['15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225', hash('sha256')],
  };
  for (const [trailer, [check, other]] of Object.entries(CHECKSUMS)) {
    const checksum = async (source) => {
      const { trailers, signed, encoded } = await upload(url, source, { trailer });
      assert.equal(signed.headers['x-amz-trailer'], `x-amz-checksum-${trailer}`);
      assert.equal(signed.headers['content-length'], String(encoded.length));
      assert.deepEqual(Object.keys(trailers), [`x-amz-checksum-${trailer}`]);
      return Buffer.from(trailers[`x-amz-checksum-${trailer}`], 'base64').toString('hex');
    };
    for (const host of [process.getBuiltinModule, undefined]) {
      test(`${trailer}, ${host === undefined ? 'in wasm' : 'by the host if it can'}`, async () => {
        const original = process.getBuiltinModule;
        process.getBuiltinModule = host;
        try {
          assert.equal(await checksum('123456789'), check);
          if (other === undefined) return; // an older Node without zlib.crc32
          for (const size of [0, 1, 15, 16, 17, 255, 70_000]) {
            const source = randomBytes(size);
            assert.equal(await checksum(source), other(source), `${size} bytes`);
          }
        } finally {
          process.getBuiltinModule = original;
        }
      });
    }
  }

  /** A reflected CRC with all bits set at first and inverted at last. */
  function bitwiseCrc(data, width, polynomial) {
    const ones = (1n << width) - 1n;
    let crc = ones;
    for (const byte of data) {
      crc ^= BigInt(byte);
      for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ polynomial : crc >> 1n;
    }
    return (crc ^ ones).toString(16).padStart(Number(width) / 4, '0');
  }
});

describe('headers', () => {
  test('gzip stays, behind aws-chunked', async () => {
    const text = 'text '.repeat(10_000);
    const request = { url, headers: { 'Content-Encoding': 'gzip' } };
    const { signed, body } = await upload(request, gzipSync(text), { trailer: 'crc32c' });
    assert.equal(signed.headers['content-encoding'], 'aws-chunked,gzip');
    assert.equal(gunzipSync(body).toString(), text);
  });

  test('a request that was signed before is signed afresh', async () => {
    const overrides = { trailer: 'crc32', length: 5 };
    const first = await upload({ url, headers: { 'content-encoding': 'br' } }, 'hello', overrides);
    const { body: _, ...again } = first.signed;
    const second = await upload(again, new Blob(['hello']).stream(), { trailer: 'crc32' });
    assert.deepEqual(second.signed.headers, first.signed.headers);
    const without = await upload(again, 'hello');
    assert.equal(without.signed.headers['x-amz-trailer'], undefined);
    assert.equal(without.signed.headers['content-encoding'], 'aws-chunked,br');
  });

  test('the length that the caller declares; never two ways to tell it', async () => {
    const headers = { 'Content-Length': 5, 'Transfer-Encoding': 'chunked' };
    const { signed } = await upload({ url, headers }, new Blob(['hello']).stream());
    assert.equal(signed.headers['x-amz-decoded-content-length'], '5');
    assert.notEqual(signed.headers['content-length'], '5');
    assert.equal(signed.headers['transfer-encoding'], undefined);
  });

  test("a Blob's type, unless the caller says otherwise; no other body has one", async () => {
    const blob = new Blob(['x'], { type: 'image/png' });
    assert.equal((await upload(url, blob)).signed.headers['content-type'], 'image/png');
    const request = { url, method: 'POST', headers: { 'content-type': 'a/b' } };
    const { signed } = await upload(request, blob);
    assert.deepEqual([signed.headers['content-type'], signed.method], ['a/b', 'POST']);
    assert.equal((await upload(url, 'text')).signed.headers['content-type'], undefined);
  });

  test('what is handed in is not changed', async () => {
    const request = Object.freeze({ url, headers: Object.freeze({ 'x-amz-meta-a': '1' }) });
    await upload(request, 'x', Object.freeze({ trailer: 'crc32' }));
  });
});

test('require() streams alike', async () => {
  const { Signer: CjsSigner } = createRequire(import.meta.url)('sigv4-wasm');
  const overrides = { trailer: 'crc64nvme' };
  const mine = await upload(url, 'hello', overrides);
  const signed = await signStream(new CjsSigner(options), url, 'hello', overrides);
  assert.ok((await bytesOf(signed.body)).equals(mine.encoded));
});

test('the second wasm module is loaded only for a checksum, and where the host does not have that one', () => {
  const code = `
    import { Signer } from 'sigv4-wasm';
    import { signStream } from 'sigv4-wasm/s3';
    const compile = WebAssembly.compile;
    let compiled = 0;
    WebAssembly.compile = (...a) => { compiled++; return compile(...a); };
    const signer = new Signer({ credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, region: 'c', service: 's3' });
    const counts = [];
    for (const trailer of [undefined, 'crc32c', 'crc64nvme']) {
      const signed = await signStream(signer, 'https://example.com/', 'x', { trailer });
      for await (const _ of signed.body); // Node's Response would compile a module of its own
      counts.push(compiled);
    }
    console.log(...counts);`;
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
  assert.equal(out.trim(), '1 2 2');
});
