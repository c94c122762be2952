// Further behavior of a signed axios client, which equals plain axios if axios can do it.

import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, before, beforeEach, describe, it } from 'node:test';

import { sigv4Interceptor } from 'sigv4-wasm/axios';

import { AXIOS_VERSIONS, CREDENTIALS, ENVIRONMENTS, OPTIONS } from '../support/axios-versions.js';
import { assertTypes } from '../support/clients-harness.js';
import { startIamServer } from '../support/iam-server.js';

const latest = AXIOS_VERSIONS[3].axios;

/** @type {import('../support/iam-server.js').IamServer} */
let server;
before(async () => {
  const respond = async (/** @type {import('../support/iam-server.js').RecordedRequest} */ { url }) => {
    if (url.startsWith('/prod/slow')) await new Promise((resolve) => setTimeout(resolve, 300).unref());
    return url.startsWith('/prod/500') ? { status: 500, body: 'broken' } : undefined;
  };
  server = await startIamServer({ credentials: [CREDENTIALS], respond });
});
beforeEach(() => (server.requests.length = 0));
after(() => server.close());

/**
 * @param {any} axios
 * @param {string} [adapter]
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

/** @param {string} code */
const withCode = (code) => (/** @type {any} */ error) => {
  assert.equal(error.code, code, error);
  assert.equal(error.name, 'SigV4Error');
  return true;
};

const SIGNATURE = /AWS4-HMAC|to\/ke\+n/;

