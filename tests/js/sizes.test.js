// The sizes of bundles, with a tolerance of 3 %. If one must become larger, say so in CHANGELOG.md, and change the row.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { IMPORTS, sizeOf } from '../support/bundle-sizes.js';

const ROOM = 1.03;

/**
 * At most, in kB of gzip: split (the first load), and one file.
 *
 * @type {Record<string, [number, number?]>}
 */
const AT_MOST = {
  'sigv4-wasm, signRequest': [28.2, 30.7],
  'sigv4-wasm, Signer': [29.1, 31.6],
  'sigv4-wasm, all of it': [29.9, 32.4],
  'sigv4-wasm/axios': [35.6, 39.6],
  'sigv4-wasm/fetch': [33.5, 37.4],
  'sigv4-wasm/undici': [33.1, 36.3],
  'sigv4-wasm/got': [32.4, 35.8],
  'sigv4-wasm/aws4': [28.5, 28.5],
  'sigv4-wasm/smithy': [26.6, 26.6],
  'sigv4-wasm/v4a': [91, 92.7],
  'sigv4-wasm/fips': [29.9, 32.4],
  'sigv4-wasm/slim': [13.6, 13.6],
  'sigv4-wasm/credentials': [33.6, 35.4],
  'sigv4-wasm/credentials, fromCognitoIdentity': [1.95, 1.95],
  'sigv4-wasm/appsync': [0.9, 0.9],
  'sigv4-wasm/request': [29.7, 31.5],
  'sigv4-wasm/credentials/node': [35.2, 37],
  'sigv4-wasm/tokens': [33, 34.9],
  'sigv4-wasm/batch': [29.5, 32.1],
  'sigv4-wasm/trace': [29.5, 32.1],
  'sigv4-wasm/identity, createIdentityProof': [30.2, 32],
  'sigv4-wasm/identity': [82.6, 84.3],
  'sigv4-wasm/verify': [57.6, 153.5],
  'sigv4-wasm/verify, without SigV4a': [57.6, 73.2],
  'sigv4-wasm/explain': [54.3, 182.5],
  'sigv4-wasm/explain, without SigV4a': [54.3, 102.6],
  'sigv4-wasm/policy': [88.8, 88.8],
  'sigv4-wasm/s3': [37, 54.8],
  'sigv4-wasm/events': [33, 50.5],
};

/** What an adapter adds to all of the main entry, split. @type {Record<string, number>} */
const ON_TOP = {
  axios: 6.9,
  fetch: 4.8,
  undici: 4.2,
  got: 3.5,
  aws4: 3.8,
  smithy: 3.7,
};

for (const [name, [split, oneFile]] of Object.entries(AT_MOST)) {
  test(`${name}: ${split} kB split${oneFile === undefined ? '' : `, ${oneFile} in one file`}`, async () => {
    const { code, external } = IMPORTS[name];
    const sizes = await Promise.all([
      sizeOf(code, 'split', undefined, external),
      sizeOf(code, 'oneFile', undefined, external),
    ]);
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

const LAMBDA = { signRequest: 32.9, axios: 42 };

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
