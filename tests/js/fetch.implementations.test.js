// Other implementations of `fetch` and `Request` than those of the platform.

import assert from 'node:assert/strict';
import { createServer, request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, it } from 'node:test';

import crossFetch from 'cross-fetch';
import FormDataPackage from 'form-data';
import makeFetchHappen from 'make-fetch-happen';
import nodeFetch3, { Request as NodeFetch3Request } from 'node-fetch';
import nodeFetch2, { Request as NodeFetch2Request } from 'node-fetch-2';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';
import * as undici7 from 'undici';
import * as undici6 from 'undici-6';

import {
  MINUTES,
  assertSignedAnew,
  assertTypes,
  assertUnsigned,
  headersOf,
  redirectPath,
  startServers,
  statuses,
} from '../support/clients-harness.js';
import { CREDENTIALS, OPTIONS } from '../support/wire.js';

const happen = makeFetchHappen.defaults({ retry: false });

/** @type {[string, any, any][]} */
const IMPLEMENTATIONS = [
  ['Node.js', globalThis.fetch, globalThis.Request],
  ['undici 7', undici7.fetch, undici7.Request],
  ['undici 6', undici6.fetch, undici6.Request],
  ['node-fetch 3', nodeFetch3, NodeFetch3Request],
  ['node-fetch 2', nodeFetch2, NodeFetch2Request],
  ['cross-fetch', crossFetch, /** @type {any} */ (crossFetch).Request],
  ['make-fetch-happen', happen, makeFetchHappen.Request],
];

/** @type {Awaited<ReturnType<typeof startServers>>} */
let servers;
/** @type {import('../support/iam-server.js').IamServer} */
let server;
/** @param {Parameters<typeof startServers>[0]} [options] */
const start = async (options) => ({ server } = servers = await startServers(options));
beforeEach(() => start());
afterEach(() => servers.close());

/** @param {Parameters<typeof startServers>[0]} options */
const restart = async (options) => {
  await servers.close();
  await start(options);
};
const stream = () => Readable.from([Buffer.from('ab'), Buffer.from('c')]);

