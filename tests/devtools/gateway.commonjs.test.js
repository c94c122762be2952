// `require('sigv4-wasm-devtools/gateway')` without ES modules, as in Jest.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { BARE } from '../support/cli.js';

const consumer = fileURLToPath(new URL('../..', import.meta.url));

const CODE = `
const { startGateway } = require('sigv4-wasm-devtools/gateway');
const { createSigv4Fetch } = require('sigv4-wasm/fetch');

(async () => {
  const gateway = await startGateway();
  const { credentials } = gateway;
  const scope = { region: gateway.settings.region, service: 'execute-api' };
  const url = gateway.url + '/orders';
  const { status } = await createSigv4Fetch({ credentials, ...scope })(url);
  const refused = await createSigv4Fetch({ credentials, ...scope, region: 'ap-south-1' })(url);
  const page = await fetch(gateway.inspector.url);
  const [{ mismatches }] = await gateway.requests();
  console.log(JSON.stringify([status, refused.status, mismatches[0].code, page.status]));
  await gateway.close();
})();
`;

test('the gateway runs, explains in its thread, and serves its page', async () => {
  const args = ['--no-experimental-require-module', '--input-type=commonjs', '--eval', CODE];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: consumer,
    env: BARE,
    timeout: 60_000,
  });
  assert.deepEqual(JSON.parse(stdout), [200, 403, 'wrong-region', 200]);
});

const JEST = join(consumer, '../matrix/node_modules/jest/bin/jest.js');

test('in Jest', { skip: !existsSync(JEST) && 'Jest is installed by scripts/setup matrix' }, async () => {
  const config = {
    rootDir: join(consumer, 'tests/support'),
    testMatch: ['**/gateway.jest.cjs'],
    transform: {},
  };
  const args = [JEST, '--ci', '--config', JSON.stringify(config)];
  const { stderr } = await promisify(execFile)(process.execPath, args, {
    cwd: consumer,
    env: BARE,
    timeout: 60_000,
  });
  assert.match(stderr, /^Tests: +2 passed, 2 total$/m);
});

test('it has its own types', () => {
  const folder = join(consumer, 'node_modules/sigv4-wasm-devtools');
  const types = join(folder, 'dist/cjs/types/gateway/gateway.d.ts');
  assert.ok(existsSync(types));
  assert.ok(existsSync(join(dirname(types), '../../package.json')));
});

test('the pictures of the README are in the package', async () => {
  for (const name of ['light', 'dark', 'phone']) {
    assert.ok(existsSync(join(consumer, `node_modules/sigv4-wasm-devtools/docs/inspector-${name}.png`)));
  }
});
