// Uploads by HTML form.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';

import { Signer } from 'sigv4-wasm';
import { presignPost } from 'sigv4-wasm/s3';

import { signatureOf } from '../support/aws-chunked.js';

/** Of the examples of the AWS documentation. */
const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const signer = new Signer({ credentials, region: 'us-east-1', date: new Date('2015-12-29T00:00:00Z') });
const upload = { bucket: 'sigv4examplebucket', key: 'user/user1/${filename}' };
const SCOPE = ['20151229', 'us-east-1', 's3'];

function policyOf({ fields }, scope = SCOPE) {
  const { secretAccessKey } = credentials;
  assert.equal(fields['x-amz-signature'], signatureOf(fields.policy, secretAccessKey, scope));
  return JSON.parse(Buffer.from(fields.policy, 'base64').toString());
}

test('signs the policy of "Example: Browser-Based Upload using HTTP POST" (S3 API reference)', async () => {
  // That policy is formatted by hand, so only its signature can be compared: by what signs policies.
  const { signingEngine } = await import('../../node_modules/sigv4-wasm/esm/signing.js');
  const policy = [
    '{ "expiration": "2015-12-30T12:00:00.000Z",',
    '  "conditions": [',
    '    {"bucket": "sigv4examplebucket"},',
    '    ["starts-with", "$key", "user/user1/"],',
    '    {"acl": "public-read"},',
    '    {"success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"},',
    '    ["starts-with", "$Content-Type", "image/"],',
    '    {"x-amz-meta-uuid": "14365123651274"},',
    '    {"x-amz-server-side-encryption": "AES256"},',
    '    ["starts-with", "$x-amz-meta-tag", ""],',
    '',
    '    {"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"},',
    '    {"x-amz-algorithm": "AWS4-HMAC-SHA256"},',
    '    {"x-amz-date": "20151229T000000Z" }',
    '  ]',
    '}',
  ].join('\r\n');
  const identity = { ...credentials, sessionToken: '', credentialsId: 0, isUsed: false, hasKey: false };
  const scope = { date: '20151229', region: 'us-east-1', service: 's3' };
  for (let i = 0; i < 3; i++) {
    assert.equal(
      signingEngine.signText(Buffer.from(policy).toString('base64'), scope, identity),
      '8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e',
    );
  }
  assert.equal(identity.hasKey, true, 'the secret crosses no more');
});

test('a form with conditions and fields', async () => {
  const post = await presignPost(signer, {
    ...upload,
    conditions: [
      ['starts-with', '$Content-Type', 'image/'],
      ['content-length-range', 0, 1_048_576],
      { acl: 'public-read' },
    ],
    fields: { acl: 'public-read', 'x-amz-meta-name': 'grüße' },
    expiresIn: 60,
  });
  assert.equal(post.url, 'https://sigv4examplebucket.s3.us-east-1.amazonaws.com');
  const { policy, 'x-amz-signature': signature, ...fields } = post.fields;
  assert.match(signature, /^[0-9a-f]{64}$/);
  assert.match(policy, /^[A-Za-z0-9+/]+=*$/);
  const credential = 'AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request';
  assert.deepEqual(fields, {
    acl: 'public-read',
    'x-amz-meta-name': 'grüße',
    bucket: 'sigv4examplebucket',
    key: 'user/user1/${filename}',
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-credential': credential,
    'x-amz-date': '20151229T000000Z',
  });
  assert.deepEqual(policyOf(post), {
    expiration: '2015-12-29T00:01:00Z',
    conditions: [
      ['starts-with', '$Content-Type', 'image/'],
      ['content-length-range', 0, 1_048_576],
      { acl: 'public-read' },
      { 'x-amz-meta-name': 'grüße' },
      { bucket: 'sigv4examplebucket' },
      { 'x-amz-algorithm': 'AWS4-HMAC-SHA256' },
      { 'x-amz-credential': credential },
      { 'x-amz-date': '20151229T000000Z' },
      ['starts-with', '$key', 'user/user1/'],
    ],
  });
});

test('a key without ${filename} is fixed; one within counts up to it', async () => {
  const condition = async (key) => policyOf(await presignPost(signer, { ...upload, key })).conditions.at(-1);
  assert.deepEqual(await condition('a/b'), { key: 'a/b' });
  assert.deepEqual(await condition('${filename}'), ['starts-with', '$key', '']);
  assert.deepEqual(await condition('a/${filename}.bak'), ['starts-with', '$key', 'a/']);
});

test('an hour by default; never past the credentials', async () => {
  const expiration = async (options, overrides) =>
    policyOf(await presignPost(signer, { ...upload, ...options }, overrides)).expiration;
  assert.equal(await expiration(), '2015-12-29T01:00:00Z');
  assert.equal(await expiration({ expiresIn: 604_800 }), '2016-01-05T00:00:00Z');
  const temporary = { ...credentials, expiration: new Date('2015-12-29T00:10:00Z') };
  const date = () => new Date('2015-12-29T00:00:00Z');
  const now = new Signer({ credentials: temporary, region: 'us-east-1', date });
  const post = await presignPost(now, upload);
  assert.equal(policyOf(post).expiration, '2015-12-29T00:10:00Z');
});

