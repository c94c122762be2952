// Forms, which the package serializes itself, in the same way as Node.js.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { signRequest } from 'sigv4-wasm';

const options = {
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
  region: 'us-east-1',
  service: 'execute-api',
};
const sign = (/** @type {any} */ body) =>
  signRequest({ method: 'POST', url: 'https://example.com/', body }, options);

/** @param {{ headers: Record<string, string>, body?: any }} signed */
const received = ({ headers, body }) =>
  new Response(body, { headers: { 'content-type': headers['content-type'] } }).formData();

const FIELDS = /** @type {[string, string | File][]} */ ([
  ['plain', 'text'],
  ['plain', 'once more'],
  ['', ''],
  ['lines', 'a\nb\rc\r\nd\n\re'],
  ['a "quoted"\r\nname\n', 'größe 😀'],
  ['file', new File(['größe', new Uint8Array([0, 255])], 'a "quoted"\nü.txt', { type: 'text/plain' })],
  ['no type', new File([], 'empty')],
]);

test('a form is sent as the platform would send it', async () => {
  const form = new FormData();
  for (const [name, value] of FIELDS) form.append(name, value);
  const signed = await sign(form);
  const platform = new Response(form);
  const text = async (/** @type {Response} */ response) => {
    const boundary = /boundary=(.*)/.exec(response.headers.get('content-type') ?? '')?.[1] ?? 'none';
    const bytes = Buffer.from(await response.arrayBuffer()).toString('latin1');
    return bytes.replaceAll(boundary, 'BOUNDARY').trimEnd();
  };
  const ours = new Response(/** @type {any} */ (signed.body), { headers: signed.headers });
  assert.equal(await text(ours), await text(platform));
});

test('no two forms have the same boundary', async () => {
  const types = [await sign(new FormData()), await sign(new FormData())].map(
    ({ headers }) => headers['content-type'],
  );
  assert.notEqual(types[0], types[1]);
});

test('a form of another realm, or of a polyfill, which the platform would send as [object FormData]', async () => {
  class Form {
    get [Symbol.toStringTag]() {
      return 'FormData';
    }
    *[Symbol.iterator]() {
      yield ['note', 'hello'];
      yield ['file', { name: 'a.bin', type: '', arrayBuffer: async () => new Uint8Array([1, 2]).buffer }];
    }
  }
  const form = await received(await sign(new Form()));
  assert.equal(form.get('note'), 'hello');
  const file = /** @type {File} */ (form.get('file'));
  assert.deepEqual([file.name, file.type, file.size], ['a.bin', 'application/octet-stream', 2]);
});

test('what bears the name and is no form is refused', async () => {
  const odd = { [Symbol.toStringTag]: 'FormData', constructor: class {} };
  Object.setPrototypeOf(odd, { __proto__: {} });
  await assert.rejects(sign(odd), { code: 'ERR_SIGV4_BODY_UNSUPPORTED' });
});
