// Every signature that the AWS documentation prints, except those of chunks (streaming.chunks.test.js) and forms
// (presign-post.test.js). Region and service are inferred from the hosts.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { presignUrl, signRequest } from 'sigv4-wasm';

/** "Signature Calculations for the Authorization Header: Transferring Payload in a Single Chunk", S3 API reference. */
const s3 = {
  credentials: {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  },
  date: new Date('2013-05-24T00:00:00Z'),
};
/** "Create a signed AWS API request", IAM user guide. */
const iam = {
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
  date: new Date('2015-08-30T12:36:00Z'),
};
const bucket = 'https://examplebucket.s3.amazonaws.com';

/** @type {[title: string, request: any, options: any, scope: string, signedHeaders: string, signature: string][]} */
const EXAMPLES = [
  [
    'GET Object, with a range',
    { url: `${bucket}/test.txt`, headers: { Range: 'bytes=0-9' } },
    { ...s3, signedHeaders: ['range'] },
    '20130524/us-east-1/s3',
    'host;range;x-amz-content-sha256;x-amz-date',
    'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  ],
  [
    'PUT Object',
    {
      method: 'PUT',
      url: `${bucket}/test$file.text`,
      headers: { Date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
      body: 'Welcome to Amazon S3.',
    },
    { ...s3, signedHeaders: ['date'] },
    '20130524/us-east-1/s3',
    'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
    '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  ],
  [
    'GET Bucket Lifecycle',
    `${bucket}/?lifecycle`,
    s3,
    '20130524/us-east-1/s3',
    'host;x-amz-content-sha256;x-amz-date',
    'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  ],
  [
    'GET Bucket (List Objects)',
    `${bucket}/?max-keys=2&prefix=J`,
    s3,
    '20130524/us-east-1/s3',
    'host;x-amz-content-sha256;x-amz-date',
    '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  ],
  [
    'IAM ListUsers',
    {
      url: 'https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08',
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    },
    iam,
    '20150830/us-east-1/iam',
    'content-type;host;x-amz-date',
    '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
  ],
];

for (const [title, request, options, scope, signedHeaders, signature] of EXAMPLES) {
  test(title, async () => {
    const { headers } = await signRequest(request, options);
    const { accessKeyId } = options.credentials;
    assert.equal(
      headers.authorization,
      `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}/aws4_request, SignedHeaders=${signedHeaders}, ` +
        `Signature=${signature}`,
    );
  });
}

test('a presigned URL ("Authenticating Requests: Using Query Parameters", S3 API reference)', async () => {
  assert.equal(
    await presignUrl(`${bucket}/test.txt`, { ...s3, expiresIn: 86_400 }),
    `${bucket}/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256` +
      '&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request' +
      '&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host' +
      '&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  );
});
