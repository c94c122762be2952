// Redirects of a signed fetch, and a wrong clock: signed again, or refused; an old signature goes nowhere else.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';

import { createSigv4Fetch } from 'sigv4-wasm/fetch';

import {
  MINUTES,
  assertSignedAnew,
  assertUnsigned,
  headersOf,
  redirectPath,
  startServers,
  statuses,
} from '../support/clients-harness.js';
import { OPTIONS } from '../support/wire.js';

const signedFetch = createSigv4Fetch(OPTIONS);
const stream = () => new Blob(['abc']).stream();

/** @type {Awaited<ReturnType<typeof startServers>>} */
let servers;
/** @type {import('../support/iam-server.js').IamServer} */
let server;
/** @type {import('../support/iam-server.js').IamServer} */
let elsewhere;
/** @param {Parameters<typeof startServers>[0]} [options] */
const start = async (options) => ({ server, elsewhere } = servers = await startServers(options));
afterEach(() => servers.close());

describe('a redirect', () => {
  beforeEach(() => start());
  const url = (/** @type {number} */ status, /** @type {string} */ to) =>
    server.origin + redirectPath(status, to);

  it('within the origin is signed again', async () => {
    const response = await signedFetch(url(302, '/ä/@b=?q=a+b&q=1'));
    assert.equal(response.status, 200);
    assert.equal(response.redirected, true);
    assert.equal(response.url, `${server.origin}/%C3%A4/@b=?q=a%20b&q=1`);
    assertSignedAnew(server.requests[0], server.requests[1]);
  });

  for (const [status, method, becomes] of /** @type {const} */ ([
    [307, 'POST', 'POST'],
    [308, 'PUT', 'PUT'],
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [302, 'PUT', 'PUT'],
    [303, 'PUT', 'GET'],
    [303, 'HEAD', 'HEAD'],
  ])) {
    it(`${status}: ${method} becomes ${becomes}, as plain fetch has it`, async () => {
      const body = method === 'HEAD' ? undefined : '{"a":1}';
      const init = { method, body, headers: { 'content-type': 'application/json', 'x-amz-meta-a': '1' } };
      for (const input of ['URL', 'Request']) {
        server.requests.length = 0;
        const target = input === 'URL' ? url(status, 'items') : new Request(url(status, 'items'), init);
        assert.equal((await signedFetch(target, input === 'URL' ? init : undefined)).status, 200);
        await fetch(`${server.origin}/open${redirectPath(status, 'items')}`, init);
        const [signed, plain] = [server.requests[1], server.requests[3]];
        assert.equal(signed.method, becomes);
        assert.equal(signed.method, plain.method);
        assert.deepEqual(signed.body, plain.body);
        assert.equal(headersOf(signed)['content-type'], headersOf(plain)['content-type']);
      }
    });
  }

  it('twice', async () => {
    const twice = url(307, redirectPath(307, '/items'));
    assert.equal((await signedFetch(twice, { method: 'POST', body: stream(), duplex: 'half' })).status, 200);
    assert.equal(server.requests.length, 3);
  });

  it('to another origin takes no signature and no session token along', async () => {
    const headers = { 'x-custom': '1', cookie: 'secret', 'x-amz-security-token': 'stale' };
    const response = await signedFetch(url(307, `${elsewhere.origin}/open/a?q=a+b`), {
      method: 'POST',
      body: 'x',
      headers,
    });
    assert.equal(response.status, 200);
    assertUnsigned(elsewhere.requests[0]);
    assert.equal(elsewhere.requests[0].url, '/open/a?q=a+b');
    assert.equal(headersOf(elsewhere.requests[0])['x-custom'], '1');
    assert.equal(headersOf(elsewhere.requests[0]).cookie, undefined);
  });

  it('within the origin, but to what is not to be signed', async () => {
    const matching = createSigv4Fetch({ ...OPTIONS, match: ({ pathname }) => !pathname.startsWith('/open') });
    assert.equal((await matching(url(302, '/open/a'))).status, 200);
    assertUnsigned(server.requests[1]);
  });

  it('that never ends is given up where fetch gives up', async () => {
    await servers.close();
    await start({ respond: () => ({ status: 302, headers: { location: '/open/again' } }) });
    await assert.rejects(signedFetch(`${server.origin}/a`), TypeError);
    const ours = server.requests.length;
    await assert.rejects(fetch(`${server.origin}/open/a`), TypeError);
    assert.equal(ours, 21);
    assert.equal(server.requests.length, 2 * ours);
  });

  it('to what is no web page', async () => {
    await assert.rejects(signedFetch(url(302, 'data:text/plain,x')), TypeError);
  });

  it('keeps the settings of a Request', async () => {
    const integrity = 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';
    await assert.rejects(signedFetch(new Request(url(302, '/a'), { integrity })), TypeError);
    assert.deepEqual(statuses(server), [302, 200]);
  });

  it('without a location is an answer', async () => {
    await servers.close();
    await start({ respond: () => ({ status: 302 }) });
    assert.equal((await signedFetch(`${server.origin}/a`)).status, 302);
  });

  it('of a body that passed unread is refused', async () => {
    const unsigned = createSigv4Fetch({ ...OPTIONS, payload: 'unsigned' });
    const init = { method: 'POST', body: stream(), duplex: 'half' };
    await assert.rejects(unsigned(url(307, '/a'), /** @type {any} */ (init)), {
      code: 'ERR_SIGV4_BODY_USED',
    });
  });

  it("redirect: 'manual' and 'error' are the caller's", async () => {
    const manual = await signedFetch(url(302, '/a'), { redirect: 'manual' });
    assert.equal(manual.headers.get('location'), '/a');
    assert.equal(manual.redirected, false);
    await assert.rejects(signedFetch(new Request(url(302, '/a'), { redirect: 'error' })), TypeError);
    assert.equal(server.requests.length, 2);
  });

  it('that a browser hides is an error without the secrets of the URL', async () => {
    const hiding = createSigv4Fetch({
      ...OPTIONS,
      fetch: async () => Object.defineProperty(Response.error(), 'type', { value: 'opaqueredirect' }),
    });
    await assert.rejects(hiding('https://example.com/a?secret=1'), (error) => {
      assert.equal(/** @type {any} */ (error).code, 'ERR_SIGV4_URL_INVALID');
      assert.doesNotMatch(String(/** @type {any} */ (error).stack), /secret/);
      return true;
    });
  });
});

