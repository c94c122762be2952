// Makes target/consumer: an empty folder into which the packed tarball is installed, with the tests beside it. What
// the tests import as `sigv4-wasm` is then what users get.
//
//   node scripts/consumer.mjs           target/consumer
//   node scripts/consumer.mjs devtools  target/devtools, where the command `sigv4` is installed, too

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';

process.chdir(new URL('..', import.meta.url).pathname);

const withDevtools = process.argv[2] === 'devtools';
const consumer = withDevtools ? 'target/devtools' : 'target/consumer';
rmSync(consumer, { recursive: true, force: true });
mkdirSync(consumer, { recursive: true });
const tarballs = ['pkg', ...(withDevtools ? ['devtools'] : [])].map(pack);
writeFileSync(`${consumer}/package.json`, '{ "name": "consumer", "private": true, "type": "module" }\n');
execFileSync(
  'npm',
  [
    'install',
    // What the devtools depend on was fetched when they were built.
    withDevtools ? '--prefer-offline' : '--offline',
    ...['--no-audit', '--no-fund', '--no-package-lock'],
    ...tarballs.map((name) => `./${name}`),
  ],
  {
    cwd: consumer,
    stdio: ['ignore', 'ignore', 'inherit'],
  },
);
cpSync('tests', `${consumer}/tests`, { recursive: true });
cpSync('examples', `${consumer}/examples`, { recursive: true });
console.log(`consumer: ${tarballs.join(' and ')} installed in ${consumer}`);

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
