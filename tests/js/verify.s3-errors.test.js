// Refusals as S3 answers them: AWS's own clients read them.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';

import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Signer } from 'sigv4-wasm';
import { verifyMiddleware, withVerification } from 'sigv4-wasm/verify';

import { findPython } from '../differential/oracle.js';

const KEY = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const EXPIRED = { ...KEY, accessKeyId: 'ASIAIOSFODNN7EXPIRED', sessionToken: 'token/of+the+tests==' };
const keys = {
  [KEY.accessKeyId]: KEY,
  [EXPIRED.accessKeyId]: { ...EXPIRED, expiration: new Date('2020-01-01') },
};
/** @type {import('sigv4-wasm/verify').VerifyOptions} */
const options = { region: 'eu-west-1', service: 's3', errors: 's3', secretAccessKey: (id) => keys[id] };

let server;
let endpoint = '';
before(async () => {
  const verify = verifyMiddleware(options);
  server = createServer((request, response) =>
    verify(request, response, (error) => {
      const { sigv4 } = /** @type {any} */ (request);
      response.writeHead(error ? 500 : 200, { etag: '"1"', 'x-received': String(sigv4?.body?.length) });
      response.end(error ? String(error) : request.method === 'GET' ? 'an object' : '');
    }),
  );
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  endpoint = `http://127.0.0.1:${server.address().port}`;
});
after(() => server.close());

/** What a client does wrong, and what it says then. @type {[what: string, client: object, status: number, code: string][]} */
const MISTAKES = [
  [
    'another secret',
    { credentials: { ...KEY, secretAccessKey: 'x'.repeat(40) } },
    403,
    'SignatureDoesNotMatch',
  ],
  [
    'a key that is not known',
    { credentials: { ...KEY, accessKeyId: 'AKIAUNKNOWN' } },
    403,
    'InvalidAccessKeyId',
  ],
  ['a token that has expired', { credentials: EXPIRED }, 400, 'ExpiredToken'],
  ['another region', { region: 'us-east-1' }, 400, 'AuthorizationHeaderMalformed'],
  ['a clock that is wrong', { systemClockOffset: 3_600_000 }, 403, 'RequestTimeTooSkewed'],
];

describe('the S3 client of the AWS SDK', () => {
  const client = (settings = {}) =>
    new S3Client({
      ...{ region: 'eu-west-1', endpoint, forcePathStyle: true, credentials: KEY, maxAttempts: 1 },
      ...settings,
    });
  const object = { Bucket: 'bucket', Key: 'a key' };

  test('uploads, with a checksum, and downloads', async () => {
    const s3 = client();
    assert.equal((await s3.send(new PutObjectCommand({ ...object, Body: 'hello' }))).ETag, '"1"');
    const { Body } = await s3.send(new GetObjectCommand(object));
    assert.equal(await Body?.transformToString(), 'an object');
  });

  for (const [what, settings, status, code] of MISTAKES) {
    test(what, async () => {
      await assert.rejects(client(settings).send(new PutObjectCommand({ ...object, Body: 'x' })), (error) => {
        assert.deepEqual([error.name, error.$metadata.httpStatusCode], [code, status]);
        assert.notEqual(error.message, '');
        return true;
      });
    });
  }

  test('a checksum that is not that of the body', async () => {
    const command = new PutObjectCommand({ ...object, Body: 'hello', ChecksumSHA1: 'A'.repeat(27) + '=' });
    await assert.rejects(client().send(command), { name: 'BadDigest' });
  });
});

const python = findPython();
test('botocore', { skip: python === undefined && 'there is no Python with botocore' }, async () => {
  const script = `
import json, sys, botocore.session, botocore.config, botocore.exceptions
def code(**changes):
    settings = dict(region_name='eu-west-1', aws_access_key_id='${KEY.accessKeyId}', aws_secret_access_key='${KEY.secretAccessKey}')
    settings.update(changes)
    config = botocore.config.Config(s3={'addressing_style': 'path'}, retries={'max_attempts': 0})
    s3 = botocore.session.get_session().create_client('s3', endpoint_url='${endpoint}', config=config, **settings)
    try:
        s3.put_object(Bucket='bucket', Key='key', Body=b'hello')
        return 'accepted'
    except botocore.exceptions.ClientError as error:
        return [error.response['Error']['Code'], error.response['Error'].get('Region')]
print(json.dumps([
    code(),
    code(aws_secret_access_key='x' * 40),
    code(aws_access_key_id='AKIAUNKNOWN'),
]))`;
  const process_ = spawn(/** @type {string} */ (python), ['-c', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  for await (const chunk of process_.stdout) output += chunk;
  assert.deepEqual(JSON.parse(output), [
    'accepted',
    ['SignatureDoesNotMatch', null],
    ['InvalidAccessKeyId', null],
  ]);
});

test('the region to sign for is told, as S3 does', async () => {
  const handler = withVerification(() => new Response('accepted'), options);
  const signer = new Signer({ credentials: KEY, region: 'us-east-1', service: 's3' });
  const { url, ...init } = await signer.sign('https://bucket.example.com/a&b');
  const response = await handler(new Request(url, init));
  assert.equal(response.headers.get('content-type'), 'application/xml');
  assert.equal(
    await response.text(),
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AuthorizationHeaderMalformed</Code>' +
      "<Message>Credential should be scoped to a valid region, not 'us-east-1'.</Message><Region>eu-west-1</Region></Error>",
  );
});

test('what arrived cannot write elements', async () => {
  const handler = withVerification(() => new Response('accepted'), options);
  const authorization = 'AWS4-HMAC-SHA256 Credential=<Code>&, SignedHeaders=host, Signature=\u0001';
  const response = await handler(
    new Request('https://bucket.example.com/', {
      headers: { authorization, 'x-amz-date': '20260203T040506Z' },
    }),
  );
  assert.match(await response.text(), /got '&lt;Code&gt;&amp;'/);
});

test('any other format is refused', () => {
  assert.throws(() => verifyMiddleware(/** @type {any} */ ({ ...options, errors: 'xml' })), {
    code: 'ERR_SIGV4_OPTION_INVALID',
  });
});
