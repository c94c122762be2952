// examples/graphiql in Chromium: the schema and a query, from a simulated AppSync.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { buildSchema, graphql } from 'graphql';

import { REGION } from '../support/examples.js';
import { startIamServer } from '../support/iam-server.js';
import { CREDENTIALS } from '../support/wire.js';
import { openExamplePage, typeCredentials } from './support/page.js';

const schema = buildSchema('type Order { id: ID! item: String } type Query { orders: [Order!]! }');
const rootValue = { orders: () => [{ id: '1', item: 'größer tea' }] };

test('GraphiQL fetches the schema and runs a query, signed', async () => {
  /** @type {string[]} */
  const queries = [];
  const api = await startIamServer({
    credentials: [CREDENTIALS],
    region: REGION,
    service: 'appsync',
    cors: true,
    respond: async ({ body }) => {
      const { query, variables: variableValues } = JSON.parse(Buffer.from(body).toString());
      queries.push(query);
      const result = await graphql({ schema, source: query, rootValue, variableValues });
      return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(result) };
    },
  });
  after(() => api.close());
  const page = await openExamplePage('graphiql', {
    VITE_GRAPHQL_URL: `${api.origin}/graphql`,
    VITE_REGION: REGION,
  });
  await typeCredentials(page, CREDENTIALS);
  await page.click('#credentials button');

  await page.waitForSelector('.graphiql-query-editor .monaco-editor .view-line');
  await page.click('.graphiql-query-editor .monaco-editor');
  await page.keyboard.down('Control');
  await page.keyboard.press('a');
  await page.keyboard.up('Control');
  await page.keyboard.type('{ orders { id item } ');
  await page.click('.graphiql-execute-button');
  await page.waitForFunction(() =>
    document.querySelector('.graphiql-response')?.textContent?.includes('größer'),
  );
  assert.ok(
    queries.some((query) => query.includes('__schema')),
    'the schema',
  );
  assert.match(queries.at(-1) ?? '', /orders/);
  assert.ok(api.requests.every(({ status, url }) => status === 200 && url === '/graphql'));
});
