// The result of `cargo package`: sources, the README of the crate, the changelog and the licences. The crate builds from it.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const target = join(root, 'target/crate');

/** @param {string[]} args */
function cargo(...args) {
  const stdio = /** @type {const} */ (['ignore', 'pipe', 'pipe']);
  return execFileSync('cargo', args, { cwd: root, encoding: 'utf8', stdio });
}

test('the package holds sources and three documents', () => {
  const files = cargo('package', '--list', '--allow-dirty').trim().split('\n');
  const documents = files.filter((file) => !/^src\/.*\.rs$/.test(file));
  assert.deepEqual(
    documents.filter((file) => file !== '.cargo_vcs_info.json').sort(),
    [
      'CHANGELOG.md',
      'Cargo.lock',
      'Cargo.toml',
      'Cargo.toml.orig',
      'LICENSE-APACHE',
      'LICENSE-MIT',
      'src/README.md',
    ].sort(),
  );
  assert.ok(readFileSync(join(root, 'src/README.md'), 'utf8').length < 5000, 'the README is short');
});

test('it builds from what is packed', () => {
  cargo('package', '--quiet', '--allow-dirty', '--target-dir', target, '--features', 'http,policy,verify');
});
