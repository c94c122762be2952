// A dispatcher of undici that signs, and Node's own fetch through it.

import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { afterEach, describe, it } from 'node:test';

import { sigv4Interceptor } from 'sigv4-wasm/undici';

import {
  MINUTES,
  assertSignedAnew,
  assertTypes,
  assertUnsigned,
  headersOf,
  redirectPath,
  startServers,
  statuses,
  tickingDate,
} from '../support/clients-harness.js';
import { UNDICI_VERSIONS } from '../support/undici-versions.js';
import { CREDENTIALS, OPTIONS } from '../support/wire.js';

/** @type {Awaited<ReturnType<typeof startServers>>} */
let servers;
/** @type {import('../support/iam-server.js').IamServer} */
let server;
/** @type {import('../support/iam-server.js').IamServer} */
let elsewhere;
/** @type {any[]} */
let agents = [];
/** @param {Parameters<typeof startServers>[0]} [options] */
const start = async (options) => ({ server, elsewhere } = servers = await startServers(options));
afterEach(async () => {
  await Promise.all(agents.map((agent) => agent.destroy()));
  agents = [];
  await servers.close();
});

const bytes = new Uint8Array([1, 2, 3, 4]);
const text = async function* () {
  yield 'ab';
  yield Buffer.from('c');
};

