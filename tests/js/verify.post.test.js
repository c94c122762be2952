// Uploads by HTML form, verified: what other programs sign, the example of the S3 API reference, and what a policy forbids.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { Signer } from 'sigv4-wasm';
import { presignPost } from 'sigv4-wasm/s3';
import { verifyPost } from 'sigv4-wasm/verify';

import { NOT_JSON, POSTS_OF_BOTOCORE } from '../support/botocore-posts.js';

/** "Example: Browser-Based Upload using HTTP POST", Amazon S3 API reference: its policy, encoded, and its form. */
const POLICY =
  'eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7ImJ1Y2tldCI6ICJzaWd2NGV4YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2VyMS8iXSwNCiAgICB7ImFjbCI6ICJwdWJsaWMtcmVhZCJ9LA0KICAgIHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2tldC5zMy5hbWF6b25hd3MuY29tL3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4LWFtei1tZXRhLXV1aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwNCiAgICB7IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24iOiAiQUVTMjU2In0sDQogICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXotbWV0YS10YWciLCAiIl0sDQoNCiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAxNTEyMjkvdXMtZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9LA0KICAgIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwNCiAgICB7IngtYW16LWRhdGUiOiAiMjAxNTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9';
const FIELDS = {
  key: 'user/user1/${filename}',
  acl: 'public-read',
  success_action_redirect: 'http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html',
  'Content-Type': 'image/jpeg',
  'x-amz-meta-uuid': '14365123651274',
  'x-amz-server-side-encryption': 'AES256',
  'X-Amz-Credential': 'AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request',
  'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
  'X-Amz-Date': '20151229T000000Z',
  'x-amz-meta-tag': '',
  Policy: POLICY,
  'X-Amz-Signature': '8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e',
};
const FORM = { bucket: 'sigv4examplebucket', fields: FIELDS, fileLength: 100, filename: 'photo.jpg' };
const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
/** @type {import('sigv4-wasm/verify').VerifyOptions} */
const options = {
  region: 'us-east-1',
  service: 's3',
  now: new Date('2015-12-29T12:00:00Z'),
  secretAccessKey: (accessKeyId) => (accessKeyId === credentials.accessKeyId ? credentials : undefined),
};

test('accepts the form of the S3 API reference', async () => {
  const { credentials: known, ...verified } = await verifyPost(FORM, options);
  assert.deepEqual(verified, {
    accessKeyId: credentials.accessKeyId,
    region: 'us-east-1',
    service: 's3',
    signedAt: new Date('2015-12-29T00:00:00Z'),
    expiresAt: new Date('2015-12-30T12:00:00Z'),
    key: 'user/user1/photo.jpg',
  });
  assert.deepEqual(known, { accessKeyId: credentials.accessKeyId });
  assert.equal(
    (await verifyPost(FORM, { ...options, secretAccessKey: () => credentials.secretAccessKey })).credentials,
    undefined,
  );
});

test('takes a FormData with its file, and ignores what follows it', async () => {
  const fields = new FormData();
  for (const [name, value] of Object.entries(FIELDS)) fields.append(name, value);
  fields.append('file', new Blob(['x'.repeat(100)]), 'photo.jpg');
  fields.append('more', 'ignored');
  const verified = await verifyPost({ bucket: FORM.bucket, fields }, options);
  assert.equal(verified.key, 'user/user1/photo.jpg');
});

