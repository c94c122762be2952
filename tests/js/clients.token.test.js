// Credentials that a server refuses as expired: the provider is called again, and the request is sent again.

import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';

import { createSigv4Fetch } from 'sigv4-wasm/fetch';

import { MINUTES, headersOf, startServers, statuses } from '../support/clients-harness.js';
import { SIGNING_CLIENTS } from '../support/signing-clients.js';
import { CREDENTIALS, OPTIONS } from '../support/wire.js';

/**
 * As AWS says it: API Gateway; DynamoDB and other services with a JSON protocol; STS and others with a query protocol; S3.
 *
 * @type {[string, number, string, Record<string, string>?][]}
 */
const SPELLINGS = [
  [
    'API Gateway',
    403,
    '{"message":"The security token included in the request is expired"}',
    { 'x-amzn-errortype': 'ExpiredTokenException' },
  ],
  [
    'JSON',
    400,
    '{"__type":"com.amazon.coral.service#ExpiredTokenException","message":"The security token included in the request is expired"}',
  ],
  [
    'REST',
    403,
    '{"Message":"refresh it"}',
    {
      'x-amzn-errortype': 'ExpiredTokenException:http://internal.amazon.com/coral/com.amazon.coral.service/',
    },
  ],
  [
    'Query',
    403,
    '<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>The security token included in the request is expired</Message></Error></ErrorResponse>',
  ],
  [
    'S3',
    400,
    '<?xml version="1.0"?><Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>',
  ],
  [
    'S3, a token to be refreshed',
    400,
    '<Error><Code>TokenRefreshRequired</Code><Message>The provided token must be refreshed.</Message></Error>',
  ],
];

const issue = (/** @type {number} */ n) => ({
  ...CREDENTIALS,
  accessKeyId: `${CREDENTIALS.accessKeyId}${n}`,
  sessionToken: `token-${n}`,
  expiration: new Date(Date.now() + 60 * MINUTES),
});

/** @type {Awaited<ReturnType<typeof startServers>>} */
let servers;
/** @type {import('../support/iam-server.js').IamServer} */
let server;
afterEach(() => servers.close());

/**
 * A server that takes some tokens for expired.
 *
 * @param {(token: string) => boolean} isExpired
 * @param {[number, string, Record<string, string>?]} refusal
 * @param {object} [options]
 */
async function start(isExpired, [status, body, headers], options) {
  servers = await startServers({
    credentials: [1, 2, 3, 4].map(issue),
    respond: (request) =>
      isExpired(headersOf(request)['x-amz-security-token']) ? { status, body, headers } : { body: 'ok' },
    ...options,
  });
  ({ server } = servers);
}

/** A provider that issues new credentials only where it is told to. */
function issuing() {
  /** @type {any[]} */
  const calls = [];
  let n = 0;
  const credentials = async (/** @type {any} */ hint) => {
    calls.push(hint);
    if (n === 0 || hint.forceRefresh) n += 1;
    return issue(n);
  };
  return { calls, options: { ...OPTIONS, credentials } };
}

const GATEWAY = /** @type {[number, string, Record<string, string>?]} */ (SPELLINGS[0].slice(1));

