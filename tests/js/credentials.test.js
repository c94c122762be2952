import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { Signer, signRequest } from 'sigv4-wasm';

const URL_ = 'https://abc.execute-api.eu-west-1.amazonaws.com/prod';
const MINUTE = 60_000;

const issue = (n, minutes) => ({
  accessKeyId: `ASIA${n}`,
  secretAccessKey: `secret-${n}`,
  sessionToken: `token-${n}`,
  expiration: minutes === undefined ? undefined : new Date(Date.now() + minutes * MINUTE),
});
const signerOf = (signed) => /Credential=([^/]+)/.exec(signed.headers.authorization)[1];

/** A provider that issues numbered credentials and counts its calls. */
function provider(minutes, behaviour = () => {}) {
  const calls = [];
  const provide = async (hint) => {
    calls.push(hint);
    await sleep(5);
    behaviour(calls.length);
    return issue(calls.length, minutes[calls.length - 1] ?? minutes.at(-1));
  };
  return { provide, calls };
}

/**
 * A clock that stands still until it is set.
 *
 * @param {import('node:test').TestContext} t
 */
function clock({ mock: { timers } }) {
  const start = Date.now();
  timers.enable({ apis: ['Date'], now: start });
  return { setMinutes: (minutes) => timers.setTime(start + minutes * MINUTE) };
}

describe('a provider', () => {
  test('is asked once by 1,000 concurrent callers, once per refresh', async (t) => {
    const { setMinutes } = clock(t);
    const { provide, calls } = provider([60]);
    const signer = new Signer({ credentials: provide });
    const signed = await Promise.all(Array.from({ length: 1000 }, () => signer.sign(URL_)));
    assert.deepEqual(new Set(signed.map(signerOf)), new Set(['ASIA1']));
    assert.equal(calls.length, 1);
    setMinutes(56); // within five minutes of the expiration
    const later = await Promise.all(Array.from({ length: 1000 }, () => signer.sign(URL_)));
    assert.equal(calls.length, 2);
    assert.deepEqual(new Set(later.map(signerOf)), new Set(['ASIA2']));
  });

  test('is told that newer credentials are wanted, after the first time', async (t) => {
    const { setMinutes } = clock(t);
    const { provide, calls } = provider([60]);
    const signer = new Signer({ credentials: provide });
    await signer.sign(URL_);
    setMinutes(56);
    await signer.sign(URL_);
    assert.deepEqual(calls, [{ forceRefresh: false }, { forceRefresh: true }]);
  });

  test('is not asked again for credentials that are good for more than five minutes', async (t) => {
    const { setMinutes } = clock(t);
    const { provide, calls } = provider([60]);
    const signer = new Signer({ credentials: provide });
    await signer.sign(URL_);
    setMinutes(54);
    await signer.sign(URL_);
    assert.equal(calls.length, 1);
  });

  test('that issues short-lived credentials is not asked for each request', async () => {
    const { provide, calls } = provider([2]);
    const signer = new Signer({ credentials: provide });
    for (let i = 0; i < 3; i++) await signer.sign(URL_);
    assert.equal(calls.length, 1);
  });

  test('that fails to refresh leaves credentials that are still valid in use', async (t) => {
    const { setMinutes } = clock(t);
    const { provide, calls } = provider([60], (call) => {
      if (call === 2) throw new Error('metadata service is down');
    });
    const signer = new Signer({ credentials: provide });
    await signer.sign(URL_);
    setMinutes(56);
    assert.equal(signerOf(await signer.sign(URL_)), 'ASIA1');
    await signer.sign(URL_);
    assert.equal(calls.length, 2, 'not asked again at once');
    setMinutes(57);
    assert.equal(signerOf(await signer.sign(URL_)), 'ASIA3');
  });

  test('that fails with nothing valid left rejects with its error as the cause', async () => {
    const cause = new Error('no role');
    const signer = new Signer({ credentials: () => Promise.reject(cause) });
    await assert.rejects(signer.sign(URL_), { code: 'ERR_SIGV4_CREDENTIALS_PROVIDER', cause });
    const throwing = new Signer({
      credentials: () => {
        throw cause;
      },
    });
    await assert.rejects(throwing.sign(URL_), { code: 'ERR_SIGV4_CREDENTIALS_PROVIDER', cause });
    await assert.rejects(throwing.sign(URL_), { code: 'ERR_SIGV4_CREDENTIALS_PROVIDER' }, 'and works on');
  });

  test('whose credentials do not expire is asked each time: it knows best', async () => {
    let current = issue(1);
    const signer = new Signer({ credentials: async () => current });
    assert.equal(signerOf(await signer.sign(URL_)), 'ASIA1');
    current = issue(2);
    assert.equal(signerOf(await signer.sign(URL_)), 'ASIA2');
  });

  test('that answers with credentials which seem expired is believed: the local clock may be wrong', async () => {
    const { provide, calls } = provider([-1]);
    const signer = new Signer({ credentials: provide });
    assert.equal(signerOf(await signer.sign(URL_)), 'ASIA1');
    assert.equal(signerOf(await signer.sign(URL_)), 'ASIA2', 'but asked again');
    assert.equal(calls.length, 2);
    await assert.rejects(
      signer.presign(URL_),
      { code: 'ERR_SIGV4_CREDENTIALS_EXPIRED' },
      'a URL would be dead',
    );
  });

  test('of the AWS SDK fits as it is', async () => {
    // What `fromTemporaryCredentials` and its siblings return: an async function, memoised by the client.
    const identity = Object.assign(issue(7, 60), { accountId: '123456789012', credentialScope: undefined });
    const signer = new Signer({ credentials: async (_awsIdentityProperties) => identity });
    assert.equal(signerOf(await signer.sign(URL_)), 'ASIA7');
  });
});

