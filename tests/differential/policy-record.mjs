// Writes policy_decisions.json: what @cloud-copilot/iam-simulate, which somebody else wrote, decides of the cases of
// policy-cases.js. By hand, because its licence (AGPL-3.0) is not one for a package that others install with ours:
//
//   npm install --no-save @cloud-copilot/iam-simulate@0.1.173 @cloud-copilot/iam-policy@0.1.109
//   node tests/differential/policy-record.mjs

import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';

import { loadPolicy } from '@cloud-copilot/iam-policy';

import { caseOf, DIFFERENCES, randomCases, SEEDS } from './policy-cases.js';

// `runUnsafeSimulation`, which the package exports, leaves out session policies; what it calls knows them.
const inside = new URL('../../node_modules/@cloud-copilot/iam-simulate/dist/esm/', import.meta.url).href;
const { authorize } = await import(`${inside}core_engine/CoreSimulatorEngine.js`);
const { AwsRequestImpl } = await import(`${inside}request/request.js`);
const { RequestContextImpl } = await import(`${inside}requestContext.js`);
const { DiscoveryContextKeyConstraints } = await import(
  `${inside}context_keys/discoveryContextKeyConstraints.js`
);

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

function simulate({ request: { action, resource, context }, principal, ...policies }) {
  const { identityPolicies, resourcePolicy, permissionsBoundary, sessionPolicies = [] } = policies;
  const values = Object.entries(context).map(([key, value]) => [
    key,
    Array.isArray(value) ? value.map(String) : String(value),
  ]);
  const target = { resource, accountId: resource.split(':')[4] };
  const requestContext = new RequestContextImpl(Object.fromEntries(values));
  return authorize({
    request: new AwsRequestImpl(principal, target, action, requestContext),
    identityPolicies: identityPolicies.map(named),
    permissionBoundaries: permissionsBoundary && [named(permissionsBoundary)],
    sessionPolicy: sessionPolicies[0] && named(sessionPolicies[0]),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy: resourcePolicy && named(resourcePolicy),
    vpcEndpointPolicies: undefined,
    simulationParameters: {
      simulationMode: 'Strict',
      discoveryContextKeyConstraints: new DiscoveryContextKeyConstraints([]),
    },
    serviceSettings: { s3: {} },
  }).result;
}

/** It fails on one without a name. @param {object} policy */
function named(policy, index = 0) {
  return loadPolicy(policy, { name: String(index) });
}
