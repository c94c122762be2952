// examples/lambda-to-lambda: its own commands, on the gateway's own functions and function URL.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { startGateway } from 'sigv4-wasm-devtools/gateway';

import { ROOT } from '../support/documents.js';
import { ENV, EXAMPLES, REGION, runExample } from '../support/examples.js';

const folder = join(EXAMPLES, 'lambda-to-lambda');
const PATH = `${join(ROOT, 'node_modules/.bin')}:${ENV.PATH}`;

test('npm start: a function behind an API calls another through its function URL', async () => {
  const { code, stdout, stderr } = await runExample('lambda-to-lambda', { PATH });
  assert.equal(code, 0, stderr);
  const [, status, body] = /** @type {RegExpExecArray} */ (/^(\d+) (.*)$/m.exec(stdout));
  assert.equal(status, '201');
  assert.deepEqual(JSON.parse(body), {
    order: { item: 'tea', pieces: 3 },
    caller: 'arn:aws:sts::123456789012:assumed-role/CallerRole/local',
  });
});

test('npm run invoke: with the credentials of the environment, against the function URL', async () => {
  const template = join(folder, 'template.yaml');
  const gateway = await startGateway({ config: template, settings: { region: REGION, api: 'OrdersUrl' } });
  after(() => gateway.close());
  assert.deepEqual(gateway.settings.warnings, []);
  const invoke = async (/** @type {string} */ role) => {
    const {
      accessKeyId,
      secretAccessKey,
      sessionToken = '',
    } = /** @type {any} */ (gateway.credentials(role));
    const env = {
      ...{ PATH, TARGET_URL: gateway.origin, TARGET_SERVICE: 'lambda', AWS_REGION: REGION },
      ...{ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
      AWS_SESSION_TOKEN: sessionToken,
    };
    const { stdout, stderr } = await runExample('lambda-to-lambda', env, ['run', '--silent', 'invoke']);
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? stderr);
  };
  const allowed = await invoke('CallerRole');
  assert.equal(allowed.statusCode, 201);
  assert.deepEqual(JSON.parse(allowed.body).order, { item: 'tea', pieces: 3 });
  const refused = await invoke('Client');
  assert.equal(refused.statusCode, 403);
  assert.match(refused.body, /For troubleshooting Function URL authorization/);
});

const { error } = spawnSync('cfn-lint', ['--version'], { stdio: 'ignore' });
test('cfn-lint has no complaints', { skip: error && 'there is no cfn-lint: pip install cfn-lint' }, () => {
  const { status, stdout } = spawnSync('cfn-lint', [join(folder, 'template.yaml')], { encoding: 'utf8' });
  assert.equal(status, 0, stdout);
});
