// What a browser downloads: bundled, minified, compressed, with the wasm that travels inside.

import { readFileSync, statSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

import { build } from 'esbuild';

import { AWS4FETCH, OURS, SMITHY } from '../peers.mjs';
import { REPLACED } from '../peers-node.mjs';

const root = new URL('../../', import.meta.url).pathname;
const manifest = JSON.parse(readFileSync(`${root}pkg/package.json`, 'utf8'));
export const SIGN_REQUEST = `${OURS}, signRequest`;

/** The entries for HTTP clients and in place of other signers. */
const ADAPTERS = ['axios', 'fetch', 'undici', 'got', 'aws4', 'smithy'];

const ENTRIES = {
  [SIGN_REQUEST]: `export { signRequest } from './pkg/esm/index.js';`,
  [`${OURS}, all of it`]: `export * from './pkg/esm/index.js';`,
  [REPLACED]: `export { SignatureV4 } from '@aws-sdk/signature-v4'; export { HttpRequest } from '@aws-sdk/protocol-http';
    export { Sha256 } from '@aws-crypto/sha256-js';`,
  [SMITHY]: `export { SignatureV4 } from '@smithy/signature-v4'; export { HttpRequest } from '@smithy/protocol-http';
    export { Sha256 } from '@aws-crypto/sha256-js';`,
  [AWS4FETCH]: `export { AwsV4Signer } from 'aws4fetch';`,
};

/** What a server loads, or a page that explains. In one file, everything that is imported on use is in it. */
const OTHERS = ['verify', 'policy', 'explain'];

/** @returns {Promise<import('../harness.mjs').Table[]>} */
export async function run() {
  const rows = [];
  for (const [name, code] of Object.entries(ENTRIES)) rows.push({ name, value: await firstLoad(code) });
  const adapters = [];
  for (const [path, file] of adapterFiles()) {
    const value = await firstLoad(`export * from './pkg/esm/index.js'; export * from './pkg/${file}';`);
    adapters.push({ name: `sigv4-wasm${path.slice(1)}`, value: value - rows[1].value });
  }
  const others = [];
  for (const name of OTHERS) {
    const code = `export * from './pkg/esm/${name}.js';`;
    const one = `sigv4-wasm/${name}`;
    others.push({ name: `${one}, split`, value: await firstLoad(code) });
    others.push({ name: `${one}, one file`, value: await firstLoad(code, { splitting: false }) });
  }
  const withoutSigV4a = { splitting: false, external: ['#module/sigv4a'] };
  const value = await firstLoad(`export * from './pkg/esm/verify.js';`, withoutSigV4a);
  others.push({ name: 'sigv4-wasm/verify, one file, without the module sigv4a', value });
  const wasm = ['signing', 'verify', 'sigv4a', 'policy'].map((name) => ({
    name: `${name}.wasm`,
    value: statSync(`${root}pkg/esm/wasm/${name}.wasm`).size / 1000,
  }));
  const note = 'minified and gzipped; what is loaded at first, without what is imported on use';
  return [
    { id: 'bundle', title: 'Bundle for a browser', unit: 'kB', rows, note },
    { id: 'bundle-adapters', title: 'What each adapter adds to that', unit: 'kB', rows: adapters },
    { id: 'bundle-others', title: 'Verifying, policies, explanations', unit: 'kB', rows: others, note },
    { id: 'wasm', title: 'wasm modules, raw', unit: 'kB', rows: wasm },
  ];
}

/** @returns {[string, string][]} the entry, and its file for an ES import */
function adapterFiles() {
  return Object.entries(manifest.exports)
    .map(([path, { import: target } = {}]) => [path, target?.default ?? ''])
    .filter(([path]) => ADAPTERS.includes(path.slice('./'.length)));
}

/**
 * Bytes in kB of the entry and of everything that it imports immediately.
 *
 * @param {string} code
 * @param {{ splitting?: boolean, external?: string[] }} [options]
 */
async function firstLoad(code, { splitting = true, external = [] } = {}) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: root },
    bundle: true,
    splitting,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external: ['axios', ...external, ...Object.keys(manifest.peerDependencies ?? {})],
    absWorkingDir: root,
    outdir: 'target/bundle',
    write: false,
    metafile: true,
    logLevel: 'error',
  });
  const bytes = new Map(outputFiles.map(({ path, contents }) => [path.slice(root.length), contents]));
  const loaded = new Set(
    Object.keys(metafile.outputs).filter((path) => metafile.outputs[path].entryPoint === '<stdin>'),
  );
  for (const path of loaded) {
    for (const { path: next, kind } of metafile.outputs[path].imports) {
      if (kind === 'import-statement' && next in metafile.outputs) loaded.add(next);
    }
  }
  let total = 0;
  for (const path of loaded) total += gzipSync(bytes.get(path), { level: 9 }).length;
  return total / 1000;
}
