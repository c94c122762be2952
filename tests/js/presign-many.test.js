// Many presigned URLs at a time.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Signer } from 'sigv4-wasm';
import { presignMany } from 'sigv4-wasm/batch';

const credentials = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' };
const options = { credentials, region: 'eu-west-1', date: new Date(1440938160000) };
const host = 'https://bucket.s3.eu-west-1.amazonaws.com';
const requests = [
  ...Array.from({ length: 200 }, (_, i) => `${host}/key ${i}`),
  { url: `${host}/put?a=b`, method: 'PUT', headers: { 'x-amz-meta-a': '1', 'content-type': 'a/b' } },
  { url: 'https://abc.execute-api.eu-west-1.amazonaws.com/prod', method: 'POST', body: 'x'.repeat(20_000) },
  { url: 'https://abc.execute-api.eu-west-1.amazonaws.com/prod', method: 'POST', body: new Blob(['x']) },
  { hostname: 'bucket.s3.us-west-2.amazonaws.com', path: '/a/./b' },
];

test('gives what presigning one by one gives, in order', async () => {
  const signer = new Signer(options);
  for (const overrides of [undefined, { expiresIn: 60 }, { region: 'us-east-1', signedHeaders: 'all' }]) {
    const urls = await presignMany(signer, requests, overrides);
    const one = await Promise.all(requests.map((request) => signer.presign(request, overrides)));
    assert.deepEqual(urls, one);
  }
  assert.deepEqual(await presignMany(signer, []), []);
  assert.deepEqual(await presignMany(signer, new Set([requests[0]])), [await signer.presign(requests[0])]);
});

test('asks a provider once', async () => {
  let asked = 0;
  const signer = new Signer({ ...options, credentials: () => (asked++, credentials) });
  await presignMany(signer, requests);
  assert.equal(asked, 1);
});

test('refuses all where one cannot be signed', async () => {
  const signer = new Signer(options);
  await assert.rejects(presignMany(signer, [`${host}/a`, 'nowhere']), { code: 'ERR_SIGV4_URL_INVALID' });
  await assert.rejects(presignMany(signer, [`${host}/a`], { expiresIn: 0 }), {
    code: 'ERR_SIGV4_EXPIRES_INVALID',
  });
  for (const none of [undefined, null, 5, {}]) {
    await assert.rejects(presignMany(signer, none), { code: 'ERR_SIGV4_OPTION_INVALID' });
  }
});
