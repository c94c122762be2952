// The table of the README, from target/matrix.json and target/browsers.json: node tests/matrix/readme.js. With --check it only says whether the
// table has the rows that rows.js has, in the versions of the lock files.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { format, resolveConfig } from 'prettier';

import { BROWSERS } from '../browsers/browsers.js';
import { ROWS } from './rows.js';

const root = new URL('../../', import.meta.url);
const file = new URL('README.md', root);
const BETWEEN = /(?<=<!-- matrix: .*? -->\n)[^]*?(?=<!-- end of matrix -->)/;

const readme = readFileSync(file, 'utf8');
if (!BETWEEN.test(readme)) throw new Error('README.md has no markers for the matrix');

if (process.argv.includes('--check')) check();
else await write();

function check() {
  const table = BETWEEN.exec(readme)?.[0] ?? '';
  const shown = [...table.matchAll(/^\| (?!name |-)(.*?) +\| (.*?) +\|/gm)].map(([, name, version]) => ({
    name,
    version: ROWS.find((row) => row.name === name)?.anyVersion ? '' : version,
  }));
  // Browsers are those of the machine.
  const names = shown.splice(0, BROWSERS.length).map(({ name }) => name);
  if (names.join() !== BROWSERS.map(({ name }) => name).join())
    throw new Error('the matrix of README.md lacks browsers: make test-matrix');
  const listed = ROWS.map(({ name, version, anyVersion }) => ({
    name,
    version: anyVersion ? '' : version(),
  }));
  const difference = listed.filter(
    (row, i) => row.name !== shown[i]?.name || row.version !== shown[i]?.version,
  );
  if (difference.length === 0 && shown.length === listed.length) return;
  const stale = difference.map(({ name, version }) => `${name} ${version}`.trim()).join(', ');
  throw new Error(`the matrix of README.md is out of date (${stale}): make test-matrix`);
}

/** @param {string} name */
function report(name) {
  return JSON.parse(readFileSync(new URL(`target/${name}.json`, root), 'utf8'));
}

async function write() {
  const { chromium, rows } = report('matrix');
  const lines = [...report('browsers').rows, ...rows].map(({ name, version, status, ran }) => {
    return `| ${name} | ${version} | ${status === 'passed' ? ran : `**${status}**`} |`;
  });
  const table = ['| name | version | what was run |', '| --- | --- | --- |', ...lines].join('\n');
  const text = readme.replace(BETWEEN, `\nChromium is ${chromium}.\n\n${table}\n\n`);
  const options = await resolveConfig(fileURLToPath(file));
  writeFileSync(file, await format(text, { ...options, parser: 'markdown' }));
  console.log('README.md: the matrix is written');
}
