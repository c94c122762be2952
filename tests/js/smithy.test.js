// SignatureV4 compared with the class that it replaces: the same results, and the same errors.
//
// SIGV4_SEED makes the random calls of an earlier run again; SIGV4_CASES says how many.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';

import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import * as smithy from '@smithy/signature-v4';

import * as ours from 'sigv4-wasm/smithy';

import { Random } from '../differential/case.js';
import { KINDS, randomCall, request } from './smithy.cases.js';

const CASES = Number(process.env.SIGV4_CASES ?? 2000);
const NOW = new Date('2026-02-03T04:05:06.789Z');
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' };
const init = { credentials, region: 'eu-west-1', service: 'execute-api', sha256: Sha256 };
const get = () => new HttpRequest({ hostname: 'example.com', headers: { host: 'example.com' } });

describe('beside @smithy/signature-v4', () => {
  for (const [title, seed] of Object.entries({
    'the same calls each time': 1,
    'new calls each time': Number(process.env.SIGV4_SEED ?? Date.now() % 2 ** 32),
  })) {
    test(`${title} have the same outcome`, async (t) => {
      t.mock.timers.enable({ apis: ['Date'], now: NOW });
      const random = new Random(seed);
      /** @type {Record<string, number>} */
      const signed = Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, 0]));
      let refused = 0;
      for (let number = 0; number < CASES; number++) {
        const { kind, ...call } = randomCall(random);
        const before = inspect(call.args, { depth: 9 });
        const [theirs, own] = [await outcome(smithy, call), await outcome(ours, call)];
        const what = `SIGV4_SEED=${seed}, call ${number}: ${call.method} of ${kind}\n${inspect(call, { depth: 9 })}`;
        assert.deepEqual(own, theirs, what);
        assert.equal(inspect(call.args, { depth: 9 }), before, `changed what it was given. ${what}`);
        if ('error' in own) refused++;
        else signed[kind]++;
      }
      t.diagnostic(`seed ${seed}: ${JSON.stringify(signed)}, refused ${refused}`);
      // Otherwise it would show less than it seems to.
      if (CASES < 1000) return;
      for (const kind of Object.keys(signed)) assert.ok(signed[kind] > CASES / 40, kind);
      assert.ok(refused > CASES / 40);
    });
  }

  test('the functions that it exports have the same results', async () => {
    const random = new Random(2);
    const sets = () => new Set(['host', 'user-agent', 'x-amz-acl'].filter(() => random.percent(50)));
    for (let number = 0; number < 500; number++) {
      const given = request(random);
      const [first, second] = [sets(), sets()];
      const headers = given.headers ?? {};
      /** @type {Record<string, (from: any) => any>} */
      const functions = {
        getCanonicalHeaders: (from) => from.getCanonicalHeaders(given, first, second),
        getCanonicalQuery: (from) => from.getCanonicalQuery(given),
        getPayloadHash: (from) => from.getPayloadHash(given, Sha256),
        moveHeadersToQuery: (from) =>
          from.moveHeadersToQuery(given, { hoistableHeaders: first, unhoistableHeaders: second }),
        prepareRequest: (from) => from.prepareRequest(given),
        hasHeader: (from) => ['Host', 'x-amz-acl', 'toString'].map((name) => from.hasHeader(name, headers)),
        createScope: (from) => from.createScope('20260203', given.path, given.method),
        getSigningKey: (from) =>
          from.getSigningKey(Sha256, credentials, '20260203', `r${number}`, given.method ?? 's'),
      };
      for (const [name, call] of Object.entries(functions)) {
        const [theirs, own] = [await settle(() => call(smithy)), await settle(() => call(ours))];
        assert.deepEqual(own, theirs, `${name}, ${number}: ${inspect(given)}`);
      }
    }
  });

  test('the exports are the same', () => {
    const require = createRequire(import.meta.url);
    const theirs = require('@smithy/signature-v4'); // imported, it has a `default` besides
    assert.deepEqual(Object.keys(ours).sort(), Object.keys(theirs).sort());
    assert.deepEqual(Object.keys(require('sigv4-wasm/smithy')).sort(), Object.keys(theirs).sort());
    for (const [name, value] of Object.entries(theirs)) {
      const own = /** @type {any} */ (ours)[name];
      if (typeof value === 'function') assert.equal(typeof own, 'function', name);
      else assert.deepEqual(own, value, name);
    }
  });

  test('what differs: a parameter that is named as a property of every object, and has no value', () => {
    const request = /** @type {any} */ ({ query: { toString: null } });
    assert.equal(ours.getCanonicalQuery(request), '', 'such a parameter is not sent');
    assert.match(
      smithy.getCanonicalQuery(request),
      /native code/,
      'otherwise let it be among the random calls',
    );
  });

  test('a signer asks its providers as often, and in the same order', async () => {
    const event = { headers: new Uint8Array(2), payload: new Uint8Array(2) };
    const message = { message: { headers: {}, body: new Uint8Array(2) }, priorSignature: '' };
    const calls = {
      'a request': (/** @type {any} */ signer) => signer.sign(get()),
      'a request for another region': (/** @type {any} */ signer) =>
        signer.sign(get(), { signingRegion: 'a' }),
      'a presigned request': (/** @type {any} */ signer) => signer.presign(get()),
      'a string': (/** @type {any} */ signer) => signer.sign('text'),
      'an event': (/** @type {any} */ signer) => signer.sign(event, { priorSignature: '' }),
      'a message': (/** @type {any} */ signer) => signer.signMessage(message, {}),
    };
    for (const [name, call] of Object.entries(calls)) {
      const [theirs, own] = await Promise.all(
        [smithy, ours].map(async ({ SignatureV4 }) => {
          /** @type {string[]} */
          const asked = [];
          const signer = new SignatureV4({
            ...init,
            region: async () => (asked.push('region'), 'eu-west-1'),
            credentials: async () => (asked.push('credentials'), credentials),
          });
          await call(signer);
          await call(signer);
          return asked;
        }),
      );
      assert.deepEqual(own, theirs, name);
      assert.ok(own.length >= 2, name);
    }
  });

  test('a provider that fails fails the call with its own error', async () => {
    const error = new Error('no credentials');
    const failing = { ...init, credentials: () => Promise.reject(error) };
    await assert.rejects(new ours.SignatureV4(failing).sign(get()), (thrown) => thrown === error);
  });
});