for (const { name, axios, adapter } of ENVIRONMENTS) {
  describe(name, () => {
    it('signs host, content-type and x-amz-* only, so that proxies may change the rest (aws4fetch#77)', async () => {
      const headers = { 'x-amz-meta-a': '1', 'x-other': '1', 'user-agent': 'me' };
      await createClient(axios, adapter).post('/a', { a: 1 }, { headers });
      const signed = /SignedHeaders=([^,]+)/.exec(String(headerOf(server.requests[0], 'authorization')))?.[1];
      assert.equal(signed, 'content-type;host;x-amz-date;x-amz-meta-a;x-amz-security-token');
    });

    it('adds the signature and nothing else (aws4#120, zappa#494)', async () => {
      await createClient(axios, adapter).delete('/a');
      const added = namesOf(server.requests[0]);
      assert.ok(!added.includes('content-type') && !added.includes('x-amz-content-sha256'));
      assert.equal(added.filter((header) => header === 'host').length, 1);
    });

    it('leaves alone what does not match', async () => {
      const match = (/** @type {URL} */ url) => url.pathname !== '/open/a';
      const client = createClient(axios, adapter, { match });
      const config = { baseURL: server.origin, params: { q: 'a b' } };
      const { data } = await client.put('/open/a', { a: 1 }, config);
      assert.equal(data.url, '/open/a?q=a+b');
      assert.equal(data.length, 7);
      assert.ok(!namesOf(server.requests[0]).some((header) => /^(authorization|x-amz-.*)$/.test(header)));
      assert.equal((await client.get('/a')).status, 200);
    });

    it('two interceptors for two APIs: each signs its own', async () => {
      const client = axios.create({ baseURL: server.origin, ...(adapter === 'fetch' && { adapter }) });
      const wrong = { accessKeyId: 'AKIDOTHER', secretAccessKey: 'other' };
      for (const [path, credentials] of [
        ['/a', CREDENTIALS],
        ['/b', wrong],
      ]) {
        const match = (/** @type {URL} */ url) => url.pathname === path;
        client.interceptors.request.use(sigv4Interceptor({ ...OPTIONS, axios, credentials, match }));
      }
      const { config } = await client.get('/a');
      assert.equal((await client.request(config)).status, 200);
      await assert.rejects(client.get('/b'), (/** @type {any} */ error) => {
        return error.response.data.message === 'The security token included in the request is invalid.';
      });
    });

    it('a config sent through another client is signed by that one', async () => {
      const wrong = { accessKeyId: 'AKIDOTHER', secretAccessKey: 'other' };
      const failed = createClient(axios, adapter, { credentials: wrong }).get('/a');
      const { config } = await failed.catch((/** @type {unknown} */ error) => error);
      assert.equal((await createClient(axios, adapter).request(config)).status, 200);
    });

    it('refuses basic authentication, which would replace the signature', async () => {
      const client = createClient(axios, adapter);
      const auth = { username: 'u', password: 'hunter2' };
      await assert.rejects(client.get('/a', { auth }), withCode('ERR_SIGV4_HEADER_INVALID'));
      const url = `${server.origin.replace('//', '//u:hunter2@')}/prod/a`;
      await assert.rejects(client.get(url), (error) => {
        assert.doesNotMatch(String(error), /hunter2/);
        return withCode('ERR_SIGV4_URL_INVALID')(error);
      });
      assert.equal(server.requests.length, 0);
    });

    it('rejects with a code what cannot be signed', async () => {
      const client = createClient(axios, adapter);
      const transformRequest = [(/** @type {unknown} */ data) => data];
      const symbol = client.post('/a', Symbol('x'), { transformRequest });
      await assert.rejects(symbol, withCode('ERR_SIGV4_BODY_UNSUPPORTED'));
      const object = client.post('/a', { a: 1 }, { transformRequest });
      await assert.rejects(object, withCode('ERR_SIGV4_BODY_UNSUPPORTED'));
      await assert.rejects(client.get('/a', { baseURL: '' }), withCode('ERR_SIGV4_URL_INVALID'));
      assert.equal(server.requests.length, 0);
    });

    it('rejects a stream that was read before', async () => {
      const client = createClient(axios, adapter);
      const data = Readable.from(['stream']);
      const { config } = await client.post('/a', data);
      await assert.rejects(client.request(config), withCode('ERR_SIGV4_BODY_USED'));
      assert.equal(server.requests.length, 1);
    });

    it('asks for a region rather than guess one (aws4-axios#397)', async () => {
      const client = createClient(axios, adapter, { region: undefined });
      await assert.rejects(client.get('/a'), withCode('ERR_SIGV4_REGION_REQUIRED'));
    });

    it('what comes back shows neither signature nor session token', async () => {
      const client = createClient(axios, adapter);
      const { config, headers } = await client.get('/a', { params: { q: 1 } });
      const error = await client.get('/500').catch((/** @type {unknown} */ reason) => reason);
      for (const shown of [config, headers, error.config, error.response.config, error.toJSON()]) {
        assert.doesNotMatch(JSON.stringify(shown), SIGNATURE);
      }
      assert.equal(config.url, '/a');
      assert.deepEqual({ ...config.params }, { q: 1 });
      assert.equal(error.response.config, error.config);
    });

    it('a retry is signed afresh, once (aws4-axios#11)', async () => {
      let minute = 0;
      const date = () => new Date(Date.now() + 60_000 * minute++);
      const client = createClient(axios, adapter, { date });
      let { config } = await client.post('/a', { a: 1 });
      for (let i = 0; i < 3; i++) ({ config } = await client.request(config));
      const dates = server.requests.map((request) => headerOf(request, 'x-amz-date'));
      assert.equal(new Set(dates).size, 4);
      assert.equal(minute, 4, 'signed as often as sent');
      assert.equal((await client.request(config)).config.adapter, config.adapter, 'wrapped once');
    });

    it('changes nothing that the caller passed', async () => {
      const config = freeze({
        url: '/a',
        method: 'post',
        params: { q: ['a b'] },
        headers: { 'x-a': '1', authorization: 'AWS4-HMAC-SHA256 old' },
        data: { a: { b: 1 } },
      });
      await createClient(axios, adapter).request(config);
      assert.equal(server.requests[0].status, 200);
    });

    it('signs concurrent requests', async () => {
      const client = createClient(axios, adapter);
      const sent = Array.from({ length: 20 }, (_, i) => client.post(`/a/${i}`, { i }));
      for (const { status } of await Promise.all(sent)) assert.equal(status, 200);
    });

    it('is canceled while credentials are awaited', async () => {
      const credentials = () => new Promise(() => {});
      const client = createClient(axios, adapter, { credentials });
      const controller = new AbortController();
      const aborted = client.get('/a', { signal: controller.signal });
      const source = axios.CancelToken.source();
      const canceled = client.get('/a', { cancelToken: source.token });
      setTimeout(() => (controller.abort(), source.cancel('enough')), 10);
      await assert.rejects(aborted, (error) => axios.isCancel(error));
      await assert.rejects(canceled, { message: 'enough' });
    });

    it('times out while credentials are awaited, as while the answer is', async () => {
      const credentials = () => new Promise(() => {});
      const client = createClient(axios, adapter, { credentials });
      const timedOut =
        (/** @type {string} */ code, /** @type {string} */ message) => (/** @type {any} */ error) => {
          assert.deepEqual([error.code, error.message, error.isAxiosError], [code, message, true]);
          assert.equal(error.config.url, '/a');
          return true;
        };
      const config = { timeout: 20 };
      await assert.rejects(client.get('/a', config), timedOut('ECONNABORTED', 'timeout of 20ms exceeded'));
      const clarified = {
        ...config,
        timeoutErrorMessage: 'too late',
        transitional: { clarifyTimeoutError: true },
      };
      await assert.rejects(client.get('/a', clarified), timedOut('ETIMEDOUT', 'too late'));
      assert.equal(server.requests.length, 0);
    });

    it('leaves the adapter what is left of the timeout', async () => {
      const credentials = async () => (await new Promise((resolve) => setTimeout(resolve, 30)), CREDENTIALS);
      const client = createClient(axios, adapter, { credentials });
      /** @type {any} */
      let sent;
      const answer = { data: '', status: 200, statusText: 'OK', headers: {} };
      client.defaults.adapter = async (/** @type {any} */ config) => ((sent = config), { ...answer, config });
      const response = await client.get('/a', { timeout: 100_000 });
      assert.ok(sent.timeout < 100_000 && sent.timeout > 0);
      assert.equal(sent.timeoutErrorMessage, 'timeout of 100000ms exceeded');
      assert.equal(response.config.timeout, 100_000);
      await client.get('/a');
      assert.ok(!sent.timeout);
    });

    it('is canceled while the server is slow', async () => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 50);
      const { signal } = controller;
      await assert.rejects(createClient(axios, adapter).get('/slow', { signal }), (error) =>
        axios.isCancel(error),
      );
    });

    it('keeps timeouts', async () => {
      const slow = createClient(axios, adapter).get('/slow', { timeout: 50 });
      await assert.rejects(slow, (/** @type {any} */ error) => /ECONNABORTED|ETIMEDOUT/.test(error.code));
    });

    it('keeps responseType, validateStatus and transformResponse', async () => {
      const client = createClient(axios, adapter);
      const { data } = await client.get('/a', { responseType: 'arraybuffer' });
      assert.equal(JSON.parse(new TextDecoder().decode(data)).url, '/a'.replace('/', '/prod/'));
      const config = {
        validateStatus: (/** @type {number} */ status) => status === 500,
        transformResponse: (/** @type {string} */ text) => text.toUpperCase(),
      };
      assert.equal((await client.get('/500', config)).data, 'BROKEN');
    });
  });
}

