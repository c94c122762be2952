// A build is left out only where its result would be the same.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';

import { whenChanged } from '../../scripts/lib/when-changed.mjs';

const home = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'when-changed-'));
const FILES = {
  inputs: ['src', 'manifest'],
  outputs: ['out'],
  ignored: /^src\/ignored$/,
  facts: 'compiler 1',
};

const build = () => {
  mkdirSync('out', { recursive: true });
  writeFileSync('out/result', readFileSync('src/file'));
};
const isBuilt = (changes = {}) => whenChanged('name', { ...FILES, ...changes }, build);

describe('a build', () => {
  beforeEach(async () => {
    process.chdir(home);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(join(folder, 'src/nested'), { recursive: true });
    process.chdir(folder);
    for (const file of ['src/file', 'src/ignored', 'src/nested/file', 'manifest']) writeFileSync(file, file);
    assert.equal(await isBuilt(), true);
  });

  after(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true });
  });

  it('is left out the second time', async () => {
    assert.equal(await isBuilt(), false);
  });

  for (const [change, apply] of Object.entries({
    'an input is edited': () => writeFileSync('src/nested/file', 'edited'),
    'an input is added': () => writeFileSync('src/added', ''),
    'an input is renamed': () => {
      rmSync('src/nested/file');
      writeFileSync('src/nested/renamed', 'src/nested/file');
    },
    'an input is deleted': () => rmSync('manifest'),
    'an output is edited': () => writeFileSync('out/result', 'edited'),
    'an output is added': () => writeFileSync('out/added', ''),
    'the outputs are deleted': () => rmSync('out', { recursive: true }),
  })) {
    it(`runs where ${change}`, async () => {
      apply();
      assert.equal(await isBuilt(), true);
      assert.equal(await isBuilt(), false);
    });
  }

  it('runs with another compiler', async () => {
    assert.equal(await isBuilt({ facts: 'compiler 2' }), true);
  });

  it('is left out where only an ignored file is edited', async () => {
    writeFileSync('src/ignored', 'edited');
    assert.equal(await isBuilt(), false);
  });

  it('runs again after it has failed', async () => {
    writeFileSync('src/file', 'edited');
    const failing = whenChanged('name', FILES, () => Promise.reject(new Error('no compiler')));
    await assert.rejects(failing, /no compiler/);
    assert.equal(await isBuilt(), true);
  });
});
