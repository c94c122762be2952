// Makes target/consumer: an empty folder into which the packed tarball is installed, with the tests beside it. The tests then
// import the same `sigv4-wasm` that users get.
//
//   node scripts/consumer.mjs           target/consumer
//   node scripts/consumer.mjs devtools  target/devtools, where the command `sigv4` is installed, too
//   node scripts/consumer.mjs examples  target/examples, beside the packages of the examples (scripts/setup examples)

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';

process.chdir(new URL('..', import.meta.url).pathname);

const [, , kind = 'consumer'] = process.argv;
const consumer = `target/${kind}`;
const tarballs = kind === 'examples' ? besidePackages() : inEmptyFolder();
for (const folder of ['tests', 'examples']) cpSync(folder, `${consumer}/${folder}`, { recursive: true });
console.log(`consumer: ${tarballs.join(' and ')} installed in ${consumer}`);

function inEmptyFolder() {
  rmSync(consumer, { recursive: true, force: true });
  mkdirSync(consumer, { recursive: true });
  const tarballs = ['pkg', ...(kind === 'devtools' ? ['devtools'] : [])].map(pack);
  writeFileSync(`${consumer}/package.json`, '{ "name": "consumer", "private": true, "type": "module" }\n');
  execFileSync(
    'npm',
    [
      'install',
      // The dependencies of the devtools were downloaded when they were built.
      kind === 'devtools' ? '--prefer-offline' : '--offline',
      ...['--no-audit', '--no-fund', '--no-package-lock'],
      ...tarballs.map((name) => `./${name}`),
    ],
    { cwd: consumer, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  return tarballs;
}

/** As npm installs a package without dependencies: everything else in node_modules stays. */
function besidePackages() {
  for (const folder of ['tests', 'examples'])
    rmSync(`${consumer}/${folder}`, { recursive: true, force: true });
  const tarball = pack('pkg');
  const home = `${consumer}/node_modules/sigv4-wasm`;
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  execFileSync('tar', ['-xzf', `${consumer}/${tarball}`, '-C', home, '--strip-components=1']);
  return [tarball];
}

/** @param {string} folder */
function pack(folder) {
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--silent', '--json', '--pack-destination', `../${consumer}`], {
      cwd: folder,
      encoding: 'utf8',
    }),
  );
  return filename;
}
