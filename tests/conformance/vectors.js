// What the checks sign, with the signatures that AWS's documents and its test suite give.

/** The credentials of the examples in the Amazon S3 API reference, and those of the official test suite. */
export const S3_EXAMPLE = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
export const SUITE = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};

export const s3 = {
  credentials: S3_EXAMPLE,
  region: 'us-east-1',
  service: 's3',
  date: new Date('2013-05-24T00:00:00Z'),
};
export const plain = {
  credentials: SUITE,
  region: 'us-east-1',
  service: 'service',
  date: new Date('2015-08-30T12:36:00Z'),
};
export const host = 'https://example.amazonaws.com';
export const bucket = 'https://examplebucket.s3.amazonaws.com';

/**
 * Requests with their signatures: "Authenticating Requests: Using the Authorization Header" (Amazon S3 API reference),
 * and cases of the official test suite (aws-c-auth, tests/aws-signing-test-suite/v4).
 *
 * @type {[string, any, any, string][]}
 */
export const VECTORS = [
  [
    'S3 GET object',
    { url: `${bucket}/test.txt`, headers: { range: 'bytes=0-9' } },
    { ...s3, signedHeaders: ['range'] },
    'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  ],
  [
    'S3 PUT object',
    {
      method: 'PUT',
      url: `${bucket}/test$file.text`,
      headers: { date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
      body: 'Welcome to Amazon S3.',
    },
    { ...s3, signedHeaders: ['date'] },
    '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  ],
  [
    'S3 GET bucket lifecycle',
    `${bucket}/?lifecycle`,
    s3,
    'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  ],
  [
    'S3 list objects',
    new URL(`${bucket}/?max-keys=2&prefix=J`),
    s3,
    '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  ],
  [
    'get-vanilla-query-order-key-case',
    `${host}/?Param2=value2&Param1=value1`,
    plain,
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  ],
  [
    'get-vanilla-utf8-query',
    `${host}/?\u1234=bar`,
    plain,
    '2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04',
  ],
  [
    'get-vanilla-with-session-token',
    host,
    {
      ...plain,
      credentials: {
        ...SUITE,
        sessionToken: '6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267',
      },
    },
    '07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8',
  ],
  [
    'post-x-www-form-urlencoded',
    {
      method: 'POST',
      url: host,
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': '13' },
      body: 'Param1=value1',
    },
    { ...plain, signedHeaders: ['content-length'], contentSha256Header: true },
    'd3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b',
  ],
];

export const PRESIGNED = {
  request: `${bucket}/test.txt`,
  expiresIn: 86_400,
  signature: 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
};
