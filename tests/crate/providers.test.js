// The providers of the crate, with reqwest: beside those of the AWS SDK for JavaScript, on the same environment and the same
// answers; and with moto, which issues credentials and takes what is signed with them.

import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import * as sdk from '@aws-sdk/credential-providers';

import { startMoto } from '../servers/support/server.js';
import { PYTHON, describeWith } from '../servers/support/tools.js';
import { playAws, takeQuestions } from '../support/played-aws.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const target = join(root, 'target/crate');
const ROLE = 'arn:aws:iam::123456789012:role/reader';
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 'secret-env', AWS_SESSION_TOKEN: 't' };

before(() => {
  const build = ['build', '--quiet', '--locked', '--package', 'providers-app'];
  execFileSync('cargo', build, { cwd: root, env: { ...process.env, CARGO_TARGET_DIR: target } });
});

/** What the program prints. @param {Record<string, string | undefined>} env @param {string[]} source */
async function find(env, ...source) {
  const { stdout } = await promisify(execFile)(join(target, 'debug/providers-app'), source, { env });
  const [first, second, third, ...rest] = stdout.split('\n');
  if (first.startsWith('ERR_')) throw Object.assign(new Error(second), { code: first });
  return {
    accessKeyId: first,
    sessionToken: second || undefined,
    expiration: third === '' ? undefined : Number(third),
    text: rest.join('\n'),
  };
}

