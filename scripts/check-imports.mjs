// Keeps the arrows of ARCHITECTURE.md: which folder of js/ may import which, and that entries hold nothing but exports.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

process.chdir(new URL('..', import.meta.url).pathname);

/** What a folder may import besides itself. The build writes js/wasm. @type {Record<string, string[]>} */
const MAY_IMPORT = {
  engine: ['wasm'],
  wasm: ['engine'],
  http: ['engine'],
  protocol: ['engine'],
  sign: ['engine', 'http', 'protocol'],
  verify: ['engine', 'http', 'protocol'],
  mismatch: ['engine', 'http', 'protocol', 'verify'],
  explain: ['engine', 'protocol'],
  policy: ['engine', 'protocol'],
  'adapters/shared': ['engine', 'http', 'protocol', 'sign'],
};
const ADAPTER = [...MAY_IMPORT['adapters/shared'], 'adapters/shared'];

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
  const allowed = from.startsWith('adapters/') ? (MAY_IMPORT[from] ?? ADAPTER) : MAY_IMPORT[from];
  if (allowed === undefined) return [`${file}: say in scripts/check-imports.mjs what ${from} may import`];
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

/** @param {string} file  such as js/sign/s3/checksum.js, which is of `sign`; an adapter's folder is one of its own */
function folderOf(file) {
  const [, folder, inner] = file.split('/');
  return folder === 'adapters' ? `${folder}/${inner}` : folder;
}

/** @param {string} code */
function withoutComments(code) {
  return code.replace(/\/\*[^]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}
