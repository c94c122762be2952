// The search finds what it found in JavaScript alone (tests/oracle): the same mistakes, with the same words.
//
// SIGV4_SEED makes the requests of an earlier run again.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { findMismatch } from 'sigv4-wasm/explain';

import { Random } from '../differential/case.js';
import * as oracle from '../oracle/index.js';
import { CASES } from '../support/mismatch/cases.js';
import { LIKELY_CASES } from '../support/mismatch/likely.js';
import { areApart, MISTAKES, requestWith } from '../support/mismatch/mistakes.js';
import { recordingServer, sendRaw } from '../support/mismatch/server.js';
import { DATE, REGION } from '../support/verify-requests.js';
import { CREDENTIALS } from '../support/wire.js';

const server = await recordingServer();
after(() => server.close());

/** What an issue has changed since, on purpose: the reason, and what takes it back. @type {[reason: string, undo: (found: any[]) => any[]][]} */
const CHANGES = [
  [
    'of several hosts, that of the request line comes first, as in the message of the verifier',
    (found) =>
      found.map((mismatch) =>
        mismatch.code === 'host-ambiguous'
          ? {
              ...mismatch,
              detail: {
                ...mismatch.detail,
                expected: mismatch.detail.expected.split(', ').reverse().join(', '),
              },
            }
          : mismatch,
      ),
  ],
];

const known = { secretAccessKey: CREDENTIALS, region: REGION, service: 'execute-api', now: DATE };

describe('each case of the table', () => {
  const likely = Object.entries(LIKELY_CASES).map(([name, [make]]) => [name, make]);
  const all = Object.entries({ ...CASES, likely: Object.fromEntries(likely) });
  for (const [code, cases] of all) {
    test(code, async () => {
      for (const make of Object.values(cases)) await isSame(await arrivedFrom(make));
    });
  }
});

const seed = Number(process.env.SIGV4_SEED ?? Date.now() % 2 ** 32);
const random = new Random(seed);
const codes = Object.keys(MISTAKES);

/** @param {number} count */
function picked(count) {
  for (;;) {
    const some = Array.from({ length: count }, () => random.pick(codes));
    if (areApart(some)) return some;
  }
}

test('60 pairs', async () => {
  for (let number = 0; number < 60; number++) {
    const pair = picked(2);
    const { request, more } = requestWith(...pair);
    await isSame({ request, options: { ...known, ...more } }, `SIGV4_SEED=${seed}: ${pair.join(' and ')}`);
  }
});

test('three mistakes, which were not found before: the same, or three that are proved', async () => {
  let found = 0;
  for (let number = 0; number < 20; number++) {
    const three = picked(3);
    const { request, more } = requestWith(...three);
    const options = { ...known, ...more, deadlineMs: 60_000 };
    const now = await findMismatch(request, options);
    if (now.length === 3 && now.every(({ isProved }) => isProved)) {
      found += 1;
      const before = await oracle.findMismatch(request, options);
      assert.ok(!before.some(({ isProved }) => isProved), `SIGV4_SEED=${seed}: ${three.join(', ')}`);
    } else await isSame({ request, options }, `SIGV4_SEED=${seed}: ${three.join(', ')}`);
  }
  assert.ok(found > 0, `SIGV4_SEED=${seed}`);
});

/**
 * @param {{ request: any, options: any }} arrived
 * @param {string} [message]
 */
async function isSame({ request, options }, message) {
  // No time is out, so that both come to the end of their search.
  const given = { ...options, deadlineMs: 60_000 };
  const [now, before] = [await findMismatch(request, given), await oracle.findMismatch(request, given)];
  assert.deepEqual(
    CHANGES.reduce((found, [, undo]) => undo(found), now),
    before,
    message,
  );
}

/** @param {(bench: any) => Promise<any>} make */
async function arrivedFrom(make) {
  server.answer = (_, response) => response.end('{}');
  const origin = `http://127.0.0.1:${server.port}`;
  const send = (signed, how) => sendRaw(server.port, signed, how);
  const { request, host, ...more } = (await make({ server, origin, send })) ?? {};
  const arrived = request ?? server.arrived.at(-1);
  const at = (arrived.headers ?? []).findIndex?.((name, i) => i % 2 === 0 && name.toLowerCase() === 'host');
  return {
    request: host === undefined ? arrived : { ...arrived, headers: arrived.headers.with(at + 1, host) },
    options: { ...known, ...more },
  };
}
