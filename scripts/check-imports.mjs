// Checks imports against the table "What may import what" of ARCHITECTURE.md, and that entries contain only exports.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

process.chdir(new URL('..', import.meta.url).pathname);

/** Folder by folder, what it may import besides itself. `js/adapters/*` stands for each adapter. */
const MAY_IMPORT = readTable(readFileSync('ARCHITECTURE.md', 'utf8'));

/** To import it is its purpose: `sideEffects` of the package names it. */
const ENTRY_WITH_EFFECT = 'js/asmjs.js';

const problems = readdirSync('js', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.js') && !name.startsWith('wasm/'))
  .map((name) => join('js', name))
  .flatMap((file) => {
    const code = withoutComments(readFileSync(file, 'utf8'));
    return dirname(file) === 'js' ? checkEntry(file, code) : checkFolder(file, code);
  });

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
console.log('imports: every arrow points down');

/**
 * @param {string} file
 * @param {string} code
 */
function checkFolder(file, code) {
  const from = folderOf(file);
  const allowed =
    MAY_IMPORT.get(from) ?? (dirname(from) === 'js/adapters' ? MAY_IMPORT.get('js/adapters/*') : undefined);
  if (allowed === undefined) return [`${file}: say in ARCHITECTURE.md what ${from} may import`];
  return importsOf(file, code)
    .filter((target) => folderOf(target) !== from && !allowed.includes(folderOf(target)))
    .map((target) => `${file} imports ${target}: ${from} may import ${allowed.join(', ')}`);
}

/**
 * @param {string} file
 * @param {string} code
 */
function checkEntry(file, code) {
  if (file === ENTRY_WITH_EFFECT) return [];
  const rest = code.replace(/^export [^;]*? from '[^']+';$/gm, '').trim();
  return rest === '' ? [] : [`${file} is an entry, and holds more than exports: ${rest.split('\n')[0]}`];
}

/**
 * @param {string} file
 * @param {string} code
 */
function importsOf(file, code) {
  return Array.from(code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g), ([, path]) =>
    normalize(join(dirname(file), path)),
  );
}

/** @param {string} file  such as js/sign/s3/checksum.js, which is of js/sign; an adapter's folder is one of its own */
function folderOf(file) {
  const [js, folder, inner] = file.split('/');
  return folder === 'adapters' ? `${js}/${folder}/${inner}` : `${js}/${folder}`;
}

/**
 * @param {string} page
 * @returns {Map<string, string[]>}
 */
function readTable(page) {
  const [, section = ''] = page.split('## What may import what\n');
  const rows = section.split('\n## ')[0].matchAll(/^\| `([^`]+)` *\|(.*)\|$/gm);
  const table = new Map(
    Array.from(rows, ([, folder, allowed]) => [
      folder,
      Array.from(allowed.matchAll(/`([^`]+)`/g), ([, name]) => name),
    ]),
  );
  if (table.size === 0) throw new Error('ARCHITECTURE.md has no table "What may import what"');
  return table;
}

/** @param {string} code */
function withoutComments(code) {
  return code.replace(/\/\*[^]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}
