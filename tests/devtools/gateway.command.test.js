// `sigv4 gateway`, as a shell runs it.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

import { startGateway } from 'sigv4-wasm-devtools/gateway';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';

import { BARE, sigv4, SIGV4 } from '../support/cli.js';
import { eventually } from '../support/gateway.js';

/** @param {string[]} args */
async function start(...args) {
  const child = spawn(SIGV4, ['gateway', '--port', '0', ...args], { env: BARE });
  after(() => child.kill('SIGKILL'));
  const run = { child, output: '' };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (run.output += text));
  await eventually(() => run.output.includes('AWS_CONTAINER_AUTHORIZATION_TOKEN'));
  const exported = Object.fromEntries(
    [...run.output.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
  return { ...run, run, origin: /http:\/\/127\.0\.0\.1:\d+/.exec(run.output)[0], exported };
}

describe('the command', () => {
  test('prints credentials that work, a line for each request, and stops on a signal', async () => {
    const { run, child, origin, exported } = await start('--region', 'eu-west-1');
    const credentials = {
      accessKeyId: exported.AWS_ACCESS_KEY_ID,
      secretAccessKey: exported.AWS_SECRET_ACCESS_KEY,
      sessionToken: exported.AWS_SESSION_TOKEN,
    };
    const introduced = run.output.length;
    const send = createSigv4Fetch({ credentials, region: 'eu-west-1', service: 'execute-api' });
    assert.equal((await send(`${origin}/prod/orders`)).status, 200);
    const wrong = createSigv4Fetch({ credentials, region: 'us-east-1', service: 'execute-api' });
    assert.equal((await wrong(`${origin}/prod/orders`)).status, 403);
    await eventually(() => /cause +The request was signed for \S+ instead of \S+\.\n +fix /.test(run.output));
    const log = run.output.slice(introduced);
    assert.match(log, /^\d\d:\d\d:\d\d 200 GET \/prod\/orders  [\d.]+ ms  assumed-role\/developer\/local$/m);
    for (const secret of [credentials.secretAccessKey, credentials.sessionToken])
      assert.ok(!log.includes(secret));
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'close'), [0, null]);
    await assert.rejects(fetch(origin));
  });

  test('the command that it names reaches it', async () => {
    const { run, exported } = await start('--region', 'eu-west-1');
    const [, line] = await eventually(() => /^sigv4 (request .*)\n/m.exec(run.output));
    const { code, stdout } = await sigv4(line.split(' '), { env: { ...BARE, ...exported } });
    assert.equal(code, 0);
    assert.equal(JSON.parse(stdout).identity.accessKey, exported.AWS_ACCESS_KEY_ID);
  });

  test('credentials that a config names are not printed', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'sigv4-')), 'api.json');
    const users = {
      alice: { accessKeys: [{ accessKeyId: 'AKIAALICE', secretAccessKey: 'known to alice' }] },
    };
    await writeFile(file, JSON.stringify({ users }));
    const { run } = await start('--config', file);
    assert.ok(!run.output.includes('known to alice'));
    assert.doesNotMatch(run.output, /AWS_SECRET_ACCESS_KEY/);
  });

  test('a port that is taken, a host that is not here, a config that is wrong', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    after(() => server.close());
    await once(server, 'listening');
    const taken = await sigv4(['gateway', '--port', String(server.address().port)]);
    assert.equal(taken.code, 69);
    assert.match(
      taken.stderr,
      /127\.0\.0\.1:\d+ is in use: stop what listens there, or choose another with --port/,
    );
    assert.equal((await sigv4(['gateway', '--port', '0', '--host', '192.0.2.1'])).code, 69);
    assert.equal((await sigv4(['gateway', '--port', '99999'])).code, 69);
    const missing = await sigv4(['gateway', '--port', '0', '--config', '/nowhere/api.yaml']);
    assert.equal(missing.code, 78);
    assert.match(missing.stderr, /\/nowhere\/api\.yaml: .*ENOENT/);
    assert.equal((await sigv4(['gateway', '--type', 'soap'])).code, 2);
  });
});

describe('the README', async () => {
  const root = new URL('../../', import.meta.url);
  const readme = await readFile(new URL('node_modules/sigv4-wasm-devtools/README.md', root), 'utf8');
  const [section] = /^## gateway\n[^]*?(?=^## )/m.exec(readme);
  const block = (/** @type {string} */ language) =>
    new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'm').exec(section)[1];

  test('its config file is one', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'sigv4-')), 'api.yaml');
    await writeFile(file, block('yaml'));
    const gateway = await startGateway({ config: file, settings: { upstream: 'http://127.0.0.1:9' } });
    after(() => gateway.close());
    const options = { region: 'eu-west-1', service: 'execute-api' };
    const alice = createSigv4Fetch({ ...options, credentials: gateway.credentialsOf('alice') });
    assert.equal((await alice(`${gateway.origin}/prod/orders/1`)).status, 502, 'nothing listens upstream');
    assert.equal((await alice(`${gateway.origin}/prod/admin/x`)).status, 403);
    assert.ok(gateway.credentialsOf('shop').sessionToken);
  });

  test('its code runs', () => {
    const policy = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
    const code = `const policy = ${JSON.stringify(policy)};\n${block('js')}console.log('done');`;
    const args = ['--input-type=module', '--eval', code];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, env: BARE, encoding: 'utf8' });
    assert.equal(stdout, 'undefined\ndone\n', stderr);
  });
});
