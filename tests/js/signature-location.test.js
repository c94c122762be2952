// Signatures in the query, for requests that have an Authorization header of their own.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';

import got from 'got';
import { sigv4Interceptor as axiosInterceptor } from 'sigv4-wasm/axios';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';
import { sigv4Hooks } from 'sigv4-wasm/got';
import { sigv4Interceptor as undiciInterceptor } from 'sigv4-wasm/undici';
import { Agent, interceptors, request as undiciRequest } from 'undici';
import { Agent as Agent6, interceptors as interceptors6, request as undici6Request } from 'undici-6';

import { ENVIRONMENTS } from '../support/axios-versions.js';
import {
  MINUTES,
  assertTypes,
  headersOf,
  redirectPath,
  startServers,
  statuses,
  tickingDate,
} from '../support/clients-harness.js';
import { CREDENTIALS, OPTIONS as HEADERS_OPTIONS } from '../support/wire.js';

/** Redirects and fails like the servers of the harness, whose parameters come first; these do not, once they are signed. */
function respond(/** @type {{ url: string }} */ { url }) {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const [, status] = /^\/redirect\/(\d+)$/.exec(pathname) ?? [];
  if (status) return { status: Number(status), headers: { location: searchParams.get('to') ?? '' } };
  return pathname === '/flaky' && server.requests.length === 1 ? { status: 503 } : undefined;
}

/** @type {Awaited<ReturnType<typeof startServers>>} */
let servers;
/** @type {import('../support/iam-server.js').IamServer} */
let server;
/** @type {import('../support/iam-server.js').IamServer} */
let elsewhere;
let skew = 0;
before(async () => {
  servers = await startServers({ now: () => new Date(Date.now() + skew), respond });
  ({ server, elsewhere } = servers);
});
beforeEach(() => {
  skew = 0;
  server.requests.length = elsewhere.requests.length = 0;
});
after(() => servers.close());

const OPTIONS = /** @type {const} */ ({ ...HEADERS_OPTIONS, signatureLocation: 'query' });
const HEADERS = { Authorization: 'Bearer mine', 'X-Amz-Meta-A': 'a', 'content-type': 'text/plain' };

/**
 * @typedef {{ method: string, headers?: Record<string, string>, body?: string }} Init
 * @typedef {(url: string, init: Init, options?: object) => Promise<unknown>} Sends
 */

/** @param {any} undici @returns {Sends} */
const viaUndici =
  ({ Agent, request, interceptors }) =>
  async (url, init, options) => {
    const dispatcher = new Agent().compose(
      undiciInterceptor({ ...OPTIONS, ...options }),
      interceptors.redirect({ maxRedirections: 3 }),
    );
    try {
      await (await request(url, { ...init, dispatcher })).body.dump();
    } finally {
      await dispatcher.destroy();
    }
  };

/** @type {Record<string, Sends>} */
const CLIENTS = {
  fetch: (url, init, options) => createSigv4Fetch({ ...OPTIONS, ...options })(url, init),
  'fetch, a Request': (url, init, options) =>
    createSigv4Fetch({ ...OPTIONS, ...options })(new Request(url, init)),
  got: (url, init, options) =>
    got(url, {
      ...init,
      hooks: sigv4Hooks({ ...OPTIONS, ...options }),
      retry: { limit: 0 },
      methodRewriting: false,
    }),
  'undici 7': viaUndici({ Agent, interceptors, request: undiciRequest }),
  'undici 6': viaUndici({ Agent: Agent6, interceptors: interceptors6, request: undici6Request }),
};
for (const { name, axios, adapter } of ENVIRONMENTS) {
  CLIENTS[name] = (url, { body, ...init }, options) => {
    const client = axios.create(adapter === 'fetch' ? { adapter } : {});
    client.interceptors.request.use(axiosInterceptor({ ...OPTIONS, axios, ...options }));
    return client.request({ url, data: body, ...init });
  };
}

/** @param {import('../support/iam-server.js').RecordedRequest} arrived */
function assertInQuery(arrived) {
  const { searchParams } = new URL(arrived.url, server.origin);
  assert.equal(searchParams.get('X-Amz-Security-Token'), CREDENTIALS.sessionToken);
  assert.equal(searchParams.get('X-Amz-Expires'), '300');
  const names = Object.keys(headersOf(arrived)).filter((name) => /^x-amz-(?!meta)/.test(name));
  assert.deepEqual(names, [], 'nothing of the signature is in headers');
}

