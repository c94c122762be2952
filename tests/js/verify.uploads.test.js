// Uploads to S3 that arrive: bodies in chunks, their trailers, and digests in headers that are signed.

import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { describe, test } from 'node:test';

import { Signer } from 'sigv4-wasm';
import { signStream } from 'sigv4-wasm/s3';
import { verifyRequest } from 'sigv4-wasm/verify';

const { credentials, url, source, date } = {
  // Of the examples of the AWS documentation.
  credentials: {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  },
  url: 'https://s3.amazonaws.com/examplebucket/chunkObject.txt',
  source: 'a'.repeat(66_560),
  date: new Date('2013-05-24T00:00:00Z'),
};
const scope = { region: 'us-east-1', service: 's3' };
const options = { ...scope, now: date, secretAccessKey: () => credentials };
const signer = new Signer({ credentials, ...scope, date });
const bytesOf = async (stream) => Buffer.from(await new Response(stream).arrayBuffer());
const text = (bytes) => Buffer.from(bytes).toString();

async function uploaded(from, overrides) {
  const { body, duplex: _, ...signed } = await signStream(signer, url, from, overrides);
  return { ...signed, headers: { ...signed.headers, host: 's3.amazonaws.com' }, body: await bytesOf(body) };
}

/** "Signature Calculations … Transferring Payload in Multiple Chunks", and with trailers (S3 API reference). */
const chunk = (size, signature) =>
  `${size.toString(16)};chunk-signature=${signature}\r\n${'a'.repeat(size)}${size > 0 ? '\r\n' : ''}`;
const DOCUMENTED = {
  method: 'PUT',
  url,
  headers: {
    host: 's3.amazonaws.com',
    'x-amz-date': '20130524T000000Z',
    'x-amz-storage-class': 'REDUCED_REDUNDANCY',
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,' +
      'SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;' +
      'x-amz-decoded-content-length;x-amz-storage-class,' +
      'Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
    'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    'content-encoding': 'aws-chunked',
    'x-amz-decoded-content-length': '66560',
    'content-length': '66824',
  },
  body: [
    chunk(65_536, 'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648'),
    chunk(1024, '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497'),
    `${chunk(0, 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9')}\r\n`,
  ].join(''),
};

