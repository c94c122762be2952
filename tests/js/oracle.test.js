// The verifier and the mismatch search decide as they did in JavaScript alone (tests/oracle), word for word; policies:
// oracle.policy.test.js.
//
// SIGV4_SEED makes the requests of an earlier run again; SIGV4_CASES says how many.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { findMismatch } from 'sigv4-wasm/explain';
import { verifyRequest } from 'sigv4-wasm/verify';

import { Random } from '../differential/case.js';
import * as oracle from '../oracle/index.js';
import { mutate, partsOf } from '../support/verify-mutations.js';
import { KNOWN, REQUESTS, signedBy, SIGNERS } from '../support/verify-requests.js';

const CASES = Number(process.env.SIGV4_CASES ?? 4000);

const requests = [];
for (const signer of Object.keys(SIGNERS)) {
  for (const sent of Object.values(REQUESTS)) {
    requests.push({ service: sent.service, request: await signedBy(signer, sent) });
  }
}

/** What has changed since, on purpose: the reason, and what takes it back. @type {[reason: string, undo: (value: any) => any][]} */
const CHANGES = [
  [
    'a verified request carries what else the lookup knows of the key: its user, for example',
    ({ credentials: _, ...value }) => value,
  ],
];

/** What a verifier may be told. @type {Record<string, unknown>[]} */
const OPTIONS = [
  {},
  { explain: true },
  { bodyRequired: true },
  { bodyRequired: false },
  { service: 'any', region: 'any' },
  { region: 'us-east-1' },
  { pathEncoding: 'single' },
  { pathEncoding: 'double', explain: true },
  { now: new Date('2026-02-03T04:15:06Z') },
  { now: new Date('2026-02-03T03:55:06Z'), maxSkewSeconds: 3600 },
  { maxBodyBytes: 8 },
];

for (const [title, seed] of [
  ['the same each time', 1],
  ['others each time', Number(process.env.SIGV4_SEED ?? Date.now() % 2 ** 32)],
]) {
  test(`verifyRequest: ${title}`, async () => {
    const random = new Random(seed);
    const codes = {};
    for (let number = 0; number < CASES; number++) {
      const { service, request } = random.pick(requests);
      const changed = random.percent(70)
        ? random.pick(partsOf(request)).change((text) => mutate(text, random))
        : request;
      const options = { ...KNOWN, service, ...random.pick(OPTIONS) };
      const [now, before] = await Promise.all(
        [verifyRequest, oracle.verifyRequest].map((verify) => outcomeOf(() => verify(changed, options))),
      );
      if (now.value !== undefined) now.value = CHANGES.reduce((value, [, undo]) => undo(value), now.value);
      assert.deepEqual(now, before, `SIGV4_SEED=${seed}, request ${number}: ${JSON.stringify(changed)}`);
      codes[now.code ?? 'verified'] = (codes[now.code ?? 'verified'] ?? 0) + 1;
    }
    console.log(`seed ${seed}`, codes);
    assert.ok(codes.verified > CASES * 0.1 && codes.ERR_SIGV4_SIGNATURE_MISMATCH > CASES * 0.2);
  });
}

test('findMismatch: one byte changed, or two', async () => {
  const seed = Number(process.env.SIGV4_SEED ?? Date.now() % 2 ** 32);
  const random = new Random(seed);
  const codes = {};
  for (let number = 0; number < Math.min(CASES, 16); number++) {
    const { service, request } = random.pick(requests);
    let changed = request;
    for (let count = 1 + random.below(2); count > 0; count--) {
      changed = random.pick(partsOf(changed)).change((text) => mutate(text, random));
    }
    // No time is out, so that both come to the end of their search.
    const options = { ...KNOWN, service, deadlineMs: 60_000 };
    const [now, before] = await Promise.all(
      [findMismatch, oracle.findMismatch].map((find) => outcomeOf(() => find(changed, options))),
    );
    assert.deepEqual(now, before, `SIGV4_SEED=${seed}, search ${number}: ${JSON.stringify(changed)}`);
    const code = now.code ?? now.value.map((mismatch) => mismatch.code).join(' and ');
    codes[code] = (codes[code] ?? 0) + 1;
  }
  console.log(codes);
});

/**
 * @param {() => Promise<unknown>} work
 * @returns {Promise<any>} what can be compared
 */
async function outcomeOf(work) {
  try {
    return { value: await work() };
  } catch (error) {
    const { code, message, status, type } = /** @type {any} */ (error);
    return { code, message, status, type };
  }
}
