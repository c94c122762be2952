// Builds the npm package: the wasm module, then js/ as it is (ES modules) and once more as CommonJS, with types.
// The result is complete: pkg/ is what is published.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { build } from 'esbuild';

const root = new URL('..', import.meta.url).pathname;
process.chdir(root);

step('wasm module');
const features = ['--no-default-features', '--features', 'module'];
const profile = ['--target', 'web', '--release', '--mode', 'no-install', '--no-pack'];
const output = ['--out-name', 'signing', '--out-dir', 'target/wasm/signing'];
// The module is published: panic locations must not tell where it was built. Adds to the flags of .cargo/config.toml.
const cargoHome = process.env.CARGO_HOME ?? join(homedir(), '.cargo');
const remap = [`--remap-path-prefix=${cargoHome}=cargo`, `--remap-path-prefix=${root}=`];
const config = ['--config', `target.wasm32-unknown-unknown.rustflags=${JSON.stringify(remap)}`];
const wasmPack = ['wasm-pack', '--log-level', 'warn', 'build', ...profile, ...output];
run('scripts/wasm-env', [...wasmPack, '--', ...features, ...config]);
const wasm = readFileSync('target/wasm/signing/signing_bg.wasm');
refuseMachinePaths(wasm);
rmSync('js/wasm', { recursive: true, force: true });
mkdirSync('js/wasm');
cpSync('target/wasm/signing/signing_bg.wasm', 'js/wasm/signing.wasm');
cpSync('target/wasm/signing/signing.js', 'js/wasm/signing.js');
cpSync('target/wasm/signing/signing.d.ts', 'js/wasm/signing.d.ts');
writeFileSync('js/wasm/signing-bytes.js', `export const base64 = '${wasm.toString('base64')}';\n`);

step('ES modules, CommonJS and types');
rmSync('pkg', { recursive: true, force: true });
cpSync('js', 'pkg/esm', { recursive: true });
const sources = readdirSync('js', { recursive: true }).filter((file) => file.endsWith('.js'));
await build({
  entryPoints: sources.filter((file) => file !== 'runtime/workerd.js').map((file) => `js/${file}`),
  outdir: 'pkg/cjs',
  outbase: 'js',
  format: 'cjs',
  target: 'es2022',
  platform: 'neutral',
  // Jest cannot run import() in CommonJS.
  supported: { 'dynamic-import': false },
});
const cjsManifest = { type: 'commonjs', imports: { '#runtime': './runtime/inline.js' } };
writeFileSync('pkg/cjs/package.json', `${JSON.stringify(cjsManifest, null, 2)}\n`);
run('node_modules/.bin/tsc', ['-p', 'scripts/tsconfig.types.json']);
cpSync('js/wasm/signing.d.ts', 'pkg/esm/wasm/signing.d.ts');
cpSync('pkg/esm', 'pkg/cjs', { recursive: true, filter: (path) => !/\.(js|wasm)$/.test(path) });

step('package.json and documents');
const version = /^version = "(.+)"$/m.exec(readFileSync('Cargo.toml', 'utf8'))[1];
const manifest = JSON.parse(readFileSync('pkg-template/package.json', 'utf8'));
writeFileSync('pkg/package.json', `${JSON.stringify({ ...manifest, version }, null, 2)}\n`);
cpSync('pkg-template/README.md', 'pkg/README.md');
for (const file of ['CHANGELOG.md', 'LICENSE-MIT', 'LICENSE-APACHE']) cpSync(file, `pkg/${file}`);

step(`done: pkg/ ${version}, wasm ${wasm.length} bytes, ${gzipSync(wasm, { level: 9 }).length} gzipped`);

function step(text) {
  console.log(`build: ${text}`);
}

function run(command, args) {
  execFileSync(command, args, { stdio: 'inherit' });
}

/** @param {Buffer} bytes */
function refuseMachinePaths(bytes) {
  const found = /\/(?:root|home|Users)\/[\x20-\x7e]{0,60}/.exec(bytes.toString('latin1'));
  if (found) throw new Error(`the wasm module holds a path of this machine: ${found[0]}`);
}
