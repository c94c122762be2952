// The rules of services: the defaults, which are inferred from the host, and every option, which takes precedence.
//
// Sources: "Create a signed AWS API request" (IAM user guide), for S3 "Signature Calculations for the Authorization
// Header", and the pages of the services on signing (OpenSearch Serverless, VPC Lattice, AWS IoT Core).

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';

import { Signer } from 'sigv4-wasm';
import { trace } from 'sigv4-wasm/trace';

const signer = new Signer({
  credentials: {
    accessKeyId: 'ASIAEXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG',
    sessionToken: 'TOKEN',
  },
});
const BODY = 'tea';
const HASH = createHash('sha256').update(BODY).digest('hex');
const EMPTY = createHash('sha256').digest('hex');
const TOKEN = 'x-amz-security-token';

/** Host; path; `x-amz-content-sha256` of a body, and what a presigned URL signs in its place; mode and header of the token. */
const SERVICES = {
  'API Gateway': ['id.execute-api.eu-west-1.amazonaws.com', 'double', undefined, EMPTY, 'signed', TOKEN],
  'Lambda URLs': ['id.lambda-url.eu-west-1.on.aws', 'double', undefined, EMPTY, 'signed', TOKEN],
  AppSync: ['id.appsync-api.eu-west-1.amazonaws.com', 'double', undefined, EMPTY, 'signed', TOKEN],
  Bedrock: ['bedrock-runtime.eu-west-1.amazonaws.com', 'double', undefined, EMPTY, 'signed', TOKEN],
  OpenSearch: ['d.eu-west-1.es.amazonaws.com', 'double', undefined, EMPTY, 'signed', TOKEN],
  'OpenSearch Serverless': ['id.eu-west-1.aoss.amazonaws.com', 'double', HASH, EMPTY, 'signed', TOKEN],
  'any other': ['sqs.eu-west-1.amazonaws.com', 'double', undefined, EMPTY, 'signed', TOKEN],
  'AWS IoT, HTTP': ['id-ats.iot.eu-west-1.amazonaws.com', 'double', undefined, EMPTY, 'signed', TOKEN],
  'AWS IoT, MQTT': ['wss:id-ats.iot.eu-west-1.amazonaws.com', 'double', undefined, EMPTY, 'appended', TOKEN],
  'VPC Lattice': [
    ...['s.1.vpc-lattice-svcs.eu-west-1.on.aws', 'double', 'UNSIGNED-PAYLOAD', 'UNSIGNED-PAYLOAD'],
    ...['signed', TOKEN],
  ],
  S3: ['bucket.s3.eu-west-1.amazonaws.com', 'single', HASH, 'UNSIGNED-PAYLOAD', 'signed', TOKEN],
  'S3 access points': [
    ...['ap-1.s3-accesspoint.eu-west-1.amazonaws.com', 'single', HASH, 'UNSIGNED-PAYLOAD', 'signed', TOKEN],
  ],
  'S3 Object Lambda': [
    ...['ap-1.s3-object-lambda.eu-west-1.amazonaws.com', 'single', HASH, 'UNSIGNED-PAYLOAD', 'signed', TOKEN],
  ],
  'S3 on Outposts': [
    ...['ap-1.op-1.s3-outposts.eu-west-1.amazonaws.com', 'single', HASH, 'UNSIGNED-PAYLOAD', 'signed', TOKEN],
  ],
  'S3 Express': [
    ...['b--euw1-az1--x-s3.s3express-euw1-az1.eu-west-1.amazonaws.com', 'single', HASH, 'UNSIGNED-PAYLOAD'],
    ...['signed', 'x-amz-s3session-token'],
  ],
};

const PATHS = { double: '/a%2520b', single: '/a%20b' };

for (const [name, [target, pathEncoding, contentSha256, presigned, tokenMode, tokenHeader]] of Object.entries(
  SERVICES,
)) {
  const [, scheme = 'https', host] = /^(?:(wss):)?(.*)$/.exec(target);
  const url = `${scheme}://${host}/a%20b`;
  const request = { method: 'POST', url, body: BODY };

  /** What a signature covers, and what is sent. */
  const sign = async (options) => {
    const { headers } = signer.signSync(request, options);
    const { canonicalRequest } = await trace(signer, request, options);
    const lines = canonicalRequest.split('\n');
    return { headers, path: lines[1], signed: lines.at(-2).split(';'), payload: lines.at(-1) };
  };

  describe(name, () => {
    test('by default', async () => {
      const { headers, path, signed, payload } = await sign({});
      assert.equal(path, PATHS[pathEncoding]);
      assert.equal(headers['x-amz-content-sha256'], contentSha256);
      assert.equal(payload, contentSha256 ?? HASH);
      assert.equal(signed.includes('x-amz-content-sha256'), contentSha256 !== undefined);
      assert.equal(headers[tokenHeader], 'TOKEN');
      assert.equal(signed.includes(tokenHeader), tokenMode === 'signed');
    });

    test('presigned', () => {
      const query = signer.presignSync(url).split('?')[1];
      const names = query.split('&').map((pair) => pair.split('=')[0].toLowerCase());
      assert.ok(names.includes(tokenHeader), `${names}`);
      // What is added after signing comes last.
      assert.equal(names.at(-1), tokenMode === 'signed' ? 'x-amz-signature' : tokenHeader);
      assert.equal(presignedWith(url, {}), presignedWith(url, { payload: payloadOption(presigned) }));
      assert.notEqual(presignedWith(url, {}), presignedWith(url, { payload: { sha256: HASH } }));
    });

    test('unless options say otherwise', async () => {
      for (const encoding of ['single', 'double']) {
        assert.equal((await sign({ pathEncoding: encoding })).path, PATHS[encoding]);
      }
      for (const contentSha256Header of [true, false]) {
        const { headers } = await sign({ contentSha256Header });
        assert.equal(headers['x-amz-content-sha256'] !== undefined, contentSha256Header);
      }
      for (const mode of ['signed', 'appended']) {
        const { signed, headers } = await sign({ sessionTokenMode: mode });
        assert.equal(signed.includes(tokenHeader), mode === 'signed');
        assert.equal(headers[tokenHeader], 'TOKEN');
      }
      assert.equal((await sign({ payload: 'signed' })).payload, HASH);
      const unsigned = await sign({ payload: 'unsigned' });
      assert.equal(unsigned.payload, 'UNSIGNED-PAYLOAD');
      assert.equal(unsigned.headers['x-amz-content-sha256'], 'UNSIGNED-PAYLOAD');
      assert.equal((await sign({ payload: { sha256: EMPTY } })).payload, EMPTY);
    });
  });
}

/** @param {string} hash */
function payloadOption(hash) {
  return hash === 'UNSIGNED-PAYLOAD' ? 'unsigned' : { sha256: hash };
}

function presignedWith(url, options) {
  const presigned = signer.presignSync(url, { ...options, date: new Date(1e12) });
  return /X-Amz-Signature=(\w+)/.exec(presigned)[1];
}
