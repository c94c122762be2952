// The providers of sigv4-wasm/credentials beside those of @aws-sdk/credential-providers: the same files, the same environment,
// the same answers. What comes out must be the same, and so must what was asked.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';

import * as sdk from '@aws-sdk/credential-providers';
import * as providers from 'sigv4-wasm/credentials';
import * as node from 'sigv4-wasm/credentials/node';

import { playAws, takeQuestions } from '../support/played-aws.js';

/** @type {Awaited<ReturnType<typeof playAws>>} */
let aws;
const home = mkdtempSync(join(tmpdir(), 'sigv4-home-'));
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 'secret-env' };
const ROLE = 'arn:aws:iam::123456789012:role/reader';
/** @type {NodeJS.ProcessEnv} */
let outer;
let count = 0;

before(async () => {
  aws = await playAws();
  outer = { ...process.env };
});
after(() => {
  aws.stop();
  rmSync(home, { recursive: true });
});
beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  aws.asked.length = 0;
  count++;
});
afterEach(() => {
  process.env = { ...outer };
});

/** Files of one test: the SDK remembers what it has read by the path. @param {string} name @param {string} text */
function file(name, text) {
  const path = join(home, `${count}-${name}`);
  writeFileSync(path, text);
  return path;
}

/**
 * @param {Record<string, string>} env
 * @param {{ config?: string, credentials?: string }} [files]
 */
function setUp(env, { config = '', credentials = '' } = {}) {
  Object.assign(process.env, {
    HOME: home,
    AWS_CONFIG_FILE: file('config', config),
    AWS_SHARED_CREDENTIALS_FILE: file('credentials', credentials),
    AWS_ENDPOINT_URL_STS: aws.origin,
    AWS_EC2_METADATA_SERVICE_ENDPOINT: aws.origin,
    AWS_REGION: 'eu-west-1',
    ...env,
  });
}

/** What matters of credentials. @param {any} found */
const plain = ({ accessKeyId, secretAccessKey, sessionToken, expiration, identityId }) =>
  JSON.parse(JSON.stringify({ accessKeyId, secretAccessKey, sessionToken, expiration, identityId }));

const questions = () => takeQuestions(aws.asked);

/**
 * @param {() => (hint?: any) => Promise<any>} theirs
 * @param {() => (hint?: any) => Promise<any>} ours
 */
async function same(theirs, ours) {
  const expected = plain(await theirs()());
  const asked = questions();
  assert.deepEqual(plain(await ours()()), expected);
  assert.deepEqual(questions(), asked);
  return expected;
}

