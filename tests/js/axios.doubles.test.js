// An adapter that is not axios' own gets the same values for a signed request as for an unsigned one, so that axios-mock-adapter matches both; and it
// sends the signed request.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';

import MockAdapter from 'axios-mock-adapter';
import NodeFormData from 'form-data';
import { sigv4Interceptor } from 'sigv4-wasm/axios';

import { assertSameRequest } from '../support/axios-compare.js';
import { appliesTo, sendCase } from '../support/axios-harness.js';
import { AXIOS_VERSIONS, CREDENTIALS, ENVIRONMENTS, OPTIONS } from '../support/axios-versions.js';
import { startIamServer } from '../support/iam-server.js';
import { CASES } from './axios.cases.js';

const BASE = 'https://api.example.com/prod';
const SIGNATURE = ['authorization', 'x-amz-date', 'x-amz-security-token'];

/**
 * @param {any} axios
 * @param {boolean} signs
 * @param {object} [defaults]
 */
function createClient(axios, signs, defaults) {
  const client = axios.create({ baseURL: BASE, ...defaults });
  if (signs) client.interceptors.request.use(sigv4Interceptor({ ...OPTIONS, axios }));
  return client;
}

describe('axios-mock-adapter', () => {
  const bytes = new TextEncoder().encode('bytes');
  const form = new URLSearchParams({ a: '1 2' });
  const json = { 'Content-Type': 'application/json' };
  /** @type {[name: string, on: (mock: any) => any, send: (client: any) => Promise<any>, since?: string][]} */
  const MATCHES = [
    ['a relative URL', (m) => m.onGet('/a'), (c) => c.get('/a')],
    ['a relative URL without a slash', (m) => m.onGet('a'), (c) => c.get('a')],
    ['an absolute URL', (m) => m.onGet(`${BASE}/a`), (c) => c.get('/a')],
    ['a pattern', (m) => m.onGet(/^\/a\/\d+$/), (c) => c.get('/a/1')],
    ['a URL that is not escaped', (m) => m.onGet("/it's größe"), (c) => c.get("/it's größe"), '1.2'],
    ['a query in the URL', (m) => m.onGet('/a?b=1&a=2'), (c) => c.get('/a?b=1&a=2')],
    [
      'a URL of another host',
      (m) => m.onGet('https://x.example.com/y'),
      (c) => c.get('https://x.example.com/y'),
    ],
    ['params', (m) => m.onGet('/a', { params: { q: 1 } }), (c) => c.get('/a', { params: { q: 1 } })],
    [
      'params that are escaped',
      (m) => m.onGet('/a', { params: { q: "it's a+b", list: [2, 1] } }),
      (c) => c.get('/a', { params: { q: "it's a+b", list: [2, 1] } }),
    ],
    [
      'params beside a query',
      (m) => m.onGet('/a?x=1', { params: { q: 'a b' } }),
      (c) => c.get('/a?x=1', { params: { q: 'a b' } }),
    ],
    ['params that are empty', (m) => m.onGet('/a', { params: {} }), (c) => c.get('/a', { params: {} })],
    ['an object as body', (m) => m.onPost('/a', { x: [1, 'ü'] }), (c) => c.post('/a', { x: [1, 'ü'] })],
    ['text as body', (m) => m.onPost('/a', 'text ü'), (c) => c.post('/a', 'text ü')],
    ['JSON text as body', (m) => m.onPut('/a', { x: 1 }), (c) => c.put('/a', '{"x":1}', { headers: json })],
    ['a body with DELETE', (m) => m.onDelete('/a'), (c) => c.delete('/a', { data: { x: 1 } })],
    ['bytes as body', (m) => m.onPost('/a'), (c) => c.post('/a', bytes)],
    ['a Buffer as body', (m) => m.onPost('/a', Buffer.from('b')), (c) => c.post('/a', Buffer.from('b'))],
    ['a form as body', (m) => m.onPost('/a', form.toString()), (c) => c.post('/a', form)],
    ['no body', (m) => m.onPost('/a', undefined), (c) => c.post('/a')],
    ['null as body', (m) => m.onPost('/a'), (c) => c.post('/a', null)],
    [
      'headers',
      (m) =>
        m.onPost('/a', undefined, {
          headers: containing({ 'Content-Type': 'application/json', 'X-A': '1' }),
        }),
      (c) => c.post('/a', { x: 1 }, { headers: { 'X-A': '1' } }),
    ],
  ];

  for (const { axios, version } of AXIOS_VERSIONS) {
    describe(`axios ${version}`, () => {
      for (const [name, on, send, since = '0.27'] of MATCHES) {
        if (!appliesTo(/** @type {any} */ ({ since }), { adapter: 'http', version })) continue;
        it(`matches ${name}`, async () => {
          const [plain, signed] = await Promise.all(
            [false, true].map((signs) => seen(axios, signs, on, send)),
          );
          assert.ok(SIGNATURE.every((header) => header in signed.headers));
          for (const header of SIGNATURE) delete signed.headers[header];
          // Without a body it says nothing, and is not signed.
          if (plain.data === undefined || plain.data === null) delete plain.headers['content-type'];
          assert.deepEqual(signed, plain);
        });
      }

      it('stands in for axios itself', async () => {
        const { adapter } = axios.defaults;
        const mock = new MockAdapter(axios);
        const id = axios.interceptors.request.use(sigv4Interceptor({ ...OPTIONS, axios }));
        try {
          mock.onPost('/a', { x: 1 }, { params: { q: 'a b' } }).reply(201);
          const { status } = await axios.post('/a', { x: 1 }, { baseURL: BASE, params: { q: 'a b' } });
          assert.equal(status, 201);
        } finally {
          axios.interceptors.request.eject(id);
          mock.restore();
        }
        assert.equal(axios.defaults.adapter, adapter);
      });
    });
  }

  /**
   * @param {any} axios
   * @param {boolean} signs
   * @param {(mock: any) => any} on
   * @param {(client: any) => Promise<any>} send
   * @returns {Promise<any>} what the adapter got
   */
  async function seen(axios, signs, on, send) {
    const client = createClient(axios, signs);
    const mock = new MockAdapter(client, { onNoMatch: 'throwException' });
    on(mock).reply(200);
    assert.equal((await send(client)).status, 200);
    const [{ url, baseURL, params, data, headers }] = Object.values(mock.history).flat();
    const names = Object.entries(headers.toJSON?.() ?? headers).filter(([, value]) => value !== undefined);
    return {
      ...{ url, baseURL, data },
      params: params && { ...params },
      class: headers.constructor,
      headers: Object.fromEntries(names.map(([name, value]) => [name.toLowerCase(), value])),
    };
  }

  /** @param {Record<string, string>} some */
  function containing(some) {
    const asymmetricMatch = (/** @type {any} */ headers) =>
      Object.entries(some).every(([name, value]) => headers[name] === value);
    return { asymmetricMatch };
  }
});

