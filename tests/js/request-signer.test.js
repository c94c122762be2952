// Signed requests as a fetch Request, sent to a server that verifies with AWS's own signer.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Signer, signRequest } from 'sigv4-wasm';
import { signFetchRequest, toRequestSigner } from 'sigv4-wasm/request';

import { startIamServer } from '../support/iam-server.js';

const credentials = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret/key', sessionToken: 'to/ke+n==' };
const options = { credentials, region: 'eu-west-1', service: 'execute-api' };
/** @type {import('../support/iam-server.js').IamServer} */
let server;
before(async () => {
  server = await startIamServer({ credentials: [credentials], region: 'eu-west-1' });
});
after(() => server.close());

/** As @aws-lambda-powertools/signer declares it. @type {{ sign(request: Request): Promise<Request> }} */
const signer = toRequestSigner(new Signer(options));

/** @type {Record<string, () => Request>} */
const REQUESTS = {
  'a GET': () => new Request(`${server.origin}/orders?b=2&a=1`),
  'a POST with text': () => new Request(`${server.origin}/orders`, { method: 'POST', body: 'größe' }),
  'a PUT with bytes': () =>
    new Request(`${server.origin}/orders`, { method: 'PUT', body: new Uint8Array([0, 255]) }),
  'a form': () =>
    new Request(`${server.origin}/orders`, { method: 'POST', body: new URLSearchParams({ a: 'b c' }) }),
};
for (const [name, make] of Object.entries(REQUESTS)) {
  test(`${name}, signed and sent`, async () => {
    const signed = await signer.sign(make());
    assert.ok(signed instanceof Request);
    assert.equal((await fetch(signed)).status, 200);
    assert.equal((await fetch(await signFetchRequest(make(), options))).status, 200);
  });
}

test('the settings of the request stay', async () => {
  const controller = new AbortController();
  const given = new Request(`${server.origin}/orders`, {
    signal: controller.signal,
    redirect: 'manual',
    headers: { 'x-amz-meta-a': 'b', 'x-other': 'c' },
  });
  const signed = await signer.sign(given);
  assert.equal(signed.redirect, 'manual');
  assert.equal(signed.headers.get('x-other'), 'c');
  assert.match(signed.headers.get('authorization') ?? '', /SignedHeaders=host;x-amz-date;x-amz-meta-a;/);
  controller.abort();
  await assert.rejects(fetch(signed), { name: 'AbortError' });
});

test('the same as signRequest, of an object', async () => {
  const request = { method: 'POST', url: 'https://b.s3.eu-west-1.amazonaws.com/a+b', body: { a: 1 } };
  const date = new Date('2026-01-02T03:04:05Z');
  const plain = await signRequest(request, { credentials, date });
  const signed = await signFetchRequest(request, { credentials, date });
  assert.equal(signed.url, plain.url);
  assert.equal(signed.headers.get('authorization'), plain.headers.authorization);
  assert.equal(await signed.text(), '{"a":1}');
});
