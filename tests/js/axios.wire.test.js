// The host that is signed is the one on the wire: with the fetch adapter, through a Unix socket, over HTTP/2.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';

import axiosLatest from 'axios';
import { sigv4Interceptor } from 'sigv4-wasm/axios';

import { AXIOS_VERSIONS, CREDENTIALS, ENVIRONMENTS, OPTIONS } from '../support/axios-versions.js';
import { headersOf } from '../support/clients-harness.js';
import { authorize } from '../support/iam-authorizer.js';
import { startIamServer } from '../support/iam-server.js';

const HOST = 'abc123.execute-api.us-east-1.amazonaws.com';

/**
 * @param {any} axios
 * @param {object} defaults
 * @param {object} [options]  of the interceptor
 */
function createClient(axios, defaults, options) {
  const client = axios.create(defaults);
  client.interceptors.request.use(sigv4Interceptor({ ...OPTIONS, axios, ...options }));
  return client;
}

describe('a host header', () => {
  /** @type {import('../support/iam-server.js').IamServer} */
  let server;
  before(async () => (server = await startIamServer({ credentials: [CREDENTIALS] })));
  beforeEach(() => (server.requests.length = 0));
  after(() => server.close());

  for (const { name, axios, adapter } of ENVIRONMENTS) {
    it(`${name}: ${adapter === 'http' ? 'is signed and sent' : 'gives way to that of the URL, as fetch drops it'}`, async () => {
      const client = createClient(axios, { baseURL: server.origin, ...(adapter === 'fetch' && { adapter }) });
      await client.post('/a', { a: 1 }, { headers: { Host: HOST } });
      const arrived = headersOf(server.requests[0]).host;
      assert.equal(arrived, adapter === 'http' ? HOST : new URL(server.origin).host);
    });
  }

  for (const { name, axios, adapter } of ENVIRONMENTS.filter((env) => env.adapter === 'fetch')) {
    it(`${name}: the option host is signed for a proxy that sets it`, async () => {
      /** @type {Request | undefined} */
      let sent;
      const env = { fetch: async (/** @type {Request} */ request) => ((sent = request), new Response('ok')) };
      const mocked = axios.VERSION.startsWith('1.7') ? mockGlobalFetch(env.fetch) : undefined;
      try {
        await createClient(axios, { adapter, env }, { host: HOST }).put(`${server.origin}/a?b=c`, 'text');
      } finally {
        mocked?.restore();
      }
      const { url, method, headers } = /** @type {Request} */ (sent);
      assert.equal(headers.has('host'), false);
      const { pathname, search } = new URL(url);
      const rawHeaders = [...headers, ['host', HOST]].flat();
      const request = { method, url: pathname + search, rawHeaders, body: Buffer.from('text') };
      await authorize(request, SETTINGS);
    });
  }

  it('the option host is signed and sent again after a redirect', async () => {
    // A whole URL: axios resolves any other against the host header.
    const respond = (/** @type {any} */ { url }) =>
      url === '/from' ? { status: 307, headers: { location: `${redirecting.origin}/to` } } : undefined;
    const redirecting = await startIamServer({ credentials: [CREDENTIALS], respond });
    try {
      for (const { axios } of AXIOS_VERSIONS) {
        redirecting.requests.length = 0;
        await createClient(axios, { baseURL: redirecting.origin }, { host: HOST }).post('/from', { a: 1 });
        const hosts = redirecting.requests.map((request) => headersOf(request).host);
        assert.deepEqual(hosts, [HOST, HOST]);
      }
    } finally {
      await redirecting.close();
    }
  });
});

