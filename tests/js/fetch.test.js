// A fetch that signs: everything that fetch takes, verified on the wire.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { after, before, beforeEach, describe, it } from 'node:test';

import { createSigv4Fetch } from 'sigv4-wasm/fetch';

import {
  assertTypes,
  assertUnsigned,
  headersOf,
  startServers,
  statuses,
} from '../support/clients-harness.js';
import { CREDENTIALS, OPTIONS } from '../support/wire.js';

/** @type {Awaited<ReturnType<typeof startServers>>} */
let servers;
/** @type {import('../support/iam-server.js').IamServer} */
let server;
before(async () => ({ server } = servers = await startServers()));
beforeEach(() => (server.requests.length = servers.elsewhere.requests.length = 0));
after(() => servers.close());

const signedFetch = createSigv4Fetch(OPTIONS);
const stream = (/** @type {string[]} */ ...chunks) =>
  new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
      controller.close();
    },
  });
const form = () => {
  const data = new FormData();
  data.append('text', 'größe');
  data.append('file', new Blob(['a\r\nb'], { type: 'text/csv' }), 'a.csv');
  return data;
};

/**
 * What is sent, and what must arrive: `plain` if it is not what plain fetch sends.
 *
 * @type {[string, string, RequestInit & { duplex?: 'half' } | undefined, string?][]}
 */
const CASES = [
  ['GET', '/a', undefined],
  ['a query, a plus, an umlaut', "/ä/@b=/a%2Fb?q=a%20b&q=1&Z=&ü='(*)!", undefined],
  ['a fragment', '/a?b=1#c', undefined],
  ['text', '/a', { method: 'POST', body: 'größe' }],
  [
    'text with a content type',
    '/a',
    { method: 'PUT', body: '{}', headers: { 'Content-Type': 'application/json' } },
  ],
  ['empty text', '/a', { method: 'POST', body: '' }],
  ['POST without a body', '/a', { method: 'POST' }],
  ['DELETE', '/a', { method: 'DELETE' }],
  ['HEAD', '/a', { method: 'HEAD' }],
  ['a method in lower case', '/a', { method: 'post', body: 'x' }],
  ['PATCH', '/a', { method: 'PATCH', body: 'x' }],
  ['bytes', '/a', { method: 'POST', body: new Uint8Array([1, 2, 3]) }],
  ['a view', '/a', { method: 'POST', body: new Uint8Array([1, 2, 3, 4]).subarray(1, 3) }],
  ['ArrayBuffer', '/a', { method: 'POST', body: new Uint8Array([1, 2, 3]).buffer }],
  ['DataView', '/a', { method: 'POST', body: new DataView(new ArrayBuffer(3)) }],
  ['Blob', '/a', { method: 'POST', body: new Blob(['x'], { type: 'text/csv' }) }],
  ['Blob without a type', '/a', { method: 'POST', body: new Blob(['x']) }],
  ['URLSearchParams', '/a', { method: 'POST', body: new URLSearchParams({ a: 'b c', ü: '+' }) }],
  [
    'custom headers',
    '/a',
    {
      headers: [
        ['X-Amz-Meta-A', ' a  b '],
        ['x-other', '1'],
        ['X-Other', '2'],
      ],
    },
  ],
  ['a stream', '/a', { method: 'POST', body: stream('ab', 'c'), duplex: 'half' }, 'abc'],
  [
    'a Node.js stream',
    '/a',
    { method: 'POST', body: /** @type {any} */ (Readable.from(['ab', 'c'])), duplex: 'half' },
    'abc',
  ],
  ['1 MB', '/a', { method: 'POST', body: 'x'.repeat(1024 * 1024) }],
];

