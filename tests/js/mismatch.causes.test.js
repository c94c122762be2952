// Every mistake that is known is found, as a client makes it and a socket carries it.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { inspect } from 'node:util';

import { findMismatch, KNOWN_MISMATCHES } from 'sigv4-wasm/explain';

import { BOTOCORE_CASES, skip } from '../support/mismatch/botocore.js';
import { CASES } from '../support/mismatch/cases.js';
import { recordingServer, sendRaw } from '../support/mismatch/server.js';
import { DATE, REGION } from '../support/verify-requests.js';
import { CREDENTIALS } from '../support/wire.js';

const server = await recordingServer();
after(() => server.close());

finds(CASES);
describe('botocore', { skip }, () => finds(BOTOCORE_CASES));

test('each has a case', () => {
  assert.deepEqual([...KNOWN_MISMATCHES.keys()].sort(), Object.keys(CASES).sort());
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
  const { request, options } = await arrivedFrom(make);
  const found = await findMismatch(request, options);
  assert.deepEqual(
    found.map((mismatch) => mismatch.code),
    [code],
  );
  const [{ part, summary, fix, detail = {} }] = found;
  assert.deepEqual({ code, part, summary, fix }, KNOWN_MISMATCHES.get(code));
  assert.notEqual(detail.expected ?? '', detail.signed ?? ' ', 'what is shown as different is');
  const shown = inspect(found, { depth: 9 });
  // Their starts: in whichever way they are escaped, these are as they are.
  for (const secret of ['wJalrXUtnFEMI', 'IQoJb3JpZ2luX2VjE']) assert.ok(!shown.includes(secret), shown);
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
