// Searches the memory of the core for remains of credentials, byte by byte, as any code in the process could.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const script = fileURLToPath(new URL('../support/memory-scan.js', import.meta.url));
const verifierScript = fileURLToPath(new URL('../support/verifier-memory-scan.js', import.meta.url));

/** Nothing but the signing key, as the states that HMAC begins with; not even these. */
const NOTHING = { secret: 0, token: 0, 'end of the token': 0, 'keys on the way': 0 };
const GONE = { ...NOTHING, 'inner midstate': 0, 'outer midstate': 0 };

/** Where the key is, while it is of use: in one place, beside the outer state of the running second. */
const KEPT = {
  'host-hash': { ...NOTHING, 'inner midstate': 1, 'outer midstate': 1 },
  'wasm-hash': { ...NOTHING, 'inner midstate': 1, 'outer midstate': 1 },
  asmjs: { ...NOTHING, 'inner midstate': 1, 'outer midstate': 1 },
  // Of sigv4-wasm/fips, where node:crypto has the key, and it never crosses.
  'host-fips': GONE,
  // The same where node:crypto signs: its key crossed, and is wiped.
  'host-v4a': { ...NOTHING, 'inner midstate': 1, 'outer midstate': 0 },
  v4a: { ...NOTHING, 'inner midstate': 1, 'outer midstate': 0 }, // a number, low byte first
};

for (const [variant, kept] of Object.entries(KEPT)) {
  describe(variant, async () => {
    let findings;
    test('the core runs', async () => {
      const { stdout } = await promisify(execFile)(process.execPath, [script, variant]);
      findings = JSON.parse(stdout);
      assert.ok(findings.memories > 0);
      assert.deepEqual(findings.never, GONE, 'credentials that were never used');
    });

    test('after each call neither secret nor token is left, and the key in one place', () => {
      assert.deepEqual(findings.live, kept);
      assert.deepEqual(findings.beforeEviction, kept);
      if (!variant.endsWith('v4a')) assert.deepEqual(findings.once, kept);
    });

    test('dispose() leaves nothing, and the signer signs no more', () => {
      assert.deepEqual(findings.disposed, GONE);
      assert.equal(findings.afterwards, 'ERR_SIGV4_CREDENTIALS_INVALID');
    });

    test('of a key that made room for others nothing is left', () => {
      assert.deepEqual(findings.evicted, GONE);
    });
  });
}

// The verifier keeps signing keys as states of HMAC, and nothing else of any request.
for (const variant of ['wasm', 'asmjs']) {
  test(`the verifier leaves nothing: ${variant}`, async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [verifierScript, variant]);
    const { control, outcomes, found } = JSON.parse(stdout);
    assert.ok(control > 0);
    for (const outcome of ['verified', 'ERR_SIGV4_SIGNATURE_MISMATCH', 'ERR_SIGV4_CREDENTIALS_EXPIRED']) {
      assert.ok(outcomes[outcome] > 0, outcome);
    }
    assert.deepEqual(found, {
      ...{ secret: 0, token: 0, 'middle of the token': 0, 'end of the token': 0 },
      ...{ 'keys on the way': 0, 'signing key': 0 },
    });
  });
}
