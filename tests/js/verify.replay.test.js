// A request that is sent again is known again, whatever its signature, until it can no longer be accepted.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import { connect, createServer as createServer2 } from 'node:http2';
import { after, describe, test } from 'node:test';

import { SignatureV4a } from '@smithy/signature-v4a';
import { Sha256 } from '@aws-crypto/sha256-js';
import { presignUrl, Signer } from 'sigv4-wasm';
import { ReplayCache, verifyMiddleware, verifyRequest } from 'sigv4-wasm/verify';

import { CREDENTIALS } from '../support/wire.js';

const SCOPE = { region: 'eu-west-1', service: 'execute-api' };
const DATE = new Date('2026-02-03T04:05:06Z');
const HOST = 'api.example.com';
const known = { ...SCOPE, secretAccessKey: () => CREDENTIALS };

/** @param {number} seconds */
const later = (seconds) => new Date(DATE.getTime() + seconds * 1000);

/** As it arrives. */
async function signed(path = '/', settings = {}) {
  const signer = new Signer({ credentials: CREDENTIALS, ...SCOPE, date: DATE, ...settings });
  const { method, headers } = await signer.sign(`https://${HOST}${path}`);
  return { method, url: path, headers: { ...headers, host: HOST } };
}

const verified = async (request, now = DATE, more = {}) => verifyRequest(request, { ...known, now, ...more });

describe('replayId', () => {
  test('is the same for a copy, and another for any other request, key or second', async () => {
    const one = await verified(await signed('/a?b=c'));
    assert.match(one.replayId, /^[0-9a-f]{64}$/);
    assert.equal((await verified(await signed('/a?b=c'), later(9))).replayId, one.replayId);
    const credentials = { ...CREDENTIALS, accessKeyId: 'ASIAANOTHER' };
    const others = [
      await verified(await signed('/a?b=d')),
      await verified(await signed('/a?b=c', { date: later(1) })),
      await verified(await signed('/a?b=c', { credentials })),
    ];
    assert.equal(new Set([one, ...others].map(({ replayId }) => replayId)).size, 4);
  });

  test('does not change with what leaves the meaning alone', async () => {
    const request = await signed('/a%2Fb?x=1&y=%7E');
    const { replayId } = await verified(request);
    const { authorization } = request.headers;
    for (const changed of [
      { ...request, url: '/a%2Fb?y=~&&x=1' },
      { ...request, headers: { ...request.headers, 'x-trace': 'anything', host: ` ${HOST} ` } },
      { ...request, headers: { ...request.headers, authorization: authorization.replaceAll(', ', ',') } },
    ]) {
      assert.equal((await verified(changed)).replayId, replayId);
    }
  });

  // ECDSA: where (r, s) is valid, so is (r, n - s).
  test('is the same for a second signature that was made of one of SigV4a', async () => {
    const theirs = new SignatureV4a({ ...SCOPE, credentials: CREDENTIALS, sha256: Sha256 });
    const { headers } = await theirs.sign(
      { method: 'GET', protocol: 'https:', hostname: HOST, path: '/x', query: {}, headers: { host: HOST } },
      { signingDate: DATE },
    );
    const [, start, hex] = /^(.*Signature=)([0-9a-f]+)$/.exec(headers.authorization);
    const request = { url: '/x', headers };
    const again = { url: '/x', headers: { ...headers, authorization: start + malleated(hex) } };
    assert.notEqual(again.headers.authorization, headers.authorization);
    const [one, other] = [await verified(request), await verified(again)];
    assert.equal(one.algorithm, 'AWS4-ECDSA-P256-SHA256');
    assert.equal(other.replayId, one.replayId);
    const cache = new ReplayCache({ now: DATE });
    assert.deepEqual([cache.admit(one), cache.admit(other)], [true, false]);
  });
});

/** @param {string} hex  an ECDSA signature in DER */
function malleated(hex) {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const der = Buffer.from(hex, 'hex');
  const r = der.subarray(2, 4 + der[3]);
  const s = (order - BigInt(`0x${der.subarray(6 + der[3]).toString('hex')}`)).toString(16).padStart(64, '0');
  const bytes = Buffer.from((s[0] > '7' ? '00' : '') + s, 'hex');
  const sequence = Buffer.concat([r, Buffer.from([2, bytes.length]), bytes]);
  return Buffer.concat([Buffer.from([48, sequence.length]), sequence]).toString('hex');
}

