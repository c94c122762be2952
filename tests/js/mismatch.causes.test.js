// Every mistake that is known is found, as a client makes it and a socket carries it.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { inspect } from 'node:util';

import { findMismatch, KNOWN_MISMATCHES } from 'sigv4-wasm/explain';

import { BOTOCORE_CASES, skip } from '../support/mismatch/botocore.js';
import { CASES } from '../support/mismatch/cases.js';
import { LIKELY_CASES, UNPROVABLE } from '../support/mismatch/likely.js';
import { recordingServer, sendRaw } from '../support/mismatch/server.js';
import { DATE, REGION } from '../support/verify-requests.js';
import { CREDENTIALS } from '../support/wire.js';

const server = await recordingServer();
after(() => server.close());

finds(CASES);
describe('botocore', { skip }, () => finds(BOTOCORE_CASES));

describe('what cannot be proved is named, the likeliest first', () => {
  for (const [name, [make, code, { detail, summary, ...expected } = {}]] of Object.entries(LIKELY_CASES)) {
    test(name, async () => {
      const found = await foundOf(make);
      assert.equal(found[0].code, code, inspect(found));
      for (const mismatch of found) {
        assert.equal(mismatch.isProved, false);
        checkTexts(mismatch);
      }
      assert.deepEqual({ ...found[0], ...expected }, found[0]);
      if (detail !== undefined) assert.deepEqual(found[0].detail, detail);
      if (summary !== undefined) assert.match(found[0].summary, summary);
    });
  }

  for (const [code, name] of Object.entries(UNPROVABLE)) {
    test(code, async () => {
      const found = await foundOf(LIKELY_CASES[name][0]);
      assert.ok(
        found.some((mismatch) => mismatch.code === code),
        inspect(found),
      );
    });
  }
});

test('each has a case', () => {
  const cases = [...Object.keys(CASES), ...Object.keys(UNPROVABLE)];
  assert.deepEqual([...KNOWN_MISMATCHES.keys()].sort(), cases.sort());
});

/** @param {import('../support/mismatch/cases.js').Cases} all */
function finds(all) {
  for (const [code, cases] of Object.entries(all)) {
    describe(code, () => {
      for (const [name, make] of Object.entries(cases)) test(name, () => isFound(code, make));
    });
  }
}

async function isFound(code, make) {
  const found = await foundOf(make);
  assert.deepEqual(
    found.map((mismatch) => mismatch.code),
    [code],
  );
  const [mismatch] = found;
  const { detail = {} } = mismatch;
  assert.equal(mismatch.isProved, true);
  assert.notEqual(detail.expected ?? '', detail.signed ?? ' ', 'what is shown as different is');
  checkTexts(mismatch);
}

/** @param {(bench: any) => Promise<any>} make */
async function foundOf(make) {
  const { request, options } = await arrivedFrom(make);
  const found = await findMismatch(request, options);
  const shown = inspect(found, { depth: 9 });
  // Their starts: in whichever way they are escaped, these are as they are.
  for (const secret of ['wJalrXUtnFEMI', 'IQoJb3JpZ2luX2VjE']) assert.ok(!shown.includes(secret), shown);
  return found;
}

/** The texts are those that are known, with the values that were seen. */
function checkTexts({ code, part, summary, fix, name, detail = {}, isProved }) {
  const known = KNOWN_MISMATCHES.get(code);
  assert.deepEqual({ part, fix }, { part: known.part, fix: known.fix });
  assert.match(summary, /^[A-Zx][^\n]*\.$/);
  assert.doesNotMatch(summary, /\{[a-z]+[|}]|unknown|\s[.,]/i);
  assert.ok(!summary.includes('undefined') || known.summary.includes('undefined'), summary);
  assert.ok(!summary.includes(CREDENTIALS.accessKeyId), summary);
  const seen = [name, detail.expected, detail.signed, `…${CREDENTIALS.accessKeyId.slice(-4)}`, ' seconds'];
  const isWithValues = seen.some((value) => value && summary.includes(value.slice(0, 100)));
  const text = isProved ? summary : summary.replace(/^Possibly, (.)/, (_, letter) => letter.toUpperCase());
  assert.ok(isWithValues || text === known.summary, `${text} is not ${known.summary}`);
}

/** @param {(bench: any) => Promise<any>} make */
async function arrivedFrom(make) {
  server.answer = (_, response) => response.end('{}');
  const origin = `http://127.0.0.1:${server.port}`;
  const send = (signed, how) => sendRaw(server.port, signed, how);
  const { request, host, ...more } = (await make({ server, origin, send })) ?? {};
  const arrived = request ?? server.arrived.at(-1);
  const known = { secretAccessKey: CREDENTIALS, region: REGION, service: 'execute-api', now: DATE };
  return {
    request: host === undefined ? arrived : { ...arrived, headers: withHost(arrived.headers, host) },
    options: { ...known, ...more },
  };
}

/** @param {string[]} headers  as Node's rawHeaders */
function withHost(headers, host) {
  const at = headers.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'host');
  return headers.with(at + 1, host);
}
