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

const KINDS = {
  identity: 'policies of a user',
  api: 'with the policy of an API',
  limited: 'with a permissions boundary and session policies',
};

for (const [kind, title] of Object.entries(KINDS)) {
  test(`as iam-simulate decides: ${title}`, () => {
    const cases = randomCases(kind);
    const { sha256, decisions } = recorded.random[kind];
    const digest = createHash('sha256').update(JSON.stringify(cases)).digest('hex');
    assert.equal(digest, sha256, 'the cases are others than those recorded: record them again');
    const counts = { allow: 0, explicitDeny: 0, implicitDeny: 0 };
    const wrong = [];
    let unevaluated = 0;
    for (const [index, { request, identityPolicies, ...others }] of cases.entries()) {
      const outcome =
        kind === 'identity'
          ? { identity: evaluatePolicies(identityPolicies, request) }
          : evaluateAccess({ ...request, identityPolicies, ...others });
      const { decision: ours } = outcome.decision === undefined ? outcome.identity : outcome;
      const theirs = DECISIONS[decisions[index]];
      counts[ours]++;
      if (ours === theirs) continue;
      // The difference "a variable without a value": where it matters, we are the stricter ones.
      const { identity, permissionsBoundary, session, resource } = outcome;
      const parts = [identity, permissionsBoundary, session, resource];
      const says = parts.some((part) => part?.unevaluated !== undefined);
      if (says && STRICTNESS.indexOf(ours) > STRICTNESS.indexOf(theirs)) {
        unevaluated++;
        continue;
      }
      // "The resource-based policy permissions are not limited by the session policy" ("Session policies", IAM user guide), where
      // they are given to a session or to everyone; to the other, session policies always limit.
      if (ours === 'allow' && theirs === 'implicitDeny' && session?.decision === theirs) {
        if (outcome.decidedBy === 'resource') continue;
      }
      wrong.push({ ours, theirs, ...request, identityPolicies, ...others });
    }
    assert.ok(unevaluated < CASES / 200, `${unevaluated} of ${CASES} could not be evaluated`);
    assert.deepEqual(JSON.stringify(wrong.slice(0, 2), null, 1), '[]', `${wrong.length} of ${CASES}`);
    // Of each outcome there are enough for the agreement to mean something.
    for (const count of Object.values(counts)) assert.ok(count > CASES / 20, JSON.stringify(counts));
  });
}