for (const [name, fetch, Request] of IMPLEMENTATIONS) {
  const signing = (/** @type {object} */ options = {}) => createSigv4Fetch({ ...OPTIONS, fetch, ...options });
  const isPackage = !/^(Node|undici)/.test(name);

  describe(name, () => {
    /** @type {[string, any][]} */
    const cases = [
      ['GET', {}],
      ['text', { method: 'POST', body: 'größe' }],
      ['JSON', { method: 'PUT', body: '{"a":1}', headers: { 'Content-Type': 'application/json' } }],
      ['bytes', { method: 'PATCH', body: new Uint8Array([1, 2, 3, 4]).subarray(1, 3) }],
      ['an empty text', { method: 'POST', body: '' }],
      ['headers', { headers: { 'X-Amz-Meta-A': 'a', 'x-other': '1' } }],
      ['DELETE', { method: 'DELETE' }],
    ];
    for (const [what, init] of cases) {
      for (const how of ['a URL', 'a Request', 'a Request and init']) {
        it(`${what}, as ${how}, arrives as from plain fetch`, async () => {
          const send = (/** @type {any} */ send, /** @type {any} */ Request, /** @type {string} */ url) => {
            if (how === 'a URL') return send(url, init);
            return how === 'a Request' ? send(new Request(url, init)) : send(new Request(url), init);
          };
          assert.equal((await send(signing(), Request, `${server.origin}/a?q=a%20b`)).status, 200);
          // make-fetch-happen sends any Request as a GET.
          const [plainFetch, PlainRequest] =
            fetch === happen ? IMPLEMENTATIONS[0].slice(1) : [fetch, Request];
          await send(plainFetch, PlainRequest, `${server.origin}/open/a?q=a%20b`);
          const [signed, plain] = server.requests;
          assert.equal(signed.method, plain.method);
          assert.equal(`/open${signed.url}`, plain.url);
          assert.deepEqual(signed.body, plain.body);
          const headers = ['content-length', 'x-amz-meta-a', 'x-other'];
          // node-fetch 3 gives an empty text no type.
          if (init.body !== '') headers.push('content-type');
          for (const header of headers)
            assert.equal(headersOf(signed)[header]?.toLowerCase(), headersOf(plain)[header]?.toLowerCase());
        });
      }
    }

    it('a host header of the caller is neither sent nor signed', async () => {
      const headers = { host: 'shop.example.com', accept: '*/*' };
      assert.equal((await signing()(`${server.origin}/a`, { headers })).status, 200);
      assert.equal((await signing()(new Request(`${server.origin}/a`, { headers }))).status, 200);
      for (const request of server.requests)
        assert.equal(headersOf(request).host, new URL(server.origin).host);
    });

    it('the option host is for a proxy that sets Host', async () => {
      const host = 'abc123.execute-api.us-east-1.amazonaws.com';
      const proxy = await startProxy(server.origin, host);
      const signed = signing({ host, region: undefined, service: undefined });
      const init = { method: 'PUT', body: 'a' };
      assert.equal((await signed(`${proxy.origin}/a`, init)).status, 200);
      assert.equal((await signed(new Request(`${proxy.origin}/a`, init))).status, 200);
      assert.deepEqual(proxy.hosts, Array(2).fill(new URL(proxy.origin).host));
      proxy.close();
    });

    it('a stream of Node.js is read, and passes unread where its bytes are not signed', async () => {
      // The Fetch standard wants duplex, packages do not know it.
      const duplex = isPackage ? {} : { duplex: 'half' };
      for (const payload of ['signed', 'unsigned']) {
        const init = { method: 'POST', body: stream(), ...duplex };
        assert.equal((await signing({ payload })(`${server.origin}/a`, init)).status, 200);
      }
      assert.deepEqual(
        server.requests.map(({ body }) => Buffer.from(body).toString()),
        ['abc', 'abc'],
      );
      assert.equal(headersOf(server.requests[0])['content-length'], '3');
      assert.equal(headersOf(server.requests[1])['transfer-encoding'], 'chunked');
    });

    it('a form of the package form-data, which node-fetch 2 takes', async () => {
      const form = new FormDataPackage();
      form.append('text', 'größe');
      form.append('file', Buffer.from('abc'), 'a.csv');
      const init = { method: 'POST', body: form, headers: { 'x-amz-meta-a': '1' } };
      assert.equal((await signing()(`${server.origin}/a`, init)).status, 200);
      const [{ body, ...arrived }] = server.requests;
      assert.equal(
        headersOf({ body, ...arrived })['content-type'],
        `multipart/form-data; boundary=${form.getBoundary()}`,
      );
      assert.match(Buffer.from(body).toString(), /name="text"\r\n\r\ngröße\r\n.*filename="a\.csv"/s);
    });

    it('the body of a Request passes unread where its bytes are not signed', async () => {
      const request = new Request(`${server.origin}/a`, { method: 'POST', body: 'abc' });
      assert.equal((await signing({ payload: 'unsigned' })(request)).status, 200);
      assert.equal(Buffer.from(server.requests[0].body).toString(), 'abc');
      assert.equal(headersOf(server.requests[0])['x-amz-content-sha256'], 'UNSIGNED-PAYLOAD');
    });

    it('redirects are signed again, and take no signature elsewhere', async () => {
      const init = { method: 'PUT', body: 'abc' };
      const url = server.origin + redirectPath(307, '/b?q=1');
      const response = await signing()(url, init);
      assert.equal(response.status, 200);
      assert.equal(response.redirected, true);
      assertSignedAnew(server.requests[0], server.requests[1]);
      assert.deepEqual(server.requests[1].body, server.requests[0].body);

      const away = server.origin + redirectPath(302, `${servers.elsewhere.origin}/open/a`);
      assert.equal((await signing()(new Request(away))).status, 200);
      assertUnsigned(servers.elsewhere.requests[0]);
    });

    it('a wrong clock is corrected once', async () => {
      await restart({ now: () => new Date(Date.now() + 20 * MINUTES) });
      const init = { method: 'POST', body: 'abc' };
      assert.equal((await signing()(`${server.origin}/a`, init)).status, 200);
      assert.equal((await signing()(new Request(`${server.origin}/a`, init))).status, 200);
      assert.deepEqual(statuses(server), [403, 200, 403, 200]);
    });

    it('a long refusal can be read to its end', async () => {
      const body = 'x'.repeat(1_000_000);
      await restart({ respond: () => ({ status: 403, body }) });
      const response = await signing()(`${server.origin}/a`);
      assert.equal(response.status, 403);
      assert.equal((await response.text()).length, body.length);
      assert.equal(server.requests.length, 1);
    });

    it('a refusal that says why can be read', async () => {
      const wrong = signing({ credentials: { ...CREDENTIALS, secretAccessKey: 'wrong' } });
      const response = await wrong(new Request(`${server.origin}/a`));
      assert.equal(response.status, 403);
      assert.match((await response.json()).message, /signature we calculated does not match/);
    });

    it('an aborted request is given up while credentials are fetched', async () => {
      const waiting = signing({ credentials: () => new Promise(() => {}) });
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 20);
      const { signal } = controller;
      await assert.rejects(waiting(`${server.origin}/a`, { signal }), { name: 'AbortError' });
      await assert.rejects(waiting(new Request(`${server.origin}/a`, { signal })), { name: 'AbortError' });
    });
  });
}