for (const [name, sends] of Object.entries(CLIENTS)) {
  describe(name, () => {
    it('an Authorization header of one’s own is sent beside the signature', async () => {
      await sends(`${server.origin}/a/@b=?q=1&q=0`, { method: 'POST', headers: HEADERS, body: 'größe' });
      const [arrived] = server.requests;
      assert.equal(arrived.status, 200, 'AWS’s own signer comes to the same signature');
      assert.equal(Buffer.from(arrived.body).toString(), 'größe');
      const { authorization, 'x-amz-meta-a': meta } = headersOf(arrived);
      assert.deepEqual([authorization, meta], ['Bearer mine', 'a']);
      assertInQuery(arrived);
    });

    it('no Authorization header is none, and that of an earlier attempt is not sent', async () => {
      await sends(`${server.origin}/a`, { method: 'GET' });
      await sends(`${server.origin}/a`, { method: 'GET', headers: { authorization: 'AWS4-HMAC-SHA256 x' } });
      assert.deepEqual(statuses(server), [200, 200]);
      for (const arrived of server.requests) assert.equal(headersOf(arrived).authorization, undefined);
    });

    it('a wrong clock is corrected once', async () => {
      skew = 20 * MINUTES;
      await sends(`${server.origin}/a`, { method: 'POST', headers: HEADERS, body: 'b' });
      assert.deepEqual(statuses(server), [403, 200]);
      assert.equal(headersOf(server.requests[1]).authorization, 'Bearer mine');
    });

    // axios' fetch adapter follows none.
    const follows = !name.startsWith('axios') || name.includes('http');

    it('a redirect within the origin is signed again', { skip: !follows }, async () => {
      const to = '/b?X-Amz-Signature=ab&X-Amz-Expires=1&c=2';
      const date = tickingDate();
      await sends(
        `${server.origin}${redirectPath(307, to)}`,
        { method: 'PUT', headers: HEADERS, body: 'b' },
        { date },
      );
      assert.deepEqual(statuses(server), [307, 200]);
      assertInQuery(server.requests[1]);
      assert.equal(headersOf(server.requests[1]).authorization, 'Bearer mine');
      assert.match(server.requests[1].url, /^\/b\?(.*&)?c=2(&|$)/);
    });

    it('a redirect elsewhere takes nothing of the signature along', { skip: !follows }, async () => {
      const to = `${elsewhere.origin}/open/a`;
      await sends(`${server.origin}${redirectPath(307, to)}`, { method: 'GET', headers: HEADERS });
      const [arrived] = elsewhere.requests;
      assert.equal(arrived.url, '/open/a');
      assert.equal(headersOf(arrived).authorization, undefined);
    });

    it('S3 takes no two mechanisms', async () => {
      const error = await failure(
        sends('https://b.s3.eu-west-1.amazonaws.com/k', { method: 'GET' }, { service: 's3' }),
      );
      assert.equal(error.code, 'ERR_SIGV4_OPTION_INVALID');
    });
  });
}

/** @param {Promise<unknown>} sent */
async function failure(sent) {
  return sent.then(
    () => assert.fail('was sent'),
    (/** @type {any} */ error) => (error.code?.startsWith('ERR_SIGV4') ? error : error.cause),
  );
}

describe('a redirect elsewhere that repeats the query, as one to https does', () => {
  for (const name of ['fetch', 'got', 'undici 7', 'undici 6', 'axios latest, http adapter']) {
    it(`${name}: is an error, and nothing of the signature is sent there`, async () => {
      // The server sends on whatever query it got.
      const { createServer } = await import('node:http');
      const repeating = createServer((incoming, outgoing) => {
        outgoing.writeHead(307, { location: `${elsewhere.origin}/open${incoming.url}` }).end();
      });
      await new Promise((resolve) => repeating.listen(0, '127.0.0.1', () => resolve(undefined)));
      const { port } = /** @type {import('node:net').AddressInfo} */ (repeating.address());
      try {
        const error = await failure(CLIENTS[name](`http://127.0.0.1:${port}/a`, { method: 'GET' }));
        assert.equal(error.code, 'ERR_SIGV4_URL_INVALID');
        assert.doesNotMatch(error.message, /X-Amz/);
        assert.equal(elsewhere.requests.length, 0);
      } finally {
        repeating.closeAllConnections();
        repeating.close();
      }
    });
  }
});

describe('user name and password', () => {
  it('axios: `auth` is sent beside the signature', async () => {
    for (const { axios, adapter, name } of ENVIRONMENTS) {
      server.requests.length = 0;
      const client = axios.create({
        ...(adapter === 'fetch' && { adapter }),
        auth: { username: 'u', password: 'p' },
      });
      client.interceptors.request.use(axiosInterceptor({ ...OPTIONS, axios }));
      await client.get(`${server.origin}/a`);
      assert.equal(headersOf(server.requests[0]).authorization, 'Basic dTpw', name);
    }
  });

  it('got: `username` and `password` are', async () => {
    await got(`${server.origin}/a`, { hooks: sigv4Hooks(OPTIONS), username: 'u', password: 'p' });
    assert.deepEqual(statuses(server), [200]);
    assert.equal(headersOf(server.requests[0]).authorization, 'Basic dTpw');
  });
});

it('got: a retry is signed afresh, with one signature', async () => {
  const retry = { limit: 1, calculateDelay: (/** @type {any} */ { computedValue }) => computedValue && 1 };
  await got(`${server.origin}/flaky`, {
    ...{ retry, headers: HEADERS },
    hooks: sigv4Hooks({ ...OPTIONS, date: tickingDate() }),
  });
  assert.deepEqual(statuses(server), [503, 200]);
  const signatures = server.requests.map(({ url }) =>
    new URL(url, server.origin).searchParams.getAll('X-Amz-Signature'),
  );
  assert.deepEqual(
    signatures.map(({ length }) => length),
    [1, 1],
  );
  assert.notEqual(...signatures.flat());
});

it('has two values, and types', async () => {
  for (const value of ['body', null, true, 'Query']) {
    const options = { ...HEADERS_OPTIONS, signatureLocation: /** @type {any} */ (value) };
    assert.throws(() => createSigv4Fetch(options), { code: 'ERR_SIGV4_OPTION_INVALID' });
  }
  await createSigv4Fetch({ ...HEADERS_OPTIONS, signatureLocation: 'headers' })(`${server.origin}/a`);
  assert.match(headersOf(server.requests[0]).authorization, /^AWS4-/);
  const imports = {
    axios: 'sigv4Interceptor',
    fetch: 'createSigv4Fetch',
    undici: 'sigv4Interceptor',
    got: 'sigv4Hooks',
  };
  const code = Object.entries(imports).map(
    ([entry, name]) => `import { ${name} as ${entry} } from 'sigv4-wasm/${entry}';
      ${entry}({ credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, signatureLocation: 'query' });
      // @ts-expect-error
      ${entry}({ credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, signatureLocation: 'body' });`,
  );
  await assertTypes('signature-location', code.join('\n'));
});