for (const { name, axios, adapter } of ENVIRONMENTS.filter(({ version }) => version !== '0.27')) {
  it(`${name}: keeps onUploadProgress`, async () => {
    /** @type {number[]} */
    const progress = [];
    const onUploadProgress = (/** @type {any} */ event) => progress.push(event.loaded);
    await createClient(axios, adapter).post('/a', 'x'.repeat(100_000), { onUploadProgress });
    assert.equal(progress.at(-1), 100_000);
  });
}

describe('an adapter of the caller', () => {
  for (const { axios, version } of AXIOS_VERSIONS) {
    it(`axios ${version}: gets the request as it must be sent, without a default port (aws-sdk-go#4800), and once`, async () => {
      /** @type {any[]} */
      const configs = [];
      const adapter = async (/** @type {any} */ config) => {
        configs.push(config);
        return { data: '', status: 200, statusText: 'OK', headers: {}, config };
      };
      const client = axios.create({ baseURL: 'https://api.example.com:443/prod', adapter });
      client.interceptors.request.use(sigv4Interceptor({ ...OPTIONS, axios }));
      const response = await client.post('/a#hash', new Uint8Array([1, 2]), { params: { q: "it's a+b" } });

      assert.equal(configs.length, 1);
      const [config] = configs;
      const { origin, pathname, search } = new URL(new axios.Axios({}).getUri(config));
      assert.equal(origin + pathname + search, 'https://api.example.com/prod/a?q=it%27s%20a%2Bb');
      assert.equal(config.auth, undefined);
      assert.deepEqual(new Uint8Array(config.data), new Uint8Array([1, 2]));
      assert.equal(Object.getPrototypeOf(config), Object.getPrototypeOf(response.config));
      assert.notEqual(config, response.config);
      assert.ok(config.hasOwnProperty('url'), 'which recent axios puts there itself');
    });

    it(`axios ${version}: gets an absolute URL where that of the caller resolves to another one`, async () => {
      /** @type {any} */
      let config;
      const adapter = async (/** @type {any} */ final) => {
        config = final;
        return { data: '', status: 200, statusText: 'OK', headers: {}, config: final };
      };
      const client = axios.create({ baseURL: 'https://api.example.com/prod', adapter });
      client.interceptors.request.use(sigv4Interceptor({ ...OPTIONS, axios }));
      await client.get('/a?q=a+b', { params: { r: 1 } });

      assert.equal(config.url, 'https://api.example.com/prod/a?q=a%20b&r=1');
      for (const key of ['baseURL', 'params', 'paramsSerializer', 'auth'])
        assert.equal(config[key], undefined);
    });
  }
});

