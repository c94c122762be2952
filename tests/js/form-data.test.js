// Bodies that are forms of the npm package form-data, and the error for an unsupported body.

import assert from 'node:assert/strict';
import { Readable, Stream } from 'node:stream';
import { after, before, beforeEach, describe, it } from 'node:test';

import FormDataPackage from 'form-data';
import got from 'got';
import { Signer, signRequest } from 'sigv4-wasm';
import { sigv4Hooks } from 'sigv4-wasm/got';
import { sigv4Interceptor } from 'sigv4-wasm/undici';
import { Agent, request as undiciRequest } from 'undici';

import { headersOf, startServers, statuses, tickingDate } from '../support/clients-harness.js';
import { OPTIONS, send } from '../support/wire.js';

/** @type {Awaited<ReturnType<typeof startServers>>} */
let servers;
/** @type {import('../support/iam-server.js').IamServer} */
let server;
before(async () => ({ server } = servers = await startServers()));
beforeEach(() => (server.requests.length = 0));
after(() => servers.close());

const FORMS = {
  'text and bytes': () => {
    const form = new FormDataPackage();
    form.append('text', 'größe');
    form.append('file', Buffer.from([0, 255, 13, 10]), { filename: 'ü.bin', contentType: 'application/x-a' });
    return form;
  },
  'a stream inside': () => {
    const form = new FormDataPackage();
    form.append('text', 'größe');
    const file = Readable.from([Buffer.from([0, 255]), Buffer.from([13, 10])]);
    form.append('file', file, { filename: 'ü.bin', contentType: 'application/x-a', knownLength: 4 });
    return form;
  },
};

/** @type {Record<string, (form: any, options?: object) => Promise<unknown>>} */
const CLIENTS = {
  signRequest: async (body) =>
    send(await signRequest({ method: 'POST', url: `${server.origin}/a`, body }, OPTIONS)),
  'signRequest, with its headers': async (body) =>
    send(
      await signRequest(
        { method: 'POST', url: `${server.origin}/a`, body, headers: body.getHeaders() },
        OPTIONS,
      ),
    ),
  'signRequest, the body not signed': async (body) =>
    send(
      await signRequest(
        { method: 'POST', url: `${server.origin}/a`, body },
        { ...OPTIONS, payload: 'unsigned' },
      ),
    ),
  got: (body) => viaGot(body),
  'got, with its headers': (body) => viaGot(body, { headers: body.getHeaders() }),
  undici: async (body) => {
    const dispatcher = new Agent().compose(sigv4Interceptor(OPTIONS));
    await undiciRequest(`${server.origin}/a`, { method: 'POST', body, dispatcher });
    await dispatcher.destroy();
  },
};

/**
 * @param {any} body
 * @param {object} [options]
 */
function viaGot(body, options) {
  return got.post(`${server.origin}/a`, {
    body,
    hooks: sigv4Hooks(OPTIONS),
    retry: { limit: 0 },
    ...options,
  });
}

/** As the platform reads it. */
async function assertForm({ body, ...arrived } = server.requests[0]) {
  const headers = { 'content-type': headersOf({ body, ...arrived })['content-type'] };
  const form = await new Response(body, { headers }).formData();
  assert.equal(form.get('text'), 'größe');
  const file = /** @type {File} */ (form.get('file'));
  assert.deepEqual([file.name, file.type], ['ü.bin', 'application/x-a']);
  assert.deepEqual(new Uint8Array(await file.arrayBuffer()), Uint8Array.of(0, 255, 13, 10));
}

for (const [name, make] of Object.entries(FORMS)) {
  describe(`a form with ${name}`, () => {
    for (const [client, sends] of Object.entries(CLIENTS)) {
      it(`is signed and sent: ${client}`, async () => {
        await sends(make());
        assert.deepEqual(statuses(server), [200]);
        await assertForm();
      });
    }
  });
}

