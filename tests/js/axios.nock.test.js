// nock matches a signed request of axios as it does an unsigned one.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';

import nock from 'nock';
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

describe('nock', () => {
  before(() => nock.disableNetConnect());
  afterEach(() => nock.cleanAll());
  after(() => (nock.enableNetConnect(), nock.restore()));

  for (const { name, axios, adapter } of ENVIRONMENTS) {
    for (const signs of [false, true]) {
      it(`${name}${signs ? ', signed' : ''}: matches path, query, JSON, text and headers`, async () => {
        const client = createClient(axios, adapter, signs);
        const api = nock('https://api.example.com');
        api.post('/prod/a', { x: 1 }).query({ q: 'a b' }).matchHeader('x-a', '1').reply(201);
        api.put('/prod/b', 'text ü').reply(202);
        const config = { params: { q: 'a b' }, headers: { 'X-A': '1' } };
        assert.equal((await client.post('/a', { x: 1 }, config)).status, 201);
        assert.equal((await client.put('/b', 'text ü')).status, 202);
        api.done();
      });
    }
  }
});