describe('ReplayCache', () => {
  test('remembers a request until its signature can no longer be accepted', async () => {
    const clock = { now: DATE };
    const cache = new ReplayCache({ maxEntries: 1, now: () => clock.now });
    const [first, second] = [await verified(await signed('/1')), await verified(await signed('/2'))];
    assert.deepEqual(first.acceptableUntil, later(300));
    assert.equal(cache.admit(first), true);
    for (const seconds of [0, 1, 300]) {
      clock.now = later(seconds);
      assert.equal(cache.admit(first), false);
      assert.throws(() => cache.admit(second), { code: 'ERR_SIGV4_REPLAY_CACHE_FULL', status: 503 });
      await verified(await signed('/1'), clock.now);
    }
    clock.now = later(301);
    await assert.rejects(verified(await signed('/1'), clock.now), { code: 'ERR_SIGV4_SIGNATURE_EXPIRED' });
    const third = await verified(await signed('/3', { date: clock.now }), clock.now);
    assert.equal(cache.admit(third), true);
    assert.equal(cache.size, 1);
  });

  test('of a presigned URL, until that expires', async () => {
    const href = await presignUrl(`https://${HOST}/`, {
      credentials: CREDENTIALS,
      ...SCOPE,
      date: DATE,
      expiresIn: 7200,
    });
    const request = { url: href.slice(`https://${HOST}`.length), headers: { host: HOST } };
    const clock = { now: DATE };
    const cache = new ReplayCache({ maxEntries: 1, now: () => clock.now });
    const outcome = await verified(request);
    assert.deepEqual(outcome.acceptableUntil, later(7200));
    assert.equal(cache.admit(outcome), true);
    clock.now = later(7199);
    assert.equal(cache.admit(await verified(request, clock.now)), false);
    const other = await verified(await signed('/', { date: clock.now }), clock.now);
    assert.throws(() => cache.admit(other), { code: 'ERR_SIGV4_REPLAY_CACHE_FULL' });
    clock.now = later(7201);
    assert.equal(cache.admit(other), true);
  });

  test('follows the skew of the verifier', async () => {
    const { acceptableUntil } = await verified(await signed(), DATE, { maxSkewSeconds: 10 });
    assert.deepEqual(acceptableUntil, later(10));
  });

  test('a request that was verified in time, and is admitted after its place was given away, is not taken', async () => {
    const clock = { now: DATE };
    const cache = new ReplayCache({ maxEntries: 1, now: () => clock.now });
    const copy = await verified(await signed('/1'));
    assert.equal(cache.admit(copy), true);
    clock.now = later(301);
    assert.equal(cache.admit(await verified(await signed('/2', { date: clock.now }), clock.now)), true);
    assert.equal(cache.admit(copy), false);
  });

  test('forgets none that lives, in whatever order they come', () => {
    const clock = { now: 0 };
    const cache = new ReplayCache({ maxEntries: 500, now: () => new Date(clock.now) });
    /** @type {Map<string, number>} */
    const live = new Map();
    let state = 7;
    const random = (below) => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) % below;
    let full = 0;
    for (let i = 0; i < 20_000; i++) {
      clock.now += random(3);
      for (const [id, until] of live) if (until < clock.now) live.delete(id);
      const id = `id-${i}`;
      const until = clock.now + 1 + random(2000);
      try {
        assert.equal(cache.admit({ replayId: id, acceptableUntil: new Date(until) }), true);
        live.set(id, until);
      } catch (error) {
        assert.equal(error.code, 'ERR_SIGV4_REPLAY_CACHE_FULL');
        assert.ok(live.size >= 500, `refused with ${live.size} that live`);
        full++;
      }
      const [known] = [...live.keys()].slice(random(live.size) - 1);
      if (known)
        assert.equal(cache.admit({ replayId: known, acceptableUntil: new Date(live.get(known)) }), false);
      assert.ok(cache.size <= 500);
    }
    assert.ok(full > 100 && full < 19_000, `${full} were refused`);
  });

  test('holds 100000 by default', () => {
    const cache = new ReplayCache({ now: DATE });
    const admit = (replayId) => cache.admit({ replayId, acceptableUntil: later(1) });
    for (let i = 0; i < 100_000; i++) admit(`id-${i}`);
    assert.throws(() => admit('one more'), { code: 'ERR_SIGV4_REPLAY_CACHE_FULL' });
    assert.equal(admit('id-0'), false);
  });

  test('wrong calls', () => {
    for (const options of [
      { maxEntries: 0 },
      { maxEntries: 1.5 },
      { maxEntries: 'many' },
      { now: 5 },
      { now: new Date(NaN) },
      { maxEntry: 5 },
    ]) {
      assert.throws(
        () => new ReplayCache(options),
        { code: 'ERR_SIGV4_OPTION_INVALID' },
        JSON.stringify(options),
      );
    }
    const cache = new ReplayCache();
    for (const outcome of [undefined, {}, { replayId: 'a' }, { replayId: 'a', acceptableUntil: 'soon' }]) {
      assert.throws(() => cache.admit(outcome), { code: 'ERR_SIGV4_OPTION_INVALID' });
    }
  });
});

const servers = [];
after(() => servers.forEach((server) => server.close()));

for (const [name, create, sendTo] of [
  ['HTTP/1.1', createServer, sendHttp1],
  ['HTTP/2', createServer2, sendHttp2],
]) {
  test(`${name}: a captured request is taken once`, async () => {
    const replays = new ReplayCache();
    const verify = verifyMiddleware(known);
    const server = create((request, response) =>
      verify(request, response, (error) => {
        response.statusCode = error ? 500 : replays.admit(request.sigv4) ? 200 : 409;
        response.end();
      }),
    );
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const origin = `http://127.0.0.1:${server.address().port}`;
    const signer = new Signer({ credentials: CREDENTIALS, ...SCOPE });
    const sign = (body) => signer.sign({ method: 'POST', url: `${origin}/pay`, body });
    const captured = await sign('{"to":"alice"}');
    assert.equal(await sendTo(origin, captured), 200);
    assert.equal(await sendTo(origin, captured), 409);
    assert.equal(await sendTo(origin, await sign('{"to":"bob"}')), 200);
    assert.equal(await sendTo(origin, captured), 409);
  });
}

async function sendHttp1(origin, { method, url, headers, body }) {
  const outgoing = httpRequest(url, { method, headers, agent: false }).end(body);
  const [response] = await once(outgoing, 'response');
  response.resume();
  return response.statusCode;
}

async function sendHttp2(origin, { method, headers, body }) {
  const session = connect(origin);
  const stream = session.request({ ':method': method, ':path': '/pay', ...headers }).end(body);
  const [{ ':status': status }] = await once(stream, 'response');
  session.destroy();
  return status;
}
