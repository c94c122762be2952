// What bundles weigh, with 3 % of room. Where one must become larger, say so in CHANGELOG.md, and change the row.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { IMPORTS, sizeOf } from '../support/bundle-sizes.js';

const ROOM = 1.03;

/**
 * At most, in kB of gzip: split (the first load), and one file. That of S3 and of event streams holds a whole module for a checksum.
 *
 * @type {Record<string, [number, number?]>}
 */
const AT_MOST = {
  'sigv4-wasm, signRequest': [29.6, 31.9],
  'sigv4-wasm, Signer': [30.4, 32.8],
  'sigv4-wasm, all of it': [31.2, 33.6],
  'sigv4-wasm/axios': [37, 41.2],
  'sigv4-wasm/fetch': [34.8, 39.1],
  'sigv4-wasm/undici': [34.2, 38.3],
  'sigv4-wasm/got': [33.6, 37.7],
  'sigv4-wasm/aws4': [29.8, 29.8],
  'sigv4-wasm/smithy': [28, 28],
  'sigv4-wasm/v4a': [92.9, 94.4],
  'sigv4-wasm/fips': [31.3, 33.8],
  'sigv4-wasm/slim': [13.4, 13.4],
  'sigv4-wasm/credentials': [35.2, 36.8],
  'sigv4-wasm/credentials, fromCognitoIdentity': [1.95, 1.95],
  'sigv4-wasm/credentials/node': [36.9, 38.3],
  'sigv4-wasm/tokens': [34.4, 35.9],
  'sigv4-wasm/identity': [119.3],
  'sigv4-wasm/identity, createIdentityProof': [31.7, 33.2],
  'sigv4-wasm/s3': [37.2],
  'sigv4-wasm/events': [33],
  'sigv4-wasm/batch': [30.9, 33.3],
  'sigv4-wasm/trace': [31.3, 33.8],
};

/** What an adapter adds to all of the main entry, split. @type {Record<string, number>} */
const ON_TOP = {
  axios: 7,
  fetch: 4.7,
  undici: 4.1,
  got: 3.5,
  aws4: 3.8,
  smithy: 3.7,
};

for (const [name, [split, oneFile]] of Object.entries(AT_MOST)) {
  test(`${name}: ${split} kB split${oneFile === undefined ? '' : `, ${oneFile} in one file`}`, async () => {
    const { code } = IMPORTS[name];
    const sizes = await Promise.all([sizeOf(code, 'split'), sizeOf(code, 'oneFile')]);
    for (const [i, limit = Infinity] of [split, oneFile].entries()) {
      assert.ok(sizes[i].gzip <= limit * ROOM, `${['split', 'one file'][i]}: ${sizes[i].gzip.toFixed(2)} kB`);
    }
  });
}

test('as IIFE, and for AWS Lambda', async () => {
  const { code } = IMPORTS['sigv4-wasm, signRequest'];
  const [iife, lambda, axios] = await Promise.all([
    sizeOf(code, 'iife'),
    sizeOf(code, 'lambda'),
    sizeOf(IMPORTS['sigv4-wasm/axios'].code, 'lambda'),
  ]);
  const [, oneFile = NaN] = AT_MOST['sigv4-wasm, signRequest'];
  assert.ok(iife.gzip <= (oneFile + 0.2) * ROOM, `${iife.gzip.toFixed(2)} kB`);
  assert.ok(lambda.gzip <= LAMBDA.signRequest * ROOM, `${lambda.gzip.toFixed(2)} kB`);
  assert.ok(axios.gzip <= LAMBDA.axios * ROOM, `with the axios interceptor: ${axios.gzip.toFixed(2)} kB`);
});

const LAMBDA = { signRequest: 33.6, axios: 43.1 };

for (const [adapter, limit] of Object.entries(ON_TOP)) {
  test(`sigv4-wasm/${adapter} adds ${limit} kB to the main entry`, async () => {
    const main = IMPORTS['sigv4-wasm, all of it'].code;
    const [alone, both] = await Promise.all([
      sizeOf(main, 'split'),
      sizeOf(`${main} export * from 'sigv4-wasm/${adapter}';`, 'split'),
    ]);
    const added = both.gzip - alone.gzip;
    assert.ok(added <= limit * ROOM, `${added.toFixed(2)} kB`);
  });
}