describe('an adapter that calls that of axios', () => {
  const node = { Buffer, Readable, gzipSync, NodeFormData };
  /** @type {import('../support/iam-server.js').IamServer} */
  let server;
  /** 1.2 does not hand it out. @type {any} */
  let httpAdapterOf12;
  before(async () => {
    server = await startIamServer({ credentials: [CREDENTIALS] });
    const folder = dirname(createRequire(import.meta.url).resolve('axios-1.2/package.json'));
    httpAdapterOf12 = (await import(`${folder}/lib/adapters/http.js`)).default;
  });
  after(() => server.close());

  for (const { name, ...env } of ENVIRONMENTS) {
    describe(name, () => {
      for (const one of CASES.filter((each) => appliesTo(each, env))) {
        const compare = typeof one.compare === 'function' ? one.compare(env) : one.compare;
        // What axios' own adapter refuses or sends in another form cannot be made right outside of it.
        if (compare?.never) continue;
        it(one.name, async () => {
          const own = ownAdapter(env);
          const adapter = (/** @type {any} */ config) => own(config);
          const tools = (/** @type {string} */ path) => {
            return { origin: server.origin, path, base: server.origin + path, node };
          };
          const { axios } = env;
          const interceptor = sigv4Interceptor({ ...OPTIONS, axios });
          const how = /** @type {any} */ ({ axios, adapter, interceptor });
          const signed = server.requests[await sendCase(one, tools('/prod'), how)];
          assert.equal(signed.status, 200);
          const plain =
            server.requests[await sendCase(one, tools('/open'), { ...how, interceptor: undefined })];
          assertSameRequest(signed, plain, compare?.except);
        });
      }
    });
  }

  it('is what axios-mock-adapter passes through to', async () => {
    for (const { axios } of AXIOS_VERSIONS) {
      const client = createClient(axios, true, { baseURL: `${server.origin}/prod`, params: { all: 'x y' } });
      new MockAdapter(client, { onNoMatch: 'passthrough' });
      const { status, data } = await client.post('/a', { x: 1 }, { params: { q: "it's a+b" } });
      assert.equal(status, 200);
      assert.equal(data.length, 7);
      assert.equal(data.url, '/prod/a?all=x%20y&q=it%27s%20a%2Bb');
    }
  });

  /** @param {{ axios: any, version: string, adapter: string }} env */
  function ownAdapter({ axios, version, adapter }) {
    if (version === '0.27') return axios.defaults.adapter;
    return version === '1.2' ? httpAdapterOf12 : axios.getAdapter(adapter);
  }
});
