// Keys instead of the secret: what a server need not hold, it cannot lose.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';

import { SignerV4a } from 'sigv4-wasm/v4a';
import { verifyRequest } from 'sigv4-wasm/verify';

import { DATE, KNOWN, REGION, REQUESTS, signedBy } from '../support/verify-requests.js';
import { CREDENTIALS } from '../support/wire.js';

const SERVICE = 'execute-api';
const json = await signedBy('sigv4-wasm', REQUESTS.json);
const url = await signedBy('smithy, presigned', REQUESTS.plain);
const v4a = await signedBy('smithy, SigV4a', REQUESTS.plain);
const { sessionToken } = CREDENTIALS;

/** "Create a signed AWS API request", step 3, in the IAM user guide. */
const signingKey = ['20260203', REGION, SERVICE, 'aws4_request'].reduce(
  (key, part) => createHmac('sha256', key).update(part).digest(),
  `AWS4${CREDENTIALS.secretAccessKey}`,
);

/** @param {unknown} found  by the lookup */
const options = (found) => ({ ...KNOWN, service: SERVICE, secretAccessKey: () => found });

describe('a derived key', () => {
  test('verifies what the secret signed, in headers and in a URL', async () => {
    for (const request of [json, url]) {
      const { replayId } = await verifyRequest(request, options({ signingKey, sessionToken }));
      const { replayId: expected } = await verifyRequest(request, options(CREDENTIALS));
      assert.equal(replayId, expected);
    }
  });

  test('may be derived for each request, also later', async () => {
    const asked = [];
    const derive = (scope) => (asked.push(scope), signingKey);
    await verifyRequest(json, options({ signingKey: derive, sessionToken }));
    await verifyRequest(json, options({ signingKey: async (scope) => derive(scope), sessionToken }));
    const scope = { date: '20260203', region: REGION, service: SERVICE };
    assert.deepEqual(asked, [scope, scope]);
  });

  test('of another day verifies nothing', async () => {
    const other = createHmac('sha256', signingKey).update('x').digest();
    await assert.rejects(verifyRequest(json, options({ signingKey: other, sessionToken })), {
      code: 'ERR_SIGV4_SIGNATURE_MISMATCH',
    });
  });

  test('must be 32 bytes', async () => {
    for (const wrong of [signingKey.subarray(1), signingKey.toString('hex'), new Uint8Array(33)]) {
      const error = await verifyRequest(json, options({ signingKey: wrong, sessionToken })).catch((e) => e);
      assert.deepEqual([error.code, error.status], ['ERR_SIGV4_CREDENTIALS_INVALID', undefined]);
      assert.ok(!inspect(error).includes(signingKey.toString('hex')));
    }
  });
});

describe('a public key', () => {
  test('that is none', async () => {
    const error = await verifyRequest(v4a, options({ publicKey: new Uint8Array(65), sessionToken })).catch(
      (reason) => reason,
    );
    assert.deepEqual([error.code, error.status], ['ERR_SIGV4_CREDENTIALS_INVALID', undefined]);
  });
});

// Base point of P-256 (FIPS 186-4, D.1.2.3): a public key, but not that of the signer.
const publicKey = Buffer.from(
  '046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
  'hex',
);

for (const [name, request, key] of [
  ['a derived key', json, { signingKey }],
  ['a public key', v4a, { publicKey }],
]) {
  describe(`${name}: the token and the end of the credentials are checked`, () => {
    const valid = name === 'a derived key' ? undefined : 'ERR_SIGV4_SIGNATURE_MISMATCH';
    for (const [what, known, code] of [
      ['the token', { sessionToken }, valid],
      ['another token', { sessionToken: 'another' }, 'ERR_SIGV4_ACCESS_KEY_UNKNOWN'],
      ['no token', {}, 'ERR_SIGV4_ACCESS_KEY_UNKNOWN'],
      ['the token, which ends later', { sessionToken, expiration: new Date(DATE.getTime() + 1) }, valid],
      ['the token, which has ended', { sessionToken, expiration: DATE }, 'ERR_SIGV4_CREDENTIALS_EXPIRED'],
    ]) {
      test(what, async () => assert.equal(await codeOf(request, options({ ...key, ...known })), code));
    }

    test('temporary credentials without their token are refused', async () => {
      const { accessKeyId, secretAccessKey } = CREDENTIALS;
      const sent = await withoutToken(name, { accessKeyId, secretAccessKey });
      assert.match(accessKeyId, /^ASIA/);
      assert.equal(await codeOf(sent, options(key)), 'ERR_SIGV4_ACCESS_KEY_UNKNOWN');
    });
  });
}

test('a key of the other algorithm is no key', async () => {
  assert.equal(await codeOf(json, options({ publicKey, sessionToken })), 'ERR_SIGV4_ACCESS_KEY_UNKNOWN');
  assert.equal(await codeOf(v4a, options({ signingKey, sessionToken })), 'ERR_SIGV4_ACCESS_KEY_UNKNOWN');
  const nothing = { signingKey: () => undefined, sessionToken };
  assert.equal(await codeOf(json, options(nothing)), 'ERR_SIGV4_ACCESS_KEY_UNKNOWN');
});

test('what else the lookup knows comes back, without secrets', async () => {
  const user = { name: 'ada', sessionToken, expiration: new Date(DATE.getTime() + 1000) };
  const { name, expiration } = user;
  const bySecret = await verifyRequest(json, options({ ...CREDENTIALS, ...user }));
  assert.deepEqual(bySecret.credentials, { accessKeyId: CREDENTIALS.accessKeyId, name, expiration });
  const byKey = await verifyRequest(json, options({ signingKey, ...user }));
  assert.deepEqual(byKey.credentials, { name, expiration });
  const byText = await verifyRequest(json, options(CREDENTIALS.secretAccessKey));
  assert.equal(byText.credentials, undefined);
  for (const secret of [CREDENTIALS.secretAccessKey, sessionToken]) {
    assert.ok(![bySecret, byKey].some((verified) => inspect(verified).includes(secret)));
  }
});

test('requests interleave, whatever a lookup does meanwhile', async () => {
  const never = new Promise(() => {});
  void verifyRequest(json, { ...options(undefined), secretAccessKey: () => never });
  const settings = {
    ...options(undefined),
    secretAccessKey: async () => {
      // Another request is verified before this one has its key.
      await verifyRequest(url, options(CREDENTIALS));
      return CREDENTIALS;
    },
  };
  const [first, second] = await Promise.all([verifyRequest(json, settings), verifyRequest(url, settings)]);
  assert.equal(first.signedHeaders.includes('x-amz-target'), true);
  assert.equal(second.expiresAt?.getTime(), DATE.getTime() + 60_000);
});

async function withoutToken(name, credentials) {
  const { host } = new URL(REQUESTS.plain.url);
  const Class = name === 'a public key' ? SignerV4a : (await import('sigv4-wasm')).Signer;
  const scope = name === 'a public key' ? { regionSet: [REGION] } : { region: REGION };
  const signer = new Class({ credentials, service: SERVICE, ...scope, date: DATE });
  const { method, headers } = await signer.sign(REQUESTS.plain);
  return { method, url: '/prod/orders', headers: { ...headers, host } };
}

async function codeOf(request, settings) {
  return verifyRequest(request, settings).then(
    () => undefined,
    (error) => error.code,
  );
}