describe('profiles', () => {
  const both = (/** @type {any} */ options) =>
    same(
      () => sdk.fromIni(options),
      () => node.fromIni(options),
    );

  /** @type {Record<string, { config?: string, credentials?: string, profile?: string, id: string }>} */
  const FILES = {
    'static keys': {
      credentials: '[default]\naws_access_key_id = AKIA1\naws_secret_access_key = s',
      id: 'AKIA1',
    },
    'comments, white space, line ends of Windows': {
      credentials:
        '# c\r\n; c\r\n[ default ]\r\n[default]\r\n  aws_access_key_id=AKIA2 ; no\r\naws_secret_access_key =  a=b#c\r\naws_session_token=t # no',
      id: 'AKIA2',
    },
    'a profile of the config file, with keys of both files': {
      config: '[profile x]\naws_access_key_id = OTHER\naws_secret_access_key = s\nregion = us-east-2',
      credentials: '[x]\naws_access_key_id = AKIA3',
      profile: 'x',
      id: 'AKIA3',
    },
    'a quoted name, and [profile default] before [default]': {
      config:
        '[default]\naws_access_key_id = NO\naws_secret_access_key = s\n[profile "default"]\naws_access_key_id = AKIA4\naws_secret_access_key = s',
      id: 'AKIA4',
    },
    'nested settings': {
      config:
        '[profile n]\ns3 =\n  aws_access_key_id = NO\n  max = 1\naws_access_key_id = AKIA5\naws_secret_access_key = s',
      profile: 'n',
      id: 'AKIA5',
    },
    'a role of another profile': {
      config: `[profile r]\nrole_arn = ${ROLE}\nsource_profile = s\nexternal_id = e/x\nrole_session_name = me\nduration_seconds = 900`,
      credentials: '[s]\naws_access_key_id = AKIA6\naws_secret_access_key = s\naws_session_token = t',
      profile: 'r',
      id: 'ASIAREADER',
    },
    'a role of its own keys': {
      config: `[profile r]\nrole_arn = ${ROLE}\nsource_profile = r\naws_access_key_id = AKIA7\naws_secret_access_key = s`,
      profile: 'r',
      id: 'ASIAREADER',
    },
    'a role of a role': {
      config: `[profile a]\nrole_arn = ${ROLE}\nsource_profile = b\n[profile b]\nrole_arn = arn:aws:iam::1:role/inner\nsource_profile = c\n[profile c]\naws_access_key_id = AKIA8\naws_secret_access_key = s`,
      profile: 'a',
      id: 'ASIAREADER',
    },
    'a role of two profiles that name one another, where one has keys': {
      config: `[profile a]\nrole_arn = ${ROLE}\nsource_profile = b\naws_access_key_id = AKIA9\naws_secret_access_key = s\n[profile b]\nrole_arn = arn:aws:iam::1:role/inner\nsource_profile = a`,
      profile: 'a',
      id: 'ASIAREADER',
    },
    'a role of the environment': {
      config: `[profile r]\nrole_arn = ${ROLE}\ncredential_source = Environment`,
      profile: 'r',
      id: 'ASIAREADER',
    },
    'a role of an instance': {
      config: `[profile r]\nrole_arn = ${ROLE}\ncredential_source = Ec2InstanceMetadata`,
      profile: 'r',
      id: 'ASIAREADER',
    },
    'a role of a container': {
      config: `[profile r]\nrole_arn = ${ROLE}\ncredential_source = EcsContainer`,
      profile: 'r',
      id: 'ASIAREADER',
    },
    'a role of a profile that has but a credential_source': {
      config: `[profile r]\nrole_arn = ${ROLE}\nsource_profile = s\n[profile s]\ncredential_source = Environment`,
      profile: 'r',
      id: 'ASIAREADER',
    },
    credential_process: {
      config: `[profile p]\ncredential_process = echo '{"Version":1,"AccessKeyId":"AKIAPROCESS","SecretAccessKey":"s","SessionToken":"t","Expiration":"2099-01-02T03:04:05Z"}'`,
      profile: 'p',
      id: 'AKIAPROCESS',
    },
  };
  for (const [name, { config, credentials, profile, id }] of Object.entries(FILES)) {
    test(name, async () => {
      setUp(
        { ...KEYS, AWS_CONTAINER_CREDENTIALS_FULL_URI: `${aws.origin}/container` },
        { config, credentials },
      );
      const { accessKeyId } = await both({ profile });
      assert.equal(accessKeyId, id);
    });
  }

  test('a web identity, and the profile that AWS_PROFILE names', async () => {
    const token = file('token', 'eyJ.token.x');
    const config = `[profile w]\nrole_arn = ${ROLE}\nweb_identity_token_file = ${token}\nrole_session_name = s`;
    setUp({ AWS_PROFILE: 'w' }, { config });
    assert.equal((await both({})).accessKeyId, 'ASIAREADER');
  });

  test('a role with MFA', async () => {
    const config = `[profile m]\nrole_arn = ${ROLE}\nsource_profile = s\nmfa_serial = arn:aws:iam::1:mfa/me`;
    setUp({}, { config, credentials: '[s]\naws_access_key_id = AKIA\naws_secret_access_key = s' });
    /** @type {string[]} */
    const serials = [];
    const code = async (/** @type {string} */ serial) => {
      serials.push(serial);
      return '123456';
    };
    const profile = 'm';
    await same(
      () => sdk.fromIni({ profile, mfaCodeProvider: code }),
      () => node.fromIni({ profile, tokenCode: code }),
    );
    assert.deepEqual(serials, ['arn:aws:iam::1:mfa/me', 'arn:aws:iam::1:mfa/me']);
  });

  /** @type {Record<string, [config: string, message: RegExp]>} */
  const REFUSED = {
    'a circle': [
      `[profile x]\nrole_arn = ${ROLE}\nsource_profile = y\n[profile y]\nrole_arn = ${ROLE}\nsource_profile = x`,
      /refers back to itself: y, x/,
    ],
    'a profile that is not there': ['[profile y]\nregion = eu-west-1', /no profile x/],
    'a source that is not there': [`[profile x]\nrole_arn = ${ROLE}\nsource_profile = z`, /no profile z/],
    'MFA without a code': [
      `[profile x]\nrole_arn = ${ROLE}\nsource_profile = x\nmfa_serial = m\naws_access_key_id=A\naws_secret_access_key=s`,
      /mfa_serial.*tokenCode/,
    ],
    'a command that fails': [
      '[profile x]\ncredential_process = echo hush >&2; exit 3',
      /exit status 3, hush/,
    ],
    'a command that prints something else': [
      '[profile x]\ncredential_process = echo hush',
      /did not print JSON/,
    ],
    'a command of another version': [
      `[profile x]\ncredential_process = echo '{"Version":2,"AccessKeyId":"A","SecretAccessKey":"hush"}'`,
      /"Version": 1/,
    ],
    'a command whose credentials have expired': [
      `[profile x]\ncredential_process = echo '{"Version":1,"AccessKeyId":"A","SecretAccessKey":"hush","Expiration":"2001-01-01T00:00:00Z"}'`,
      /expired at 2001/,
    ],
    'a source of another name': [
      `[profile x]\nrole_arn = ${ROLE}\ncredential_source = Magic`,
      /Environment, /,
    ],
  };
  for (const [name, [config, message]] of Object.entries(REFUSED)) {
    test(`refused by both: ${name}`, async () => {
      setUp({}, { config });
      await assert.rejects(sdk.fromIni({ profile: 'x' })());
      const error = await node
        .fromIni({ profile: 'x' })()
        .catch((error) => error);
      assert.equal(error.code, 'ERR_SIGV4_CREDENTIALS_PROVIDER');
      assert.match(error.message, message);
      assert.doesNotMatch(JSON.stringify(error, Object.getOwnPropertyNames(error)), /SecretAccessKey/);
    });
  }

  test('signing in is left to the SDK', async () => {
    setUp({}, { config: '[default]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = r' });
    await assert.rejects(node.fromIni()(), {
      code: 'ERR_SIGV4_CREDENTIALS_PROVIDER',
      message: /sso_session.*@aws-sdk\/credential-providers/,
    });
  });

  test('the region of the environment, then of the profile', async () => {
    setUp({}, { config: '[default]\nregion = us-east-2' });
    assert.equal(await node.regionFromIni(), 'eu-west-1');
    delete process.env.AWS_REGION;
    assert.equal(await node.regionFromIni(), 'us-east-2');
    await assert.rejects(node.regionFromIni({ profile: 'other' }), { code: 'ERR_SIGV4_REGION_REQUIRED' });
  });
});

