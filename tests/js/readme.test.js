// The README of the package, and that what the tables of the documentation list is complete.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { TABLE, withSizes } from '../../../../scripts/lib/readme-sizes.mjs';
import { readPages, ROOT } from '../support/documents.js';

/** @param {string} path */
const page = (path) => readPages().find((page) => page.path === path)?.text ?? '';
const readme = page('README.md');

it('is short', () => {
  assert.ok(readme.split('\n').length < 200);
});

it('that of the package names nothing that is not in it', async () => {
  const packed = await readFile(new URL('../../node_modules/sigv4-wasm/README.md', import.meta.url), 'utf8');
  assert.ok(packed.length > readme.length / 2 && packed.length < readme.length);
  assert.doesNotMatch(packed, /`make |<!-- |\]\((?!https?:|#)|!\[|\b(?:examples|docs|bench|tests)\//);
  assert.doesNotMatch(packed, /results\.json|CONTRIBUTING|ARCHITECTURE/);
});

it('has the sizes of docs/sizes.md, for each entry that has one', () => {
  const written = withSizes(readme, page('docs/sizes.md'));
  assert.deepEqual(cellsOf(readme), cellsOf(written), 'node bench/sizes.mjs writes them');
  const entries = cellsOf(readme).filter(([entry]) => entry.startsWith('`'));
  assert.ok(entries.length >= 10);
  const sizeless = entries.filter(([, , size]) => !/^\d+(?: to \d+)?$/.test(size)).map(([entry]) => entry);
  assert.deepEqual(sizeless, ['`/asmjs`']);
});

/** Of the table of entries, however its columns are aligned. @param {string} text */
function cellsOf(text) {
  const [table = ''] = TABLE.exec(text) ?? [];
  return Array.from(table.matchAll(/^\|(.*)\|$/gm), ([, row]) => row.split('|').map((cell) => cell.trim()));
}

describe('the tables', () => {
  it('have every code of an error, every option, every entry', async () => {
    const source = await readFile(join(ROOT, 'js/engine/errors.js'), 'utf8');
    const codes = [...source.split('SigV4ErrorCode')[0].matchAll(/'(ERR_SIGV4_\w+)'/g)].map(
      ([, code]) => code,
    );
    assert.ok(codes.length > 10);
    assert.deepEqual([...new Set(firstColumn(page('docs/reference/errors.md')))].sort(), codes.sort());

    const options = await readFile(join(ROOT, 'js/sign/options.js'), 'utf8');
    const listed = firstColumn(page('docs/reference/options.md'));
    for (const [, option] of options.matchAll(/@property \{[^}]*(?:\}[^}]*)*?\} \[(\w+)\]/g)) {
      assert.ok(listed.includes(option), option);
    }

    const manifest = JSON.parse(await readFile(join(ROOT, 'pkg-template/package.json'), 'utf8'));
    const entries = Object.keys(manifest.exports).filter((name) => name !== './package.json');
    assert.deepEqual(
      firstColumn(page('docs/reference/entries.md')).sort(),
      entries.map((name) => name.replace('.', 'sigv4-wasm')).sort(),
    );
    for (const entry of entries.filter((name) => !/smithy|asmjs|\.wasm/.test(name))) {
      const name = entry.replace('.', 'sigv4-wasm');
      for (const exported of Object.keys(await import(name))) {
        if (exported === 'default') continue;
        assert.ok(page('docs/reference/entries.md').includes(`\`${exported}\``), `${exported} of ${name}`);
      }
    }
  });
});

/**
 * @param {string} text
 * @returns {string[]} what stands alone in code quotes in the first column of a table
 */
function firstColumn(text) {
  return [...text.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, cell]) => cell);
}