describe('a result', () => {
  const signer = new ours.SignatureV4(init);

  test('is of the class of its request, and can be cloned', async () => {
    const signed = /** @type {any} */ (await signer.sign(get()));
    assert.ok(signed instanceof HttpRequest);
    const clone = signed.clone();
    assert.deepEqual(clone, signed);
    assert.notEqual(clone.headers, signed.headers);
  });

  test('of a plain object passes for a request all the same', async () => {
    const signed = /** @type {any} */ (await signer.sign({ ...get(), query: { a: ['1'] } }));
    assert.ok(HttpRequest.isInstance(signed));
    const clone = signed.clone();
    assert.deepEqual(clone, signed);
    clone.query.a.push('2');
    clone.headers.host = 'elsewhere';
    assert.deepEqual([signed.query.a, signed.headers.host], [['1'], 'example.com']);
  });
});

describe('a signer', () => {
  test('needs no sha256, but for what AWS could not have issued', async () => {
    const { sha256, ...without } = init;
    const signed = await new ours.SignatureV4(without).sign(get(), { signingDate: NOW });
    assert.deepEqual(signed, await new smithy.SignatureV4(init).sign(get(), { signingDate: NOW }));
    const odd = new ours.SignatureV4({ ...without, region: /** @type {any} */ (undefined) });
    await assert.rejects(odd.sign(get()), { code: 'ERR_SIGV4_REGION_REQUIRED' });
  });

  test('shows no secret', () => {
    assert.doesNotMatch(
      inspect(new ours.SignatureV4(init), { depth: 9, showHidden: true }),
      /secretAccessKey|token/,
    );
  });

  test('signs what its subclass makes of a request', async () => {
    const results = await Promise.all(
      [smithy, ours].map(({ SignatureV4 }) => {
        class Custom extends /** @type {any} */ (SignatureV4) {
          createCanonicalRequest(/** @type {any[]} */ ...args) {
            return super.createCanonicalRequest(...args).replace('GET', 'HEAD');
          }
          createStringToSign(/** @type {any[]} */ ...args) {
            return super.createStringToSign(...args).then((/** @type {string} */ text) => `${text}!`);
          }
          getCanonicalHeaderList(/** @type {object} */ headers) {
            return super.getCanonicalHeaderList(headers).toUpperCase();
          }
          formatDate() {
            return super.formatDate(NOW);
          }
          validateResolvedCredentials() {}
        }
        return new Custom(init).sign(get());
      }),
    );
    assert.deepEqual(results[1], results[0]);
    assert.match(results[1].headers.authorization, /HOST;X-AMZ/);
  });

  test('signs behind a proxy, and as the prototype of another object', async () => {
    const signer = new ours.SignatureV4(init);
    const expected = await signer.sign('text', { signingDate: NOW });
    for (const wrapped of [new Proxy(signer, {}), Object.create(signer)]) {
      assert.equal(await wrapped.sign('text', { signingDate: NOW }), expected);
    }
  });

  test('forgets its keys when it is asked to, and then signs as before', async () => {
    const signer = new ours.SignatureV4(init);
    const before = await signer.sign('text', { signingDate: NOW });
    const key = () => ours.getSigningKey(Sha256, credentials, '20260203', 'eu-west-1', 's');
    const [first, again] = [await key(), await key()];
    ours.clearCredentialCache();
    assert.equal(again, first, 'kept');
    assert.notEqual(await key(), first, 'forgotten');
    assert.equal(await signer.sign('text', { signingDate: NOW }), before);
  });
});

/**
 * What becomes of a call: a value, or an error. Where the engine words an error, as of `null.accessKeyId`, its words
 * tell how the code is written, and are left out.
 *
 * @param {any} from
 * @param {import('./smithy.cases.js').Call} call
 */
function outcome({ SignatureV4 }, { init, method, args }) {
  return settle(() => new SignatureV4({ ...init, sha256: Sha256 })[method](...args));
}

/** @param {() => any} call */
async function settle(call) {
  try {
    const value = await call();
    // Of a plain object either package makes a request of a class of its own.
    const isOwnClass = typeof value === 'object' && !(value instanceof HttpRequest) && 'clone' in value;
    return { value: isOwnClass ? new HttpRequest(value) : value };
  } catch (/** @type {any} */ error) {
    const { name, message } = Object(error);
    return { error: name === 'TypeError' ? name : (message ?? error), name };
  }
}
