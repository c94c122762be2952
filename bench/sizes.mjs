// The table of docs/sizes.md: the bundle size of each entry, compared with the package that it replaces, and the column of the
// README with these sizes. `make bench` and `node bench/sizes.mjs` write both; with --check, it only checks the table, within 3
// %.

import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { format, resolveConfig } from 'prettier';

import { withSizes } from '../scripts/lib/readme-sizes.mjs';
import { IMPORTS, sizeOf } from '../tests/support/bundle-sizes.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = `${root}docs/sizes.md`;
const TABLE = /(?<=<!-- sizes: .*? -->\n)[^]*?(?=<!-- end of sizes -->)/;
/** A figure may be off by this much: compressors differ from one release to the next. */
const ROOM = 0.03;
/** What the table leaves off, in kB. */
const ROUNDING = 0.05;

/** The imports that an entry replaces. @type {Record<string, [string, string]>} */
const REPLACED = {
  'sigv4-wasm, signRequest': [
    'the signer of AWS with what it needs',
    `export { SignatureV4 } from '@smithy/signature-v4'; export { HttpRequest } from '@smithy/protocol-http';
     export { Sha256 } from '@aws-crypto/sha256-js';`,
  ],
  'sigv4-wasm/fetch': ['`aws4fetch`', "export { AwsClient } from 'aws4fetch';"],
  'sigv4-wasm/smithy': ['`@smithy/signature-v4`', "export * from '@smithy/signature-v4';"],
  'sigv4-wasm/v4a': [
    '`@smithy/signature-v4a`',
    "export { SignatureV4a } from '@smithy/signature-v4a'; export { Sha256 } from '@aws-crypto/sha256-js';",
  ],
};

/** @returns {string} a folder in which the built package is installed */
export function makeConsumer() {
  const folder = `${root}target/sizes`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(`${folder}/node_modules`, { recursive: true });
  symlinkSync(`${root}pkg`, `${folder}/node_modules/sigv4-wasm`);
  return folder;
}

/** @typedef {{ name: string, figures: number[], instead: string }} Row */

/** @returns {Promise<Row[]>} */
export async function measure() {
  const consumer = makeConsumer();
  const rows = [];
  for (const [name, { code, on, external }] of Object.entries(IMPORTS)) {
    const [split, oneFile] = await Promise.all([
      sizeOf(code, 'split', consumer, external),
      sizeOf(code, 'oneFile', consumer, external),
    ]);
    const [label, replaced] = REPLACED[name] ?? [];
    const instead =
      replaced === undefined ? '' : `${label}: ${kB((await sizeOf(replaced, 'split', root)).gzip)}`;
    const figures = [split.gzip, split.brotli, oneFile.gzip, oneFile.brotli];
    rows.push({ name: on === undefined ? name : `${name}, and \`Signer\``, figures, instead });
  }
  for (const [name, code] of [
    ['AWS Lambda (CommonJS), `signRequest`', IMPORTS['sigv4-wasm, signRequest'].code],
    ['AWS Lambda (CommonJS), `sigv4-wasm/axios`', IMPORTS['sigv4-wasm/axios'].code],
  ]) {
    const { gzip, brotli } = await sizeOf(code, 'lambda', consumer);
    rows.push({ name, figures: [NaN, NaN, gzip, brotli], instead: '' });
  }
  return rows;
}

/** Writes the table. */
export async function write() {
  const lines = (await measure()).map(
    ({ name, figures, instead }) => `| ${name} | ${figures.map(kB).join(' | ')} | ${instead} |`,
  );
  const head = [
    '| what is imported | split, gz | split, br | one file, gz | one file, br | in place of (split, gz) |',
  ];
  const table = [...head, '| --- | --: | --: | --: | --: | --- |', ...lines].join('\n');
  const text = readFileSync(page, 'utf8').replace(TABLE, () => `\n${table}\n\n`);
  writeFileSync(page, await format(text, { ...(await resolveConfig(page)), parser: 'markdown' }));
  const readme = `${root}README.md`;
  const described = withSizes(readFileSync(readme, 'utf8'), readFileSync(page, 'utf8'));
  writeFileSync(readme, await format(described, { ...(await resolveConfig(readme)), parser: 'markdown' }));
  console.log('written: docs/sizes.md, and the sizes in README.md');
}

/** @returns {Promise<string[]>} what of the table is wrong */
async function problems() {
  const table = TABLE.exec(readFileSync(page, 'utf8'))?.[0] ?? '';
  const shown = new Map(
    Array.from(table.matchAll(/^\| (.*?) +\|(.*)\|$/gm), ([, name, rest]) => [
      name,
      rest.split('|').slice(0, 4).map(Number),
    ]),
  );
  return (await measure()).flatMap(({ name, figures }) => {
    const known = shown.get(name);
    const isRight = figures.every(
      (figure, i) =>
        Number.isNaN(figure) || Math.abs(figure - (known?.[i] ?? NaN)) <= Math.max(ROOM * figure, ROUNDING),
    );
    return isRight
      ? []
      : [`${name}: ${figures.map(kB).join(', ')}, and docs/sizes.md says ${known?.join(', ')}`];
  });
}

/** @param {number} value */
function kB(value) {
  return Number.isNaN(value) ? '' : value.toFixed(1);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  if (process.argv.includes('--check')) {
    const found = await problems();
    for (const problem of found) console.error(problem);
    if (found.length > 0) process.exit(1);
    console.log('sizes: docs/sizes.md is right');
  } else {
    await write();
  }
}
