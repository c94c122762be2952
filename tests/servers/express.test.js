// @filen/aws4-express, a verifier for Express, in front of what could be an API: the second independent one for
// requests to API Gateway, beside the server of tests/support.
//
// What it does otherwise than API Gateway: it reads headers only, no presigned URLs; it looks at the clock only where
// the request has `x-amz-expires`, which it takes for milliseconds; and `x-amz-content-sha256` is believed.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';

import { awsVerify } from '@filen/aws4-express';
import express from 'express';
import { Signer } from 'sigv4-wasm';
import { trace } from 'sigv4-wasm/trace';

import { send } from './support/s3-client.js';

const KEYS = {
  AKIDEXAMPLE: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  ASIAEXAMPLE: '+/secret',
};
const LONG_TERM = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: KEYS.AKIDEXAMPLE };
const TEMPORARY = {
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: KEYS.ASIAEXAMPLE,
  sessionToken: 'to/k+en==',
};

/** @type {import('node:http').Server} */
let server;
let target;
/** @type {string} */
let origin;
before(async () => {
  const app = express();
  // The verifier hashes `rawBody`; its own helper would make a string of it.
  const verify = (req, _res, buffer) => (req.rawBody = buffer);
  app.use(express.raw({ type: () => true, limit: '10mb', verify }));
  app.use(awsVerify({ secretKey: ({ accessKey }) => KEYS[accessKey] }));
  app.use((req, res) => {
    res.json({ method: req.method, url: req.url, length: req.rawBody?.length ?? 0 });
  });
  server = createServer(app);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  target = { protocol: 'http:', hostname: '127.0.0.1', port };
  origin = `http://127.0.0.1:${port}`;
});
after(() => server.close());

const signer = new Signer({ credentials: LONG_TERM, region: 'eu-west-1', service: 'execute-api' });

async function accepted(request, overrides) {
  const signed = await signer.sign({ ...target, ...request }, overrides);
  const { status, text } = await send(signed);
  const { canonicalRequest } = await trace(signer, { ...target, ...request }, overrides);
  assert.equal(status, 200, `${text}\n\nsigned here:\n${canonicalRequest}`);
  return JSON.parse(text);
}

describe('@filen/aws4-express accepts', () => {
  const paths = {
    'the root': '/',
    'a plain path': '/prod/items',
    'a slash last': '/prod/items/',
    'escaped space and plus': '/prod/a%20b%2Bc',
    'an escaped slash': '/prod/a%2Fb',
    'an escaped percent': '/prod/a%252Fb',
    'lower-case escapes': '/prod/%c3%bc',
    'other scripts': '/prod/%C3%BC/%E2%82%AC/%F0%9F%A6%80',
    "raw $!'()*+@:,;=&": "/prod/$!'()*+@:,;=&",
    'the connections of a WebSocket API': '/prod/@connections/AbC1d%3D',
    'empty segments': '/prod//items///1',
    'dot segments': '/prod/./items/../items/1',
  };
  for (const [what, path] of Object.entries(paths)) {
    test(`a path: ${what}`, async () => {
      const { url } = await accepted({ path });
      assert.equal(url, path);
    });
  }

  const queries = {
    'in another order': 'b=2&a=1',
    'keys that differ in case': 'b=1&A=2&a=3&B=4',
    'repeated keys': 'a=2&a=1&a=10&a=',
    'no value': 'a&b=',
    escapes: 'q=a%20b%2Bc%26d%3De%2Ff&%C3%BC=%E2%82%AC',
    'a raw plus': 'q=a+b',
    "raw !'()*": "q=!'()*~",
    'a prefix of another key': 'ab=1&a=2&a-b=3',
    'equals signs in the value': 'token=abc==',
  };
  for (const [what, query] of Object.entries(queries)) {
    test(`a query: ${what}`, () => accepted({ path: `/prod?${query}` }));
  }

  const bodies = {
    text: 'ü/€',
    JSON: { a: [1, 'ü', null], b: { c: true } },
    bytes: Uint8Array.from({ length: 256 }, (_, byte) => byte),
    'three MiB': Buffer.alloc(3 * 1024 * 1024, 'x'),
    'a form': new URLSearchParams({ a: '~* b', c: 'ü&' }),
    'a Blob': new Blob(['blob'], { type: 'text/plain' }),
    nothing: undefined,
  };
  for (const [what, body] of Object.entries(bodies)) {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      test(`${method} with ${what}`, () => accepted({ method, path: '/prod', body }));
    }
  }

  test('headers: odd white space, repeated, and all signed', () =>
    accepted(
      {
        path: '/prod',
        headers: {
          'X-Amz-Meta-A': '  a \t  b  ',
          'x-amz-meta-b': ['2', '1'],
          accept: 'application/json,  text/plain',
          'content-type': 'text/plain; charset=utf-8',
          'user-agent': 'none',
          'x-empty': '',
        },
      },
      { signedHeaders: 'all' },
    ));
  test('temporary credentials', () => accepted({ path: '/prod' }, { credentials: TEMPORARY }));
  test('x-amz-content-sha256', () =>
    accepted({ method: 'POST', path: '/prod', body: 'x' }, { contentSha256Header: true }));
  test('an unsigned payload', () =>
    accepted(
      { method: 'POST', path: '/prod', body: 'x' },
      { payload: 'unsigned', contentSha256Header: true },
    ));
  test('other regions and services', async () => {
    for (const [region, service] of [
      ['us-gov-west-1', 'appsync'],
      ['cn-north-1', 'es'],
      ['ap-southeast-3', 'lambda'],
    ]) {
      await accepted({ path: '/prod/a%20b' }, { region, service });
    }
  });
  test('what fetch sends', async () => {
    const { url, ...init } = await signer.sign({
      method: 'POST',
      url: `${origin}/prod/a b/ü?q=a b+c&list=2&list=1`,
      body: { text: 'ü' },
    });
    const answer = await fetch(url, init);
    assert.equal(answer.status, 200, await answer.text());
  });
});

