// What comes before each `unreachable` of a module: what stops it there. `node tests/modules/kinds.js` prints a table, by module.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';

const root = new URL('../../', import.meta.url).pathname;

/** @typedef {'heap' | 'lent' | 'panic' | 'machinery'} Kind */

/** @type {Record<Kind, string>} */
export const KINDS = {
  heap: 'no more memory: a vector that cannot grow',
  lent: 'an export that is called after a trap, whose state is still lent',
  panic: 'a check of a crate or of ours: an index, an assertion, an expectation',
  machinery: 'what panics and allocation errors end in, and what wasm-bindgen adds',
};

/**
 * The places where a module stops, before wasm-bindgen takes its names away.
 *
 * @param {string} name  of the module
 * @returns {{ kind: Kind, callee: string, where: string }[] | undefined} nothing if it was not built here
 */
export function stopsOf(name) {
  const file = `${root}target/wasm-${name}/wasm32-unknown-unknown/release/sigv4_wasm_${name}.wasm`;
  if (!existsSync(file)) return undefined;
  const text = execFileSync(
    `${root}node_modules/.bin/wasm-opt`,
    [file, '--all-features', '--print', '-o', '/dev/null'],
    { encoding: 'utf8', maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const lines = text.split('\n');
  const stops = [];
  let where = '';
  for (const [at, line] of lines.entries()) {
    where = /^ \(func \$(\S+)/.exec(line)?.[1] ?? where;
    if (line.trim() !== '(unreachable)') continue;
    const callee = readable(calledBefore(lines, at));
    stops.push({ kind: kindOf(callee, where), callee, where: readable(where) });
  }
  return stops;
}

/**
 * The function that is called right before a line, if one is.
 *
 * @param {string[]} lines
 * @param {number} at
 */
function calledBefore(lines, at) {
  const indent = lines[at].search(/\S/);
  for (let before = at - 1; before >= 0; before--) {
    const line = lines[before];
    if (line.search(/\S/) > indent || line.trim() === ')') continue;
    return line.search(/\S/) === indent ? (/^\s*\(call \$([^\s)]+)/.exec(line)?.[1] ?? '') : '';
  }
  return '';
}

/**
 * @param {string} callee
 * @param {string} where
 * @returns {Kind}
 */
function kindOf(callee, where) {
  if (MACHINERY.test(where)) return 'machinery';
  if (/handle_(?:alloc_)?error$|capacity_overflow$|rust_oom|alloc_error_handler/.test(callee)) return 'heap';
  if (callee === '') return 'lent';
  return 'panic';
}

/** Of the standard library and of wasm-bindgen. */
const MACHINERY =
  /^_R.*(?:panicking|raw_vec|__rustc|handle_alloc_error|backtrace|_fail|fmt|cell|option|result)|^_ZN4core9panicking|^__/;

/**
 * A name without its hash, as `sigv4_wasm::checksum::Checksum::update`. Names of the newer mangling stay as they are.
 *
 * @param {string} name
 */
function readable(name) {
  if (!name.startsWith('_ZN')) return name.replace(/_[\da-f]{16}$/, '');
  const parts = [];
  let rest = name.slice(3);
  for (let digits; (digits = /^\d+/.exec(rest)?.[0]) !== undefined;) {
    const end = digits.length + Number(digits);
    parts.push(rest.slice(digits.length, end));
    rest = rest.slice(end);
  }
  return parts
    .filter((part) => !/^h[\da-f]{16}$/.test(part))
    .join('::')
    .replace(/\$LT\$/g, '<')
    .replace(/\$GT\$/g, '>')
    .replace(/\$u20\$/g, ' ')
    .replace(/\$u([\da-f]{2})\$/g, (_, code) => String.fromCharCode(parseInt(code, 16)))
    .replace(/\$RF\$/g, '&')
    .replace(/\$C\$/g, ',')
    .replace(/\.\./g, '::');
}

/** @param {string} name */
export const isOurs = (name) => /\bsigv4_wasm\b/.test(name) || /^[a-z_]+$/.test(name);

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const names = readdirSync(`${root}js/wasm`).filter((name) => name.endsWith('.wasm'));
  for (const name of names.map((file) => file.replace('.wasm', ''))) {
    const stops = stopsOf(name) ?? [];
    console.log(`${name}: ${stops.length}`);
    for (const [kind, about] of Object.entries(KINDS)) {
      console.log(`  ${stops.filter((stop) => stop.kind === kind).length} ${kind}: ${about}`);
    }
    for (const { kind, callee, where } of stops) if (kind === 'panic') console.log(`    ${where}: ${callee}`);
  }
}
