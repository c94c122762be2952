// Prints the random cases of policy-cases.js for tests/policy.rs: each on a line, with its kind and what iam-simulate decided.

import { readFileSync } from 'node:fs';

import { randomCases, SEEDS } from './policy-cases.js';

const { random } = JSON.parse(readFileSync(new URL('policy_decisions.json', import.meta.url), 'utf8'));
for (const kind of Object.keys(SEEDS)) {
  const lines = randomCases(kind).map((one, index) =>
    JSON.stringify({ kind, decision: random[kind].decisions[index], ...one }),
  );
  process.stdout.write(`${lines.join('\n')}\n`);
}
