// The sources of `sigv4` for credentials and region, their order, and the errors if there are none.

import assert from 'node:assert/strict';
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { BARE, SIGNED_IN, sigv4 } from '../support/cli.js';

const PROCESS = {
  Version: 1,
  AccessKeyId: 'ASIAPROCESS',
  SecretAccessKey: 'secret-of-the-process',
  SessionToken: 'token-of-the-process',
};
const URL_ = 'https://api.example.com/x';

/** @type {string} */
let home;
/** @type {Record<string, string | undefined>} */
let env;

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'sigv4-profiles-'));
  env = { ...BARE, HOME: home };
  await mkdir(join(home, '.aws'));
  await writeFile(
    join(home, '.aws/config'),
    `[default]
region = eu-central-1
[profile work]
region = eu-west-3
credential_process = ${join(home, 'process')}
[profile broken]
credential_process = /bin/false
[profile sso]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = shop
[sso-session corp]
sso_region = us-east-1
sso_start_url = https://corp.awsapps.com/start
`,
  );
  await writeFile(
    join(home, '.aws/credentials'),
    '[default]\naws_access_key_id = AKIADEFAULT\naws_secret_access_key = secret-of-the-default\n',
  );
  await writeFile(join(home, 'process'), `#!/bin/sh\necho '${JSON.stringify(PROCESS)}'\n`);
  await chmod(join(home, 'process'), 0o755);
  await writeFile(
    join(home, 'sts.json'),
    JSON.stringify({ Credentials: { ...PROCESS, AccessKeyId: 'ASIASTS' } }),
  );
  await writeFile(
    join(home, 'sdk.json'),
    JSON.stringify({
      accessKeyId: 'AKIASDK',
      secretAccessKey: 'secret-of-the-sdk',
      expiration: '2099-01-01T00:00:00Z',
    }),
  );
});
after(() => rm(home, { recursive: true }));

/**
 * Who signs, and for which region.
 *
 * @param {string[]} args
 * @param {Record<string, string | undefined>} [more]
 * @param {string} [input]
 */
async function signedBy(args, more = {}, input) {
  const options = { env: { ...env, ...more }, input, showsToken: true };
  const { code, stdout, stderr } = await sigv4(
    ['presign', URL_, '--service', 'execute-api', ...args],
    options,
  );
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
  const { searchParams } = new URL(stdout);
  const [key, , region] = String(searchParams.get('X-Amz-Credential')).split('/');
  return { key, region, token: searchParams.get('X-Amz-Security-Token') ?? undefined };
}

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 'secret-of-the-environment' };

/** Each has what the ones below have, too. @type {[title: string, args: () => string[], env: object, expected: object][]} */
const ORDER = [
  [
    '--credentials',
    () => ['--credentials', join(home, 'sts.json'), '--profile', 'work'],
    { ...KEYS, AWS_PROFILE: 'broken' },
    { key: 'ASIASTS', token: PROCESS.SessionToken },
  ],
  [
    '--profile',
    () => ['--profile', 'work'],
    { ...KEYS, AWS_PROFILE: 'broken' },
    { key: 'ASIAPROCESS', token: PROCESS.SessionToken },
  ],
  [
    'keys in the environment',
    () => [],
    { ...KEYS, AWS_PROFILE: 'broken' },
    { key: 'AKIAENV', token: undefined },
  ],
  ['AWS_PROFILE', () => [], { AWS_PROFILE: 'work' }, { key: 'ASIAPROCESS', token: PROCESS.SessionToken }],
  ['the default profile', () => [], {}, { key: 'AKIADEFAULT', token: undefined }],
];

describe('credentials come from', () => {
  for (const [title, args, more, expected] of ORDER) {
    it(title, async () => {
      const { key, token } = await signedBy([...args(), '--region', 'us-east-1'], { ...more });
      assert.deepEqual({ key, token }, expected);
    });
  }

  it('a file as the SDK writes it', async () => {
    assert.equal((await signedBy(['--credentials', join(home, 'sdk.json'), '--region', 'x'])).key, 'AKIASDK');
  });

  it('standard input', async () => {
    const { key } = await signedBy(['--credentials', '-', '--region', 'x'], KEYS, JSON.stringify(PROCESS));
    assert.equal(key, 'ASIAPROCESS');
  });
});

