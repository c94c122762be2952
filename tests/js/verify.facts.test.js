// Facts about requests from the tests of other verifiers: this header is accepted, that one is refused. Each row names its source, and
// says why if this package decides differently.

import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { describe, test } from 'node:test';

import { parseAuthorization, verifyRequest } from 'sigv4-wasm/verify';

const SCRATCHSTACK = 'https://github.com/dacut/scratchstack-aws-signature/blob/main/src/unittest.rs';
const S3S = 'https://github.com/Nugine/s3s/blob/main/crates/s3s/src/sig_v4/authorization_v4.rs';
const MINIO = 'https://github.com/minio/minio/blob/master/cmd/signature-v4-parser_test.go';

const KEY = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const DATE = '20150830T123600Z';
const SCOPE = '20150830/us-east-1/service/aws4_request';
const HOST = 'example.amazonaws.com';
const options = {
  ...{ region: 'us-east-1', service: 'service', now: new Date('2015-08-30T12:36:00Z') },
  secretAccessKey: (/** @type {string} */ id) => (id === KEY.accessKeyId ? KEY.secretAccessKey : undefined),
};
const sha256 = (/** @type {string} */ text) => createHash('sha256').update(text).digest('hex');

/** By the book: "Create a signed AWS API request", IAM user guide. @param {string} path  canonical */
function signatureOf(path) {
  const canonical = `GET\n${path}\n\nhost:${HOST}\nx-amz-date:${DATE}\n\nhost;x-amz-date\n${sha256('')}`;
  const hmac = (/** @type {any} */ key, /** @type {string} */ text) =>
    createHmac('sha256', key).update(text).digest();
  const key = SCOPE.split('/').reduce(hmac, `AWS4${KEY.secretAccessKey}`);
  return hmac(key, `AWS4-HMAC-SHA256\n${DATE}\n${SCOPE}\n${sha256(canonical)}`).toString('hex');
}

const CREDENTIAL = `Credential=${KEY.accessKeyId}/${SCOPE}`;
const NAMES = 'SignedHeaders=host;x-amz-date';
const SIGNATURE = `Signature=${signatureOf('/')}`;
const request = (/** @type {string} */ authorization, path = '/') => ({
  url: path,
  headers: { host: HOST, 'x-amz-date': DATE, authorization },
});