for (const { name, make } of SIGNING_CLIENTS) {
  describe(name, () => {
    for (const [spelling, ...refusal] of SPELLINGS) {
      it(`${spelling}: asks again, and sends once more`, async () => {
        await start((token) => token === 'token-1', refusal);
        const { calls, options } = issuing();
        const send = make(options);
        const answer = await send(`${server.origin}/a`, { method: 'PUT', body: 'größe' });
        assert.deepEqual(answer, { status: 200, text: 'ok' });
        assert.deepEqual(statuses(server), [refusal[0], 200]);
        assert.deepEqual(server.requests[1].body, server.requests[0].body);
        assert.equal(headersOf(server.requests[1])['x-amz-security-token'], 'token-2');
        await send(`${server.origin}/b`);
        assert.deepEqual(calls, [{ forceRefresh: false }, { forceRefresh: true }]);
      });
    }

    it('at most once more, and the last answer can be read', async () => {
      await start(() => true, GATEWAY);
      const { options } = issuing();
      const { status, text } = await make(options)(`${server.origin}/a`);
      assert.deepEqual([status, text], [403, GATEWAY[1]]);
      assert.equal(server.requests.length, 2);
    });

    it('not again where the provider has no others, or fails', async () => {
      await start(() => true, GATEWAY);
      let isAsked = false;
      const failing = async () => {
        if (isAsked) throw new Error('no network');
        isAsked = true;
        return issue(1);
      };
      for (const credentials of [async () => issue(1), failing, issue(1)]) {
        server.requests.length = 0;
        const { status, text } = await make({ ...OPTIONS, credentials })(`${server.origin}/a`);
        assert.deepEqual([status, text], [403, GATEWAY[1]]);
        assert.equal(server.requests.length, 1);
      }
    });

    it('an object whose owner has changed it in the meantime', async () => {
      const credentials = issue(1);
      await start((token) => {
        Object.assign(credentials, issue(2));
        return token === 'token-1';
      }, GATEWAY);
      assert.equal((await make({ ...OPTIONS, credentials })(`${server.origin}/a`)).status, 200);
      assert.deepEqual(statuses(server), [403, 200]);
    });

    it('the clock and the token: one further attempt, whatever the reason', async () => {
      const now = () => new Date(Date.now() + 20 * MINUTES);
      await start((token) => token === 'token-1', GATEWAY, { now });
      const { calls, options } = issuing();
      const send = make(options);
      assert.equal((await send(`${server.origin}/a`)).status, 403);
      assert.deepEqual(statuses(server), [403, 403]);
      server.requests.length = 0;
      // Asked for the next request: what was learned of both is not lost.
      const next = await send(`${server.origin}/b`);
      assert.equal(calls.length, 2);
      assert.equal(next.status, 200);
      assert.ok(server.requests.length <= 2);
    });

    it('a body that passed unread is not sent again, but the next request has other credentials', async () => {
      await start((token) => token === 'token-1', GATEWAY);
      const { options } = issuing();
      const send = make({ ...options, payload: 'unsigned' });
      const request = { method: 'PUT', body: 'abc', streams: true };
      assert.equal((await send(`${server.origin}/a`, request)).status, 403);
      assert.equal((await send(`${server.origin}/a`, request)).status, 200);
      assert.equal(server.requests.length, 2);
    });

    it('concurrent requests: the provider is asked once', async () => {
      await start((token) => token === 'token-1', GATEWAY);
      const { calls, options } = issuing();
      const send = make(options);
      const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => send(`${server.origin}/${i}`)));
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
      assert.equal(calls.length, 2);
    });
  });
}

it('the caller may give up while the provider is asked again', async () => {
  await start(() => true, GATEWAY);
  let calls = 0;
  const controller = new AbortController();
  const credentials = () => {
    if (++calls === 1) return issue(1);
    queueMicrotask(() => controller.abort());
    return new Promise(() => {});
  };
  const signedFetch = createSigv4Fetch({ ...OPTIONS, credentials: /** @type {any} */ (credentials) });
  await assert.rejects(signedFetch(`${server.origin}/a`, { signal: controller.signal }), {
    name: 'AbortError',
  });
});

it("the words of an application are not AWS's", async () => {
  for (const body of ['{"message":"The incoming token has expired"}', '{"error":"refresh token expired"}']) {
    await start(() => true, [401, body]);
    const { calls, options } = issuing();
    assert.equal((await createSigv4Fetch(options)(`${server.origin}/a`)).status, 401);
    assert.equal(calls.length, 1);
    assert.equal(server.requests.length, 1);
    if (body.includes('incoming')) await servers.close();
  }
});
