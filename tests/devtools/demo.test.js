// `make demo` prints its table.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { BARE } from '../support/cli.js';

const demo = fileURLToPath(new URL('../../examples/demo.mjs', import.meta.url));

test('the demo runs as it should, explains refusals, and says how to open the inspector', async () => {
  // Rejects with what it printed if it does not exit with 0.
  const { stdout } = await promisify(execFile)(process.execPath, [demo], { env: BARE });
  const [, asExpected, rows] = /^(\d+) of (\d+) as expected, in [\d.]+ s\.$/m.exec(stdout);
  assert.equal(asExpected, rows);
  assert.ok(Number(rows) >= 20);
  assert.match(stdout, /^ +why: .+\n +fix: .+$/m);
  assert.match(stdout, /sigv4 inspect /);
});