describe('a Request of another implementation', () => {
  for (const [name, , Request] of IMPLEMENTATIONS.slice(1)) {
    it(`of ${name} goes through the fetch of Node.js`, async () => {
      const init = { method: 'PUT', body: 'größe', headers: { 'x-amz-meta-a': '1' } };
      const response = await createSigv4Fetch(OPTIONS)(new Request(`${server.origin}/a`, init));
      assert.equal(response.status, 200);
      const [arrived] = server.requests;
      assert.equal(arrived.method, 'PUT');
      assert.equal(Buffer.from(arrived.body).toString(), 'größe');
      assert.equal(headersOf(arrived)['x-amz-meta-a'], '1');
    });
  }
});

/**
 * As Next.js does, which replaces `Request` and `fetch`. Where no one here wrote them, they are tested in tests/matrix.
 */
describe('patched globals', () => {
  const { fetch: plainFetch, Request: PlainRequest } = globalThis;
  afterEach(() => Object.assign(globalThis, { fetch: plainFetch, Request: PlainRequest }));

  const put = () =>
    new Request(`${server.origin}/a`, {
      method: 'PUT',
      body: 'abc',
      headers: { 'x-amz-meta-a': '1', 'content-type': 'text/csv' },
    });
  const assertWhole = () => {
    const [arrived] = server.requests;
    const { 'x-amz-meta-a': meta, 'content-type': type, 'content-length': length } = headersOf(arrived);
    assert.deepEqual([arrived.method, String(arrived.body), arrived.status], ['PUT', 'abc', 200]);
    assert.deepEqual([meta, type, length], ['1', 'text/csv', '3']);
  };

  /** Next.js 14 and 15, server/web/sandbox/context.js */
  const edgeRequest = () =>
    class extends PlainRequest {
      /**
       * @param {any} input
       * @param {any} init
       */
      constructor(input, init) {
        super(typeof input !== 'string' && 'url' in input ? input.url : String(input), init);
        this.next = init?.next;
      }
    };
  const edgeFetch = async (/** @type {any} */ input, /** @type {any} */ init = {}) =>
    typeof input === 'object' && 'url' in input
      ? plainFetch(input.url, {
          method: input.method,
          headers: input.headers,
          body: input.body,
          duplex: 'half',
          ...init,
        })
      : plainFetch(String(input), init);

  it('a Request that takes the URL alone of another', async () => {
    Object.assign(globalThis, { Request: edgeRequest() });
    assert.equal((await createSigv4Fetch(OPTIONS)(put())).status, 200);
    assertWhole();
  });

  it('and a fetch beside it', async () => {
    Object.assign(globalThis, { Request: edgeRequest(), fetch: edgeFetch });
    assert.equal((await createSigv4Fetch(OPTIONS)(put())).status, 200);
    assertWhole();
  });

  /** Next.js 14, server/lib/patch-fetch.js: a Request is taken apart, and made again. */
  const patchedFetch = async (/** @type {any} */ input, /** @type {any} */ init) => {
    if (!(input instanceof Request)) return plainFetch(input, init);
    const { method, headers, body, url } = input;
    return plainFetch(new Request(url, /** @type {any} */ ({ method, headers, body, duplex: 'half' })), init);
  };

  for (const [name, bind] of /** @type {const} */ ([
    ['a fetch that takes a Request apart', false],
    ['the same, bound', true],
  ])) {
    it(name, async () => {
      const fetch = bind ? patchedFetch.bind(globalThis) : patchedFetch;
      assert.equal((await createSigv4Fetch({ ...OPTIONS, fetch })(put())).status, 200);
      assertWhole();
    });
  }

  it('all that a Request says is in init', async () => {
    /** @type {any[]} */
    let call = [];
    const fetch = async (/** @type {any[]} */ ...args) => ((call = args), new Response());
    const { signal } = new AbortController();
    const said = /** @type {const} */ ({
      cache: 'no-store',
      credentials: 'omit',
      integrity: 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
      keepalive: true,
      referrer: '',
      referrerPolicy: 'no-referrer',
      redirect: 'error',
    });
    const request = new Request('https://example.com/a', { ...said, method: 'PUT', body: 'abc', signal });
    const extra = { next: { revalidate: 60 }, cf: { cacheTtl: 1 } };
    await createSigv4Fetch({ ...OPTIONS, fetch })(Object.assign(request, extra));
    const [url, { headers, signal: sent, body, method, ...rest }] = call;
    assert.equal(url, 'https://example.com/a');
    assert.deepEqual([method, new TextDecoder().decode(body)], ['PUT', 'abc']);
    assert.deepEqual(rest, { ...said, ...extra });
    assert.equal(sent, request.signal);
  });
});