describe('a request arrives as from plain fetch, and signed', () => {
  for (const [name, path, init, body] of CASES) {
    for (const how of ['a URL', 'a Request']) {
      it(`${name}, as ${how}`, async () => {
        const [url, open] = [`${server.origin}${path}`, `${server.origin}/open${path}`];
        const isUsedUp = body !== undefined;
        if (isUsedUp && how === 'a Request') return;
        const response = await (how === 'a URL'
          ? signedFetch(url, init)
          : signedFetch(new Request(url, init)));
        assert.equal(response.status, 200);
        const [signed] = server.requests;
        if (isUsedUp) {
          assert.equal(Buffer.from(signed.body).toString(), body);
          return;
        }
        await fetch(open, init);
        const plain = server.requests[1];
        assert.equal(signed.method, plain.method);
        assert.equal(`/open${signed.url}`, plain.url);
        assert.deepEqual(signed.body, plain.body);
        const {
          authorization,
          'x-amz-date': date,
          'x-amz-security-token': token,
          ...rest
        } = headersOf(signed);
        assert.ok(authorization && date && token);
        assert.deepEqual(rest, headersOf(plain));
      });
    }
  }

  it('a form, with the boundary that goes on the wire', async () => {
    for (const input of [
      [`${server.origin}/a`, { method: 'POST', body: form() }],
      [new Request(`${server.origin}/a`, { method: 'POST', body: form() })],
    ]) {
      const response = await signedFetch(.../** @type {[any, any]} */ (input));
      assert.equal(response.status, 200);
    }
    for (const request of server.requests) {
      const [, boundary] = /boundary=(.+)$/.exec(headersOf(request)['content-type']) ?? [];
      assert.ok(Buffer.from(request.body).includes(`--${boundary}--`));
    }
  });

  it('a plus in the query counts as a space, and is sent as one', async () => {
    const url = `${server.origin}/a?q=a+b`;
    assert.equal((await signedFetch(url)).status, 200);
    assert.equal((await signedFetch(new Request(url, { method: 'POST', body: 'x' }))).status, 200);
    assert.deepEqual(
      server.requests.map((request) => request.url),
      ['/a?q=a%20b', '/a?q=a%20b'],
    );
  });

  it('init overrides the Request', async () => {
    const request = new Request(`${server.origin}/a`, {
      method: 'POST',
      body: 'a',
      headers: { 'x-amz-meta-a': '1' },
    });
    const init = { method: 'PUT', body: 'b', headers: { 'x-amz-meta-b': '2' } };
    assert.equal((await signedFetch(request, init)).status, 200);
    const [arrived] = server.requests;
    assert.equal(arrived.method, 'PUT');
    assert.equal(Buffer.from(arrived.body).toString(), 'b');
    const headers = headersOf(arrived);
    assert.equal(headers['x-amz-meta-a'], undefined);
    assert.equal(headers['x-amz-meta-b'], '2');
  });

  it("a caller's stale signature is replaced", async () => {
    const headers = {
      authorization: 'AWS4-HMAC-SHA256 stale',
      'x-amz-date': '20200101T000000Z',
      'x-amz-security-token': 'stale',
    };
    assert.equal((await signedFetch(`${server.origin}/a`, { headers })).status, 200);
  });
});

describe('the settings of a request', () => {
  const settings = {
    cache: 'no-store',
    credentials: 'omit',
    integrity: 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
    keepalive: true,
    mode: 'cors',
    referrerPolicy: 'no-referrer',
    redirect: 'error',
    next: { revalidate: 60 },
    dispatcher: {},
  };
  /** @type {any[]} */
  let calls;
  const recording = createSigv4Fetch({
    ...OPTIONS,
    fetch: async (/** @type {any} */ ...args) => {
      calls.push(args);
      return new Response();
    },
  });
  beforeEach(() => (calls = []));

  it('of init are kept', async () => {
    const { signal } = new AbortController();
    await recording('https://example.com/a', /** @type {any} */ ({ ...settings, signal }));
    const [[url, init]] = calls;
    assert.equal(url, 'https://example.com/a');
    const { method, headers, body, ...rest } = init;
    assert.deepEqual(rest, { ...settings, signal });
    assert.match(headers.authorization, /^AWS4-HMAC-SHA256 /);
  });

  it('of a Request are kept', async () => {
    const { next, dispatcher, ...standard } = settings;
    await recording(new Request('https://example.com/a', /** @type {any} */ (standard)));
    const [[request, init]] = calls;
    const sent = new Request(request, init);
    for (const [name, value] of Object.entries(standard))
      assert.equal(/** @type {any} */ (sent)[name], value, name);
    assert.equal(sent.url, 'https://example.com/a');
  });

  it('neither the input nor init is changed', async () => {
    const init = Object.freeze({
      method: 'POST',
      body: 'x',
      headers: Object.freeze({ 'x-amz-meta-a': '1' }),
    });
    await recording('https://example.com/a', init);
    assert.deepEqual(Object.keys(init), ['method', 'body', 'headers']);
  });

  it('a Request of Node.js keeps its dispatcher', async () => {
    const { Agent } = await import('undici');
    const agent = new Agent();
    let dispatched = 0;
    const dispatcher = agent.compose(
      (dispatch) => (options, handler) => (dispatched++, dispatch(options, handler)),
    );
    const request = new Request(`${server.origin}/a`, /** @type {any} */ ({ dispatcher }));
    assert.equal((await signedFetch(request)).status, 200);
    assert.equal(dispatched, 1);
    await agent.close();
  });

  it('the global fetch is looked up when a request is made', async (t) => {
    const mock = t.mock.method(globalThis, 'fetch', async () => new Response('mocked'));
    assert.equal(await (await signedFetch('https://example.com/a')).text(), 'mocked');
    assert.equal(mock.mock.callCount(), 1);
  });
});

