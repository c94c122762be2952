// The package as it is published, and how little its command loads.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { SIGNED_IN, SIGV4 } from '../support/cli.js';

const consumer = fileURLToPath(new URL('../..', import.meta.url));

it('publint has no complaints', () => {
  const [tarball] = readdirSync(consumer).filter((name) => /^sigv4-wasm-devtools-.*\.tgz$/.test(name));
  const publint = join(consumer, '../../node_modules/.bin/publint');
  execFileSync(publint, ['run', '--strict', join(consumer, tarball)]);
});

it('the README says what each dependency is for', () => {
  const folder = join(consumer, 'node_modules/sigv4-wasm-devtools');
  const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  const [section] = /^## Dependencies\n[^]*?(?=^## )/m.exec(readme);
  const told = Array.from(section.matchAll(/^\| `([\w-]+)`/gm), ([, name]) => name);
  assert.deepEqual(told, Object.keys(dependencies));
});

describe('what is not needed is not loaded', () => {
  /**
   * @param {string[]} args
   * @param {string} needed
   * @returns {string} what Node.js says of its modules
   */
  function loaded(args, needed) {
    const env = { ...SIGNED_IN, NODE_DEBUG: 'esm' };
    const { status, stderr } = spawnSync(process.execPath, [SIGV4, ...args], { env, encoding: 'utf8' });
    assert.equal(status, 0);
    assert.match(stderr, new RegExp(needed));
    return stderr;
  }

  it('for --version: any command', () => {
    assert.doesNotMatch(loaded(['--version'], 'cli/main'), /\/sigv4-wasm\/|undici|piscina|zod|cli\/request/);
  });

  it('for presign: an HTTP client, the AWS SDK, and what explains', () => {
    const args = ['presign', 'https://example.com/', '--region', 'a', '--service', 'b'];
    assert.doesNotMatch(loaded(args, '/sigv4-wasm/'), /undici|piscina|@aws-sdk|sigv4-wasm\/esm\/explain/);
  });
});
