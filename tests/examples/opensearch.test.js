// examples/opensearch against a simulated OpenSearch domain, and a simulated collection of OpenSearch Serverless.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { Client } from '@opensearch-project/opensearch';
import { Signer } from 'sigv4-wasm';

import { signedBy } from '../../examples/opensearch/signed-connection.mjs';
import { REGION, runExample } from '../support/examples.js';
import { startIamServer } from '../support/iam-server.js';
import { CREDENTIALS } from '../support/wire.js';

const TEAS = [{ name: 'Earl Grey' }, { name: 'Grüner Tee' }];

/** @param {import('../support/iam-server.js').RecordedRequest} request */
function answer({ url }) {
  const json = (/** @type {unknown} */ value) => ({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  });
  if (url === '/_bulk') return json({ errors: false, items: TEAS.map(() => ({ index: { status: 201 } })) });
  if (url === '/teas/_doc/a%20b%2F%C3%BC') return json({ _id: 'a b/ü', _source: TEAS[0] });
  if (url === '/teas/_search') return json({ hits: { hits: [{ _source: TEAS[1] }] } });
  return undefined;
}

for (const service of ['es', 'aoss']) {
  test(`${service}: indexes, gets, searches`, async () => {
    const server = await startIamServer({
      credentials: [CREDENTIALS],
      region: REGION,
      service,
      respond: answer,
    });
    try {
      const env = { OPENSEARCH_URL: server.origin, OPENSEARCH_SERVICE: service };
      const { code, stdout, stderr } = await runExample('opensearch', env);
      assert.equal(code, 0, stderr);
      assert.equal(stdout, 'found: Earl Grey\nhits: Grüner Tee\n');
      assert.deepEqual(
        server.requests.map(({ method, url, status }) => [method, url, status]),
        [
          ['POST', '/_bulk', 200],
          ['GET', '/teas/_doc/a%20b%2F%C3%BC', 200],
          ['POST', '/teas/_search', 200],
        ],
      );
      const declared = server.requests.map(({ rawHeaders }) => rawHeaders.includes('x-amz-content-sha256'));
      assert.deepEqual(declared, Array(3).fill(service === 'aoss'));
    } finally {
      await server.close();
    }
  });
}

test('a retry is signed afresh, with credentials that are asked for when they expire', async () => {
  let requests = 0;
  const server = await startIamServer({
    credentials: [CREDENTIALS],
    region: REGION,
    service: 'es',
    respond: () => (++requests === 1 ? { status: 503 } : undefined),
  });
  let asked = 0;
  const credentials = async () => {
    asked++;
    return { ...CREDENTIALS, expiration: new Date(Date.now() + 400) };
  };
  const signer = new Signer({ credentials, region: REGION, service: 'es' });
  const client = new Client({ node: server.origin, maxRetries: 2, ...signedBy(signer) });
  try {
    await client.search({ index: 'teas', q: 'name:grün a+b' });
    assert.deepEqual(
      server.requests.map(({ status }) => status),
      [503, 200],
    );
    await sleep(250); // half of their life is over
    await client.cluster.health();
    assert.equal(asked, 2);
  } finally {
    await client.close();
    await server.close();
  }
});