test('temporary credentials put their token into the form and the policy', async () => {
  const post = await presignPost(signer, upload, { credentials: { ...credentials, sessionToken: 'token' } });
  assert.equal(post.fields['x-amz-security-token'], 'token');
  assert.ok(policyOf(post).conditions.some((one) => one['x-amz-security-token'] === 'token'));
  assert.equal('x-amz-security-token' in (await presignPost(signer, upload)).fields, false);
});

test('where the form is sent to', async () => {
  const urlOf = async (options) => (await presignPost(signer, { ...upload, ...options })).url;
  assert.equal(
    await urlOf({ region: 'cn-north-1' }),
    'https://sigv4examplebucket.s3.cn-north-1.amazonaws.com.cn',
  );
  assert.equal(await urlOf({ bucket: 'a.b' }), 'https://s3.us-east-1.amazonaws.com/a.b');
  assert.equal(
    await urlOf({ endpoint: 'http://localhost:9000/' }),
    'http://localhost:9000/sigv4examplebucket',
  );
  assert.equal(
    await urlOf({ endpoint: new URL('https://example.com/s3?x') }),
    'https://example.com/s3/sigv4examplebucket',
  );
  const post = await presignPost(signer, { ...upload, region: 'eu-west-1' });
  policyOf(post, ['20151229', 'eu-west-1', 's3']);
  assert.match(post.fields['x-amz-credential'], /\/eu-west-1\/s3\//);
});

test('the service of the signer does not matter, and require() signs alike', async () => {
  const expected = await presignPost(signer, upload);
  assert.deepEqual(await presignPost(signer, upload, { service: 'execute-api' }), expected);
  const { Signer: CjsSigner } = createRequire(import.meta.url)('sigv4-wasm');
  const cjs = new CjsSigner({ credentials, region: 'us-east-1', date: new Date('2015-12-29T00:00:00Z') });
  assert.deepEqual(await presignPost(cjs, upload), expected);
});

test('conditions that the form can keep to', async () => {
  const post = await presignPost(signer, {
    ...upload,
    fields: { acl: 'public-read', 'Content-Type': 'image/png' },
    conditions: [
      ['starts-with', '$key', 'user/'],
      ['starts-with', '$key', 'user/user1/photos/'],
      ['eq', '$key', 'user/user1/one.jpg'],
      ['eq', '$acl', 'public-read'],
      ['starts-with', '$content-type', 'image/'],
      ['starts-with', '$x-amz-meta-tag', ''],
      ['content-length-range', 0, 100],
      ['content-length-range', 100, 200],
      { 'x-amz-meta-smile': '\u{1f600}' },
    ],
  });
  assert.equal(policyOf(post).conditions.length, 16);
  await presignPost(signer, {
    ...upload,
    key: 'a/b',
    conditions: [{ key: 'a/b' }, ['starts-with', '$key', 'a']],
  });
});

describe('refused with a code', () => {
  /** name: [code, change, overrides] */
  const REFUSED = {
    'no bucket': ['ERR_SIGV4_OPTION_INVALID', { bucket: undefined }],
    'an empty key': ['ERR_SIGV4_OPTION_INVALID', { key: '' }],
    'conditions as an object': ['ERR_SIGV4_OPTION_INVALID', { conditions: {} }],
    'a condition as text': ['ERR_SIGV4_OPTION_INVALID', { conditions: ['acl'] }],
    ...Object.fromEntries(
      [
        {},
        { acl: 'private', 'x-amz-meta-a': 'b' },
        { acl: 1 },
        { acl: null },
        null,
        [],
        ['contains', '$key', 'user/'],
        ['EQ', '$acl', 'private'],
        ['starts-with', 'key', 'user/'],
        ['eq', '$', 'x'],
        ['eq', '$acl'],
        ['eq', '$acl', 'private', 'x'],
        ['eq', '$acl', 5],
        ['content-length-range', 10, 1],
        ['content-length-range', -1, 10],
        ['content-length-range', 0, 1.5],
        ['content-length-range', '0', '10'],
        ['content-length-range', 0],
        { 'x-amz-meta-\ud800': 'x' },
        { acl: '\udfff' },
        ['starts-with', '$acl', 'a\ud800b'],
        // What the form holds says otherwise.
        { key: 'other' },
        { Key: 'user/user2/a' },
        ['eq', '$key', 'user/'],
        ['starts-with', '$key', 'user/user2/'],
        { bucket: 'other' },
        ['starts-with', '$bucket', 'x'],
        { 'X-Amz-Date': '20150101T000000Z' },
      ].map((one) => [`the condition ${inspect(one)}`, ['ERR_SIGV4_OPTION_INVALID', { conditions: [one] }]]),
    ),
    'conditions that contradict a field': [
      'ERR_SIGV4_OPTION_INVALID',
      { fields: { ACL: 'private' }, conditions: [{ acl: 'public-read' }] },
    ],
    'conditions that contradict each other': [
      'ERR_SIGV4_OPTION_INVALID',
      { conditions: [['starts-with', '$Content-Type', 'image/'], { 'content-type': 'text/plain' }] },
    ],
    'lengths that exclude each other': [
      'ERR_SIGV4_OPTION_INVALID',
      {
        conditions: [
          ['content-length-range', 0, 10],
          ['content-length-range', 20, 30],
        ],
      },
    ],
    'the file as a field': ['ERR_SIGV4_OPTION_INVALID', { fields: { File: 'x' } }],
    'a bucket with a path': ['ERR_SIGV4_OPTION_INVALID', { bucket: 'bucket/folder' }],
    'a bucket that is a dot segment': ['ERR_SIGV4_OPTION_INVALID', { bucket: '..' }],
    'half of a surrogate pair in the bucket': ['ERR_SIGV4_OPTION_INVALID', { bucket: 'b\ud800' }],
    'half of a surrogate pair in the key': ['ERR_SIGV4_OPTION_INVALID', { key: 'a\udc00' }],
    'half of a surrogate pair in a field': [
      'ERR_SIGV4_OPTION_INVALID',
      { fields: { 'x-amz-meta-a': '\ud83d' } },
    ],
    'a password in the endpoint': ['ERR_SIGV4_URL_INVALID', { endpoint: 'https://user:hush@s3.example.com' }],
    'fields that are null': ['ERR_SIGV4_OPTION_INVALID', { fields: null }],
    'a field that is a number': ['ERR_SIGV4_OPTION_INVALID', { fields: { a: 1 } }],
    'a field that is ours': ['ERR_SIGV4_OPTION_INVALID', { fields: { Policy: 'x' } }],
    'a signature of the caller': ['ERR_SIGV4_OPTION_INVALID', { fields: { 'X-Amz-Signature': 'x' } }],
    'no lifetime': ['ERR_SIGV4_EXPIRES_INVALID', { expiresIn: 0 }],
    'more than a week': ['ERR_SIGV4_EXPIRES_INVALID', { expiresIn: 604_801 }],
    'a region with a slash': ['ERR_SIGV4_REGION_REQUIRED', { region: 'a/b' }],
    'an empty region': ['ERR_SIGV4_REGION_REQUIRED', { region: '' }],
    'a relative endpoint': ['ERR_SIGV4_URL_INVALID', { endpoint: '/s3' }],
    'a file as endpoint': ['ERR_SIGV4_URL_INVALID', { endpoint: 'file:///s3' }],
    'a date after 9999': ['ERR_SIGV4_DATE_INVALID', {}, { date: new Date(8.64e15) }],
    'a key id with a line break': [
      'ERR_SIGV4_CREDENTIALS_INVALID',
      {},
      { credentials: { ...credentials, accessKeyId: 'A\n' } },
    ],
    'a secret with a space': [
      'ERR_SIGV4_CREDENTIALS_INVALID',
      {},
      { credentials: { ...credentials, secretAccessKey: `${credentials.secretAccessKey} ` } },
    ],
    'a secret with NUL': [
      'ERR_SIGV4_HEADER_INVALID',
      {},
      { credentials: { ...credentials, secretAccessKey: 'a\0b' } },
    ],
    'expired credentials': [
      'ERR_SIGV4_CREDENTIALS_EXPIRED',
      {},
      { credentials: { ...credentials, expiration: new Date(1e12) } },
    ],
  };
  for (const [name, [code, change, overrides]] of Object.entries(REFUSED)) {
    test(name, async () => {
      const error = await presignPost(signer, { ...upload, ...change }, overrides).then(
        () => assert.fail('was signed'),
        (reason) => reason,
      );
      assert.equal(error.code, code, inspect(error));
      assert.ok(!inspect(error, { depth: 10 }).includes(credentials.secretAccessKey));
    });
  }

  test('an option by another name', () => {
    return assert.rejects(presignPost(signer, { ...upload, condition: [] }), /conditions/);
  });

  test('no upload, no region', async () => {
    await assert.rejects(presignPost(signer), { code: 'ERR_SIGV4_OPTION_INVALID' });
    const nowhere = new Signer({ credentials });
    await assert.rejects(presignPost(nowhere, upload), { code: 'ERR_SIGV4_REGION_REQUIRED' });
    await assert.rejects(presignPost(nowhere, { ...upload, endpoint: 'http://localhost' }), {
      code: 'ERR_SIGV4_REGION_REQUIRED',
    });
  });
});
