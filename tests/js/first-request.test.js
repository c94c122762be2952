// From an empty folder with nothing but the README of the package: its command to install, its first program, one request
// that is accepted.

import assert from 'node:assert/strict';
import { execFileSync, execSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { CREDENTIALS } from '../support/wire.js';

const consumer = fileURLToPath(new URL('../../', import.meta.url));
const runner = join(consumer, 'tests/support/run-against-aws.js');
/** The reader's own part: credentials. */
const ENVIRONMENT = {
  AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  AWS_SESSION_TOKEN: CREDENTIALS.sessionToken,
};
/** A machine that is slow, or has other work, included. */
const SECONDS = 30;

test('one command and one block of code', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'first-request-'));
  after(() => rmSync(folder, { recursive: true }));
  const tarball = readdirSync(consumer).find((name) => name.endsWith('.tgz')) ?? assert.fail('no tarball');
  // What the page of the package on npm shows.
  const readme = execFileSync('tar', ['-xzOf', join(consumer, tarball), 'package/README.md'], {
    encoding: 'utf8',
  });

  const started = Date.now();
  const [, command] = /^```sh\n(npm install .*)\n```$/m.exec(readme) ?? [];
  assert.equal(command, 'npm install sigv4-wasm');
  // The package is not on npm before it is released: its tarball is what would be there.
  const install = command.replace('sigv4-wasm', join(consumer, tarball));
  execSync(`${install} --offline --no-audit --no-fund --silent`, { cwd: folder });
  const blocks = Array.from(readme.matchAll(/^```js\n(.*?)^```$/gms), ([, code]) => code);
  const program = blocks.find((code) =>
    Array.from(code.matchAll(/from '(.*)'/g)).every(([, name]) => name.startsWith('sigv4-wasm')),
  );
  writeFileSync(join(folder, 'first.mjs'), program ?? assert.fail('no program that needs nothing else'));
  const printed = execFileSync(process.execPath, [runner, join(folder, 'first.mjs')], {
    encoding: 'utf8',
    env: { ...process.env, ...ENVIRONMENT },
  });
  const seconds = (Date.now() - started) / 1000;

  const [first] = JSON.parse(printed.trim().split('\n').at(-1) ?? '');
  assert.deepEqual(first, { method: 'POST', url: '/prod/orders', status: 200 });
  assert.ok(seconds < SECONDS, `${seconds} s`);
  t.diagnostic(`first accepted request after ${seconds.toFixed(1)} s`);
  assert.deepEqual(Object.keys(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).dependencies), [
    'sigv4-wasm',
  ]);
});