describe('the region comes from', () => {
  /** @type {[title: string, args: string[], env: object, expected: string][]} */
  const cases = [
    ['--region', ['--region', 'a', '--profile', 'work'], { AWS_REGION: 'b', AWS_DEFAULT_REGION: 'c' }, 'a'],
    ['AWS_REGION', ['--profile', 'work'], { AWS_REGION: 'b', AWS_DEFAULT_REGION: 'c' }, 'b'],
    ['AWS_DEFAULT_REGION', ['--profile', 'work'], { AWS_DEFAULT_REGION: 'c' }, 'c'],
    ['the profile of the option', ['--profile', 'work'], {}, 'eu-west-3'],
    ['the profile of the environment', [], { AWS_PROFILE: 'work' }, 'eu-west-3'],
    ['the default profile', [], {}, 'eu-central-1'],
  ];
  for (const [title, args, more, expected] of cases) {
    it(title, async () => {
      assert.equal((await signedBy(args, { ...more })).region, expected);
    });
  }
});

describe('without credentials it says what to do', () => {
  /**
   * @param {string[]} args
   * @param {import('../support/cli.js').RunOptions} [options]
   */
  const refused = async (args, options) => {
    const { code, stdout, stderr } = await sigv4(
      ['presign', URL_, '--service', 's3', '--region', 'a', ...args],
      options,
    );
    assert.equal(code, 78);
    assert.equal(stdout, '');
    return stderr;
  };

  it('where there are none', async () => {
    assert.match(await refused([], { env: BARE }), /AWS_ACCESS_KEY_ID.*--credentials/);
  });

  it('where a profile is unknown, or its process fails', async () => {
    assert.match(await refused(['--profile', 'nobody'], { env }), /nobody \(--profile\)/);
    assert.match(await refused([], { env: { ...env, AWS_PROFILE: 'broken' } }), /broken \(AWS_PROFILE\)/);
  });

  it('where a profile signs in through SSO and the AWS SDK is not installed', async (t) => {
    const command = await alone(t);
    const stderr = await refused(['--profile', 'sso'], { command, env });
    assert.match(stderr, /install @aws-sdk\/credential-providers/);
  });

  it('before anything else, that a profile is missing, and which there are', async () => {
    const { code, stderr } = await sigv4(['request', 'not a URL', '-d', '@none', '--profile', 'wrok'], {
      env,
    });
    assert.equal(code, 78);
    assert.match(
      stderr,
      /^sigv4: there is no profile wrok \(--profile\): choose one of broken, default, sso, work$/m,
    );
  });

  it('where a file has something else in it, which is not shown', async () => {
    const options = { env: SIGNED_IN, input: 'AKIA SECRET' };
    const { code, stderr } = await sigv4(
      ['presign', URL_, '--credentials', '-', '--region', 'a', '--service', 'b'],
      options,
    );
    assert.equal(code, 26);
    assert.doesNotMatch(stderr, /SECRET/);
  });
});

it('static keys and credential_process need no AWS SDK', async (t) => {
  const command = await alone(t);
  for (const [args, key] of /** @type {[string[], string][]} */ ([
    [['--profile', 'work'], 'ASIAPROCESS'],
    [['--profile', 'default'], 'AKIADEFAULT'],
    [[], 'AKIADEFAULT'],
  ])) {
    const { code, stdout, stderr } = await sigv4(['presign', URL_, '--service', 's3', ...args], {
      ...{ command, env, showsToken: true },
    });
    assert.equal(code, 0, stderr);
    assert.match(stdout, new RegExp(`X-Amz-Credential=${key}%2F`));
  }
});

/**
 * The command in a folder that has no AWS SDK above it.
 *
 * @param {import('node:test').TestContext} t
 */
async function alone(t) {
  const folder = await mkdtemp(join(tmpdir(), 'sigv4-alone-'));
  t.after(() => rm(folder, { recursive: true }));
  const installed = fileURLToPath(new URL('../../node_modules', import.meta.url));
  await cp(installed, join(folder, 'node_modules'), { recursive: true, verbatimSymlinks: true });
  return join(folder, 'node_modules/.bin/sigv4');
}

it('a secret in the command line is refused, and not repeated', async () => {
  for (const option of ['--secret-access-key', '--session-token', '--access-key-id', '--user', '-u']) {
    const { code, stderr } = await sigv4(['request', URL_, option, 'topsecret']);
    assert.equal(code, 2);
    assert.match(stderr, /--credentials/);
    assert.doesNotMatch(stderr, /topsecret/);
  }
});
