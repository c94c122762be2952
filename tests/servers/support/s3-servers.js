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
    'an empty segment': { reason: 'a path has none, so it is taken away', status: 200 },
    'a dot segment': { reason: 'a path has none, so it is taken away', status: 200 },
    'a double-dot segment': { reason: 'a path has none, so it is resolved', status: 200 },
    'a slash first': { reason: 'taken for a path of its own', status: 500, code: 'InternalError' },
    'a slash last': { reason: 'a directory, which has no content', status: 400, code: 'UnexpectedContent' },
    'a dot first': { reason: 'becomes a name that is taken', status: 500, code: 'InternalError' },
    'a double dot last': { reason: 'becomes a directory that is there', status: 500, code: 'InternalError' },
  },
  answers: {
    'a header added': [200, undefined, 'it does not ask that x-amz-* are signed'],
    'a changed body': [500, 'InternalError', 'it notices while it stores'],
    'an unknown access key': [403, 'NotSignedUp', 'its word for it'],
    'the wrong region': [200, undefined, 'it is of any region'],
    'the wrong service': [501, 'NotImplemented', 'its word for it'],
    'presigned: from 20 minutes ahead': [403, 'RequestTimeTooSkewed', 'its word for it'],
  },
};
