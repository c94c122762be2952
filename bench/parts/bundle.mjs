// The sizes of bundles for browsers and for AWS Lambda: minified, compressed, with the inlined wasm.

import { readFileSync, statSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

import { IMPORTS, sizeOf } from '../../tests/support/bundle-sizes.js';
import { AWS4FETCH, OURS, SMITHY } from '../peers.mjs';
import { REPLACED } from '../peers-node.mjs';
import { makeConsumer, write } from '../sizes.mjs';

const root = new URL('../../', import.meta.url).pathname;
export const SIGN_REQUEST = `${OURS}, signRequest`;
export const ONE_FILE = `${SIGN_REQUEST}, one file`;
export const IIFE = `${SIGN_REQUEST}, one file, IIFE`;
export const LAMBDA = `${SIGN_REQUEST}, AWS Lambda`;
export const LAMBDA_AXIOS = `${OURS}/axios, AWS Lambda`;

/** The entries for HTTP clients and instead of other signers. */
const ADAPTERS = ['axios', 'fetch', 'undici', 'got', 'aws4', 'smithy'];

/** The sizes of other packages. */
const PEERS = {
  [REPLACED]: `export { SignatureV4 } from '@aws-sdk/signature-v4'; export { HttpRequest } from '@aws-sdk/protocol-http';
    export { Sha256 } from '@aws-crypto/sha256-js';`,
  [SMITHY]: `export { SignatureV4 } from '@smithy/signature-v4'; export { HttpRequest } from '@smithy/protocol-http';
    export { Sha256 } from '@aws-crypto/sha256-js';`,
  [AWS4FETCH]: `export { AwsV4Signer } from 'aws4fetch';`,
};

/** What a server loads, or a page that explains. In one file, everything that is imported on use is in it. */
const OTHERS = ['verify', 'policy', 'explain'];

/** @returns {Promise<import('../harness.mjs').Table[]>} */
export async function run({ quick }) {
  const consumer = makeConsumer();
  const gzip = async (code, form, folder = consumer) => (await sizeOf(code, form, folder)).gzip;
  const { code: signRequest } = IMPORTS['sigv4-wasm, signRequest'];
  const { code: all } = IMPORTS['sigv4-wasm, all of it'];
  const rows = [
    { name: SIGN_REQUEST, value: await gzip(signRequest, 'split') },
    { name: `${OURS}, all of it`, value: await gzip(all, 'split') },
    { name: ONE_FILE, value: await gzip(signRequest, 'oneFile') },
    { name: IIFE, value: await gzip(signRequest, 'iife') },
    { name: LAMBDA, value: await gzip(signRequest, 'lambda') },
    { name: LAMBDA_AXIOS, value: await gzip(IMPORTS['sigv4-wasm/axios'].code, 'lambda') },
  ];
  for (const [name, code] of Object.entries(PEERS))
    rows.push({ name, value: await gzip(code, 'split', root) });
  const adapters = [];
  for (const name of ADAPTERS) {
    const value = (await gzip(`${all} export * from 'sigv4-wasm/${name}';`, 'split')) - rows[1].value;
    adapters.push({ name: `sigv4-wasm/${name}`, value });
  }
  const others = [];
  for (const name of OTHERS) {
    const { code } = IMPORTS[`sigv4-wasm/${name}`];
    others.push({ name: `sigv4-wasm/${name}, split`, value: await gzip(code, 'split') });
    others.push({ name: `sigv4-wasm/${name}, one file`, value: await gzip(code, 'oneFile') });
  }
  const wasm = ['signing', 'verify', 'mismatch', 'checksum', 'sigv4a', 'policy'].flatMap((name) => {
    const file = `${root}pkg/esm/wasm/${name}.wasm`;
    return [
      { name: `${name}.wasm`, value: statSync(file).size / 1000 },
      { name: `${name}.wasm, gzipped`, value: gzipSync(readFileSync(file), { level: 9 }).length / 1000 },
    ];
  });
  if (!quick) await write();
  const note = 'minified and gzipped; what is loaded at first, without what is imported on use';
  return [
    { id: 'bundle', title: 'Bundle for a browser', unit: 'kB', rows, note },
    { id: 'bundle-adapters', title: 'What each adapter adds to that', unit: 'kB', rows: adapters },
    { id: 'bundle-others', title: 'Verifying, policies, explanations', unit: 'kB', rows: others, note },
    { id: 'wasm', title: 'wasm modules', unit: 'kB', rows: wasm },
  ];
}
