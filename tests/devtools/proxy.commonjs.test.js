// `require('sigv4-wasm-devtools/proxy')`, as Jest does it: without ES modules; and the types of both forms.

import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { BARE } from '../support/cli.js';

const consumer = fileURLToPath(new URL('../..', import.meta.url));

const CODE = `
const { startGateway } = require('sigv4-wasm-devtools/gateway');
const { startProxy } = require('sigv4-wasm-devtools/proxy');

(async () => {
  const gateway = await startGateway();
  const lines = [];
  const start = (region) => startProxy({
    upstream: { url: gateway.origin + '/prod', region, service: 'execute-api' },
    credentials: gateway.credentials,
    log: (line) => lines.push(line),
  });
  const proxies = [await start(gateway.settings.region), await start('ap-south-1')];
  const statuses = [];
  for (const { origin, token } of proxies) {
    const response = await fetch(origin + '/orders', { headers: { authorization: 'Bearer ' + token } });
    statuses.push(response.status);
  }
  while (!lines.some((line) => /cause/.test(line))) await new Promise((resolve) => setTimeout(resolve, 20));
  console.log(JSON.stringify(statuses));
  await Promise.all([...proxies, gateway].map((one) => one.close()));
})();
`;

test('the proxy runs, signs and explains', async () => {
  const args = ['--no-experimental-require-module', '--input-type=commonjs', '--eval', CODE];
  const options = { cwd: consumer, env: BARE, timeout: 60_000 };
  const { stdout } = await promisify(execFile)(process.execPath, args, options);
  assert.deepEqual(JSON.parse(stdout), [200, 403]);
});

const TYPED = `
import { startProxy, type ProxyOptions, type RunningProxy } from 'sigv4-wasm-devtools/proxy';
import { fromNodeChain } from 'sigv4-wasm/credentials/node';

const options: ProxyOptions = { upstream: [{ url: 'https://x.example', name: 'x' }, new URL('https://y.example')], credentials: fromNodeChain() };
export const proxy: RunningProxy = await startProxy(options);
// @ts-expect-error: no such mode
await startProxy({ ...options, payload: 'none' });
// @ts-expect-error: no such option
await startProxy({ ...options, upstreams: [] });
`;

test('its types are those of its options', async () => {
  const folder = await mkdtemp(join(consumer, 'types-'));
  try {
    await writeFile(join(folder, 'index.mts'), TYPED);
    const tsc = join(consumer, '../../node_modules/.bin/tsc');
    const flags = [
      '--ignoreConfig',
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--target',
      'es2023',
    ];
    execFileSync(tsc, [...flags, '--types', 'node', join(folder, 'index.mts')], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
  } catch (error) {
    assert.fail(/** @type {any} */ (error).stdout);
  } finally {
    await rm(folder, { recursive: true });
  }
});
