// Where a module can stop at all: the instructions `unreachable` in it, counted function by function. None is reachable from
// input; one that comes in addition is one more to look at. What is left, and why, is in traps.json.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

import { isOurs, stopsOf } from './kinds.js';

const root = new URL('../../', import.meta.url).pathname;
/** @type {Record<string, { most: number, why: string[] }>} */
const KNOWN = JSON.parse(readFileSync(new URL('traps.json', import.meta.url), 'utf8'));

/** @param {string} file */
function countTraps(file) {
  const text = execFileSync(
    `${root}node_modules/.bin/wasm-opt`,
    [file, '--all-features', '--print', '-o', '/dev/null'],
    {
      encoding: 'utf8',
      maxBuffer: 1 << 30,
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  return text.split('(unreachable)').length - 1;
}

describe('a module without std', () => {
  const modules = readdirSync(`${root}js/wasm`).filter((name) => name.endsWith('.wasm'));

  for (const name of modules.map((file) => file.replace('.wasm', ''))) {
    const stops = stopsOf(name);
    const hasStd = stops?.some(({ where }) => /3std/.test(where));
    if (hasStd) continue;
    test(
      `${name}: in code of ours, nothing panics but for memory`,
      { skip: !stops && 'not built here' },
      () => {
        const panics = stops?.filter(({ kind, where }) => kind === 'panic' && isOurs(where)) ?? [];
        const unknown = panics.filter(({ where }) => !(where in INLINED));
        assert.deepEqual(unknown, []);
        assert.ok(
          stops?.some(({ kind }) => kind === 'lent'),
          'the names were not read',
        );
      },
    );
  }
});

/** Where crates are inlined that check an index. @type {Record<string, string>} */
const INLINED = {
  'sigv4_wasm::checksum::Checksum::update': 'the crate crc: its tables, indexed by a byte',
};

describe('a module has no more places where it can stop than those that are known', () => {
  const modules = readdirSync(`${root}js/wasm`).filter((name) => name.endsWith('.wasm'));

  test('every module is listed', () => {
    assert.deepEqual(modules.sort(), Object.keys(KNOWN).sort());
  });

  for (const name of modules) {
    test(name, () => {
      const { most } = KNOWN[name];
      const count = countTraps(`${root}js/wasm/${name}`);
      assert.ok(count <= most, `${count} instructions, ${most} are known: see tests/modules/traps.json`);
      assert.ok(count > most * 0.9 - 3, `${count} instructions, ${most} are known: lower the number`);
    });
  }
});
