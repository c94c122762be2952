// The tables of docs/runtimes.md: node tests/matrix/page.js writes that of the matrix, from target/matrix.json and
// target/browsers.json; node tests/matrix/page.js versions the one of the releases, from target/versions.json. With --check
// it only says whether the tables have the rows that rows.js has, in the versions of the lock files.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { format, resolveConfig } from 'prettier';

import { BROWSERS } from '../browsers/browsers.js';
import { ROWS, VERSIONS } from './rows.js';

const root = new URL('../../', import.meta.url);
const file = new URL('docs/runtimes.md', root);
/** @type {Record<string, { between: RegExp, rows: import('./work.js').Row[], make: string }>} */
const TABLES = {
  matrix: {
    between: /(?<=<!-- matrix: .*? -->\n)[^]*?(?=<!-- end of matrix -->)/,
    rows: ROWS,
    make: 'make test-matrix',
  },
  versions: {
    between: /(?<=<!-- versions: .*? -->\n)[^]*?(?=<!-- end of versions -->)/,
    rows: VERSIONS,
    make: 'make test-matrix-all',
  },
};

const page = readFileSync(file, 'utf8');
for (const [name, { between }] of Object.entries(TABLES)) {
  if (!between.test(page)) throw new Error(`docs/runtimes.md has no markers for the table ${name}`);
}

if (process.argv.includes('--check')) for (const name of Object.keys(TABLES)) check(name);
else await write(process.argv[2] ?? 'matrix');

/** @param {string} name */
function check(name) {
  const { between, rows, make } = TABLES[name];
  const table = between.exec(page)?.[0] ?? '';
  const shown = [...table.matchAll(/^\| (?!name |-)(.*?) +\| (.*?) +\|/gm)].map(([, name, version]) => ({
    name,
    version: rows.find((row) => row.name === name)?.anyVersion ? '' : version,
  }));
  if (name === 'matrix') {
    // Browsers are those of the machine.
    const names = shown.splice(0, BROWSERS.length).map(({ name }) => name);
    if (names.join() !== BROWSERS.map(({ name }) => name).join())
      throw new Error(`the matrix of docs/runtimes.md lacks browsers: ${make}`);
  }
  const listed = rows.map(({ name, version, anyVersion }) => ({
    name,
    version: anyVersion ? '' : version(),
  }));
  const difference = listed.filter(
    (row, i) => row.name !== shown[i]?.name || row.version !== shown[i]?.version,
  );
  if (difference.length === 0 && shown.length === listed.length) return;
  const stale = difference.map(({ name, version }) => `${name} ${version}`.trim()).join(', ');
  throw new Error(`the table ${name} of docs/runtimes.md is out of date (${stale}): ${make}`);
}

/** @param {string} name */
function report(name) {
  return JSON.parse(readFileSync(new URL(`target/${name}.json`, root), 'utf8'));
}

/** @param {string} name */
async function write(name) {
  const { chromium, rows } = report(name);
  const first = name === 'matrix' ? report('browsers').rows : [];
  const lines = [...first, ...rows].map(({ name, version, status, ran }) => {
    return `| ${name} | ${version} | ${status === 'passed' ? ran : `**${status}**`} |`;
  });
  const table = ['| name | version | what was run |', '| --- | --- | --- |', ...lines].join('\n');
  const said = chromium === undefined ? '' : `Chromium is ${chromium}.\n\n`;
  const text = page.replace(TABLES[name].between, () => `\n${said}${table}\n\n`);
  const options = await resolveConfig(fileURLToPath(file));
  writeFileSync(file, await format(text, { ...options, parser: 'markdown' }));
  console.log(`docs/runtimes.md: the table ${name} is written`);
}
