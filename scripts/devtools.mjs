// `make devtools`: the package sigv4-wasm-devtools, in devtools/. It installs nothing: scripts/setup devtools does.

import { execFileSync } from 'node:child_process';

import { whenChanged } from './lib/when-changed.mjs';

process.chdir(new URL('..', import.meta.url).pathname);

const files = {
  // The inspector bundles the npm package.
  inputs: ['devtools', 'pkg', 'tsconfig.json', 'scripts/devtools.mjs'],
  outputs: ['devtools/dist'],
  // npm keeps a list of what it has installed there.
  ignored: /^devtools\/(?:dist$|LICENSE-|node_modules\/(?!\.package-lock\.json$))/,
  facts: process.version,
};
const isBuilt = await whenChanged('devtools', files, () => {
  execFileSync('npm', ['run', '--silent', '--prefix', 'devtools', 'build'], { stdio: 'inherit' });
});
console.log(`devtools: ${isBuilt ? 'built' : 'nothing has changed'}`);