describe('aborting', () => {
  it('while credentials are fetched', async () => {
    const controller = new AbortController();
    const waiting = createSigv4Fetch({ ...OPTIONS, credentials: () => new Promise(() => {}) });
    const reason = new Error('enough');
    const response = waiting(`${server.origin}/a`, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 20);
    await assert.rejects(response, (error) => error === reason);
    assert.equal(server.requests.length, 0);
  });

  it('by the signal of a Request', async () => {
    const controller = new AbortController();
    const waiting = createSigv4Fetch({ ...OPTIONS, credentials: () => new Promise(() => {}) });
    const response = waiting(new Request(`${server.origin}/a`, { signal: controller.signal }));
    setTimeout(() => controller.abort(), 20);
    await assert.rejects(response, { name: 'AbortError' });
  });

  it('before', async () => {
    await assert.rejects(signedFetch(`${server.origin}/a`, { signal: AbortSignal.abort() }), {
      name: 'AbortError',
    });
    assert.equal(server.requests.length, 0);
  });

  it('while a stream is read', async () => {
    const body = new ReadableStream({ pull: () => new Promise(() => {}) });
    const init = { method: 'POST', body, duplex: 'half', signal: AbortSignal.timeout(20) };
    await assert.rejects(signedFetch(`${server.origin}/a`, /** @type {any} */ (init)), {
      name: 'TimeoutError',
    });
  });

  it('while the answer is awaited', async () => {
    const hanging = createServer(() => {});
    await new Promise((resolve) => hanging.listen(0, '127.0.0.1', () => resolve(undefined)));
    const { port } = /** @type {import('node:net').AddressInfo} */ (hanging.address());
    const response = signedFetch(`http://127.0.0.1:${port}/a`, { signal: AbortSignal.timeout(50) });
    await assert.rejects(response, { name: 'TimeoutError' });
    hanging.closeAllConnections();
    hanging.close();
  });
});

describe('payload: unsigned', () => {
  const unsigned = createSigv4Fetch({ ...OPTIONS, payload: 'unsigned' });
  const blob = new Blob(['abc'], { type: 'text/csv' });
  /** @type {[string, () => [any, any?], string | undefined][]} */
  const bodies = [
    ['a stream passes unread', () => ['', { body: stream('ab', 'c'), duplex: 'half' }], undefined],
    ['a Node.js stream', () => ['', { body: Readable.from(['ab', 'c']), duplex: 'half' }], undefined],
    ['a Blob, with its length', () => ['', { body: blob }], '3'],
    ['the body of a Request, with its length', () => [{ body: 'abc' }], '3'],
    ['text', () => ['', { body: 'abc' }], '3'],
  ];
  for (const [name, make, length] of bodies) {
    it(name, async () => {
      const [input, init] = make();
      const url = `${server.origin}/a`;
      const target = input === '' ? url : new Request(url, { method: 'POST', ...input });
      assert.equal((await unsigned(target, init && { method: 'POST', ...init })).status, 200);
      const [arrived] = server.requests;
      assert.equal(Buffer.from(arrived.body).toString(), 'abc');
      assert.equal(headersOf(arrived)['x-amz-content-sha256'], 'UNSIGNED-PAYLOAD');
      assert.equal(headersOf(arrived)['content-length'], length);
    });
  }
});

