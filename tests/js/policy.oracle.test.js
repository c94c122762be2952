// Random policies and requests: what we decide is what @cloud-copilot/iam-simulate decided, which somebody else wrote
// (see ../differential/policy-record.mjs).

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { evaluateAccess, evaluatePolicies } from 'sigv4-wasm/policy';

import { CASES, caseOf, DIFFERENCES, randomCases, SEEDS } from '../differential/policy-cases.js';

const recorded = JSON.parse(
  readFileSync(new URL('../differential/policy_decisions.json', import.meta.url), 'utf8'),
);
const STRICTNESS = ['allow', 'implicitDeny', 'explicitDeny'];
const DECISIONS = { a: 'allow', e: 'explicitDeny', i: 'implicitDeny' };

for (const [name, difference] of Object.entries(DIFFERENCES)) {
  test(`not as iam-simulate decides: ${name}`, () => {
    const { identityPolicies, request } = caseOf(difference);
    const { decision } = evaluatePolicies(identityPolicies, request);
    assert.deepEqual([decision, DECISIONS[recorded.differences[name]]], difference.decisions);
  });
}

for (const kind of Object.keys(SEEDS)) {
  test(`as iam-simulate decides: ${kind === 'api' ? 'with the policy of an API' : 'policies of a user'}`, () => {
    const cases = randomCases(kind);
    const { sha256, decisions } = recorded.random[kind];
    const digest = createHash('sha256').update(JSON.stringify(cases)).digest('hex');
    assert.equal(digest, sha256, 'the cases are others than those recorded: record them again');
    const counts = { allow: 0, explicitDeny: 0, implicitDeny: 0 };
    const wrong = [];
    let unevaluated = 0;
    for (const [index, { request, identityPolicies, resourcePolicy, principal }] of cases.entries()) {
      const outcome =
        kind === 'api'
          ? evaluateAccess({ ...request, principal, identityPolicies, resourcePolicy })
          : { identity: evaluatePolicies(identityPolicies, request) };
      const { decision: ours } = kind === 'api' ? outcome : outcome.identity;
      const theirs = DECISIONS[decisions[index]];
      counts[ours]++;
      if (ours === theirs) continue;
      // The difference "a variable without a value": where it matters, we are the stricter ones.
      const says = [outcome.identity, outcome.resource].some((part) => part?.unevaluated !== undefined);
      if (says && STRICTNESS.indexOf(ours) > STRICTNESS.indexOf(theirs)) {
        unevaluated++;
        continue;
      }
      wrong.push({ ours, theirs, principal, ...request, identityPolicies, resourcePolicy });
    }
    assert.ok(unevaluated < CASES / 200, `${unevaluated} of ${CASES} could not be evaluated`);
    assert.deepEqual(JSON.stringify(wrong.slice(0, 2), null, 1), '[]', `${wrong.length} of ${CASES}`);
    // Of each outcome there are enough for the agreement to mean something.
    for (const count of Object.values(counts)) assert.ok(count > CASES / 20, JSON.stringify(counts));
  });
}