describe('refuses', () => {
  /** @type {[string, object, string, string, object?][]} */
  const CASES = [
    [
      'another policy',
      { Policy: Buffer.from('{}').toString('base64') },
      'ERR_SIGV4_SIGNATURE_MISMATCH',
      'InvalidSignatureException',
    ],
    [
      'no signature',
      { 'X-Amz-Signature': undefined },
      'ERR_SIGV4_SIGNATURE_MALFORMED',
      'IncompleteSignatureException',
    ],
    [
      'another algorithm',
      { 'X-Amz-Algorithm': 'AWS4-ECDSA-P256-SHA256' },
      'ERR_SIGV4_SIGNATURE_MALFORMED',
      'IncompleteSignatureException',
    ],
    [
      'another key of the object',
      { key: 'user/user2/x' },
      'ERR_SIGV4_ACCESS_DENIED',
      'AccessDeniedException',
    ],
    ['another type', { 'Content-Type': 'text/html' }, 'ERR_SIGV4_ACCESS_DENIED', 'AccessDeniedException'],
    ['a field without a condition', { tagging: 'x' }, 'ERR_SIGV4_ACCESS_DENIED', 'AccessDeniedException'],
    [
      'a policy that has expired',
      {},
      'ERR_SIGV4_ACCESS_DENIED',
      'AccessDeniedException',
      { now: new Date('2015-12-30T12:00:00Z') },
    ],
    ['another region', {}, 'ERR_SIGV4_SCOPE_MISMATCH', 'InvalidSignatureException', { region: 'eu-west-1' }],
    [
      'a key that nobody knows',
      {},
      'ERR_SIGV4_ACCESS_KEY_UNKNOWN',
      'UnrecognizedClientException',
      { secretAccessKey: () => undefined },
    ],
    [
      'a key that has a token',
      {},
      'ERR_SIGV4_ACCESS_KEY_UNKNOWN',
      'UnrecognizedClientException',
      { secretAccessKey: () => ({ ...credentials, sessionToken: 'x' }) },
    ],
    [
      'a key that has expired',
      {},
      'ERR_SIGV4_CREDENTIALS_EXPIRED',
      'ExpiredTokenException',
      { secretAccessKey: () => ({ ...credentials, expiration: new Date(0) }) },
    ],
  ];
  for (const [name, changed, code, type, more] of CASES) {
    test(name, async () => {
      const fields = Object.entries({ ...FIELDS, ...changed }).filter(([, value]) => value !== undefined);
      await assert.rejects(verifyPost({ ...FORM, fields }, { ...options, ...more }), { code, type });
    });
  }

  test('another bucket', async () => {
    await assert.rejects(verifyPost({ ...FORM, bucket: 'other' }, options), {
      code: 'ERR_SIGV4_ACCESS_DENIED',
    });
  });
});

describe('forms that botocore has signed', () => {
  for (const { name, bucket, region, now, form, fileLength, refused } of POSTS_OF_BOTOCORE) {
    test(name, async () => {
      const known = { ...options, region, now: new Date(now) };
      const arrived = { bucket, fields: form, fileLength };
      if (refused === undefined) {
        assert.equal((await verifyPost(arrived, known)).key, form.key);
        // Each of its fields is signed, or is the signature.
        for (const field of Object.keys(form)) {
          const changed = { ...form, [field]: `x${form[field]}` };
          await assert.rejects(
            verifyPost({ ...arrived, fields: changed }, known),
            { name: 'SigV4Error' },
            field,
          );
        }
      } else {
        await assert.rejects(verifyPost(arrived, known), refused);
      }
    });
  }
});

test('accepts what presignPost signs, with a session token and a derived key', async () => {
  const temporary = {
    accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
    secretAccessKey: credentials.secretAccessKey,
    sessionToken: 'token/+=',
  };
  const date = new Date('2026-02-03T10:00:00Z');
  const signer = new Signer({ credentials: temporary, region: 'eu-west-1', date });
  const { fields } = await presignPost(signer, {
    bucket: 'b',
    key: 'k-ü.txt',
    conditions: [['content-length-range', 1, 10]],
    fields: { acl: 'private' },
  });
  const known = { ...options, region: 'eu-west-1', now: date, secretAccessKey: () => temporary };
  assert.equal((await verifyPost({ bucket: 'b', fields, fileLength: 10 }, known)).key, 'k-ü.txt');
  for (const [fileLength, type] of /** @type {const} */ ([
    [0, 'EntityTooSmall'],
    [11, 'EntityTooLarge'],
  ])) {
    await assert.rejects(verifyPost({ bucket: 'b', fields, fileLength }, known), {
      code: 'ERR_SIGV4_ACCESS_DENIED',
      status: 400,
      type,
    });
  }
});

test("says what is the caller's mistake", async () => {
  for (const form of [
    undefined,
    {},
    { ...FORM, fields: null },
    { ...FORM, fileLength: undefined },
    { ...FORM, fileLength: -1 },
    { ...FORM, fields: { key: 1 } },
  ]) {
    await assert.rejects(
      verifyPost(/** @type {any} */ (form), options),
      (error) => error.code === 'ERR_SIGV4_OPTION_INVALID' && !('status' in error),
    );
  }
  // The signature of a policy that is not JSON, by another program.
  const fields = { ...FIELDS, ...NOT_JSON };
  await assert.rejects(verifyPost({ ...FORM, fields }, options), {
    code: 'ERR_SIGV4_ACCESS_DENIED',
    message: /Invalid JSON/,
  });
});