describe('a form', () => {
  it('is signed for each retry of got', async () => {
    const retry = { limit: 1, methods: ['POST'], calculateDelay: ({ computedValue }) => computedValue && 1 };
    const hooks = sigv4Hooks({ ...OPTIONS, date: tickingDate() });
    await got.post(`${server.origin}/flaky`, { body: FORMS['text and bytes'](), hooks, retry });
    assert.deepEqual(statuses(server), [503, 200]);
    await assertForm(server.requests[1]);
  });

  it('keeps the boundary that it has, whatever content type was given', async () => {
    const form = FORMS['text and bytes']();
    const headers = { 'content-type': 'multipart/form-data' };
    const signed = await signRequest(
      { method: 'POST', url: `${server.origin}/a`, body: form, headers },
      OPTIONS,
    );
    assert.equal(signed.headers['content-type'], form.getHeaders()['content-type']);
    assert.deepEqual(signed.body, form.getBuffer());
    const again = await signRequest({ method: 'POST', url: `${server.origin}/a`, body: form }, OPTIONS);
    assert.deepEqual(again.body, signed.body, 'a form in memory can be sent once more');
  });

  it('with a stream inside cannot be read twice', async () => {
    const body = FORMS['a stream inside']();
    const request = { method: 'POST', url: `${server.origin}/a`, body };
    await signRequest(request, OPTIONS);
    await assert.rejects(signRequest(request, OPTIONS), { code: 'ERR_SIGV4_BODY_USED' });
  });

  it('fails with the error of the stream inside', async () => {
    const form = new FormDataPackage();
    const broken = Readable.from(
      (async function* () {
        yield 'x';
        throw new Error('disk on fire');
      })(),
    );
    form.append('file', broken, { filename: 'a', knownLength: 2 });
    await assert.rejects(
      signRequest({ method: 'POST', url: `${server.origin}/a`, body: form }, OPTIONS),
      /disk on fire/,
    );
  });
});

it('a stream of the oldest kind, with events only', async () => {
  const stream = Object.assign(new Stream(), { resume: () => undefined });
  const signed = signRequest(
    { method: 'POST', url: `${server.origin}/a`, body: /** @type {any} */ (stream) },
    OPTIONS,
  );
  setImmediate(() => {
    stream.emit('data', 'ab');
    stream.emit('data', Buffer.from('c'));
    stream.emit('end');
  });
  await send(await signed);
  assert.deepEqual(statuses(server), [200]);
  assert.equal(Buffer.from(server.requests[0].body).toString(), 'abc');
});

describe('a body that cannot be taken', () => {
  class Order {}
  /** @type {[any, string][]} */
  const bodies = [
    [new Map(), 'Map'],
    [new Set(), 'Set'],
    [new Order(), 'Order'],
    [Promise.resolve('late'), 'Promise'],
    [() => 'x', 'Function'],
    [async () => 'x', 'AsyncFunction'],
    [/x/, 'RegExp'],
    [new Error('x'), 'Error'],
    [Symbol('x'), 'symbol'],
    [5n, 'bigint'],
  ];
  for (const [body, type] of bodies) {
    it(`${type} is named`, async () => {
      const expected = { code: 'ERR_SIGV4_BODY_UNSUPPORTED', message: new RegExp(`of type ${type}\\b`) };
      const request = { method: 'POST', url: `${server.origin}/a`, body };
      await assert.rejects(signRequest(request, OPTIONS), expected);
      assert.throws(() => new Signer(OPTIONS).signSync(request), expected);
    });
  }

  /** @type {[any, string][]} */
  const late = [
    [FORMS['text and bytes'](), 'FormData'],
    [new FormData(), 'FormData'],
    [new Blob([]), 'Blob'],
    [new ReadableStream(), 'ReadableStream'],
    [Readable.from([]), 'Readable'],
    [new Stream(), 'Stream'],
  ];
  for (const [body, type] of late) {
    it(`synchronously, ${type} is named`, () => {
      assert.throws(() => new Signer(OPTIONS).signSync({ method: 'POST', url: `${server.origin}/a`, body }), {
        code: 'ERR_SIGV4_BODY_UNSUPPORTED',
        message: new RegExp(`of type ${type}\\b`),
      });
    });
  }

  it('of got and undici is named, too', async () => {
    const dispatcher = new Agent().compose(sigv4Interceptor(OPTIONS));
    const body = /** @type {any} */ (new Order());
    await assert.rejects(undiciRequest(`${server.origin}/a`, { method: 'POST', body, dispatcher }), /Order/);
    await dispatcher.destroy();
  });
});