describe('@filen/aws4-express refuses', () => {
  const MISMATCH = [401, 'The signature does not match'];
  const request = {
    method: 'POST',
    path: '/prod/items?a=1',
    headers: { 'content-type': 'text/plain', 'x-amz-meta-a': '1' },
    body: 'body',
  };
  const changes = {
    'a changed body': (signed) => (signed.body = 'bodY'),
    'a changed method': (signed) => (signed.method = 'PUT'),
    'a changed path': (signed) => (signed.url = signed.url.replace('items', 'other')),
    'a changed query': (signed) => (signed.url = signed.url.replace('a=1', 'a=2')),
    'a query added': (signed) => (signed.url += '&b=2'),
    'a changed header': ({ headers }) => (headers['x-amz-meta-a'] = '2'),
    'a changed content type': ({ headers }) => (headers['content-type'] = 'text/html'),
    'another date': ({ headers }) =>
      (headers['x-amz-date'] = headers['x-amz-date'].replace(/T\d+/, 'T000000')),
    'another region': ({ headers }) =>
      (headers.authorization = headers.authorization.replace('eu-west-1', 'eu-west-2')),
    'another session token': ({ headers }) => (headers['x-amz-security-token'] = 'other'),
    'a header signed for less': ({ headers }) =>
      (headers.authorization = headers.authorization.replace(';x-amz-meta-a', '')),
  };
  for (const [what, change] of Object.entries(changes)) {
    test(what, async () => {
      const signed = await signer.sign({ ...target, ...request }, { credentials: TEMPORARY });
      assert.equal((await send(signed)).status, 200);
      change(signed);
      const { status, text } = await send(signed);
      assert.deepEqual([status, text], MISMATCH);
    });
  }

  test('a wrong secret key', async () => {
    const credentials = { ...LONG_TERM, secretAccessKey: 'another' };
    const { status, text } = await send(await signer.sign({ ...target, ...request }, { credentials }));
    assert.deepEqual([status, text], MISMATCH);
  });
  test('an unknown access key', async () => {
    const credentials = { ...LONG_TERM, accessKeyId: 'AKIDUNKNOWN' };
    const { status, text } = await send(await signer.sign({ ...target, ...request }, { credentials }));
    assert.deepEqual([status, text], MISMATCH);
  });
  test('a clock 20 minutes behind', async () => {
    const headers = { 'x-amz-expires': '60000' };
    const date = new Date(Date.now() - 20 * 60_000);
    const { status, text } = await send(await signer.sign({ ...target, ...request, headers }, { date }));
    assert.deepEqual([status, text], [401, 'Request is expired']);
  });
  test('no signature', async () => {
    const { status, text } = await send({ method: 'GET', url: `${origin}/prod`, headers: {} });
    assert.deepEqual([status, text], [400, 'Required headers are missing']);
  });
});
