// Indexes documents, and searches them.

import { Client } from '@opensearch-project/opensearch';
import { Signer } from 'sigv4-wasm';

import { signedBy } from './signed-connection.mjs';

const {
  OPENSEARCH_URL,
  OPENSEARCH_SERVICE: service = 'es', // aoss for OpenSearch Serverless
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID,
  AWS_SECRET_ACCESS_KEY,
  AWS_SESSION_TOKEN,
} = process.env;
if (!OPENSEARCH_URL)
  throw new Error('set OPENSEARCH_URL, such as https://search-….eu-west-1.es.amazonaws.com');

const signer = new Signer({
  region,
  service,
  contentSha256Header: service === 'aoss', // it wants x-amz-content-sha256
  credentials: {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    sessionToken: AWS_SESSION_TOKEN,
  },
});
const client = new Client({ node: OPENSEARCH_URL, ...signedBy(signer) });

const documents = [
  { id: 'a b/ü', name: 'Earl Grey' },
  { id: '2', name: 'Grüner Tee' },
];
await client.helpers.bulk({
  datasource: documents,
  onDocument: ({ id }) => ({ index: { _index: 'teas', _id: id } }),
});
const { body: one } = await client.get({ index: 'teas', id: 'a b/ü' });
console.log('found:', one._source.name);
const { body } = await client.search({ index: 'teas', body: { query: { match: { name: 'tee' } } } });
console.log('hits:', body.hits.hits.map(({ _source }) => _source.name).join(', '));
