// Redirects (aws4fetch#51): signed again, or refused; an old signature is never sent to another URL.

import assert from 'node:assert/strict';
import { request as httpRequest, createServer } from 'node:http';
import { after, before, beforeEach, describe, it } from 'node:test';

import { sigv4Interceptor } from 'sigv4-wasm/axios';

import { CREDENTIALS, ENVIRONMENTS, OPTIONS } from '../support/axios-versions.js';
import { startIamServer } from '../support/iam-server.js';

/** @type {import('../support/iam-server.js').IamServer} */
let server;
/** @type {import('../support/iam-server.js').IamServer} */
let elsewhere;
before(async () => {
  const respond = (/** @type {import('../support/iam-server.js').RecordedRequest} */ { url }) => {
    const [, status, location] = /\/redirect\/(\d+)\?to=(.*)/.exec(url) ?? [];
    return status
      ? { status: Number(status), headers: { location: decodeURIComponent(location) } }
      : undefined;
  };
  server = await startIamServer({ credentials: [CREDENTIALS], respond });
  elsewhere = await startIamServer({ credentials: [] });
});
beforeEach(() => (server.requests.length = elsewhere.requests.length = 0));
after(() => Promise.all([server.close(), elsewhere.close()]));

/**
 * @param {any} axios
 * @param {string} adapter
 * @param {object} [options]  of the interceptor
 */
function createClient(axios, adapter, options) {
  const client = axios.create({
    baseURL: `${server.origin}/prod`,
    ...(adapter === 'fetch' && { adapter }),
  });
  client.interceptors.request.use(sigv4Interceptor({ ...OPTIONS, axios, ...options }));
  return client;
}

/**
 * @param {number} status
 * @param {string} to
 */
const redirect = (status, to) => `/redirect/${status}?to=${encodeURIComponent(to)}`;

/** @param {string[]} rawHeaders */
const names = (rawHeaders) => rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());

for (const { name, axios } of ENVIRONMENTS.filter(({ adapter }) => adapter === 'http')) {
  describe(name, () => {
    it('same origin: signed again', async () => {
      const { data } = await createClient(axios, 'http').get(redirect(302, '/prod/ä/@b=?q=a+b&q=1'));
      assert.equal(data.url, '/prod/%C3%A4/@b=?q=a%20b&q=1');
      assert.equal(server.requests.length, 2);
    });

    for (const [status, method, becomes] of /** @type {const} */ ([
      [307, 'POST', 'POST'],
      [308, 'PUT', 'PUT'],
      [301, 'POST', 'GET'],
      [303, 'PUT', 'GET'],
    ])) {
      it(`same origin: ${method} and ${status} is ${becomes}`, async () => {
        const config = { url: redirect(status, 'items'), method, data: { a: 1 } };
        const { data } = await createClient(axios, 'http').request(config);
        assert.equal(data.method, becomes);
        assert.equal(data.length, becomes === 'GET' ? 0 : 7);
      });
    }

    it('same origin, twice', async () => {
      const url = redirect(307, `/prod${redirect(307, '/prod/items')}`);
      assert.equal((await createClient(axios, 'http').post(url, 'x')).status, 200);
      assert.equal(server.requests.length, 3);
    });

    it('same origin, but not one to sign', async () => {
      const match = (/** @type {URL} */ { pathname }) => pathname.startsWith('/prod/');
      const { data } = await createClient(axios, 'http', { match }).get(redirect(302, '/open/items'));
      assert.ok(!names(data.headers.flat()).some((header) => /^(authorization|x-amz-.*)$/.test(header)));
    });

    it('other origin: no signature and no session token', async () => {
      const { data } = await createClient(axios, 'http').get(redirect(302, `${elsewhere.origin}/open/items`));
      assert.ok(!names(data.headers.flat()).some((header) => /^(authorization|x-amz-.*)$/.test(header)));
      assert.equal(elsewhere.requests.length, 1);
    });

    it("the caller's beforeRedirect runs, and what it adds is signed", async () => {
      const beforeRedirect = (/** @type {any} */ { headers }) => (headers['x-amz-meta-hop'] = '1');
      const { data } = await createClient(axios, 'http').get(redirect(302, '/prod/items'), {
        beforeRedirect,
      });
      assert.ok(names(data.headers.flat()).includes('x-amz-meta-hop'));
    });

    it('says why it could not sign again', async () => {
      const dates = [new Date(), new Date(NaN)];
      const client = createClient(axios, 'http', { date: () => dates.shift() });
      await assert.rejects(client.get(redirect(302, '/prod/items')), { code: 'ERR_SIGV4_DATE_INVALID' });
    });

    it('maxRedirects: 0 gives the redirect to the caller', async () => {
      const config = { maxRedirects: 0, validateStatus: (/** @type {number} */ status) => status === 302 };
      const response = await createClient(axios, 'http').get(redirect(302, '/prod/items'), config);
      assert.equal(response.headers.location, '/prod/items');
    });

    it('through a proxy (aws4fetch#77)', async () => {
      const proxy = createServer((incoming, outgoing) => {
        const { method, headers } = incoming;
        const forwarded = httpRequest(String(incoming.url), {
          method,
          headers: { ...headers, via: '1.1 p' },
        });
        forwarded.on('response', (answer) => {
          outgoing.writeHead(Number(answer.statusCode), answer.rawHeaders);
          answer.pipe(outgoing);
        });
        incoming.pipe(forwarded);
      });
      await new Promise((resolve) => proxy.listen(0, '127.0.0.1', () => resolve(undefined)));
      const { port } = /** @type {import('node:net').AddressInfo} */ (proxy.address());
      try {
        const config = { proxy: { protocol: 'http', host: '127.0.0.1', port }, params: { q: 'a b' } };
        const { data } = await createClient(axios, 'http').post('/items', { a: 1 }, config);
        assert.ok(names(data.headers.flat()).includes('via'));
        // 0.27 does not call both its proxy's and the caller's hook.
        if (axios.VERSION.startsWith('0.')) return;
        const hop = await createClient(axios, 'http').get(redirect(302, '/prod/items?q=a+b'), {
          proxy: config.proxy,
        });
        assert.ok(names(hop.data.headers.flat()).includes('via'));
      } finally {
        proxy.closeAllConnections();
        proxy.close();
      }
    });
  });
}

for (const { name, axios } of ENVIRONMENTS.filter(({ adapter }) => adapter === 'fetch')) {
  describe(name, () => {
    for (const to of ['same origin', 'other origin']) {
      it(`${to}: refused, and nothing is sent there`, async () => {
        const target =
          to === 'same origin' ? '/prod/items?secret=1' : `${elsewhere.origin}/open/items?secret=1`;
        await assert.rejects(createClient(axios, 'fetch').get(redirect(302, target)), (error) => {
          const { code, message } = /** @type {any} */ (error);
          assert.equal(code, 'ERR_SIGV4_URL_INVALID');
          assert.match(message, /redirect/);
          assert.doesNotMatch(message, /secret/);
          return true;
        });
        assert.equal(server.requests.length, 1);
        assert.equal(elsewhere.requests.length, 0);
      });
    }

    it('is up to the caller who says so', async () => {
      const fetchOptions = { redirect: 'follow' };
      const { status } = await createClient(axios, 'fetch').get(redirect(302, '/open/items'), {
        fetchOptions,
      });
      assert.equal(status, 200);
    });
  });
}