describe('through a Unix socket', () => {
  /** @type {string} */
  let directory;
  /** @type {import('node:http').Server} */
  let server;
  /** @type {string | undefined} */
  let host;
  let socketPath = '';
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'axios-wire-'));
    socketPath = process.platform === 'win32' ? `\\\\.\\pipe\\${directory}` : join(directory, 'socket');
    server = createServer((incoming, outgoing) => {
      ({ host } = incoming.headers);
      if (incoming.url === '/from') outgoing.writeHead(307, { location: '/to' }).end();
      else judge(incoming, outgoing);
    });
    await new Promise((resolve) => server.listen(socketPath, () => resolve(undefined)));
  });
  after(async () => {
    server.close();
    await rm(directory, { recursive: true });
  });

  for (const { axios, version } of AXIOS_VERSIONS) {
    it(`axios ${version}: the host of the URL`, async () => {
      const client = createClient(axios, {
        baseURL: `https://${HOST}:8443/prod`.replace('https', 'http'),
        socketPath,
      });
      assert.equal((await client.post('/a', { a: 1 }, { params: { q: 'a b' } })).data, 'ok');
      assert.equal(host, `${HOST}:8443`);
    });

    it(`axios ${version}: the option host`, async () => {
      const client = createClient(axios, { baseURL: 'http://localhost', socketPath }, { host: HOST });
      assert.equal((await client.get('/a')).data, 'ok');
      assert.equal(host, HOST);
    });

    it(`axios ${version}: the host header of the caller`, async () => {
      const client = createClient(axios, { baseURL: 'http://localhost', socketPath });
      assert.equal((await client.get('/a', { headers: { Host: HOST } })).data, 'ok');
      assert.equal(host, HOST);
    });

    it(`axios ${version}: a path alone, which axios sends to localhost`, async () => {
      const client = createClient(axios, { socketPath });
      assert.equal((await client.get('/a?b=c')).data, 'ok');
      assert.equal(host, 'localhost');
    });

    it(`axios ${version}: a redirect`, async () => {
      const client = createClient(axios, { baseURL: `http://${HOST}`, socketPath });
      assert.equal((await client.post('/from', { a: 1 })).data, 'ok');
      assert.equal(host, HOST);
    });
  }
});

describe('over HTTP/2', () => {
  /** @type {import('node:http2').Http2Server} */
  let server;
  /** @type {any[]} */
  const arrived = [];
  before(async () => {
    server = createHttp2Server((incoming, outgoing) => {
      arrived.push(incoming);
      if (incoming.url === '/from') outgoing.writeHead(302, { location: '/to' }).end();
      else judge(incoming, outgoing);
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  });
  afterEach(() => (arrived.length = 0));
  after(() => server.close());

  /** @param {object} [options]  of the interceptor */
  const client = (options) => createClient(axiosLatest, { httpVersion: 2, timeout: 30_000 }, options);
  const port = () => /** @type {import('node:net').AddressInfo} */ (server.address()).port;
  // axios ends a session after a second without a request; the server's close() would wait for it.
  /** @param {string} origin */
  const at = (origin) => ({ baseURL: origin, http2Options: { createConnection, sessionTimeout: 1 } });
  const createConnection = () => connect(port(), '127.0.0.1');

  it('a host with a port', async () => {
    const origin = `http://127.0.0.1:${port()}`;
    const { data } = await client().post('/a', { a: 1 }, { ...at(origin), params: { q: 'a b' } });
    assert.equal(data, 'ok');
  });

  it('a host with the default port, which Node would name', async () => {
    assert.equal((await client().get('/a', at(`http://${HOST}`))).data, 'ok');
    assert.equal(arrived[0].headers[':authority'] ?? arrived[0].headers.host, HOST);
  });

  it('the option host', async () => {
    const { data } = await client({ host: HOST }).get('/a', at(`http://127.0.0.1:${port()}`));
    assert.equal(data, 'ok');
  });

  it('a redirect is an error that says that axios follows none', async () => {
    await assert.rejects(client().get('/from', at(`http://${HOST}`)), (error) => {
      const { code, message } = /** @type {any} */ (error);
      assert.equal(code, 'ERR_SIGV4_URL_INVALID');
      assert.match(message, /httpVersion/);
      assert.doesNotMatch(message, /use axios' http adapter/);
      return true;
    });
    assert.equal(arrived.length, 1);
  });

  it('maxRedirects: 0 gives the redirect to the caller', async () => {
    const config = { ...at(`http://${HOST}`), maxRedirects: 0, validateStatus: null };
    assert.equal((await client().get('/from', config)).status, 302);
  });
});

const SETTINGS = {
  credentials: [CREDENTIALS],
  region: OPTIONS.region,
  service: OPTIONS.service,
  now: () => new Date(),
};

/**
 * AWS's own signer says whether a request is good.
 *
 * @param {any} incoming
 * @param {any} outgoing
 */
async function judge(incoming, outgoing) {
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const { method, url, headers } = incoming;
  const host = headers.host ?? headers[':authority'];
  const rawHeaders = Object.entries({ ...headers, host })
    .filter(([name]) => !name.startsWith(':'))
    .flat();
  try {
    await authorize({ method, url, rawHeaders, body: Buffer.concat(chunks) }, SETTINGS);
    outgoing.end('ok');
  } catch (error) {
    outgoing.statusCode = 403;
    outgoing.end(String(error));
  }
}

/** @param {any} replacement */
function mockGlobalFetch(replacement) {
  const { fetch } = globalThis;
  globalThis.fetch = replacement;
  return { restore: () => (globalThis.fetch = fetch) };
}
