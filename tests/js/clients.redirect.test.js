// A redirect chain that left its origin is never signed again, because another server chose the URL.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';

import { sigv4Interceptor } from 'sigv4-wasm/undici';
import * as undici7 from 'undici';
import * as undici6 from 'undici-6';

import {
  assertUnsigned,
  headersOf,
  redirectPath,
  startServers,
  statuses,
} from '../support/clients-harness.js';
import { startIamServer } from '../support/iam-server.js';
import { SIGNING_CLIENTS } from '../support/signing-clients.js';
import { OPTIONS } from '../support/wire.js';

/** @type {Awaited<ReturnType<typeof startServers>>} */
let servers;
/** The first origin. @type {import('../support/iam-server.js').IamServer} */
let server;
/** Another one, which sends everybody back. @type {import('../support/iam-server.js').IamServer} */
let attacker;
beforeEach(async () => {
  ({ server } = servers = await startServers());
  const respond = () => ({ status: 307, headers: { location: `${server.origin}/open/admin/delete` } });
  attacker = await startIamServer({ credentials: [], respond });
});
afterEach(() => Promise.all([servers.close(), attacker.close()]));

/** There, to the attacker, and back. */
const bounce = () => server.origin + redirectPath(307, `${attacker.origin}/open/back`);
/** The usual advice, which does not help here. */
const match = ({ origin }) => origin === server.origin;

function assertBounced() {
  assert.equal(attacker.requests.length, 1);
  assertUnsigned(attacker.requests[0]);
  const [first, last] = server.requests;
  assert.match(headersOf(first).authorization, /^AWS4-HMAC-SHA256 /);
  assert.equal(last.url, '/open/admin/delete');
  assertUnsigned(last);
}

for (const { name, make } of SIGNING_CLIENTS) {
  // axios with fetch follows no redirects, which is tested with the other redirects of axios.
  if (name.startsWith('axios') && name.endsWith('fetch')) continue;

  describe(name, () => {
    for (const [method, body] of [['GET'], ['PUT', 'abc']]) {
      it(`${method}: out and back`, async () => {
        await make({ ...OPTIONS, match })(bounce(), { method, body });
        assertBounced();
      });
    }

    it('the next request is signed, and its redirects within the origin, too', async () => {
      const send = make({ ...OPTIONS, match });
      await send(bounce(), { method: 'PUT', body: 'abc' });
      server.requests.length = 0;
      const { status } = await send(server.origin + redirectPath(307, '/b'), { method: 'PUT', body: 'abc' });
      assert.equal(status, 200);
      assert.deepEqual(statuses(server), [307, 200]);
    });
  });
}

for (const [name, undici] of /** @type {[string, any][]} */ ([
  ['undici 6', undici6],
  ['undici 7', undici7],
])) {
  const { Agent, interceptors, request } = undici;
  const retry = () => interceptors.retry({ minTimeout: 1, maxTimeout: 5 });
  const redirect = () => interceptors.redirect({ maxRedirections: 5 });

  describe(`${name}: retry and redirect, composed after the signer`, () => {
    for (const [order, others] of /** @type {[string, () => any[]][]} */ ([
      ['retry, redirect', () => [retry(), redirect()]],
      ['redirect, retry', () => [redirect(), retry()]],
    ])) {
      it(order, async () => {
        const agent = new Agent();
        const dispatcher = agent.compose(sigv4Interceptor({ ...OPTIONS, match }), ...others());
        const { body } = await request(bounce(), { method: 'PUT', body: 'abc', dispatcher });
        await body.dump();
        assertBounced();

        // A new start, after a failure: signed again.
        const flaky = server.origin + redirectPath(307, `/flaky/${name}/${order}`.replaceAll(/[ ,]+/g, '-'));
        const retried = await request(flaky, { method: 'PUT', body: 'abc', dispatcher });
        assert.equal(retried.statusCode, 200, await retried.body.text());
        await agent.close();
      });
    }
  });
}

it('a limit: the fetch of Node.js follows redirects itself, and a dispatcher cannot tell', async () => {
  const agent = new undici7.Agent();
  const dispatcher = agent.compose(sigv4Interceptor(OPTIONS));
  await fetch(bounce(), /** @type {any} */ ({ method: 'PUT', body: 'abc', dispatcher }));
  // Each hop is a request of its own to it: the attacker gets a signature, and the last one is signed.
  assert.match(headersOf(attacker.requests[0]).authorization, /^AWS4-HMAC-SHA256 /);
  assert.match(headersOf(server.requests[1]).authorization, /^AWS4-HMAC-SHA256 /);
  await agent.close();

  // `match` keeps other origins out, but not what comes back.
  const matching = new undici7.Agent();
  const strict = matching.compose(sigv4Interceptor({ ...OPTIONS, match }));
  await fetch(bounce(), /** @type {any} */ ({ method: 'PUT', body: 'abc', dispatcher: strict }));
  assertUnsigned(attacker.requests[1]);
  assert.match(headersOf(server.requests[3]).authorization, /^AWS4-HMAC-SHA256 /);
  await matching.close();
});
