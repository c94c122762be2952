// The server side as checks of the suite: verifying, finding the mistake of a client, and evaluating policies.

import { bucket, PRESIGNED, s3, S3_EXAMPLE } from './vectors.js';

/** As the request of "Example: GET Object" in the Amazon S3 API reference arrives. */
const GET_OBJECT = {
  method: 'GET',
  url: `${bucket}/test.txt`,
  headers: {
    host: 'examplebucket.s3.amazonaws.com',
    range: 'bytes=0-9',
    'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'x-amz-date': '20130524T000000Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,' +
      'SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,' +
      'Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  },
};

/** The example of "Signature Calculations … Transferring Payload in Multiple Chunks" in the Amazon S3 API reference. */
const PUT_CHUNKS = {
  method: 'PUT',
  url: 'https://s3.amazonaws.com/examplebucket/chunkObject.txt',
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
  body:
    `10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n${'a'.repeat(65_536)}\r\n` +
    `400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n${'a'.repeat(1024)}\r\n` +
    '0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n',
};

/** Of the presigned URL of "Authenticating Requests: Using Query Parameters" in the Amazon S3 API reference. */
const PRESIGNED_URL =
  `${PRESIGNED.request}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1` +
  '%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host' +
  `&X-Amz-Signature=${PRESIGNED.signature}`;

const secretAccessKey = (/** @type {string} */ id) =>
  id === S3_EXAMPLE.accessKeyId ? S3_EXAMPLE.secretAccessKey : undefined;
const server = { secretAccessKey, region: 'us-east-1', service: 's3', now: s3.date };

/** @type {{ name: string, run: (api: import('./suite.js').Api) => Promise<void> }[]} */
export const SERVER_CHECKS = [
  {
    name: 'verifyRequest: "Example: GET Object" (Amazon S3 API reference), and refused when one byte differs',
    async run({ verifyRequest }) {
      const verified = await verifyRequest(GET_OBJECT, server);
      equal(verified.accessKeyId, S3_EXAMPLE.accessKeyId);
      equal(verified.payload, 'signed');
      const changed = { ...GET_OBJECT, headers: { ...GET_OBJECT.headers, range: 'bytes=0-8' } };
      await refuses(verifyRequest(changed, server), 'ERR_SIGV4_SIGNATURE_MISMATCH');
    },
  },
  {
    name: 'verifyRequest: a presigned URL, and refused when it has expired',
    async run({ verifyRequest }) {
      const request = { method: 'GET', url: PRESIGNED_URL, headers: { host: GET_OBJECT.headers.host } };
      const { expiresAt } = await verifyRequest(request, server);
      equal(expiresAt?.toISOString(), '2013-05-25T00:00:00.000Z');
      const later = { ...server, now: new Date('2013-05-25T00:00:01Z') };
      await refuses(verifyRequest(request, later), 'ERR_SIGV4_REQUEST_EXPIRED');
    },
  },
  {
    name: 'verifyRequest: an upload in signed chunks, and refused when one byte differs',
    async run({ verifyRequest }) {
      const { payload, body } = await verifyRequest(PUT_CHUNKS, server);
      equal(payload, 'chunked');
      equal(body?.length, 66_560);
      const changed = { ...PUT_CHUNKS, body: PUT_CHUNKS.body.replace('aa', 'ab') };
      await refuses(verifyRequest(changed, server), 'ERR_SIGV4_SIGNATURE_MISMATCH');
    },
  },
  {
    name: 'findMismatch: a path that was encoded twice, as no client of S3 may',
    async run({ findMismatch, Signer }) {
      const url = `${bucket}/a%20b`;
      const { headers } = new Signer({ ...s3, pathEncoding: 'double' }).signSync(url);
      const [found] = await findMismatch({ method: 'GET', url, headers }, server);
      equal(found?.code, 'path-encoded-twice');
    },
  },
  {
    name: 'explainResponse: what API Gateway says of a signature that does not match',
    async run({ explainResponse }) {
      const body =
        '{"message":"The request signature we calculated does not match the signature you provided. Check your AWS ' +
        'Secret Access Key and signing method. Consult the service documentation for details."}';
      const explained = await explainResponse({ status: 403, headers: {}, body });
      equal(typeof explained?.summary, 'string');
    },
  },
  {
    name: 'evaluatePolicies: a statement that denies wins',
    async run({ evaluatePolicies, parsePolicy }) {
      const statement = (/** @type {'Allow' | 'Deny'} */ Effect, /** @type {string} */ Resource) => ({
        Effect,
        Action: 'execute-api:Invoke',
        Resource,
      });
      const api = 'arn:aws:execute-api:eu-west-1:123456789012:abc123/prod';
      const policy = parsePolicy({
        Version: '2012-10-17',
        Statement: [statement('Allow', `${api}/*`), statement('Deny', `${api}/DELETE/*`)],
      });
      const decide = (/** @type {string} */ resource) =>
        evaluatePolicies([policy], { action: 'execute-api:Invoke', resource }).decision;
      equal(decide(`${api}/GET/orders`), 'allow');
      equal(decide(`${api}/DELETE/orders`), 'explicitDeny');
      equal(decide('arn:aws:execute-api:eu-west-1:123456789012:other/prod/GET/orders'), 'implicitDeny');
    },
  },
];

/**
 * @param {Promise<unknown>} work
 * @param {string} code
 */
async function refuses(work, code) {
  const error = await work.then(
    () => undefined,
    (reason) => reason,
  );
  equal(error?.code, code);
}

/**
 * @param {unknown} actual
 * @param {unknown} expected
 */
export function equal(actual, expected) {
  if (actual !== expected) throw new Error(`${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`);
}
