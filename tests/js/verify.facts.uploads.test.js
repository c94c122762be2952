// What the tests of other servers say of uploads to S3, as facts: this form is accepted, that one is refused, and so are these chunks.
// Each says where it is from; where we decide otherwise, it says why.

import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { describe, test } from 'node:test';

import { verifyPost, verifyRequest } from 'sigv4-wasm/verify';

const MINIO_FORMS = 'https://github.com/minio/minio/blob/master/cmd/postpolicyform_test.go';
const MINIO_CHUNKS = 'https://github.com/minio/minio/blob/master/cmd/streaming-signature-v4_test.go';

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const SCOPE = '20160727/us-east-1/s3/aws4_request';
const AMZ_DATE = '20160727T000000Z';
/** @type {import('sigv4-wasm/verify').VerifyOptions} */
const options = {
  region: 'us-east-1',
  service: 's3',
  now: new Date('2016-07-27T00:01:00Z'),
  secretAccessKey: () => SECRET,
};
/** By the book: "Create a signed AWS API request", step 3 and 4, IAM user guide. */
const sign = (/** @type {string} */ text) => {
  const hmac = (/** @type {any} */ key, /** @type {string} */ part) =>
    createHmac('sha256', key).update(part).digest();
  return hmac(SCOPE.split('/').reduce(hmac, `AWS4${SECRET}`), text).toString('hex');
};
const hash = (/** @type {string} */ text) => createHash('sha256').update(text).digest('hex');

describe('forms', () => {
  const CREDENTIAL = `KVGKMDUQ23TCZXTLTHLP/${SCOPE}`;
  const FIELDS = {
    key: 'user/user1/filename/${filename}/myfile.txt',
    acl: 'public-read',
    'x-amz-date': AMZ_DATE,
    'x-amz-meta-uuid': '14365123651274',
    'x-amz-server-side-encryption': 'AES256',
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-credential': CREDENTIAL,
    'content-type': 'image/jpeg',
    success_action_redirect: 'http://127.0.0.1:9000/',
  };
  const CONDITIONS = {
    bucket: { bucket: 'testbucket' },
    key: ['starts-with', '$key', 'user/user1/filename'],
    acl: { acl: 'public-read' },
    redirect: { success_action_redirect: 'http://127.0.0.1:9000/' },
    type: ['starts-with', '$Content-Type', 'image/'],
    length: ['content-length-range', 1048579, 10485760],
    uuid: { 'x-amz-meta-uuid': '14365123651274' },
    encryption: { 'x-amz-server-side-encryption': 'AES256' },
    tag: ['starts-with', '$x-amz-meta-tag', ''],
    credential: { 'x-amz-credential': CREDENTIAL },
    algorithm: { 'x-amz-algorithm': 'AWS4-HMAC-SHA256' },
    date: { 'x-amz-date': AMZ_DATE },
  };
  /** @param {{ bucket?: string, fields?: object, conditions?: object, expiration?: string }} changes */
  function form({ bucket = 'testbucket', fields, conditions, expiration = '2017-12-30T12:00:00.000Z' }) {
    const text = JSON.stringify({ expiration, conditions: Object.values({ ...CONDITIONS, ...conditions }) });
    const policy = Buffer.from(text).toString('base64');
    const all = { ...FIELDS, ...fields, policy, 'x-amz-signature': sign(policy) };
    return { bucket, fields: all, fileLength: 1048579, filename: 'a' };
  }

  test(`accepted: everything is right (${MINIO_FORMS})`, async () => {
    assert.equal((await verifyPost(form({}), options)).key, 'user/user1/filename/a/myfile.txt');
  });

  /** @type {[what: string, changes: Parameters<typeof form>[0], code: string][]} */
  const REFUSED = [
    ['a policy that has expired', { expiration: '2015-12-30T12:00:00.000Z' }, 'ACCESS_DENIED'],
    ['another date', { conditions: { date: { 'x-amz-date': '20200727T000000Z' } } }, 'ACCESS_DENIED'],
    ['a key that begins otherwise', { fields: { key: 'myfile.txt' } }, 'ACCESS_DENIED'],
    ['another bucket', { bucket: 'incorrect' }, 'ACCESS_DENIED'],
    ['a date that is none', { fields: { 'x-amz-date': 'incorrect' } }, 'SIGNATURE_MALFORMED'],
    ['another type', { fields: { 'content-type': 'incorrect' } }, 'ACCESS_DENIED'],
  ];
  for (const [what, changes, code] of REFUSED) {
    test(`refused: ${what} (${MINIO_FORMS})`, () =>
      assert.rejects(verifyPost(form(changes), options), { code: `ERR_SIGV4_${code}`, status: 403 }));
  }

  // Difference: nothing in "POST policy" (S3 API reference) forbids the operator there, and the value of the form is signed for by it.
  test(`accepted: a date by "starts-with"; MinIO refuses it (${MINIO_FORMS})`, async () => {
    await verifyPost(form({ conditions: { date: ['starts-with', '$x-amz-date', AMZ_DATE] } }), options);
  });
});