describe('Authorization', () => {
  /** @type {[source: string, what: string, authorization: string][]} */
  const ACCEPTED = [
    [SCRATCHSTACK, 'as AWS writes it', `AWS4-HMAC-SHA256 ${CREDENTIAL}, ${NAMES}, ${SIGNATURE}`],
    [S3S, 'without spaces after the commas', `AWS4-HMAC-SHA256 ${CREDENTIAL},${NAMES},${SIGNATURE}`],
    [S3S, 'more spaces in between', `AWS4-HMAC-SHA256   ${CREDENTIAL},   ${NAMES},  ${SIGNATURE} `],
  ];
  for (const [source, what, authorization] of ACCEPTED) {
    test(`accepted: ${what} (${source})`, async () => {
      assert.equal((await verifyRequest(request(authorization), options)).accessKeyId, KEY.accessKeyId);
    });
  }

  /** @type {[source: string, what: string, authorization: string, code: string][]} */
  const REFUSED = [
    [SCRATCHSTACK, 'no parameters', 'AWS4-HMAC-SHA256 ', 'SIGNATURE_MALFORMED'],
    [
      SCRATCHSTACK,
      'no signed headers',
      `AWS4-HMAC-SHA256 ${CREDENTIAL}, ${SIGNATURE}`,
      'SIGNATURE_MALFORMED',
    ],
    [SCRATCHSTACK, 'no credential', `AWS4-HMAC-SHA256 ${NAMES}, ${SIGNATURE}`, 'SIGNATURE_MALFORMED'],
    [SCRATCHSTACK, 'no signature', `AWS4-HMAC-SHA256 ${CREDENTIAL}, ${NAMES}`, 'SIGNATURE_MALFORMED'],
    [
      SCRATCHSTACK,
      'a credential twice',
      `AWS4-HMAC-SHA256 ${CREDENTIAL}, ${CREDENTIAL}, ${NAMES}, ${SIGNATURE}`,
      'SIGNATURE_MALFORMED',
    ],
    [
      SCRATCHSTACK,
      'no equals sign',
      `AWS4-HMAC-SHA256 ${CREDENTIAL.replace('=', '/')}, ${NAMES}, ${SIGNATURE}`,
      'SIGNATURE_MALFORMED',
    ],
    [
      SCRATCHSTACK,
      'names that are not sorted',
      `AWS4-HMAC-SHA256 ${CREDENTIAL}, SignedHeaders=x-amz-date;host, ${SIGNATURE}`,
      'SIGNATURE_MALFORMED',
    ],
    [SCRATCHSTACK, 'another algorithm', 'AWS3-ZZZ Credential=12345', 'SIGNATURE_MALFORMED'],
    [MINIO, 'no algorithm', 'no-singv4AlgorithmPrefix', 'SIGNATURE_MALFORMED'],
    [MINIO, 'other parameters', 'AWS4-HMAC-SHA256 Cred=,a,b', 'SIGNATURE_MALFORMED'],
    [
      MINIO,
      'an empty signature',
      `AWS4-HMAC-SHA256 ${CREDENTIAL}, ${NAMES}, Signature=`,
      'SIGNATURE_MALFORMED',
    ],
    [
      MINIO,
      'a credential without a scope',
      `AWS4-HMAC-SHA256 Credential=abc, ${NAMES}, ${SIGNATURE}`,
      'SIGNATURE_MALFORMED',
    ],
    [MINIO, 'another service', authorizationOf('20150830/us-east-1/ABCD/aws4_request'), 'SCOPE_MISMATCH'],
    [MINIO, 'another terminator', authorizationOf('20150830/us-east-1/service/ABCD'), 'SCOPE_MISMATCH'],
    [
      MINIO,
      'a date that is none',
      authorizationOf('2015-08-30/us-east-1/service/aws4_request'),
      'SCOPE_MISMATCH',
    ],
    [
      S3S,
      'a day that there is not',
      authorizationOf('20150931/us-east-1/service/aws4_request'),
      'SCOPE_MISMATCH',
    ],
  ];
  for (const [source, what, authorization, code] of REFUSED) {
    test(`refused: ${what} (${source})`, () => refuses(request(authorization), code));
  }

  function authorizationOf(/** @type {string} */ scope) {
    return `AWS4-HMAC-SHA256 Credential=${KEY.accessKeyId}/${scope}, ${NAMES}, ${SIGNATURE}`;
  }

  test(`refused: the header twice (${SCRATCHSTACK})`, () => {
    const authorization = `AWS4-HMAC-SHA256 ${CREDENTIAL}, ${NAMES}, ${SIGNATURE}`;
    const headers = [
      ['host', HOST],
      ['x-amz-date', DATE],
      ['authorization', authorization],
      ['authorization', authorization],
    ];
    return refuses({ url: '/', headers }, 'SIGNATURE_MALFORMED');
  });

  test(`refused: a parameter of a URL twice (${SCRATCHSTACK})`, () =>
    refuses(
      { url: '/?X-Amz-Signature=1234&X-Amz-Signature=1234', headers: { host: HOST } },
      'SIGNATURE_MALFORMED',
    ));

  test(`refused: no date, and one that is none (${SCRATCHSTACK})`, async () => {
    const authorization = `AWS4-HMAC-SHA256 ${CREDENTIAL}, SignedHeaders=host, ${SIGNATURE}`;
    await refuses({ url: '/', headers: { host: HOST, authorization } }, 'SIGNATURE_MALFORMED');
    await refuses(
      { url: '/', headers: { host: HOST, authorization, date: 'zzzzzzzzz' } },
      'SIGNATURE_MALFORMED',
    );
  });

  for (const name of ['Algorithm', 'Credential', 'Signature', 'Date', 'SignedHeaders']) {
    test(`refused: a URL without X-Amz-${name} (${MINIO})`, () => {
      const parameters = {
        ...{ Algorithm: 'AWS4-HMAC-SHA256', Credential: `${KEY.accessKeyId}/${SCOPE}`, Signature: '00' },
        ...{ Date: DATE, SignedHeaders: 'host', Expires: '60' },
        [name]: '',
      };
      const query = Object.entries(parameters).map(
        ([key, value]) => `X-Amz-${key}=${encodeURIComponent(value)}`,
      );
      return refuses({ url: `/?${query.join('&')}`, headers: { host: HOST } }, 'SIGNATURE_MALFORMED');
    });
  }

  // Differences.

  test(`a credential without an access key id is refused; s3s reads it (${S3S})`, async () => {
    const authorization = `AWS4-HMAC-SHA256 Credential=/${SCOPE}, ${NAMES}, ${SIGNATURE}`;
    await assert.rejects(parseAuthorization(request(authorization)), {
      code: 'ERR_SIGV4_SIGNATURE_MALFORMED',
    });
  });

  test(`a second header of another scheme is refused, as RFC 9110 allows one; scratchstack ignores it (${SCRATCHSTACK})`, () => {
    const headers = [
      ['host', HOST],
      ['x-amz-date', DATE],
      ['authorization', 'Basic foobar'],
      ['authorization', `AWS4-HMAC-SHA256 ${CREDENTIAL}, ${NAMES}, ${SIGNATURE}`],
    ];
    return refuses({ url: '/', headers }, 'SIGNATURE_MALFORMED');
  });
});

describe('canonical paths', () => {
  /** Which paths are signed as the same one. @type {[path: string, canonical: string][]} */
  const PATHS = [
    ['/', '/'],
    ['/hello/world', '/hello/world'],
    ['/hello///world', '/hello/world'],
    ['/hello/./world', '/hello/world'],
    ['/hello/foo/../world', '/hello/world'],
  ];
  for (const [path, canonical] of PATHS) {
    test(`${path} (${SCRATCHSTACK})`, async () => {
      const signature = `Signature=${signatureOf(canonical)}`;
      const arrived = request(`AWS4-HMAC-SHA256 ${CREDENTIAL}, ${NAMES}, ${signature}`, path);
      assert.equal((await verifyRequest(arrived, options)).accessKeyId, KEY.accessKeyId);
    });
  }
});

/**
 * @param {any} arrived
 * @param {string} code
 */
async function refuses(arrived, code) {
  await assert.rejects(verifyRequest(arrived, options), (error) => {
    assert.equal(error.code, `ERR_SIGV4_${code}`, error.message);
    assert.equal(error.status, 403);
    return true;
  });
}