describe('the chain of Node.js', () => {
  const both = () =>
    same(
      () => sdk.fromNodeProviderChain(),
      () => node.fromNodeChain(),
    );
  const credentials = '[default]\naws_access_key_id = AKIAFILE\naws_secret_access_key = s';

  /** @type {Record<string, () => [id: string, env: Record<string, string>, files?: { credentials?: string, config?: string }]>} */
  const PLACES = {
    'the environment': () => ['AKIAENV', KEYS, { credentials }],
    'the environment, with a token': () => [
      'AKIAENV',
      { ...KEYS, AWS_SESSION_TOKEN: 't', AWS_CREDENTIAL_EXPIRATION: '2099-01-02T03:04:05Z' },
    ],
    'a profile that AWS_PROFILE names, before the environment': () => [
      'AKIAFILE',
      { ...KEYS, AWS_PROFILE: 'default' },
      { credentials },
    ],
    'a profile': () => ['AKIAFILE', {}, { credentials }],
    'a token file, where the profile has only a region': () => [
      'ASIAREADER',
      { AWS_WEB_IDENTITY_TOKEN_FILE: file('token', 'eyJ.token.y'), AWS_ROLE_ARN: ROLE },
      { config: '[default]\nregion = us-east-2' },
    ],
    'a container': () => ['ASIACONTAINER', { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${aws.origin}/container` }],
    'a pod': () => [
      'ASIAPOD',
      {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `${aws.origin}/pod`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file('pod', 'pod-token'),
      },
    ],
    'an instance': () => ['ASIAIMDS', {}],
  };
  for (const [name, place] of Object.entries(PLACES)) {
    test(name, async () => {
      const [id, env, files] = place();
      setUp(env, files);
      assert.equal((await both()).accessKeyId, id);
    });
  }

  test('says of each source why it has nothing', async () => {
    setUp({ AWS_EC2_METADATA_DISABLED: 'true' });
    await assert.rejects(sdk.fromNodeProviderChain()());
    const error = await node
      .fromNodeChain()()
      .catch((error) => error);
    assert.equal(error.code, 'ERR_SIGV4_CREDENTIALS_NOT_FOUND');
    for (const source of ['fromEnv', 'fromIni', 'fromWebIdentity', 'fromContainer', 'fromInstanceMetadata']) {
      assert.match(error.message, new RegExp(`\\b${source}: `));
    }
    assert.equal(error.cause.errors.length, 5);
  });

  test('a source that is configured and fails ends it: the next one is somebody else', async () => {
    setUp({ AWS_WEB_IDENTITY_TOKEN_FILE: file('token', 'x'), AWS_ROLE_ARN: ROLE });
    aws.next.push([403, '<E><Error><Code>AccessDenied</Code><Message>no &lt;way&gt;</Message></Error></E>']);
    await assert.rejects(node.fromNodeChain()(), {
      code: 'ERR_SIGV4_CREDENTIALS_PROVIDER',
      message: /fromWebIdentity: AssumeRoleWithWebIdentity: STS answered 403, AccessDenied, no <way>/,
    });
    assert.equal(aws.asked.length, 1);
  });
});

test('a role', async () => {
  setUp(KEYS);
  const params = {
    RoleArn: ROLE,
    RoleSessionName: 'me',
    ExternalId: 'x',
    DurationSeconds: 900,
    Policy: '{"a b":"+&="}',
  };
  const Tags = [
    { Key: 'team', Value: 'a/b c' },
    { Key: 'ü', Value: '€' },
  ];
  const options = { roleArn: ROLE, roleSessionName: 'me', externalId: 'x', durationSeconds: 900 };
  await same(
    () =>
      sdk.fromTemporaryCredentials({
        masterCredentials: sdk.fromEnv(),
        mfaCodeProvider: async () => '123456',
        params: {
          ...params,
          Tags,
          TransitiveTagKeys: ['team'],
          PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/A' }, { arn: 'arn:aws:iam::aws:policy/B' }],
          SourceIdentity: 'who',
          SerialNumber: 'mfa',
        },
        clientConfig: { endpoint: aws.origin, region: 'eu-west-1' },
      }),
    () =>
      providers.assumeRole({
        ...options,
        credentials: providers.fromEnv(),
        policy: params.Policy,
        policyArns: ['arn:aws:iam::aws:policy/A', 'arn:aws:iam::aws:policy/B'],
        tags: { team: 'a/b c', ü: '€' },
        transitiveTagKeys: ['team'],
        sourceIdentity: 'who',
        serialNumber: 'mfa',
        tokenCode: async () => '123456',
      }),
  );
});

test('a web identity', async () => {
  setUp({});
  const shared = {
    roleArn: ROLE,
    roleSessionName: 'me',
    durationSeconds: 1200,
    providerId: 'www.amazon.com',
  };
  await same(
    () =>
      sdk.fromWebToken({
        ...shared,
        webIdentityToken: 'eyJ',
        clientConfig: { endpoint: aws.origin, region: 'eu-west-1' },
      }),
    () => providers.fromWebIdentity({ ...shared, webIdentityToken: async () => 'eyJ' }),
  );
});

test('Cognito, for a guest and for a user', async () => {
  setUp({});
  const identityPoolId = 'eu-west-1:12345678-1234-1234-1234-123456789012';
  const clientConfig = { endpoint: aws.origin, region: 'eu-west-1' };
  const logins = { 'cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf': async () => 'eyJ.id.token' };
  await same(
    () => sdk.fromCognitoIdentityPool({ identityPoolId, logins, clientConfig, customRoleArn: ROLE }),
    () =>
      providers.fromCognitoIdentity({ identityPoolId, logins, endpoint: aws.origin, customRoleArn: ROLE }),
  );
  const guest = await providers.fromCognitoIdentity({ identityPoolId, endpoint: aws.origin })();
  assert.equal(guest.identityId, 'eu-west-1:id-1');
});
