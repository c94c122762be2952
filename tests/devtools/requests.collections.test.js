// Requests of Postman and Bruno are read as the programs of Postman and Bruno send them
// (recorded: tests/support/collections/record.mjs).

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

import { parseRequest } from 'sigv4-wasm-devtools/requests';

import { BRUNO, brunoFile, POSTMAN, postmanCollection } from '../support/collections/requests.js';

const recorded = JSON.parse(
  readFileSync(new URL('../support/collections/recorded.json', import.meta.url), 'utf8'),
);

describe('a request is read as Newman sends it:', () => {
  for (const name of Object.keys(POSTMAN)) {
    it(name, () => assertSent(JSON.stringify(postmanCollection(name)), recorded.postman[name]));
  }
});

describe('a request is read as the Bruno CLI sends it:', () => {
  for (const name of Object.keys(BRUNO)) {
    it(name, () => assertSent(brunoFile(name), recorded.bruno[name]));
  }
});

describe('variables of GraphQL that are not JSON are an error:', () => {
  it('of Postman', () => {
    const body = { mode: 'graphql', graphql: { query: '{ a }', variables: '{ x }' } };
    const request = { method: 'POST', url: 'http://127.0.0.1:1/', body };
    const message = /"gql": the variables of this GraphQL request are not JSON/;
    assert.throws(() => parseRequest(JSON.stringify({ item: [{ name: 'gql', request }] })), message);
  });

  it('of Bruno', () => {
    const text = brunoFile('GraphQL').replace('{"x": 1}', '{ x }');
    assert.throws(() => parseRequest(text), /the variables of this GraphQL request are not JSON/);
  });
});

/**
 * @param {string} text
 * @param {object} expected
 */
function assertSent(text, expected) {
  const { method, url, headers, body = '' } = parseRequest(text);
  const { pathname, search } = new URL(url);
  assert.deepEqual(
    {
      method,
      target: pathname + search,
      headers: headers.map(([name, value]) => [name.toLowerCase(), value]),
      body,
    },
    expected,
  );
}