it('leaves the choice of fetch to axios', async () => {
  let calls = 0;
  const env = { fetch: (/** @type {Request} */ request) => (calls++, fetch(request)) };
  await createClient(latest, 'fetch').get('/a', { env });
  assert.equal(calls, 1);
});

it('finds axios by itself', async () => {
  const client = createClient(latest, undefined, { axios: undefined });
  assert.equal((await client.get('/a')).status, 200);
});

it('takes axios and its clients by their types, in every version', () => {
  const names = ['axios-0.27', 'axios-1.2', 'axios-1.7', 'axios-1.15', 'axios'];
  const code = names.map(
    (name, i) => `
      import axios${i} from '${name}';
      axios${i}.create().interceptors.request.use(sigv4Interceptor({ axios: axios${i}, credentials }));`,
  );
  const head = `import { sigv4Interceptor } from 'sigv4-wasm/axios';
    declare const credentials: import('sigv4-wasm').Credentials;`;
  return assertTypes('axios', head + code.join(''), { module: 'esnext', moduleResolution: 'bundler' });
});

it('wants credentials', () => {
  const create = /** @type {any} */ (sigv4Interceptor);
  assert.throws(() => create(), withCode('ERR_SIGV4_CREDENTIALS_INVALID'));
});

it('wants axios, not a client', () => {
  const create = () => sigv4Interceptor({ ...OPTIONS, axios: latest.create() });
  assert.throws(create, withCode('ERR_SIGV4_OPTION_INVALID'));
});

it('sends streams as they are with payload: unsigned', async () => {
  const data = Readable.from(['st', 'ream']);
  /** @type {unknown} */
  let sent;
  const client = createClient(latest, undefined, { payload: 'unsigned', contentSha256Header: true });
  const send = latest.getAdapter('http');
  const adapter = (/** @type {any} */ config) => ((sent = config.data), send(config));
  assert.equal((await client.post('/a', data, { adapter })).data.length, 6);
  assert.equal(sent, data);
  assert.equal(headerOf(server.requests[0], 'x-amz-content-sha256'), 'UNSIGNED-PAYLOAD');
});

/** @param {import('../support/iam-server.js').RecordedRequest} request */
function namesOf({ rawHeaders }) {
  return rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
}

/**
 * @param {import('../support/iam-server.js').RecordedRequest} request
 * @param {string} name
 */
function headerOf(request, name) {
  const index = namesOf(request).indexOf(name);
  return index < 0 ? undefined : request.rawHeaders[2 * index + 1];
}

/**
 * @template {object} T
 * @param {T} value
 * @returns {T}
 */
function freeze(value) {
  for (const part of Object.values(value)) if (typeof part === 'object') freeze(part);
  return Object.freeze(value);
}