describe('match', () => {
  it('keeps credentials away from other hosts', async () => {
    const { elsewhere } = servers;
    const matching = createSigv4Fetch({ ...OPTIONS, match: ({ origin }) => origin === server.origin });
    assert.equal(
      (await matching(`${elsewhere.origin}/open/a`, { method: 'POST', body: stream('x'), duplex: 'half' }))
        .status,
      200,
    );
    assertUnsigned(elsewhere.requests[0]);
    assert.equal((await matching(`${server.origin}/a`)).status, 200);
  });

  it('hands on what it does not sign as it is', async () => {
    /** @type {any[]} */
    const calls = [];
    const recording = createSigv4Fetch({
      ...OPTIONS,
      match: () => false,
      fetch: async (/** @type {any} */ ...args) => (calls.push(...args), new Response()),
    });
    const request = new Request('https://example.com/a+b?c+d', { method: 'POST', body: 'x' });
    const init = {};
    await recording(request, init);
    assert.ok(calls[0] === request && calls[1] === init);
    assert.equal(request.bodyUsed, false);
  });
});

describe('errors', () => {
  /** @type {[string, any, any, string][]} */
  const cases = [
    ['a relative URL', '/a', undefined, 'ERR_SIGV4_URL_INVALID'],
    ['user and password', 'https://u:secret@example.com/', undefined, 'ERR_SIGV4_URL_INVALID'],
    ['another protocol', 'data:text/plain,x', undefined, 'ERR_SIGV4_URL_INVALID'],
    ['no such method', 'https://example.com/', { method: 'A B' }, 'TypeError'],
    ['GET with a body', 'https://example.com/', { body: 'x' }, 'TypeError'],
    ['a stream without duplex', 'https://example.com/', { method: 'POST', body: stream('x') }, 'TypeError'],
  ];
  for (const [name, input, init, code] of cases) {
    it(`${name}: ${code}`, async () => {
      const sent = createSigv4Fetch({ ...OPTIONS, fetch: () => assert.fail('sent') });
      await assert.rejects(sent(input, init), (error) => {
        assert.equal(/** @type {any} */ (error).code ?? /** @type {any} */ (error).name, code);
        assert.doesNotMatch(String(/** @type {any} */ (error).stack), /secret/);
        return true;
      });
    });
  }

  it('a used body', async () => {
    const request = new Request(`${server.origin}/a`, { method: 'POST', body: 'x' });
    await request.text();
    await assert.rejects(signedFetch(request), { name: 'TypeError' });
  });

  it('a host that does not tell its region', async () => {
    await assert.rejects(createSigv4Fetch({ credentials: CREDENTIALS })(`${server.origin}/a`), {
      code: 'ERR_SIGV4_REGION_REQUIRED',
    });
    assert.equal(server.requests.length, 0);
  });

  it('no options', () => {
    assert.throws(() => createSigv4Fetch(/** @type {any} */ (undefined)), {
      code: 'ERR_SIGV4_CREDENTIALS_INVALID',
    });
  });

  it('a refusal is an answer, with its text', async () => {
    const wrong = createSigv4Fetch({ ...OPTIONS, credentials: { ...CREDENTIALS, secretAccessKey: 'wrong' } });
    const response = await wrong(`${server.origin}/a`);
    assert.equal(response.status, 403);
    assert.match((await response.json()).message, /signature we calculated does not match/);
    assert.deepEqual(statuses(server), [403]);
  });
});

it('has types that fit without casts', () =>
  assertTypes(
    'fetch',
    `import { createSigv4Fetch } from 'sigv4-wasm/fetch';
     const signed: typeof fetch = createSigv4Fetch({ credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, fetch, match: ({ hostname }) => hostname === 'a' });
     const response: Response = await signed(new Request('https://example.com'), { method: 'PUT' });
     // @ts-expect-error
     createSigv4Fetch({});
     void response;`,
  ));
