// The S3 servers, and what each of them cannot do, or says in another way than Amazon S3.

import { startS3sFs, startSwift } from './server.js';
import { PYTHON, S3S_FS } from './tools.js';

/** @type {import('./s3-suite.js').S3Server} */
export const swift = {
  name: 'Swift with s3api',
  program: PYTHON,
  credentials: { accessKeyId: 'test:tester', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
  start: startSwift,
  limits: {},
  answers: {
    'no signature': [400, undefined, 'without a signature it is no S3 request to Swift'],
    'an unknown access key': [403, 'SignatureDoesNotMatch', 'it does not tell which of the keys is wrong'],
    'presigned: from 20 minutes ahead': [200, undefined, 'it only looks whether the URL has expired'],
  },
  noForms: { reason: 's3api has none: they are no S3 requests to Swift', status: 412 },
};

/** @type {import('./s3-suite.js').S3Server} */
export const s3sFs = {
  name: 's3s-fs',
  program: S3S_FS,
  credentials: {
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  },
  start: startS3sFs,
  limits: {
    'presigned: headers beyond ASCII, a parameter and those that stay': { reason: 'it takes no such header' },
    'an empty segment': { reason: 'a path has none, so it is taken away', status: 200 },
    'a dot segment': { reason: 'a path has none, so it is taken away', status: 200 },
    'a double-dot segment': { reason: 'a path has none, so it is resolved', status: 200 },
    'a slash first': { reason: 'taken for a path of its own', status: 500, code: 'InternalError' },
    'a slash last': { reason: 'a directory, which has no content', status: 400, code: 'UnexpectedContent' },
    'a dot first': { reason: 'becomes a name that is taken', status: 500, code: 'InternalError' },
    'a double dot last': { reason: 'becomes a directory that is there', status: 500, code: 'InternalError' },
    'chunks: the encoding is that of the upload, not of the object': { reason: 'it keeps aws-chunked' },
    'forms: the name of the file in the key': { reason: '${filename} stays as it is' },
  },
  answers: {
    'a header added': [200, undefined, 'it does not ask that x-amz-* are signed'],
    'a changed body': [500, 'InternalError', 'it notices while it stores'],
    'an unknown access key': [403, 'NotSignedUp', 'its word for it'],
    'the wrong region': [200, undefined, 'it is of any region'],
    'the wrong service': [501, 'NotImplemented', 'its word for it'],
    'presigned: from 20 minutes ahead': [403, 'RequestTimeTooSkewed', 'its word for it'],
    ...forAll(
      [500, 'InternalError', 'it notices while it stores'],
      [
        'chunks: another byte',
        'chunks: another signature',
        'chunks: another signature of the last',
        'chunks: one left out',
        'chunks: two swapped',
        'chunks: one twice',
        'chunks: those before the last left out',
        'chunks: cut off',
        'chunks: no signature',
        'chunks: those of another upload',
        'chunks: with a trailer: another byte',
        'chunks: another value of the trailer',
        'chunks: another signature of the trailer',
        'chunks: no signature of the trailer',
      ],
    ),
    'chunks: without the last': [200, undefined, 'the length is enough for it', true],
    ...forAll(
      [400, 'BadDigest', 'it looks at checksums after it has stored', true],
      [
        'chunks: no trailer',
        'chunks: unsigned: another byte',
        'chunks: unsigned: another value of the trailer',
        'chunks: unsigned: without the last',
      ],
    ),
    ...forAll(
      [400, 'InvalidPolicyDocument', 'its word for it'],
      [
        'forms: another beginning',
        'forms: another value',
        'forms: a field left out',
        'forms: another key',
        'forms: a key that begins otherwise',
        'forms: another date',
        'forms: another session token',
        'forms: no session token',
      ],
    ),
  },
};

/**
 * @param {[status: number, code: string, why: string, stores?: true]} answer
 * @param {string[]} refusals
 */
function forAll(answer, refusals) {
  return Object.fromEntries(refusals.map((what) => [what, answer]));
}
