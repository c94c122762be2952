// Test doubles of servers match signed requests as they match others. axios has tests of its own.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';

import fetchMock from 'fetch-mock';
import got from 'got';
import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import nock from 'nock';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';
import { sigv4Hooks } from 'sigv4-wasm/got';
import { sigv4Interceptor } from 'sigv4-wasm/undici';
import * as undici7 from 'undici';
import * as undici6 from 'undici-6';

import { OPTIONS } from '../support/wire.js';

const url = 'https://api.example.com/orders';
const json = { 'content-type': 'application/json' };
const SIGNED = /^AWS4-HMAC-SHA256 /;

/** What is sent, and what an expectation of it may say. @type {[string, RequestInit][]} */
const REQUESTS = [
  ['JSON', { method: 'POST', body: '{"item":"tea"}', headers: json }],
  ['text without a content type', { method: 'PUT', body: '{"item":"tea"}' }],
  ['no body', { method: 'GET' }],
];

describe('fetch-mock', () => {
  const mock = fetchMock.createInstance();
  afterEach(() => mock.removeRoutes().clearHistory());

  for (const [name, init] of REQUESTS) {
    it(`${name}: matches by URL, method, body and headers`, async () => {
      const { method } = init;
      const headers = /** @type {Record<string, string>} */ (init.headers ?? {});
      mock.route({ url, method, headers, ...(init.body && { body: { item: 'tea' } }) }, { ok: true });
      for (const send of [mock.fetchHandler, createSigv4Fetch({ ...OPTIONS, fetch: mock.fetchHandler })]) {
        assert.deepEqual(await (await send(url, init)).json(), { ok: true });
      }
      const [plain, signed] = mock.callHistory.calls();
      assert.equal(signed.url, plain.url);
      assert.equal(signed.options.body, plain.options.body);
      assert.match(/** @type {any} */ (signed.options.headers).authorization, SIGNED);
    });
  }

  it('in place of the global fetch, and with a Request', async () => {
    mock.mockGlobal().route({ url, method: 'post' }, 201);
    const signedFetch = createSigv4Fetch(OPTIONS);
    const response = await signedFetch(new Request(url, { method: 'POST', body: 'a' }));
    mock.unmockGlobal();
    assert.equal(response.status, 201);
  });
});

describe('msw', () => {
  /** @type {Request[]} */
  const seen = [];
  const server = setupServer(
    http.all(url, async ({ request }) => {
      seen.push(request.clone());
      const body = await request.text();
      return body === '' || body === '{"item":"tea"}'
        ? HttpResponse.json({ ok: true })
        : new HttpResponse(body, { status: 400 });
    }),
  );
  before(() => server.listen({ onUnhandledRequest: 'error' }));
  afterEach(() => (seen.length = 0));
  after(() => server.close());

  for (const [name, init] of REQUESTS) {
    for (const [client, send] of /** @type {[string, () => Promise<number>][]} */ ([
      ['fetch', async () => (await createSigv4Fetch(OPTIONS)(url, init)).status],
      ['fetch of a Request', async () => (await createSigv4Fetch(OPTIONS)(new Request(url, init))).status],
      ['got', async () => (await got(url, gotOptions(init))).statusCode],
    ])) {
      it(`${name}, ${client}`, async () => {
        assert.equal(await send(), 200);
        assert.equal(seen[0].method, init.method);
        assert.match(seen[0].headers.get('authorization') ?? '', SIGNED);
      });
    }
  }
});

describe('nock', () => {
  before(() => {
    // It patches the platform when it is imported, and msw undoes that.
    nock.restore();
    nock.activate();
    nock.disableNetConnect();
  });
  after(() => {
    nock.enableNetConnect();
    nock.restore();
  });

  for (const [name, init] of REQUESTS) {
    for (const [client, send] of /** @type {[string, () => Promise<number>][]} */ ([
      ['fetch', async () => (await createSigv4Fetch(OPTIONS)(url, init)).status],
      ['got', async () => (await got(url, gotOptions(init))).statusCode],
    ])) {
      it(`${name}, ${client}: matches by method, path, body and headers`, async () => {
        const { origin, pathname } = new URL(url);
        const body = init.body ? { item: 'tea' } : undefined;
        const reqheaders = { authorization: SIGNED };
        nock(origin, { reqheaders })
          .intercept(pathname, String(init.method), /** @type {any} */ (body))
          .reply(200, 'ok');
        assert.equal(await send(), 200);
        assert.equal(nock.isDone(), true);
      });
    }
  }
});

for (const [version, undici] of /** @type {[string, any][]} */ ([
  ['undici 7', undici7],
  ['undici 6', undici6],
])) {
  describe(`MockAgent of ${version}`, () => {
    for (const [name, init] of REQUESTS) {
      it(`${name}: matches by path, method, body and headers`, async () => {
        const agent = new undici.MockAgent();
        agent.disableNetConnect();
        const { origin, pathname: path } = new URL(url);
        agent
          .get(origin)
          .intercept({ path, method: init.method, body: init.body, headers: init.headers })
          .reply(200, 'ok')
          .persist();
        const signing = agent.compose(sigv4Interceptor(OPTIONS));
        for (const dispatcher of [agent, signing]) {
          const response = await undici.request(url, { ...init, dispatcher });
          assert.equal(response.statusCode, 200);
        }
        // In undici 6, what is composed keeps the text from a MockAgent, signed or not.
        if (undici === undici6) return;
        assert.equal((await undici.fetch(url, { ...init, dispatcher: signing })).status, 200);
      });
    }
  });
}

it('signing switched off: everything is sent as it is', async () => {
  const off = { ...OPTIONS, match: () => false };
  /** @type {any[]} */
  const calls = [];
  const fetch = async (/** @type {any[]} */ ...call) => (calls.push(call), new Response());
  const init = { method: 'POST', body: 'a' };
  await createSigv4Fetch({ ...off, fetch })(url, init);
  assert.equal(calls[0][0], url);
  assert.equal(calls[0][1], init);
});

/** @param {RequestInit} init */
function gotOptions({ method, body, headers }) {
  return /** @type {any} */ ({ method, body, headers, hooks: sigv4Hooks(OPTIONS), retry: { limit: 0 } });
}
