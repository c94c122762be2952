// examples/nextjs: a page and route handlers in both runtimes, in front of an API that verifies.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { signRequest } from 'sigv4-wasm';

import { REGION, startExample } from '../support/examples.js';
import { startIamServer } from '../support/iam-server.js';
import { CREDENTIALS } from '../support/wire.js';

/** @type {import('../support/iam-server.js').IamServer} */
let api;
/** @type {string} */
let origin;
before(async () => {
  api = await startIamServer({ credentials: [CREDENTIALS], region: REGION });
  ({ origin } = await startExample('nextjs', {
    API_URL: `${api.origin}/prod`,
    CLIENT_SECRET: 'not-a-secret',
    NEXT_TELEMETRY_DISABLED: '1',
  }));
});
after(() => api?.close());

const last = () => {
  const { method, url, status, body } = api.requests.at(-1) ?? assert.fail('nothing arrived');
  return [method, url, status, Buffer.from(body).toString()];
};

test('a page is rendered with data of the API, and without its credentials', async () => {
  const html = await (await fetch(origin)).text();
  assert.match(html, /<pre>.*\/prod\/orders\?status=open/);
  assert.deepEqual(last(), ['GET', '/prod/orders?status=open', 200, '']);
  assert.ok(!html.includes(CREDENTIALS.secretAccessKey));
});

test('a route handler in Node.js forwards with a signature', async () => {
  const got = await fetch(`${origin}/orders?tag=gr%C3%B6%C3%9Fe&tag=a%20b`);
  assert.equal(got.status, 200);
  assert.deepEqual(last(), ['GET', '/prod/orders?tag=gr%C3%B6%C3%9Fe&tag=a%20b', 200, '']);
  const posted = await fetch(`${origin}/orders`, { method: 'POST', body: '{"item":"größer tea"}' });
  assert.equal(posted.status, 200);
  assert.deepEqual(last(), ['POST', '/prod/orders', 200, '{"item":"größer tea"}']);
});

test('one in the edge runtime verifies, and signs what it forwards', async () => {
  const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'not-a-secret' };
  const request = { method: 'POST', url: `${origin}/webhook`, body: { item: 'tea' } };
  const { url, ...init } = await signRequest(request, { credentials, region: REGION, service: 'orders' });
  const accepted = await fetch(url, init);
  assert.equal(accepted.status, 200, await accepted.text());
  assert.deepEqual(last(), ['POST', '/prod/orders', 200, '{"item":"tea"}']);
  const { length } = api.requests;
  assert.equal((await fetch(url, { ...init, body: '{"item":"gold"}' })).status, 403);
  assert.equal((await fetch(url, { method: 'POST' })).status, 403);
  assert.equal(api.requests.length, length);
});
