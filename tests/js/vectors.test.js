// The cross-checked requests of tests/requests.rs once more, through the JavaScript interface.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Signer } from 'sigv4-wasm';

import { CASES, reasonToLeaveOut, signatureOf } from '../support/vectors.js';

test('JavaScript agrees with independent signers', () => {
  /** @type {Record<string, number>} */
  const counts = { checked: 0 };
  for (const c of CASES) {
    const reason = reasonToLeaveOut(c);
    if (reason !== undefined) {
      counts[reason] = (counts[reason] ?? 0) + 1;
      continue;
    }
    assert.equal(signatureOf(c, Signer), c.expected.signature, `${c.id} (${c.cls}): ${c.url}`);
    counts.checked += 1;
  }
  assert.ok(counts.checked > 900, JSON.stringify(counts));
});
