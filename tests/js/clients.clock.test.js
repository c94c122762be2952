// The server's time from a response is used after a second response has confirmed it, for one origin, within a day.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { afterEach, describe, it } from 'node:test';

import { Signer } from 'sigv4-wasm';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';

import { MINUTES, startServers, statuses } from '../support/clients-harness.js';
import { SIGNING_CLIENTS } from '../support/signing-clients.js';
import { CREDENTIALS, OPTIONS } from '../support/wire.js';

const HOURS = 60 * MINUTES;
const DAYS = 24 * HOURS;

/** @type {(() => unknown)[]} */
let closing = [];
afterEach(async () => {
  await Promise.all(closing.map((close) => close()));
  closing = [];
});

/**
 * A server that answers by a script.
 *
 * @param {(attempt: number) => { status: number, ahead?: number, body?: string }} answer  `ahead` is what `Date` says
 */
async function startScript(answer) {
  /** When each request was signed, in milliseconds after now. @type {number[]} */
  const signedAt = [];
  const server = createServer((request, response) => {
    request.resume();
    signedAt.push(signedFor(request.headers['x-amz-date']) - Date.now());
    const { status, ahead = 0, body = '' } = answer(signedAt.length);
    response.writeHead(status, { date: new Date(Date.now() + ahead).toUTCString() }).end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  closing.push(() => (server.closeAllConnections(), server.close()));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { origin: `http://127.0.0.1:${port}`, signedAt };
}

/**
 * @param {unknown} date  `x-amz-date`
 * @returns {number} epoch milliseconds
 */
function signedFor(date) {
  return Date.parse(String(date).replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5'));
}

/** @param {Parameters<typeof startServers>[0]} [options] */
async function start(options) {
  const servers = await startServers(options);
  closing.push(servers.close);
  return servers.server;
}

/** @param {number} offset */
const isNow = (offset) => Math.abs(offset) < MINUTES;

for (const { name, make } of SIGNING_CLIENTS) {
  describe(name, () => {
    for (const ahead of [2 * HOURS, -2 * HOURS, 23 * HOURS]) {
      it(`a Date that is ${ahead / HOURS} hours off, and does not prove right, is not kept`, async () => {
        let isEvil = true;
        const server = await startScript(() => (isEvil ? { status: 403, ahead } : { status: 200 }));
        let calls = 0;
        const issue = () => ({ ...CREDENTIALS, expiration: new Date(Date.now() + HOURS) });
        const provider = async () => (calls++, issue());
        for (const credentials of [issue(), provider]) {
          const send = make({ ...OPTIONS, credentials });
          isEvil = true;
          assert.equal((await send(`${server.origin}/a`)).status, 403);
          isEvil = false;
          server.signedAt.length = calls = 0;
          for (let i = 0; i < 3; i++) assert.equal((await send(`${server.origin}/a`)).status, 200);
          assert.deepEqual(server.signedAt.map(isNow), [true, true, true]);
          assert.equal(calls, 0);
        }
      });
    }

    it('a Date that is more than a day off is not even tried', async () => {
      const server = await startScript(() => ({ status: 403, ahead: 20 * 365 * DAYS }));
      assert.equal((await make(OPTIONS)(`${server.origin}/a`)).status, 403);
      assert.deepEqual(server.signedAt.map(isNow), [true]);
    });

    /** What the second answer is, and whether it proves the time. @type {[string, number, string, boolean][]} */
    const second = [
      ['200', 200, 'ok', true],
      ['404', 404, 'no such order', true],
      ['500', 500, 'internal error', true],
      ['401', 401, '', false],
      ['403 without a reason', 403, '{"message":"Forbidden"}', false],
      ['400 that blames the signature', 400, '{"__type":"InvalidSignatureException"}', false],
      ['400 that blames the clock', 400, '<Error><Code>RequestTimeTooSkewed</Code></Error>', false],
    ];
    for (const [what, status, body, proves] of second) {
      it(`${what} ${proves ? 'proves' : 'does not prove'} it`, async () => {
        const server = await startScript((attempt) =>
          attempt === 1 ? { status: 403, ahead: HOURS } : attempt === 2 ? { status, body } : { status: 200 },
        );
        const send = make(OPTIONS);
        assert.equal((await send(`${server.origin}/a`)).status, status);
        assert.equal((await send(`${server.origin}/a`)).status, 200);
        assert.deepEqual(server.signedAt.map(isNow), [true, false, !proves]);
      });
    }

    it('each origin has a clock of its own', async () => {
      const now = () => new Date(Date.now() + 20 * MINUTES);
      const [ahead, right] = [await start({ now }), await start()];
      const send = make(OPTIONS);
      for (const server of [ahead, right, ahead, right])
        assert.equal((await send(`${server.origin}/a`)).status, 200);
      assert.deepEqual(
        [statuses(ahead), statuses(right)],
        [
          [403, 200, 200],
          [200, 200],
        ],
      );
    });

    it('a local clock two hours ahead: a provider is asked once, and credentials last', async () => {
      // By the local clock, the credentials have expired before they are there.
      const server = await start({ now: () => new Date(Date.now() - 2 * HOURS) });
      let calls = 0;
      const credentials = async () => (calls++, { ...CREDENTIALS, expiration: new Date(Date.now() - HOURS) });
      const send = make({ ...OPTIONS, credentials });
      for (let i = 0; i < 4; i++) assert.equal((await send(`${server.origin}/${i}`)).status, 200);
      assert.deepEqual(statuses(server), [403, 200, 200, 200, 200]);
      assert.equal(calls, 1);
    });

    it('a clock that is set right later is learned again', async () => {
      let ahead = 20 * MINUTES;
      const server = await start({ now: () => new Date(Date.now() + ahead) });
      const send = make(OPTIONS);
      assert.equal((await send(`${server.origin}/a`)).status, 200);
      ahead = 0;
      assert.equal((await send(`${server.origin}/b`)).status, 200);
      assert.equal((await send(`${server.origin}/c`)).status, 200);
      assert.deepEqual(statuses(server), [403, 200, 403, 200, 200]);
    });

    it('a body that passed unread: the next request proves the time, or not', async () => {
      let isEvil = true;
      const server = await startScript(() => (isEvil ? { status: 403, ahead: HOURS } : { status: 200 }));
      const send = make({ ...OPTIONS, payload: 'unsigned' });
      const request = { method: 'PUT', body: 'abc', streams: true };
      for (let i = 0; i < 2; i++) assert.equal((await send(`${server.origin}/a`, request)).status, 403);
      isEvil = false;
      for (let i = 0; i < 2; i++) assert.equal((await send(`${server.origin}/a`, request)).status, 200);
      // Tried once, and forgotten as that was refused, too.
      assert.deepEqual(server.signedAt.map(isNow), [true, false, true, true]);
    });
  });
}

it('a hundred origins are remembered, and of more the least recently used are forgotten', async () => {
  let sent = 0;
  const fetch = async (/** @type {string} */ _url, /** @type {any} */ { headers }) => {
    sent += 1;
    const now = new Date(Date.now() + HOURS);
    const isRight = Math.abs(signedFor(headers['x-amz-date']) - now.getTime()) < MINUTES;
    return new Response('', { status: isRight ? 200 : 403, headers: { date: now.toUTCString() } });
  };
  const signedFetch = createSigv4Fetch({ ...OPTIONS, fetch });
  const sends = async (/** @type {number} */ n) => {
    const before = sent;
    assert.equal((await signedFetch(`https://host-${n}.example.com/`)).status, 200);
    return sent - before;
  };
  for (let n = 1; n <= 100; n++) assert.equal(await sends(n), 2);
  assert.equal(await sends(1), 1);
  assert.equal(await sends(101), 2);
  assert.equal(await sends(1), 1);
  assert.equal(await sends(2), 2);
});

it('a Signer has no clock of its own; it takes one as date', async () => {
  const date = () => new Date(Date.now() - 2 * HOURS);
  const expiration = new Date(Date.now() - HOURS);
  const credentials = { ...CREDENTIALS, expiration };
  assert.equal('clockOffset' in new Signer(OPTIONS), false);
  await assert.rejects(new Signer({ ...OPTIONS, credentials }).sign('https://example.com/'), {
    code: 'ERR_SIGV4_CREDENTIALS_EXPIRED',
  });
  // Expired by the local clock only.
  const { headers } = await new Signer({ ...OPTIONS, credentials, date }).sign('https://example.com/');
  assert.ok(headers.authorization);
});