describe('a body in chunks', () => {
  test('the example of the documentation', async () => {
    for (const bodyRequired of [undefined, true, false]) {
      const verified = await verifyRequest(DOCUMENTED, { ...options, bodyRequired });
      assert.equal(verified.payload, 'chunked');
      assert.equal(text(verified.body), source);
      assert.deepEqual(verified.trailers, {});
    }
  });

  test('by a derived key in place of the secret', async () => {
    const hmac = (key, data) => createHmac('sha256', key).update(data).digest();
    const signingKey = ['20130524', 'us-east-1', 's3', 'aws4_request'].reduce(
      hmac,
      `AWS4${credentials.secretAccessKey}`,
    );
    const verified = await verifyRequest(DOCUMENTED, { ...options, secretAccessKey: () => ({ signingKey }) });
    assert.equal(verified.body?.length, source.length);
  });

  const sources = { 'of no bytes': '', 'of one chunk': 'grüner Tee', 'of several': source };
  for (const [which, from] of Object.entries(sources)) {
    for (const trailer of [undefined, 'crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256']) {
      test(`${which}, with the trailer ${trailer}`, async () => {
        const { body, payload, trailers } = await verifyRequest(await uploaded(from, { trailer }), options);
        assert.equal(payload, 'chunked');
        assert.equal(text(body), from);
        assert.deepEqual(Object.keys(trailers), trailer ? [`x-amz-checksum-${trailer}`] : []);
      });
    }
  }

  test('without signatures, where only a checksum covers it: as S3 takes it', async () => {
    const request = await uploaded('hello', { payload: 'unsigned', trailer: 'crc32' });
    const { body, payload, trailers } = await verifyRequest(request, options);
    assert.deepEqual([payload, text(body)], ['unsigned', 'hello']);
    assert.deepEqual(trailers, { 'x-amz-checksum-crc32': 'NhCmhg==' });
    await refuses(request, 'ACCESS_DENIED', 'AccessDeniedException', { bodyRequired: true });
    const changed = { ...request, body: text(request.body).replace('hello', 'hallo') };
    await refuses(changed, 'BODY_MISMATCH', 'BadDigest');
  });

  test('a fetch request stays readable', async () => {
    const { url: _, body, ...init } = await uploaded('hello', {});
    const request = new Request(url, { ...init, body });
    assert.equal(text((await verifyRequest(request, options)).body), 'hello');
    assert.equal(text(await request.arrayBuffer()), text(body));
  });

  for (const [what, change, code, type] of [
    ['another byte', (body) => body.replace('aaa', 'aab'), 'SIGNATURE_MISMATCH', 'InvalidSignatureException'],
    [
      'a chunk less',
      (body) => body.replace(/400;[^]*?\r\n[^]*?\r\n/, ''),
      'SIGNATURE_MISMATCH',
      'InvalidSignatureException',
    ],
    ['a body that is cut off', (body) => body.slice(0, -100), 'BODY_MISMATCH', 'IncompleteBody'],
    ['more after its end', (body) => `${body}x`, 'BODY_MISMATCH', 'IncompleteBody'],
    ['no chunks', () => source, 'BODY_MISMATCH', 'IncompleteBody'],
  ]) {
    test(`refused: ${what}`, () => refuses({ ...DOCUMENTED, body: change(DOCUMENTED.body) }, code, type));
  }

  test('refused before the body is read: a key that is not known', async () => {
    const error = await refuses(
      { ...DOCUMENTED, body: 'x' },
      'ACCESS_KEY_UNKNOWN',
      'UnrecognizedClientException',
      {
        secretAccessKey: () => undefined,
      },
    );
    assert.equal(error.status, 403);
  });

  test('refused: for a service that AWS sends no chunks to', async () => {
    const other = new Signer({ credentials, region: 'us-east-1', service: 'execute-api', date });
    const { headers } = other.signSync(url, {
      payload: { sha256: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' },
      contentSha256Header: true,
    });
    const request = { url, headers: { ...headers, host: 's3.amazonaws.com' } };
    await refuses(request, 'ACCESS_DENIED', 'AccessDeniedException', { service: 'execute-api' });
  });
});

describe('digests of the body in headers that are signed', () => {
  const digest = (name, data) => createHash(name).update(data).digest('base64');
  const put = (headers, settings = {}) => {
    const signed = signer.signSync({ method: 'PUT', url, headers, body: 'hello' }, settings);
    return { ...signed, headers: { ...signed.headers, host: 's3.amazonaws.com' } };
  };

  test('are those of the body', async () => {
    const headers = {
      'content-md5': digest('md5', 'hello'),
      'x-amz-checksum-sha1': digest('sha1', 'hello'),
      'x-amz-checksum-sha256': digest('sha256', 'hello'),
      'x-amz-checksum-crc32': 'NhCmhg==',
    };
    assert.equal(text((await verifyRequest(put(headers), options)).body), 'hello');
    // Of a body that is not signed, too: then nothing else covers it.
    const { payload } = await verifyRequest(put(headers, { payload: 'unsigned' }), options);
    assert.equal(payload, 'unsigned');
  });

  // Types and messages: "List of error codes", Amazon S3 API reference; what S3 answers.
  for (const [header, value, type, message] of [
    [
      'content-md5',
      digest('md5', 'other'),
      'BadDigest',
      'The Content-MD5 you specified did not match what we received.',
    ],
    ['content-md5', 'aGVsbG8=', 'InvalidDigest', 'The Content-MD5 you specified was invalid.'],
    ['content-md5', '?', 'InvalidDigest', 'The Content-MD5 you specified was invalid.'],
    [
      'x-amz-checksum-crc32',
      'AAAAAA==',
      'BadDigest',
      'The CRC32 you specified did not match the calculated checksum.',
    ],
    [
      'x-amz-checksum-crc32c',
      'NhCmhg==',
      'BadDigest',
      'The CRC32C you specified did not match the calculated checksum.',
    ],
    [
      'x-amz-checksum-sha256',
      'NhCmhg==',
      'InvalidRequest',
      'Value for x-amz-checksum-sha256 header is invalid.',
    ],
  ]) {
    test(`refused: ${header} ${value}`, async () => {
      for (const settings of [{}, { payload: 'unsigned' }]) {
        const error = await refuses(put({ [header]: value }, settings), 'BODY_MISMATCH', type);
        assert.deepEqual([error.status, error.message], [400, message]);
      }
    });
  }

  test('not of the request that completes an upload in parts, which has the checksum of the object', async () => {
    const signed = signer.signSync({
      ...{ method: 'POST', url: `${url}?uploadId=1`, body: '<CompleteMultipartUpload/>' },
      headers: { 'x-amz-checksum-crc32': 'NhCmhg==' },
    });
    const request = { ...signed, headers: { ...signed.headers, host: 's3.amazonaws.com' } };
    assert.equal((await verifyRequest(request, options)).payload, 'signed');
  });

  test('a digest that is not signed says nothing', async () => {
    const { headers, ...request } = put({});
    const body = await verifyRequest({ ...request, headers: { ...headers, 'content-md5': '?' } }, options);
    assert.equal(text(body.body), 'hello');
  });

  test('a body that is hashed in several pieces', async () => {
    const body = Buffer.alloc(300_000, 7);
    const headers = { 'content-md5': digest('md5', body) };
    const signed = signer.signSync({ method: 'PUT', url, headers, body });
    const request = { ...signed, headers: { ...signed.headers, host: 's3.amazonaws.com' } };
    assert.equal((await verifyRequest(request, options)).body?.length, body.length);
  });
});

async function refuses(request, code, type, settings = {}) {
  const error = await verifyRequest(request, { ...options, ...settings }).then(
    () => assert.fail('it was accepted'),
    (reason) => reason,
  );
  assert.deepEqual([error.code, error.type], [`ERR_SIGV4_${code}`, type], String(error));
  return error;
}
