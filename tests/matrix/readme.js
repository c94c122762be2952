// The table of the README, from target/matrix.json: node tests/matrix/readme.js. With --check it only says whether the
// table has the rows that rows.js has, in the versions of the lock files.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { format, resolveConfig } from 'prettier';

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
  const listed = ROWS.map(({ name, version, anyVersion }) => ({
    name,
    version: anyVersion ? '' : version(),
  }));
  const difference = listed.filter(
    (row, i) => row.name !== shown[i]?.name || row.version !== shown[i]?.version,
  );
  if (difference.length === 0 && shown.length === listed.length) return;
  const names = difference.map(({ name, version }) => `${name} ${version}`.trim()).join(', ');
  throw new Error(`the matrix of README.md is out of date (${names}): make test-matrix`);
}

async function write() {
  const { chromium, rows } = JSON.parse(readFileSync(new URL('target/matrix.json', root), 'utf8'));
  const lines = rows.map(({ name, version, status, ran }) => {
    return `| ${name} | ${version} | ${status === 'passed' ? ran : `**${status}**`} |`;
  });
  const table = ['| name | version | what was run |', '| --- | --- | --- |', ...lines].join('\n');
  const text = readme.replace(BETWEEN, `\nChromium is ${chromium}.\n\n${table}\n\n`);
  const options = await resolveConfig(fileURLToPath(file));
  writeFileSync(file, await format(text, { ...options, parser: 'markdown' }));
  console.log('README.md: the matrix is written');
}
