// Proofs of identity, with moto's STS: it verifies with botocore's signer.

import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { after, before, test } from 'node:test';

import { createIdentityProof, verifyIdentityProof } from 'sigv4-wasm/identity';

import { assumeRole, startMotoAccount } from './support/moto-account.js';
import { PYTHON, describeWith } from './support/tools.js';

const audience = 'https://api.example.com';
const region = 'us-east-1';

describeWith(PYTHON, 'moto says who made a proof', () => {
  /** @type {import('./support/moto-account.js').MotoAccount} */
  let moto;
  before(async () => {
    moto = await startMotoAccount();
  });
  after(() => moto?.stop());

  /** Sends to moto what is for AWS. @type {any} */
  const fetch = (/** @type {string} */ url, /** @type {any} */ init) =>
    new Promise((resolve, reject) => {
      const headers = {
        ...Object.fromEntries(init.headers),
        host: new URL(url).host,
        'content-length': init.body.length,
      };
      httpRequest(moto.origin, { method: init.method, headers }, async (incoming) => {
        const chunks = [];
        for await (const chunk of incoming) chunks.push(chunk);
        resolve(new Response(Buffer.concat(chunks), { status: incoming.statusCode }));
      })
        .on('error', reject)
        .end(init.body);
    });

  for (const form of /** @type {const} */ (['plain', 'vault'])) {
    test(`an IAM user, ${form}`, async () => {
      const proof = await createIdentityProof(
        /** @type {any} */ ({ audience, region, form, credentials: moto.user.credentials }),
      );
      const { arn, account } = await verifyIdentityProof(proof, { audience, form, fetch });
      assert.deepEqual([arn, account], [moto.user.arn, '123456789012']);
    });

    test(`a role, ${form}`, async () => {
      const credentials = await assumeRole(moto);
      const proof = await createIdentityProof(/** @type {any} */ ({ audience, region, form, credentials }));
      const { arn } = await verifyIdentityProof(proof, { audience, form, fetch });
      assert.equal(arn, 'arn:aws:sts::123456789012:assumed-role/reader/session');
    });
  }

  test('refuses who has another secret, and who is not known', async () => {
    for (const [change, code] of /** @type {const} */ ([
      [{ secretAccessKey: 'another' }, 'ERR_SIGV4_SIGNATURE_MISMATCH'],
      [{ accessKeyId: 'AKIAUNKNOWN' }, 'ERR_SIGV4_ACCESS_KEY_UNKNOWN'],
    ])) {
      const credentials = { ...moto.user.credentials, ...change };
      const proof = await createIdentityProof({ audience, region, credentials });
      await assert.rejects(verifyIdentityProof(proof, { audience, fetch }), { code });
    }
  });
});