describe('chunks', () => {
  const KEYWORD = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';
  const HEADERS = {
    host: 'bucket.s3.amazonaws.com',
    'x-amz-content-sha256': KEYWORD,
    'x-amz-date': AMZ_DATE,
    'x-amz-decoded-content-length': '4',
  };
  const NAMES = Object.keys(HEADERS).join(';');
  const start = (/** @type {string} */ kind) => `AWS4-HMAC-SHA256${kind}\n${AMZ_DATE}\n${SCOPE}\n`;
  const lines = Object.entries(HEADERS).map(([name, value]) => `${name}:${value}\n`);
  const seed = sign(start('') + hash(`PUT\n/key\n\n${lines.join('')}\n${NAMES}\n${KEYWORD}`));
  const next = (/** @type {string} */ last, /** @type {string} */ data) =>
    sign(`${start('-PAYLOAD')}${last}\n${hash('')}\n${hash(data)}`);
  const first = next(seed, 'data');
  const last = next(first, '');
  const authorization = `AWS4-HMAC-SHA256 Credential=AKID/${SCOPE}, SignedHeaders=${NAMES}, Signature=${seed}`;
  const verified = (/** @type {string} */ body) =>
    verifyRequest({ method: 'PUT', url: '/key', headers: { ...HEADERS, authorization }, body }, options);
  const END = `0;chunk-signature=${last}\r\n\r\n`;

  for (const size of ['4', '04', '00000004']) {
    test(`accepted: the length ${size} (${MINIO_CHUNKS})`, async () => {
      const { body } = await verified(`${size};chunk-signature=${first}\r\ndata\r\n${END}`);
      assert.equal(Buffer.from(body ?? []).toString(), 'data');
    });
  }

  /** @type {[what: string, body: string][]} */
  const REFUSED = [
    ['a line that ends', '1000;'],
    ['a line that is too long', `${'1'.padStart(9000, ' ')}`],
    ['no length', `;chunk-signature=${first}\r\ndata\r\n${END}`],
    ['no signature', `4\r\ndata\r\n${END}`],
    ['a length that is not hex', `x;chunk-signature=${first}\r\ndata\r\n${END}`],
    ['a length with other characters', `000bogus;chunk-signature=${first}\r\ndata\r\n${END}`],
    ['a length of 17 digits', `00000000000000004;chunk-signature=${first}\r\ndata\r\n${END}`],
    ['data that does not end with CRLF', `4;chunk-signature=${first}\r\ndatahe${END}`],
    ['more data than its length', `4;chunk-signature=${first}\r\ndatahe\r\n${END}`],
    ['less data than its length', `5;chunk-signature=${first}\r\ndata`],
  ];
  for (const [what, body] of REFUSED) {
    test(`refused: ${what} (${MINIO_CHUNKS})`, () =>
      assert.rejects(verified(body), { code: 'ERR_SIGV4_BODY_MISMATCH', type: 'IncompleteBody' }));
  }

  // Differences: no client sends these, and each is another spelling of what was signed.
  test(`refused: white space after the signature, and a length of 16 digits; MinIO reads both (${MINIO_CHUNKS})`, async () => {
    for (const head of [`4;chunk-signature=${first}    \t \n`, `0000000000000004;chunk-signature=${first}`]) {
      await assert.rejects(verified(`${head}\r\ndata\r\n${END}`), { name: 'SigV4Error' });
    }
  });
});