it('has types of the fetch that it gets', () =>
  assertTypes(
    'fetch-implementations',
    `import * as undici from 'undici';
     import nodeFetch from 'node-fetch';
     import { createSigv4Fetch } from 'sigv4-wasm/fetch';
     const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
     const one: typeof undici.fetch = createSigv4Fetch({ credentials, fetch: undici.fetch });
     await one(new undici.Request('https://example.com'));
     const two: typeof nodeFetch = createSigv4Fetch({ credentials, fetch: nodeFetch });
     (await two('https://example.com')).body?.pipe;
     const three: typeof fetch = createSigv4Fetch({ credentials });
     // @ts-expect-error
     createSigv4Fetch({ credentials, fetch: 1 });
     void three;`,
  ));

/**
 * A proxy that sets `Host`.
 *
 * @param {string} origin  where requests go
 * @param {string} host
 */
async function startProxy(origin, host) {
  /** @type {(string | undefined)[]} */
  const hosts = [];
  const proxy = createServer((incoming, outgoing) => {
    hosts.push(incoming.headers.host);
    const { method, headers, url = '' } = incoming;
    const forwarded = httpRequest(origin + url, { method, headers: { ...headers, host } }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(forwarded);
  });
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (proxy.address());
  return {
    origin: `http://127.0.0.1:${port}`,
    hosts,
    close: () => proxy.closeAllConnections() || proxy.close(),
  };
}
