// Writes policy_decisions.json: what @cloud-copilot/iam-simulate, which somebody else wrote, decides of the cases of
// policy-cases.js. By hand, as its licence (AGPL-3.0) is not one for a package that others install with ours:
//
//   npm install --no-save @cloud-copilot/iam-simulate@0.1.173 @cloud-copilot/iam-policy@0.1.109
//   node tests/differential/policy-record.mjs

import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';

import { createValidatedPolicy, validateResourcePolicy } from '@cloud-copilot/iam-policy';
import { runUnsafeSimulation } from '@cloud-copilot/iam-simulate';

import { caseOf, DIFFERENCES, randomCases, SEEDS } from './policy-cases.js';

/** One letter for each decision. */
const LETTERS = { Allowed: 'a', ExplicitlyDenied: 'e', ImplicitlyDenied: 'i' };

const record = { simulator: '@cloud-copilot/iam-simulate 0.1.173', random: {}, differences: {} };
for (const kind of Object.keys(SEEDS)) {
  const cases = randomCases(kind);
  const sha256 = createHash('sha256').update(JSON.stringify(cases)).digest('hex');
  record.random[kind] = { sha256, decisions: cases.map((each) => LETTERS[simulate(each)]).join('') };
}
for (const [name, difference] of Object.entries(DIFFERENCES)) {
  record.differences[name] = LETTERS[simulate(caseOf(difference))];
}
writeFileSync(new URL('policy_decisions.json', import.meta.url), `${JSON.stringify(record, null, 2)}\n`);

function simulate({ request: { action, resource, context }, identityPolicies, resourcePolicy, principal }) {
  const contextVariables = Object.fromEntries(
    Object.entries(context).map(([key, value]) => [
      key,
      Array.isArray(value) ? value.map(String) : String(value),
    ]),
  );
  return runUnsafeSimulation(
    {
      request: {
        principal,
        action,
        resource: { resource, accountId: resource.split(':')[4] },
        contextVariables,
      },
      identityPolicies: identityPolicies.map((policy, index) => ({ name: `${index}`, policy })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      // It fails on one without a name.
      resourcePolicy:
        resourcePolicy && createValidatedPolicy(resourcePolicy, validateResourcePolicy, { name: 'api' }),
    },
    {},
  );
}