describe('beside the AWS SDK', () => {
  /** @type {Awaited<ReturnType<typeof playAws>>} */
  let aws;
  const home = mkdtempSync(join(tmpdir(), 'sigv4-crate-'));
  const token = join(home, 'token');
  /** @type {NodeJS.ProcessEnv} */
  let outer;
  before(async () => {
    aws = await playAws();
    outer = { ...process.env };
    writeFileSync(token, 'eyJ.token.x');
  });
  after(() => {
    aws.stop();
    rmSync(home, { recursive: true });
  });
  beforeEach(() => {
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  });
  afterEach(() => {
    process.env = { ...outer };
  });

  const questions = () => takeQuestions(aws.asked);

  /** @type {Record<string, { env: () => Record<string, string>, source: () => string[], theirs: () => () => Promise<any> }>} */
  const SOURCES = {
    'environment variables': {
      env: () => KEYS,
      source: () => ['environment'],
      theirs: () => sdk.fromEnv(),
    },
    'a container': {
      env: () => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${aws.origin}/container` }),
      source: () => ['container'],
      theirs: () => sdk.fromHttp({}),
    },
    'a pod': {
      env: () => ({
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `${aws.origin}/pod`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN: 'pod-token',
      }),
      source: () => ['container'],
      theirs: () => sdk.fromHttp({}),
    },
    'an instance': {
      env: () => ({ AWS_EC2_METADATA_SERVICE_ENDPOINT: aws.origin }),
      source: () => ['instance'],
      theirs: () => sdk.fromInstanceMetadata(),
    },
    'a token file': {
      env: () => ({
        AWS_WEB_IDENTITY_TOKEN_FILE: token,
        AWS_ROLE_ARN: ROLE,
        AWS_ROLE_SESSION_NAME: 'me',
        AWS_ENDPOINT_URL_STS: aws.origin,
      }),
      source: () => ['web-identity'],
      theirs: () => sdk.fromTokenFile(),
    },
    'a role': {
      env: () => ({ ...KEYS, AWS_ENDPOINT_URL_STS: aws.origin }),
      source: () => ['role', ROLE],
      theirs: () => sdk.fromTemporaryCredentials({ params: { RoleArn: ROLE, RoleSessionName: undefined } }),
    },
    'a guest of an identity pool': {
      env: () => ({}),
      source: () => ['guest', 'eu-west-1:pool', aws.origin],
      theirs: () =>
        sdk.fromCognitoIdentityPool({
          identityPoolId: 'eu-west-1:pool',
          clientConfig: { region: 'eu-west-1', endpoint: aws.origin },
        }),
    },
    'a user of an identity pool': {
      env: () => ({}),
      source: () => ['user', 'eu-west-1:pool', aws.origin, 'issuer.example', 'eyJ.token'],
      theirs: () =>
        sdk.fromCognitoIdentityPool({
          identityPoolId: 'eu-west-1:pool',
          logins: { 'issuer.example': 'eyJ.token' },
          clientConfig: { region: 'eu-west-1', endpoint: aws.origin },
        }),
    },
  };
  for (const [name, { env, source, theirs }] of Object.entries(SOURCES)) {
    test(name, async () => {
      const set = { AWS_REGION: 'eu-west-1', HOME: home, ...env() };
      Object.assign(process.env, set);
      const { accessKeyId, sessionToken, expiration } = await theirs()();
      const asked = questions();
      const found = await find(set, ...source());
      assert.deepEqual(questions(), asked);
      assert.deepEqual(found, {
        accessKeyId,
        sessionToken,
        expiration: expiration && Number(expiration) / 1000,
        text: '',
      });
    });
  }

  test('the first of a chain that has any, and errors that say what was asked', async () => {
    const nothing = { AWS_EC2_METADATA_DISABLED: 'true' };
    const code = 'ERR_SIGV4_CREDENTIALS_NOT_FOUND';
    const message = /Environment: .*; WebIdentity: .*; Container: .*; InstanceMetadata: /;
    await assert.rejects(find(nothing, 'chain'), { code, message });
    const instance = { AWS_EC2_METADATA_SERVICE_ENDPOINT: aws.origin };
    assert.equal((await find(instance, 'chain')).accessKeyId, 'ASIAIMDS');
    const refused = { ...instance, AWS_CONTAINER_CREDENTIALS_FULL_URI: `${aws.origin}/pod` };
    await assert.rejects(find(refused, 'chain'), {
      code: 'ERR_SIGV4_CREDENTIALS_PROVIDER',
      message: 'Container: it answered 401, Unauthorized',
    });
    const gone = { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1' };
    await assert.rejects(find(gone, 'instance'), { code });
  });

  test('redirects are not followed', async () => {
    aws.next.push([302, '', { location: '/container' }]);
    await assert.rejects(find({}, 'http', `${aws.origin}/x`), { message: 'HttpSource: it answered 302' });
  });
});

describeWith(PYTHON, 'moto issues credentials, and takes what they sign', () => {
  /** Of which IAM is on, and with whose key. @type {any} */
  let account;
  /** @type {import('../servers/support/server.js').RunningServer} */
  let open;
  before(async () => {
    [account, open] = await Promise.all([startAccount(), startMoto()]);
  });
  after(() => Promise.all([account?.stop(), open?.stop()]));

  test('a role', async () => {
    const env = { ...account.env, AWS_ENDPOINT_URL_STS: account.origin, WHOSE: account.origin };
    const found = await find(env, 'role', ROLE);
    assert.match(found.accessKeyId, /^ASIA/);
    assert.match(found.text, /assumed-role\/reader\/sigv4-wasm-\d+</);
    const minutes = (Number(found.expiration) - Date.now() / 1000) / 60;
    assert.ok(minutes > 55 && minutes < 65, `${minutes} minutes`);
    await assert.rejects(find({ ...env, AWS_SECRET_ACCESS_KEY: 'another' }, 'role', ROLE), {
      code: 'ERR_SIGV4_CREDENTIALS_PROVIDER',
      message: /^AssumeRole: AssumeRole: STS answered 403, SignatureDoesNotMatch/,
    });
  });

  test('an instance, a web identity, a guest of an identity pool', async () => {
    const env = { AWS_REGION: 'us-east-1', WHOSE: open.origin };
    const instance = await find({ ...env, AWS_EC2_METADATA_SERVICE_ENDPOINT: open.origin }, 'instance');
    assert.deepEqual([instance.accessKeyId, instance.sessionToken], ['test-key', 'test-session-token']);

    const folder = mkdtempSync(join(tmpdir(), 'sigv4-crate-'));
    writeFileSync(join(folder, 'token'), 'eyJ.token\n');
    const role = { AWS_ROLE_ARN: ROLE, AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, 'token') };
    const web = await find({ ...env, ...role, AWS_ENDPOINT_URL_STS: open.origin }, 'web-identity');
    rmSync(folder, { recursive: true });
    assert.match(web.text, /assumed-role\/reader\/sigv4-wasm-\d+</);

    const created = await ask(open.origin, 'cognito-identity', {
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AWSCognitoIdentityService.CreateIdentityPool',
      },
      body: JSON.stringify({ IdentityPoolName: 'pool', AllowUnauthenticatedIdentities: true }),
    });
    const guest = await find(env, 'guest', JSON.parse(created).IdentityPoolId, open.origin);
    assert.ok(guest.accessKeyId && guest.sessionToken && Number(guest.expiration) > Date.now() / 1000);
  });
});

/** A user with a key and a role in moto, which from then on takes valid signatures alone. */
async function startAccount() {
  const server = await startMoto();
  const iam = (/** @type {string} */ Action, /** @type {Record<string, string>} */ parameters) =>
    ask(server.origin, 'iam', {
      body: new URLSearchParams({ Action, Version: '2010-05-08', ...parameters }),
    });
  await iam('CreateUser', { UserName: 'tester' });
  const key = await iam('CreateAccessKey', { UserName: 'tester' });
  const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: '*' } };
  await iam('CreateRole', { RoleName: 'reader', AssumeRolePolicyDocument: policy(trust) });
  const all = {
    PolicyName: 'all',
    PolicyDocument: policy({ Effect: 'Allow', Action: 'sts:*', Resource: '*' }),
  };
  await iam('PutUserPolicy', { UserName: 'tester', ...all });
  await iam('PutRolePolicy', { RoleName: 'reader', ...all });
  await fetch(`${server.origin}/moto-api/reset-auth`, { method: 'POST', body: '0' });
  const element = (/** @type {string} */ name) => new RegExp(`<${name}>([^<]*)</`).exec(key)?.[1];
  const env = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: element('AccessKeyId'),
    AWS_SECRET_ACCESS_KEY: element('SecretAccessKey'),
  };
  return { ...server, env };
}

/** @param {object} statement */
function policy(statement) {
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}

/**
 * What moto answers somebody whose signature it does not look at: it finds the service in the credential scope.
 *
 * @param {string} origin
 * @param {string} service
 * @param {RequestInit} init
 */
async function ask(origin, service, init) {
  const authorization = `AWS4-HMAC-SHA256 Credential=AKIDNOBODY/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
  const response = await fetch(`${origin}/`, {
    method: 'POST',
    ...init,
    headers: { .../** @type {any} */ (init.headers), authorization },
  });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return text;
}
