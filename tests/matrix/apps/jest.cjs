const { check } = require('./require.cjs');

test('conformance', async () => {
  const outcome = await check();
  console.log(`outcome:${JSON.stringify(outcome)}`);
  expect(outcome.failed).toEqual([]);
}, 60_000);