describe('a wrong clock', () => {
  const clock = (/** @type {() => number} */ ahead) => ({ now: () => new Date(Date.now() + ahead()) });

  for (const style of /** @type {const} */ (['rest', 'http'])) {
    for (const ahead of [20, -20]) {
      it(`${style} API ${ahead} minutes ahead: one retry, then none`, async () => {
        await start({ ...clock(() => ahead * MINUTES), style });
        const skewed = createSigv4Fetch(OPTIONS);
        const request = new Request(`${server.origin}/a`, { method: 'POST', body: 'abc' });
        assert.equal((await skewed(request)).status, 200);
        assert.deepEqual(statuses(server), [403, 200]);
        assert.deepEqual(server.requests[1].body, server.requests[0].body);
        assert.equal(
          (await skewed(`${server.origin}/b`, { method: 'POST', body: stream(), duplex: 'half' })).status,
          200,
        );
        assert.equal(server.requests.length, 3);
      });
    }
  }

  it('never retries twice, and the last answer can be read', async () => {
    let ahead = 0;
    await start(clock(() => (ahead += 20 * MINUTES)));
    const response = await createSigv4Fetch(OPTIONS)(`${server.origin}/a`);
    assert.deepEqual(statuses(server), [403, 403]);
    assert.match(await response.text(), /Signature expired/);
  });

  it('is left alone where that was asked for, or the date is given', async () => {
    await start(clock(() => 20 * MINUTES));
    for (const options of [{ correctClockSkew: false }, { date: new Date() }]) {
      server.requests.length = 0;
      assert.equal((await createSigv4Fetch({ ...OPTIONS, ...options })(`${server.origin}/a`)).status, 403);
      assert.equal(server.requests.length, 1);
    }
  });

  it('a body that passed unread is not sent again, but the clock is learned', async () => {
    await start(clock(() => 20 * MINUTES));
    const unsigned = createSigv4Fetch({ ...OPTIONS, payload: 'unsigned' });
    const init = () => /** @type {any} */ ({ method: 'POST', body: stream(), duplex: 'half' });
    assert.equal((await unsigned(`${server.origin}/a`, init())).status, 403);
    assert.equal((await unsigned(`${server.origin}/a`, init())).status, 200);
    assert.equal(server.requests.length, 2);
  });

  it('HEAD', async () => {
    await start(clock(() => 20 * MINUTES));
    assert.equal((await createSigv4Fetch(OPTIONS)(`${server.origin}/a`, { method: 'HEAD' })).status, 200);
  });
});
