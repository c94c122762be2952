// Uploads to S3 in chunks that are signed with SigV4a, verified: their signatures are made by node:crypto, over the texts that the S3
// API reference gives for SigV4, with the names of SigV4a that the SDKs use.

import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign as ecdsa } from 'node:crypto';
import { describe, test } from 'node:test';

import { SignerV4a } from 'sigv4-wasm/v4a';
import { signStream } from 'sigv4-wasm/s3';
import { verifyRequest } from 'sigv4-wasm/verify';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const spki = publicKey.export({ format: 'der', type: 'spki' });
const point = new Uint8Array(spki.subarray(spki.length - 65));
const hash = (/** @type {string} */ text) => createHash('sha256').update(text).digest('hex');
const sign = (/** @type {string[]} */ ...lines) =>
  ecdsa('sha256', Buffer.from(lines.join('\n')), privateKey).toString('hex');
const padded = (/** @type {string} */ signature) => signature.padEnd(144, '*');

const date = new Date('2026-02-03T10:00:00Z');
/** @type {import('sigv4-wasm/verify').VerifyOptions} */
const options = {
  region: 'eu-west-1',
  service: 's3',
  now: date,
  secretAccessKey: () => ({ publicKey: point }),
};

/** @param {{ trailer?: string, chunks?: string[] }} parts */
function upload({ trailer, chunks = ['one, ', 'two', ''] } = {}) {
  const keyword = `STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD${trailer === undefined ? '' : '-TRAILER'}`;
  const decodedLength = String(chunks.join('').length);
  const signedHeaders = 'host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-region-set';
  const canonicalRequest = [
    'PUT',
    '/key',
    '',
    'host:bucket.s3.amazonaws.com',
    `x-amz-content-sha256:${keyword}`,
    'x-amz-date:20260203T100000Z',
    `x-amz-decoded-content-length:${decodedLength}`,
    'x-amz-region-set:eu-west-1',
    '',
    signedHeaders,
    keyword,
  ].join('\n');
  const start = (/** @type {string} */ kind) => [
    `AWS4-ECDSA-P256-SHA256${kind}`,
    '20260203T100000Z',
    '20260203/s3/aws4_request',
  ];
  const seed = sign(...start(''), hash(canonicalRequest));
  let [last, body] = [seed, ''];
  for (const chunk of chunks) {
    last = sign(...start('-PAYLOAD'), last, hash(''), hash(chunk));
    const head = `${chunk.length.toString(16)};chunk-signature=${padded(last)}\r\n`;
    body += chunk === '' ? head : `${head}${chunk}\r\n`;
  }
  if (trailer !== undefined) {
    last = sign(...start('-TRAILER'), last, hash(`${trailer}\n`));
    body += `${trailer}\r\nx-amz-trailer-signature:${padded(last)}\r\n`;
  }
  return {
    method: 'PUT',
    url: '/key',
    headers: {
      host: 'bucket.s3.amazonaws.com',
      'x-amz-content-sha256': keyword,
      'x-amz-date': '20260203T100000Z',
      'x-amz-decoded-content-length': decodedLength,
      'x-amz-region-set': 'eu-west-1',
      authorization: `AWS4-ECDSA-P256-SHA256 Credential=AKIDEXAMPLE/20260203/s3/aws4_request, SignedHeaders=${signedHeaders}, Signature=${seed}`,
    },
    body: `${body}\r\n`,
  };
}

test('accepts them, and joins them', async () => {
  const { body, payload, algorithm } = await verifyRequest(upload(), options);
  assert.equal(Buffer.from(body).toString(), 'one, two');
  assert.deepEqual([payload, algorithm], ['chunked', 'AWS4-ECDSA-P256-SHA256']);
});

test('accepts a signed trailer, whose checksum is that of the body', async () => {
  // CRC-32C of "123456789": the catalogue of parametrised CRC algorithms (reveng.sourceforge.io).
  const chunks = ['12345', '6789', ''];
  const { trailers } = await verifyRequest(
    upload({ trailer: 'x-amz-checksum-crc32c:4waSgw==', chunks }),
    options,
  );
  assert.deepEqual(trailers, { 'x-amz-checksum-crc32c': '4waSgw==' });
  const wrong = upload({ trailer: 'x-amz-checksum-crc32c:4waShA==', chunks });
  await assert.rejects(verifyRequest(wrong, options), { code: 'ERR_SIGV4_BODY_MISMATCH', type: 'BadDigest' });
});

describe('refuses', () => {
  /** @type {[string, (body: string) => string, string][]} */
  const CASES = [
    ['another chunk', (body) => body.replace('two', 'owt'), 'ERR_SIGV4_SIGNATURE_MISMATCH'],
    [
      'another last signature',
      (body) => body.replace(/0;chunk-signature=30../, '0;chunk-signature=3000'),
      'ERR_SIGV4_SIGNATURE_MISMATCH',
    ],
    ['chunks that changed places', (body) => swapped(body), 'ERR_SIGV4_SIGNATURE_MISMATCH'],
    [
      'a chunk that was left out',
      (body) => body.replace(/3;chunk[^\r]*\r\ntwo\r\n/, ''),
      'ERR_SIGV4_BODY_MISMATCH',
    ],
    ['a body that is cut off', (body) => body.slice(0, -4), 'ERR_SIGV4_BODY_MISMATCH'],
  ];
  for (const [name, change, code] of CASES) {
    test(name, async () => {
      const { body, ...request } = upload();
      await assert.rejects(verifyRequest({ ...request, body: change(body) }, options), { code });
    });
  }

  test('what another key has signed', async () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey.export({
      format: 'der',
      type: 'spki',
    });
    const known = () => ({ publicKey: new Uint8Array(other.subarray(other.length - 65)) });
    await assert.rejects(verifyRequest(upload(), { ...options, secretAccessKey: known }), {
      code: 'ERR_SIGV4_SIGNATURE_MISMATCH',
    });
  });
});

/** @param {string} body */
function swapped(body) {
  const [, first, second, rest] = /^(.*?one, \r\n)(.*?two\r\n)(.*)$/s.exec(body) ?? [];
  return second + first + rest;
}

test('by the secret, what signStream signs with a SignerV4a', async () => {
  const credentials = {
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  };
  const signer = new SignerV4a({ credentials, regionSet: ['eu-*'], service: 's3', date });
  const text = 'a'.repeat(70_000);
  const request = { method: 'PUT', url: 'https://bucket.s3.amazonaws.com/key' };
  const { headers, body } = await signStream(signer, request, text, { trailer: 'crc32c' });
  const arrived = {
    method: 'PUT',
    url: '/key',
    headers: { ...headers, host: 'bucket.s3.amazonaws.com' },
    body: await new Response(body).arrayBuffer(),
  };
  const verified = await verifyRequest(arrived, { ...options, secretAccessKey: () => credentials });
  assert.equal(Buffer.from(verified.body).toString(), text);
});
