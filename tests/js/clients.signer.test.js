// HTTP clients with a signer instead of its options: one of the main entry, and one of sigv4-wasm/fips.

import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';

import { Signer } from 'sigv4-wasm';
import { sigv4Interceptor } from 'sigv4-wasm/axios';
import { Signer as FipsSigner } from 'sigv4-wasm/fips';
import { SignerV4a } from 'sigv4-wasm/v4a';

import { MINUTES, headersOf, startServers, statuses } from '../support/clients-harness.js';
import { SIGNING_CLIENTS } from '../support/signing-clients.js';
import { CREDENTIALS, OPTIONS } from '../support/wire.js';

/** @type {Awaited<ReturnType<typeof startServers>>} */
let servers;
afterEach(() => servers?.close());

const issue = (/** @type {number} */ n) => ({
  ...CREDENTIALS,
  accessKeyId: `${CREDENTIALS.accessKeyId}${n}`,
  sessionToken: `token-${n}`,
  expiration: new Date(Date.now() + 60 * MINUTES),
});

for (const [entry, Kind] of Object.entries({ 'sigv4-wasm': Signer, 'sigv4-wasm/fips': FipsSigner })) {
  for (const { name, make } of SIGNING_CLIENTS) {
    describe(`${name}, with a signer of ${entry}`, () => {
      it('sends what the server accepts, body and all', async () => {
        servers = await startServers();
        const send = make({ signer: new Kind(OPTIONS) });
        for (const [method, body] of /** @type {[string, string?][]} */ ([['GET'], ['PUT', 'größe']])) {
          const { status, text } = await send(`${servers.server.origin}/prod/items?b=ü`, { method, body });
          assert.equal(status, 200, text);
        }
      });

      it('puts its signature into the query', async () => {
        servers = await startServers();
        const send = make({ signer: new Kind(OPTIONS), signatureLocation: 'query' });
        const headers = { 'x-amz-meta-a': 'b', authorization: 'Bearer mine' };
        const { status, text } = await send(`${servers.server.origin}/prod/items`, { headers });
        assert.equal(status, 200, text);
        const [request] = servers.server.requests;
        assert.match(request.url, /X-Amz-SignedHeaders=host%3Bx-amz-meta-a/);
        assert.equal(headersOf(request).authorization, 'Bearer mine');
      });

      it('learns the clock of the server, but for a signer with a date', async () => {
        servers = await startServers({ now: () => new Date(Date.now() + 40 * MINUTES) });
        const url = `${servers.server.origin}/prod/items`;
        const send = make({ signer: new Kind(OPTIONS) });
        for (let i = 0; i < 2; i++) assert.equal((await send(url)).status, 200);
        assert.deepEqual(statuses(servers.server), [403, 200, 200]);
        const dated = make({ signer: new Kind({ ...OPTIONS, date: () => new Date() }) });
        assert.equal((await dated(url)).status, 403);
      });

      it('asks for other credentials where these have expired, once for all clients of the signer', async () => {
        servers = await startServers({
          credentials: [1, 2].map(issue),
          respond: (/** @type {any} */ request) =>
            headersOf(request)['x-amz-security-token'] === 'token-1'
              ? {
                  status: 403,
                  body: '{"message":"The security token included in the request is expired"}',
                  headers: { 'x-amzn-errortype': 'ExpiredTokenException' },
                }
              : { body: 'ok' },
        });
        let n = 0;
        const credentials = async (/** @type {any} */ hint) => issue(n === 0 || hint.forceRefresh ? ++n : n);
        const signer = new Kind({ ...OPTIONS, credentials });
        for (const send of [make({ signer }), make({ signer })]) {
          assert.deepEqual(await send(`${servers.server.origin}/a`), { status: 200, text: 'ok' });
        }
        assert.deepEqual(statuses(servers.server), [403, 200, 200]);
        assert.equal(n, 2);
      });

      it('passes streams unread where the signer does not sign bodies', async () => {
        servers = await startServers();
        const send = make({ signer: new Kind({ ...OPTIONS, payload: 'unsigned' }) });
        const body = 'streamed';
        const { status } = await send(`${servers.server.origin}/a`, { method: 'PUT', body, streams: true });
        assert.equal(status, 200);
        assert.equal(headersOf(servers.server.requests[0])['x-amz-content-sha256'], 'UNSIGNED-PAYLOAD');
      });
    });
  }
}

describe('the option signer', () => {
  it('takes signers of SigV4, and no option of theirs beside them', () => {
    const code = 'ERR_SIGV4_OPTION_INVALID';
    const v4a = new SignerV4a({ credentials: CREDENTIALS, service: 's3', regionSet: ['*'] });
    for (const signer of [null, 'Signer', {}, Signer, CREDENTIALS, v4a]) {
      const options = { signer: /** @type {any} */ (signer) };
      assert.throws(() => sigv4Interceptor(options), {
        code,
        message: /^the option signer must be a Signer/,
      });
    }
    const options = { signer: new Signer(OPTIONS), region: 'eu-west-1' };
    assert.throws(() => sigv4Interceptor(options), {
      code,
      message: /^the option region belongs to the signer/,
    });
    sigv4Interceptor({ signer: new Signer(OPTIONS), match: () => true, region: undefined });
  });
});
