// Proofs of identity that a page makes, and a server verifies: with a simulated STS, which verifies with AWS's own signer.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';

import { verifyIdentityProof } from 'sigv4-wasm/identity';

import { CREDENTIALS } from '../../support/axios-versions.js';
import { authorize } from '../../support/iam-authorizer.js';

const audience = 'https://api.example.com';
const region = 'us-east-1'; // Vault's own
const ARN = 'arn:aws:sts::123456789012:assumed-role/reader/me';

/** @param {string} url @param {any} init */
async function playedSts(url, { method, headers, body }) {
  // What a client adds: Vault's proofs sign both.
  const added = ['host', new URL(url).host, 'content-length', String(Buffer.byteLength(body))];
  const rawHeaders = [...added, ...[...new Headers(headers)].flat()];
  const settings = { credentials: [CREDENTIALS], region, service: 'sts', now: () => new Date() };
  await authorize({ method, url: '/', rawHeaders, body: Buffer.from(body) }, settings);
  return new Response(
    `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${ARN}</Arn><UserId>AROA:me</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
    { headers: { 'content-type': 'text/xml' } },
  );
}

/** @param {import('../browsers.test.js').Place} place */
export function identityChecks(place) {
  describe('identity', () => {
    before(() => place.tab.goto(`${place.site.origin}/static/entries.html`));

    for (const form of /** @type {const} */ (['plain', 'vault'])) {
      it(`a proof that a page made, ${form}`, async () => {
        const options = { audience, region, form, credentials: CREDENTIALS };
        const proof = await place.tab.call('prove', options);
        const fetch = /** @type {any} */ (playedSts);
        assert.equal((await verifyIdentityProof(proof, { audience, form, fetch })).arn, ARN);
        const other = { audience: 'https://other.example.com', form, fetch };
        await assert.rejects(verifyIdentityProof(proof, other), { code: 'ERR_SIGV4_PROOF_INVALID' });
      });
    }

    it('each proof has a nonce of its own', async () => {
      const options = { audience, region, credentials: CREDENTIALS };
      const [one, other] = [await place.tab.call('prove', options), await place.tab.call('prove', options)];
      assert.notDeepEqual(one.headers, other.headers);
    });
  });
}
