// undici over HTTP/2, which undici 8 speaks by default, and undici 6 and 7 if they are configured to.

import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';

import { createSigv4Fetch } from 'sigv4-wasm/fetch';
import { sigv4Interceptor } from 'sigv4-wasm/undici';

import { CERTIFICATE, startHttp2Server } from '../support/http2-server.js';
import { UNDICI_VERSIONS } from '../support/undici-versions.js';
import { OPTIONS } from '../support/wire.js';

/** @type {Awaited<ReturnType<typeof startHttp2Server>>} */
let server;
before(async () => (server = await startHttp2Server()));
beforeEach(() => (server.requests.length = 0));
after(() => server.close());

for (const { name, undici, major, hasNodeFetch } of UNDICI_VERSIONS) {
  const { Agent, interceptors } = undici;

  describe(`${name} over HTTP/2`, () => {
    /** @type {any} */
    let agent;
    beforeEach(() => {
      agent = new Agent({ connect: { ca: CERTIFICATE }, ...(major < 8 && { allowH2: true }) });
    });
    afterEach(() => agent.destroy());
    const signing = (/** @type {object} */ options = {}) => sigv4Interceptor({ ...OPTIONS, ...options });

    /** What arrived was signed, and came over HTTP/2. @param {number} count */
    const assertArrived = (count) => {
      const arrived = server.requests.map(({ httpVersion, status, message }) => [
        httpVersion,
        status,
        message,
      ]);
      assert.equal(arrived.length, count);
      for (const one of arrived) assert.deepEqual(one.slice(0, 2), ['2.0', 200], String(one));
    };

    /** @type {Record<string, () => object>} */
    const cases = {
      GET: () => ({ path: '/a' }),
      'a query': () => ({ path: '/a?q=a%20b&q=1&Z=&u=%C3%BC' }),
      text: () => ({ method: 'POST', path: '/a', body: 'größe', headers: { 'content-type': 'text/plain' } }),
      'a stream': () => ({ method: 'PUT', path: '/a', body: Readable.from(['ab', 'c']) }),
      'headers in odd case': () => ({ path: '/a', headers: { 'X-Amz-Meta-A': ' a  b ' } }),
      HEAD: () => ({ method: 'HEAD', path: '/a' }),
    };
    for (const [what, options] of Object.entries(cases)) {
      it(what, async () => {
        const dispatcher = agent.compose(signing());
        const { statusCode, body } = await dispatcher.request({
          ...{ origin: server.origin, method: 'GET' },
          ...options(),
        });
        assert.equal(statusCode, 200, await body.text());
        assertArrived(1);
      });
    }

    it('many requests in one connection', async () => {
      const dispatcher = agent.compose(signing());
      const send = (/** @type {number} */ i) =>
        dispatcher.request({ origin: server.origin, method: 'POST', path: `/${i}`, body: `${i}` });
      const responses = await Promise.all(Array.from({ length: 20 }, (_, i) => send(i)));
      await Promise.all(responses.map(({ body }) => body.text()));
      assertArrived(20);
    });

    it('a redirect is signed again', async () => {
      const dispatcher = agent.compose(signing(), interceptors.redirect({ maxRedirections: 2 }));
      const { statusCode, body } = await dispatcher.request({
        ...{ origin: server.origin, method: 'POST', path: '/redirect', body: 'abc' },
      });
      assert.deepEqual([statusCode, await body.text()], [200, '3']);
      assertArrived(2);
    });

    for (const [whose, fetch] of [
      ['its own', undici.fetch],
      ["Node's", globalThis.fetch],
    ]) {
      const skip = whose === "Node's" && !hasNodeFetch && 'it does not take this dispatcher';
      it(`fetch, ${whose}, through its dispatcher`, { skip }, async () => {
        const dispatcher = agent.compose(signing());
        const body = new Uint8Array([1, 2, 3]);
        const response = await fetch(`${server.origin}/a?b=c`, { method: 'POST', body, dispatcher });
        assert.deepEqual([response.status, await response.text()], [200, '3']);
        assertArrived(1);
      });

      it(`createSigv4Fetch of fetch, ${whose}`, { skip }, async () => {
        const signed = createSigv4Fetch({
          ...OPTIONS,
          fetch: (/** @type {any} */ input, /** @type {any} */ init) =>
            fetch(input, { ...init, dispatcher: agent }),
        });
        const response = await signed(`${server.origin}/redirect`, { method: 'POST', body: 'abc' });
        assert.deepEqual([response.status, await response.text()], [200, '3']);
        assertArrived(2);
      });
    }
  });
}
