// msw matches a signed request of axios as it does an unsigned one.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { sigv4Interceptor } from 'sigv4-wasm/axios';

import { ENVIRONMENTS, OPTIONS } from '../support/axios-versions.js';

const BASE = 'https://api.example.com/prod';

/**
 * @param {any} axios
 * @param {string} adapter
 * @param {boolean} signs
 */
function createClient(axios, adapter, signs) {
  const client = axios.create({ baseURL: BASE, ...(adapter === 'fetch' && { adapter }) });
  if (signs) client.interceptors.request.use(sigv4Interceptor({ ...OPTIONS, axios }));
  return client;
}

describe('msw', () => {
  /** @type {any[]} */
  const arrived = [];
  const server = setupServer(
    http.post(`${BASE}/a`, async ({ request }) => {
      const { searchParams } = new URL(request.url);
      const body = request.headers.get('content-type')?.includes('json')
        ? await request.json()
        : await request.text();
      arrived.push({ body, q: searchParams.get('q'), signed: request.headers.has('authorization') });
      return HttpResponse.json({ ok: true });
    }),
  );
  before(() => server.listen({ onUnhandledRequest: 'error' }));
  after(() => server.close());

  for (const { name, axios, adapter } of ENVIRONMENTS) {
    for (const signs of [false, true]) {
      it(`${name}${signs ? ', signed' : ''}: a handler reads query, JSON and text`, async () => {
        arrived.length = 0;
        const client = createClient(axios, adapter, signs);
        const { data } = await client.post('/a', { x: 1 }, { params: { q: 'a b' } });
        assert.deepEqual({ ...data }, { ok: true });
        await client.post('/a', 'text ü');
        assert.deepEqual(arrived, [
          { body: { x: 1 }, q: 'a b', signed: signs },
          { body: 'text ü', q: null, signed: signs },
        ]);
      });
    }
  }
});
