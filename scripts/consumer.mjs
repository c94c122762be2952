// Makes target/consumer: an empty folder into which the packed tarball is installed, with the tests beside it. What
// the tests import as `sigv4-wasm` is then what users get.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';

process.chdir(new URL('..', import.meta.url).pathname);

const consumer = 'target/consumer';
rmSync(consumer, { recursive: true, force: true });
mkdirSync(consumer, { recursive: true });
const [{ filename }] = JSON.parse(
  execFileSync('npm', ['pack', '--json', '--pack-destination', `../${consumer}`], {
    cwd: 'pkg',
    encoding: 'utf8',
  }),
);
writeFileSync(`${consumer}/package.json`, '{ "name": "consumer", "private": true, "type": "module" }\n');
execFileSync(
  'npm',
  ['install', '--offline', '--no-audit', '--no-fund', '--no-package-lock', `./${filename}`],
  {
    cwd: consumer,
    stdio: ['ignore', 'ignore', 'inherit'],
  },
);
cpSync('tests', `${consumer}/tests`, { recursive: true });
cpSync('examples', `${consumer}/examples`, { recursive: true });
console.log(`consumer: ${filename} installed in ${consumer}`);
