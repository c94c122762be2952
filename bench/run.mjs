// `make bench`: how long one signature takes, ours against its peers. Interleaved, medians, ratios.

import { mkdirSync, writeFileSync } from 'node:fs';

import { Signer } from '../pkg/esm/index.js';
import { race } from './harness.mjs';
import { articlePeer, aws4fetchPeer, aws4Peer, sigv4Wasm, smithyPeer } from './peers.mjs';

const longTerm = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
// As long as the tokens that STS issues for an assumed role.
const temporary = { ...longTerm, sessionToken: 'IQoJb3JpZ2luX2VjEPT/+'.repeat(42) };
const get = {
  method: 'GET',
  url: 'https://abc123.execute-api.eu-west-1.amazonaws.com/prod/items?limit=10&next=abc',
  headers: { accept: 'application/json' },
};
const post = {
  method: 'POST',
  url: 'https://abc123.execute-api.eu-west-1.amazonaws.com/prod/items',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ text: 'x'.repeat(1012) }),
};

const WORK = [
  ['GET, temporary credentials', get, temporary],
  ['GET, long-term credentials', get, longTerm],
  ['POST 1 kB, temporary credentials', post, temporary],
];

const report = [];
for (const [title, work, credentials] of WORK) {
  const peers = {
    'sigv4-wasm (signSync)': sigv4Wasm(Signer, credentials),
    aws4: aws4Peer(credentials),
    '@aws-sdk/signature-v4 + sha256-js': articlePeer(credentials),
    '@smithy/signature-v4 + sha256-js': smithyPeer(credentials),
    aws4fetch: aws4fetchPeer(credentials),
  };
  const results = await race(
    Object.fromEntries(Object.entries(peers).map(([name, sign]) => [name, () => sign(work)])),
  );
  console.log(`\n${title}`);
  for (const { name, micros, ratio, spread } of results) {
    const columns = [
      name.padEnd(34),
      `${micros.toFixed(1)} us`.padStart(10),
      `${ratio.toFixed(1)}x`.padStart(8),
    ];
    console.log(`  ${columns.join('')}   (quartiles ${(spread * 100).toFixed(0)} % apart)`);
  }
  report.push({ title, results });
}
mkdirSync('target', { recursive: true });
const environment = { node: process.version, platform: process.platform, arch: process.arch };
writeFileSync('target/bench.json', `${JSON.stringify({ environment, report }, null, 2)}\n`);
console.log('\nwritten: target/bench.json');