describe('synchronous calls', () => {
  test('work with static credentials, a synchronous provider, and fetched ones', async () => {
    assert.equal(signerOf(new Signer({ credentials: issue(1) }).signSync(URL_)), 'ASIA1');
    assert.equal(signerOf(new Signer({ credentials: () => issue(2, 60) }).signSync(URL_)), 'ASIA2');
    const { provide } = provider([60]);
    const signer = new Signer({ credentials: provide });
    assert.throws(() => signer.signSync(URL_), { code: 'ERR_SIGV4_NOT_READY' });
    await signer.ready();
    assert.match(signerOf(signer.signSync(URL_)), /^ASIA/);
  });

  test('go on with credentials that are due for a refresh, not with expired ones', async (t) => {
    const { setMinutes } = clock(t);
    const { provide } = provider([60]);
    const signer = new Signer({ credentials: provide });
    await signer.ready();
    setMinutes(57);
    assert.equal(signerOf(signer.signSync(URL_)), 'ASIA1');
    await sleep(20); // the provider was asked, for the next call
    assert.equal(signerOf(signer.signSync(URL_)), 'ASIA2');
    setMinutes(120);
    assert.throws(() => signer.signSync(URL_), { code: 'ERR_SIGV4_NOT_READY' });
  });
});

describe('static credentials', () => {
  test('are read anew each time, so that their owner can rotate them', async () => {
    const credentials = issue(1);
    const signer = new Signer({ credentials });
    const first = await signer.sign(URL_);
    Object.assign(credentials, issue(2));
    const second = await signer.sign(URL_);
    assert.deepEqual([signerOf(first), signerOf(second)], ['ASIA1', 'ASIA2']);
    assert.equal(second.headers['x-amz-security-token'], 'token-2');
  });

  test('that expire while they are in use are refused', async (t) => {
    const { setMinutes } = clock(t);
    const signer = new Signer({ credentials: issue(1, 60) });
    await signer.sign(URL_);
    setMinutes(61);
    await assert.rejects(signer.sign(URL_), { code: 'ERR_SIGV4_CREDENTIALS_EXPIRED' });
  });

  test('may give their expiration as STS writes it', async () => {
    const expiration = new Date(Date.now() - MINUTE).toISOString();
    await assert.rejects(signRequest(URL_, { credentials: { ...issue(1), expiration } }), {
      code: 'ERR_SIGV4_CREDENTIALS_EXPIRED',
    });
  });

  test('override those of a signer for one request', async () => {
    const signer = new Signer({ credentials: issue(1) });
    assert.equal(signerOf(await signer.sign(URL_, { credentials: issue(2) })), 'ASIA2');
    assert.equal(signerOf(await signer.sign(URL_)), 'ASIA1');
  });

  test('equal key ids with different secrets never share a key', async () => {
    const date = new Date(1e12);
    const sign = async (secretAccessKey) =>
      (await signRequest(URL_, { date, credentials: { accessKeyId: 'A', secretAccessKey } })).headers
        .authorization;
    const [a, b, again] = [await sign('one'), await sign('two'), await sign('one')];
    assert.notEqual(a, b);
    assert.equal(a, again);
  });

  test('two signers in turn, each with a hundred scopes, sign the same as a fresh one', async () => {
    const date = new Date(1e12);
    const signers = [1, 2].map((n) => new Signer({ date, credentials: issue(n), service: 's3' }));
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 100; i++) {
        for (const [index, signer] of signers.entries()) {
          const options = { region: `region-${i}` };
          const fresh = await signRequest(URL_, {
            ...options,
            date,
            service: 's3',
            credentials: issue(index + 1),
          });
          assert.deepEqual(signer.signSync(URL_, options), fresh);
        }
      }
    }
  });
});

test('a presigned URL does not outlive the credentials, and says so', async () => {
  const credentials = issue(1, 10);
  const signer = new Signer({ credentials });
  const seconds = (url) => Number(new URL(url).searchParams.get('X-Amz-Expires'));
  assert.equal(seconds(await signer.presign(URL_, { expiresIn: 60 })), 60);
  const long = seconds(await signer.presign(URL_, { expiresIn: 3600 }));
  assert.ok(long > 590 && long <= 600, String(long));
});
