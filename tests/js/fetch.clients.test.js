// Libraries that take a `fetch` work with the signing one: ky, openapi-fetch, Apollo Client.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';

import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client/core/index.js';
import ky from 'ky';
import createClient from 'openapi-fetch';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';

import {
  assertSignedAnew,
  assertTypes,
  startServers,
  statuses,
  tickingDate,
} from '../support/clients-harness.js';
import { OPTIONS } from '../support/wire.js';

/** @type {Awaited<ReturnType<typeof startServers>>} */
let servers;
/** @type {import('../support/iam-server.js').IamServer} */
let server;
before(async () => ({ server } = servers = await startServers()));
beforeEach(() => (server.requests.length = 0));
after(() => servers.close());

const signedFetch = createSigv4Fetch(OPTIONS);

describe('ky', () => {
  const client = () => ky.create({ prefixUrl: server.origin, fetch: signedFetch });

  it('json, searchParams, forms', async () => {
    await client().post('orders', { json: { a: 'ö' }, searchParams: { q: 'a b' } });
    await client().put('orders/1', { body: new URLSearchParams({ a: 'b c' }) });
    const form = new FormData();
    form.append('file', new Blob(['x']), 'ü.txt');
    await client().post('forms', { body: form });
    assert.deepEqual(statuses(server), [200, 200, 200]);
    assert.equal(Buffer.from(server.requests[0].body).toString(), '{"a":"ö"}');
  });

  it('a retry is signed afresh', async () => {
    const fetch = createSigv4Fetch({ ...OPTIONS, date: tickingDate() });
    const retry = { limit: 1, delay: () => 1 };
    await ky.put(`${server.origin}/flaky/ky`, { json: { a: 1 }, fetch, retry });
    assert.deepEqual(statuses(server), [503, 200]);
    assertSignedAnew(server.requests[0], server.requests[1]);
    assert.deepEqual(server.requests[1].body, server.requests[0].body);
  });

  it('a timeout ends the wait for credentials', async () => {
    const fetch = createSigv4Fetch({ ...OPTIONS, credentials: () => new Promise(() => {}) });
    await assert.rejects(ky(`${server.origin}/a`, { fetch, timeout: 30, retry: 0 }), {
      name: 'TimeoutError',
    });
  });
});

it('openapi-fetch', async () => {
  const client = createClient({ baseUrl: server.origin, fetch: signedFetch });
  const query = { tag: ['a b', 'ü'], '!': "'()*" };
  const options = /** @type {any} */ ({ params: { query, path: { id: 'a/b=' } } });
  const { data, error } = await client.GET(/** @type {never} */ ('/orders/{id}'), options);
  assert.equal(error, undefined);
  assert.ok(data);
  await client.POST(/** @type {never} */ ('/orders'), /** @type {any} */ ({ body: { a: 1 } }));
  assert.deepEqual(statuses(server), [200, 200]);
});

it('Apollo Client', async () => {
  const link = new HttpLink({ uri: `${server.origin}/graphql`, fetch: signedFetch });
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  server.requests.length = 0;
  const query = gql`
    query Order($id: ID!) {
      order(id: $id) {
        name
      }
    }
  `;
  // The server echoes: what arrived is no GraphQL answer.
  await client.query({ query, variables: { id: 'ü' }, fetchPolicy: 'no-cache' }).catch(() => {});
  assert.deepEqual(statuses(server), [200]);
  assert.deepEqual(JSON.parse(Buffer.from(server.requests[0].body).toString()).variables, { id: 'ü' });
});

it('has types that fit them', () =>
  assertTypes(
    'fetch-clients',
    `import { HttpLink } from '@apollo/client';
     import ky from 'ky';
     import createClient from 'openapi-fetch';
     import { createSigv4Fetch } from 'sigv4-wasm/fetch';
     const signedFetch = createSigv4Fetch({ credentials: async () => ({ accessKeyId: 'a', secretAccessKey: 'b' }) });
     ky.create({ fetch: signedFetch });
     createClient<{}>({ fetch: signedFetch });
     new HttpLink({ uri: 'https://example.com/graphql', fetch: signedFetch });`,
  ));
