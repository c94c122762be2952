// axios' fetch adapter is kept from following redirects without an init beside the Request: where `fetch` is patched, as in
// the edge runtime of Next.js 15, such an init costs the method, the headers and the body.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';

import axiosLatest from 'axios';
import axios115 from 'axios-1.15';
import axios17 from 'axios-1.7';
import { sigv4Interceptor } from 'sigv4-wasm/axios';

import { CREDENTIALS, OPTIONS } from '../support/axios-versions.js';
import { startIamServer } from '../support/iam-server.js';

const { fetch: plainFetch } = globalThis;
/** @type {import('../support/iam-server.js').IamServer} */
let server;
before(async () => {
  const respond = (/** @type {any} */ { url }) =>
    url === '/from' ? { status: 302, headers: { location: '/to' } } : undefined;
  server = await startIamServer({ credentials: [CREDENTIALS], respond });
});
beforeEach(() => (server.requests.length = 0));
afterEach(() => Object.assign(globalThis, { fetch: plainFetch }));
after(() => server.close());

// 1.12 to 1.19 hand fetchOptions to fetch, and know no maxRedirects with it.
for (const axios of /** @type {any[]} */ ([axios17, axios115, axiosLatest])) {
  describe(`axios ${axios.VERSION}`, () => {
    /** @param {object} [defaults] */
    const createClient = (defaults) => {
      const client = axios.create({ baseURL: server.origin, adapter: 'fetch', ...defaults });
      client.interceptors.request.use(sigv4Interceptor({ ...OPTIONS, axios }));
      return client;
    };
    /** @returns {any[][]} what fetch gets */
    const watchFetch = () => {
      /** @type {any[][]} */
      const calls = [];
      const fetch = (/** @type {any[]} */ ...call) => {
        calls.push(call);
        return plainFetch(.../** @type {[Request]} */ (call));
      };
      Object.assign(globalThis, { fetch });
      return calls;
    };

    it('hands fetch a Request alone', async () => {
      const calls = watchFetch();
      await createClient().post('/a', { a: 1 });
      await createClient().get('/a', { maxRedirects: 3 });
      for (const [request, init] of calls) {
        assert.ok(request instanceof Request);
        assert.equal(request.redirect, 'manual');
        assert.equal(init, undefined);
      }
      assert.equal(calls.length, 2);
    });

    it('follows no redirect, whatever the caller says of fetch', async () => {
      const fetchOptions = { cache: 'no-store' };
      for (const config of [{}, { fetchOptions }, { env: { Request } }]) {
        server.requests.length = 0;
        await assert.rejects(createClient(config).get('/from'), { code: 'ERR_SIGV4_URL_INVALID' });
        assert.equal(server.requests.length, 1);
      }
    });

    it('keeps fetchOptions', async () => {
      const calls = watchFetch();
      await createClient().get('/a', { fetchOptions: { cache: 'no-store' } });
      assert.equal(calls[0][0].cache, 'no-store');
    });

    it('leaves what is not signed as it is', async () => {
      const calls = watchFetch();
      const client = axios.create({ baseURL: server.origin, adapter: 'fetch' });
      client.interceptors.request.use(sigv4Interceptor({ ...OPTIONS, axios, match: () => false }));
      await client.get('/open/a');
      assert.equal(calls[0][0].redirect, 'follow');
      assert.equal(calls[0][0].constructor, Request);
    });
  });
}
