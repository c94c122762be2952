import { expect, test } from 'vitest';

import { check } from './check.js';

test('conformance', { timeout: 60_000 }, async () => {
  const outcome = await check();
  console.log(`outcome:${JSON.stringify(outcome)}`);
  expect(outcome.failed).toEqual([]);
});