for (const { name, undici, major, hasNodeFetch } of UNDICI_VERSIONS) {
  const { Agent, Client, Pool, interceptors, request } = undici;
  /**
   * @param {any[]} interceptors  in the order in which they are composed
   */
  const compose = (...interceptors) => {
    const agent = new Agent();
    agents.push(agent);
    return agent.compose(...interceptors);
  };
  const signing = (/** @type {object} */ options = {}) => sigv4Interceptor({ ...OPTIONS, ...options });
  const form = () => {
    const data = new undici.FormData();
    data.append('text', 'größe');
    data.append('file', new Blob(['a\r\nb'], { type: 'text/csv' }), 'a.csv');
    return data;
  };
  /** @param {{ statusCode: number, body: { text(): Promise<string> } }} response */
  const textOf = async ({ statusCode, body }) => `${statusCode} ${await body.text()}`;

  describe(`${name}: request`, () => {
    /** @type {[string, () => any, string?][]} */
    const cases = [
      ['GET', () => ({})],
      ['query', () => ({ query: { q: ['a b', 'ü'], '!': "'()*", n: 1 } })],
      ['a path that undici sends as it is', () => ({ path: '/a/../b//@c=/%2F?q=a%20b&q=1&Z=&ü' })],
      ['text', () => ({ method: 'POST', body: 'größe' }), 'größe'],
      [
        'text and its type',
        () => ({ method: 'PUT', body: '{}', headers: { 'Content-Type': 'application/json' } }),
        '{}',
      ],
      ['Buffer', () => ({ method: 'POST', body: Buffer.from('abc') }), 'abc'],
      ['a view', () => ({ method: 'POST', body: bytes.subarray(1, 3) }), '\x02\x03'],
      ['a stream', () => ({ method: 'POST', body: Readable.from(['ab', 'c']) }), 'abc'],
      ['an async iterable', () => ({ method: 'POST', body: text() }), 'abc'],
      ['chunks', () => ({ method: 'POST', body: ['ab', 'c'] }), 'abc'],
      ['an empty body', () => ({ method: 'POST', body: '' }), ''],
      ['a form', () => ({ method: 'POST', body: form() })],
      ['a Blob', () => ({ method: 'POST', body: new Blob(['abc'], { type: 'text/csv' }) }), 'abc'],
      ['headers in a list', () => ({ headers: ['X-Amz-Meta-A', ' a  b', 'x-other', '1'] })],
      ['headers in a Map', () => ({ headers: new Map([['X-Amz-Meta-A', 'b']]) })],
      ['repeated headers', () => ({ headers: { 'x-amz-meta-a': ['1', '2'] } })],
      [
        'a length',
        () => ({ method: 'POST', body: Readable.from(['abc']), headers: { 'content-length': '3' } }),
        'abc',
      ],
      ['HEAD', () => ({ method: 'HEAD' })],
      ['a host header', () => ({ headers: { host: 'api.example.com' } })],
    ];
    for (const [what, make, body] of cases) {
      it(what, async () => {
        await start();
        const { path = '/a', ...options } = make();
        const target = { origin: server.origin, path, method: 'GET', ...options };
        const response = await compose(signing()).request(target);
        assert.equal(response.statusCode, 200, await response.body.text());
        const [arrived] = server.requests;
        if (body !== undefined) assert.equal(Buffer.from(arrived.body).toString(), body);
        if (what === 'a form') assert.ok(Buffer.from(arrived.body).includes('größe'));
        if (what === 'query') assert.equal(arrived.url, "/a?q=a%20b&q=%C3%BC&!='()*&n=1");
      });
    }

    it('a URL', async () => {
      await start();
      const dispatcher = compose(signing());
      assert.match(await textOf(await request(`${server.origin}/a?b=c`, { dispatcher })), /^200/);
      assert.match(
        await textOf(await undici.request(`${server.origin}/a`, { dispatcher, query: { a: 'b' } })),
        /^200/,
      );
    });

    it('stream and pipeline', async () => {
      await start();
      const dispatcher = compose(signing());
      const chunks = [];
      const options = { method: 'POST', body: 'abc', dispatcher };
      const { PassThrough } = await import('node:stream');
      await undici.stream(`${server.origin}/a`, options, () => new PassThrough().resume());
      const source = undici.pipeline(
        `${server.origin}/a`,
        { method: 'PUT', dispatcher },
        (/** @type {any} */ { body }) => body,
      );
      source.end('abc');
      for await (const chunk of source) chunks.push(chunk);
      assert.deepEqual(statuses(server), [200, 200]);
      assert.equal(Buffer.from(server.requests[1].body).toString(), 'abc');
    });

    it('a Client and a Pool, which keep their origin to themselves before undici 8', async () => {
      await start();
      for (const One of [Client, Pool]) {
        const one = new One(server.origin);
        agents.push(one);
        const composed = one.compose(signing({ origin: server.origin }));
        assert.equal((await composed.request({ path: '/a', method: 'GET' })).statusCode, 200);
        const untold = one.compose(signing()).request({ path: '/a', method: 'GET' });
        if (major < 8) await assert.rejects(untold, { code: 'ERR_SIGV4_URL_INVALID' });
        else assert.equal((await untold).statusCode, 200);
      }
      assert.equal(server.requests.length, major < 8 ? 2 : 4);
    });

    it('a stream whose bytes are not signed passes unread', async () => {
      await start();
      const dispatcher = compose(signing({ payload: 'unsigned' }));
      const options = { method: 'POST', body: Readable.from(['ab', 'c']), dispatcher };
      assert.match(await textOf(await request(`${server.origin}/a`, options)), /^200/);
      assert.equal(headersOf(server.requests[0])['transfer-encoding'], 'chunked');
    });

    it('match keeps credentials away from other hosts', async () => {
      await start();
      const dispatcher = compose(
        signing({ match: (/** @type {URL} */ { origin }) => origin === server.origin }),
      );
      assert.match(await textOf(await request(`${elsewhere.origin}/open/a`, { dispatcher })), /^200/);
      assertUnsigned(elsewhere.requests[0]);
    });
  });

  describe(`${name}: fetch`, () => {
    for (const [whose, fetch] of [
      ['its own', undici.fetch],
      ["Node's", globalThis.fetch],
    ]) {
      const skip = whose === "Node's" && !hasNodeFetch && 'it does not take this dispatcher';
      it(`${whose}: bodies, forms, redirects`, { skip }, async () => {
        await start();
        const dispatcher = compose(signing());
        const url = `${server.origin}/a`;
        const bodies = [
          undefined,
          'größe',
          bytes,
          new URLSearchParams({ a: 'b c' }),
          new Blob(['x']).stream(),
          new Blob(['abc']),
        ];
        const data = new (fetch === globalThis.fetch ? FormData : undici.FormData)();
        data.append('file', new Blob(['x']), 'ü.txt');
        for (const body of [...bodies, data]) {
          const response = await fetch(url, { method: 'POST', body, duplex: 'half', dispatcher });
          assert.equal(response.status, 200, await response.text());
        }
        const redirected = await fetch(`${server.origin}${redirectPath(307, '/b?q=1')}`, {
          method: 'PUT',
          body: 'x',
          dispatcher,
        });
        assert.equal(redirected.status, 200);
        assert.equal(server.requests.at(-1)?.url, '/b?q=1');
        assertSignedAnew(
          /** @type {any} */ (server.requests.at(-2)),
          /** @type {any} */ (server.requests.at(-1)),
        );
      });

      it(`${whose}: a wrong clock, and the text of a refusal`, { skip }, async () => {
        await start({ now: () => new Date(Date.now() + 20 * MINUTES) });
        const dispatcher = compose(signing());
        assert.equal(
          (await fetch(`${server.origin}/a`, { method: 'POST', body: 'x', dispatcher })).status,
          200,
        );
        assert.deepEqual(statuses(server), [403, 200]);
        const wrong = compose(signing({ credentials: { ...CREDENTIALS, secretAccessKey: 'wrong' } }));
        const refused = await fetch(`${server.origin}/a`, { dispatcher: wrong });
        assert.equal(refused.status, 403);
        await refused.text();
      });

      it(`${whose}: aborting while credentials are fetched`, { skip }, async () => {
        await start();
        /** @type {(credentials: typeof CREDENTIALS) => void} */
        let resolve = () => {};
        const credentials = () => new Promise((found) => (resolve = found));
        const dispatcher = compose(signing({ credentials }));
        const response = fetch(`${server.origin}/a`, { dispatcher, signal: AbortSignal.timeout(20) });
        await assert.rejects(response, { name: 'TimeoutError' });
        resolve(CREDENTIALS);
        await new Promise((later) => setTimeout(later, 50));
        assert.equal(server.requests.length, 0);
      });
    }
  });

  describe(`${name}: what is composed around it`, () => {
    const retry = () => interceptors.retry({ minTimeout: 1, maxTimeout: 5 });
    const redirect = () => interceptors.redirect({ maxRedirections: 3 });

    for (const [order, make] of /** @type {[string, (own: any) => any[]][]} */ ([
      ['after', (own) => [own, retry()]],
      ['before', (own) => [retry(), own]],
    ])) {
      it(`retry ${order}: each attempt is signed anew`, async () => {
        await start();
        const dispatcher = compose(...make(signing({ date: tickingDate() })));
        const options = { method: 'PUT', body: 'abc', dispatcher };
        assert.match(await textOf(await request(`${server.origin}/flaky`, options)), /^200/);
        assert.deepEqual(statuses(server), [503, 200]);
        assertSignedAnew(server.requests[0], server.requests[1]);
        assert.deepEqual(server.requests[1].body, server.requests[0].body);
      });
    }

    it('redirect after: each request is signed, but none elsewhere', async () => {
      await start();
      const dispatcher = compose(signing(), redirect());
      const options = { method: 'PUT', body: 'abc', dispatcher };
      const url = `${server.origin}${redirectPath(307, '/b?q=1')}`;
      assert.match(await textOf(await request(url, options)), /^200/);
      assertSignedAnew(server.requests[0], server.requests[1]);

      const away = `${server.origin}${redirectPath(302, `${elsewhere.origin}/open/a`)}`;
      assert.match(await textOf(await request(away, { dispatcher })), /^200/);
      assertUnsigned(elsewhere.requests[0]);
    });

    it('redirect before: refused, and the old signature goes nowhere', async () => {
      await start();
      const dispatcher = compose(redirect(), signing());
      for (const to of ['/b?secret=1', `${elsewhere.origin}/open/a`]) {
        server.requests.length = 0;
        const url = `${server.origin}${redirectPath(302, to)}`;
        await assert.rejects(request(url, { dispatcher }), (error) => {
          assert.equal(/** @type {any} */ (error).code, 'ERR_SIGV4_URL_INVALID');
          assert.doesNotMatch(String(error), /secret/);
          return true;
        });
        assert.equal(server.requests.length, 1);
        assert.equal(elsewhere.requests.length, 0);
      }
    });

    it('dns: the host that is meant is signed', async () => {
      await start();
      const address = { address: '127.0.0.1', family: 4, ttl: 60_000 };
      const lookup = (/** @type {any} */ _origin, /** @type {any} */ _options, /** @type {any} */ found) =>
        found(null, [address]);
      const url = `http://api.example.test:${new URL(server.origin).port}/a`;
      const dns = interceptors.dns({ lookup });
      // Inside, that of undici 6 sends a host without its port.
      const orders =
        major === 6
          ? [[signing(), dns]]
          : [
              [signing(), dns],
              [dns, signing()],
            ];
      for (const order of orders) {
        assert.match(await textOf(await request(url, { dispatcher: compose(...order) })), /^200/);
      }
    });

    it('redirect and retry, in both orders', async () => {
      await start();
      for (const outer of [
        [redirect(), retry()],
        [retry(), redirect()],
      ]) {
        const dispatcher = compose(signing(), ...outer);
        const url = `${server.origin}${redirectPath(302, `/flaky/${agents.length}`)}`;
        assert.match(await textOf(await request(url, { dispatcher })), /^200/);
      }
      assert.deepEqual(statuses(server), [302, 503, 302, 200, 302, 503, 200]);
    });

    it('a wrong clock: one retry, never two', async () => {
      let ahead = 20;
      await start({ now: () => new Date(Date.now() + ahead * MINUTES) });
      const dispatcher = compose(signing());
      const url = `${server.origin}/a`;
      assert.match(
        await textOf(await request(url, { method: 'POST', body: Readable.from(['abc']), dispatcher })),
        /^200/,
      );
      assert.deepEqual(statuses(server), [403, 200]);
      assert.deepEqual(server.requests[1].body, server.requests[0].body);
      assert.match(await textOf(await request(url, { dispatcher })), /^200/);
      assert.equal(server.requests.length, 3);

      const off = compose(signing({ correctClockSkew: false }));
      assert.match(await textOf(await request(url, { dispatcher: off })), /^403 .*Signature expired/);
      server.requests.length = 0;
      ahead = 40;
      const asked = compose(signing({ credentials: () => ((ahead += 20), CREDENTIALS) }));
      assert.match(await textOf(await request(url, { dispatcher: asked })), /^403 .*Signature expired/);
      assert.deepEqual(statuses(server), [403, 403]);
    });

    it('a long refusal is passed on whole', async () => {
      const body = 'x'.repeat(200_000);
      await start({ respond: () => ({ status: 404, body }) });
      const response = await request(`${server.origin}/a`, { dispatcher: compose(signing()) });
      assert.equal(response.statusCode, 404);
      assert.equal(await response.body.text(), body);
    });
  });

  describe(`${name}: errors`, () => {
    /** @type {[string, object, object, string][]} */
    const cases = [
      ['an object as body', {}, { method: 'POST', body: { a: 1 } }, 'ERR_SIGV4_BODY_UNSUPPORTED'],
      [
        'a stream of objects',
        {},
        { method: 'POST', body: Readable.from([{ a: 1 }]) },
        'ERR_SIGV4_BODY_UNSUPPORTED',
      ],
      ['no region', { region: undefined }, {}, 'ERR_SIGV4_REGION_REQUIRED'],
      [
        'a provider that fails',
        { credentials: () => Promise.reject(new Error('x')) },
        {},
        'ERR_SIGV4_CREDENTIALS_PROVIDER',
      ],
    ];
    for (const [what, own, options, code] of cases) {
      it(`${what}: ${code}, and nothing is sent`, async () => {
        await start();
        const dispatcher = compose(signing(own));
        await assert.rejects(request(`${server.origin}/a`, { ...options, dispatcher }), { code });
        assert.equal(server.requests.length, 0);
      });
    }

    it('parameters in the path and in query', async () => {
      await start();
      const options = {
        origin: server.origin,
        path: '/a?b',
        query: { c: 'd' },
        method: 'GET',
      };
      await assert.rejects(compose(signing()).request(options), { code: 'ERR_SIGV4_URL_INVALID' });
    });

    it('aborted while credentials are fetched', async () => {
      await start();
      const dispatcher = compose(signing({ credentials: () => new Promise(() => {}) }));
      const response = request(`${server.origin}/a`, { dispatcher, signal: AbortSignal.timeout(20) });
      await assert.rejects(response, { name: 'TimeoutError' });
    });

    it('a server that is not there', async () => {
      await start();
      const { origin } = server;
      await servers.close();
      await assert.rejects(request(`${origin}/a`, { dispatcher: compose(signing()) }), {
        code: 'ECONNREFUSED',
      });
    });
  });
}

it('has types that fit every version without casts', async () => {
  servers = await startServers();
  for (const { packageName } of UNDICI_VERSIONS) {
    await assertTypes(
      packageName,
      `import { Agent, fetch, interceptors } from '${packageName}';
       import { sigv4Interceptor } from 'sigv4-wasm/undici';
       const signing = sigv4Interceptor({ credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, origin: new URL('https://a') });
       const dispatcher = new Agent().compose(signing, interceptors.retry());
       await fetch('https://example.com', { dispatcher });
       // @ts-expect-error
       sigv4Interceptor({ region: 1 });`,
    );
  }
});
