// `sigv4 proxy`, as a shell runs it: credentials of every kind, options, and what it prints.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { BARE, SIGNED_IN, sigv4, SIGV4 } from '../support/cli.js';
import { eventually, gatewayFor, REGION } from '../support/gateway.js';
import { playAws } from '../support/played-aws.js';
import { send, upstreamFor } from '../support/proxy.js';

const SCOPE = ['--region', REGION, '--service', 'execute-api'];

/**
 * @param {string[]} args
 * @param {Record<string, string | undefined>} [env]
 */
async function start(args, env = SIGNED_IN) {
  const child = spawn(SIGV4, ['proxy', '--port', '0', ...args], { env });
  after(() => child.kill('SIGKILL'));
  const run = { output: '' };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (run.output += text));
  await eventually(() => run.output.includes('page ') || child.exitCode !== null);
  assert.equal(child.exitCode, null, run.output);
  await eventually(() => /SIGV4_PROXY_TOKEN=|no token is required/.test(run.output));
  const token = /^export SIGV4_PROXY_TOKEN=(.*)$/m.exec(run.output)?.[1];
  const origin = /http:\/\/127\.0\.0\.1:\d+/.exec(run.output)?.[0] ?? '';
  return { child, run, token, origin, headers: { 'x-sigv4-proxy-token': token ?? '' } };
}

const upstream = await upstreamFor();
/** @param {{ origin: string, headers: Record<string, string> }} proxy */
async function keyOf({ origin, headers }) {
  const arrived = await (await fetch(origin, { headers })).json();
  return /Credential=([^/]+)/.exec(arrived.headers.authorization)?.[1];
}

describe('the command', async () => {
  test('signs, prints a line for each request, and stops on a signal', async () => {
    const gateway = await gatewayFor();
    const { accessKeyId, secretAccessKey, sessionToken } = gateway.credentials();
    const env = {
      ...BARE,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    };
    const { child, run, origin, headers, token } = await start([gateway.base, ...SCOPE], env);
    assert.match(run.output, new RegExp(`^ +to +${gateway.base} +execute-api in ${REGION}$`, 'm'));
    assert.match(run.output, new RegExp(`^ +keys +${accessKeyId}, from the environment$`, 'm'));
    assert.equal((await fetch(`${origin}/orders?x=1`, { headers })).status, 200);
    await eventually(() =>
      /^\d\d:\d\d:\d\d 200 GET \/orders\?x=1  [\d.]+ ms  127\.0\.0\.1:\d+$/m.test(run.output),
    );
    assert.equal((await fetch(origin)).status, 401);
    for (const secret of [secretAccessKey, sessionToken]) assert.ok(!run.output.includes(secret));
    assert.equal(
      run.output.split(token).length - 1,
      2,
      'the token is in the address and in its own line alone',
    );
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'close'), [0, null]);
    await assert.rejects(fetch(origin));
  });

  test('a 403 is explained with a remedy for the proxy', async () => {
    const gateway = await gatewayFor();
    const { run, origin, headers } = await start([gateway.base, ...SCOPE]);
    assert.equal((await fetch(origin, { headers })).status, 403);
    await eventually(() => /cause .+\n +fix +Start the proxy with /.test(run.output));
  });

  test('the token comes from the environment or a file, or is not required', async () => {
    const token = 'a-token-of-my-own-choice';
    const env = { ...SIGNED_IN, SIGV4_PROXY_TOKEN: token };
    assert.equal((await start([upstream.origin, ...SCOPE], env)).token, token);
    const folder = await mkdtemp(join(tmpdir(), 'sigv4-'));
    await writeFile(join(folder, 'token'), `${token}-2\n`);
    const args = [upstream.origin, ...SCOPE, '--token-file', join(folder, 'token')];
    assert.equal((await start(args)).token, `${token}-2`);
    const open = await start([upstream.origin, ...SCOPE, '--no-token']);
    assert.match(open.run.output, /every user and program of this machine/);
    assert.equal((await fetch(open.origin)).status, 200);
    await rm(folder, { recursive: true });
  });

  test('several upstreams, each with its scope, and patterns', async () => {
    const logs = `logs=${upstream.origin}`;
    const files = 'https://bucket.s3.eu-central-1.amazonaws.com';
    const { run, origin, headers } = await start([
      logs,
      files,
      '--match',
      '*.lambda-url.eu-west-1.on.aws',
      ...SCOPE,
    ]);
    assert.match(run.output, /bucket\.s3\.eu-central-1\.amazonaws\.com  s3 in eu-central-1$/m);
    assert.match(run.output, /match +\*\.lambda-url\.eu-west-1\.on\.aws$/m);
    assert.match(run.output, /as +http:\/\/logs\.localhost:\d+$/m);
    const { status, json } = await send(origin, { headers: { ...headers, host: 'logs.localhost' } });
    assert.equal(status, 200);
    assert.match(json().headers.authorization, /\/eu-west-1\/execute-api\//);
  });

  test('headers are set, removed and copied, and --no-sign signs nothing', async () => {
    const own = ['-H', 'X-Own: 1', '--strip', 'accept', '--copy-header', 'authorization=x-original'];
    const signed = await start([upstream.origin, ...SCOPE, ...own]);
    const more = { accept: 'x/y', authorization: 'Bearer of-the-application' };
    const { headers } = await (
      await fetch(signed.origin, { headers: { ...signed.headers, ...more } })
    ).json();
    assert.deepEqual(
      [headers['x-own'], headers.accept, headers['x-original']],
      ['1', undefined, 'Bearer of-the-application'],
    );
    const plain = await start([upstream.origin, '--no-sign'], BARE);
    const arrived = await (await fetch(plain.origin, { headers: plain.headers })).json();
    assert.equal(arrived.headers.authorization, undefined);
  });

  test('the host of --sign-host is signed and sent', async () => {
    const host = 'search-logs-abc123.eu-west-1.es.amazonaws.com';
    const proxy = await start([upstream.origin, '--sign-host', host]);
    const { headers } = await (await fetch(proxy.origin, { headers: proxy.headers })).json();
    assert.equal(headers.host, host);
    assert.match(headers.authorization, /\/eu-west-1\/es\/aws4_request/);
  });
});

describe('credentials', async () => {
  /** @type {Awaited<ReturnType<typeof playAws>>} */
  let aws;
  /** @type {string} */
  let home;
  before(async () => {
    aws = await playAws();
    home = await mkdtemp(join(tmpdir(), 'sigv4-proxy-'));
    await mkdir(join(home, '.aws'));
    const script = join(home, 'process.sh');
    const json = { Version: 1, AccessKeyId: 'AKIAPROCESS', SecretAccessKey: 'secret of a process' };
    await writeFile(script, `echo '${JSON.stringify(json)}'\n`);
    await writeFile(
      join(home, '.aws/config'),
      `[default]
aws_access_key_id = AKIADEFAULT
aws_secret_access_key = secret
[profile work]
aws_access_key_id = AKIAWORK
aws_secret_access_key = secret
[profile process]
credential_process = sh ${script}
[profile role]
source_profile = work
role_arn = arn:aws:iam::123456789012:role/reader
region = eu-west-1
`,
    );
    await writeFile(join(home, 'token'), 'a token of a web identity');
    await writeFile(
      join(home, 'keys.json'),
      JSON.stringify({ Credentials: { AccessKeyId: 'AKIAFILE', SecretAccessKey: 'secret' } }),
    );
  });
  after(async () => {
    aws.stop();
    await rm(home, { recursive: true, force: true });
  });

  const bare = () => {
    const { AWS_EC2_METADATA_DISABLED: _, ...rest } = BARE;
    return { ...rest, AWS_ENDPOINT_URL_STS: aws.origin };
  };
  const noProfiles = () => ({ ...bare(), HOME: join(home, 'nobody') });
  const withProfiles = () => ({ ...bare(), HOME: home });
  const role = 'arn:aws:iam::123456789012:role/writer';

  /** @type {[kind: string, key: string, env: () => Record<string, string | undefined>, args?: () => string[]][]} */
  const KINDS = [
    [
      'the environment',
      'AKIAENV',
      () => ({ ...withProfiles(), AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 's' }),
    ],
    ['the default profile', 'AKIADEFAULT', withProfiles],
    ['--profile', 'AKIAWORK', withProfiles, () => ['--profile', 'work']],
    ['AWS_PROFILE', 'AKIAWORK', () => ({ ...withProfiles(), AWS_PROFILE: 'work' })],
    ['a credential process', 'AKIAPROCESS', withProfiles, () => ['--profile', 'process']],
    ['a profile with a role', 'ASIAREADER', withProfiles, () => ['--profile', 'role']],
    ['--assume-role', 'ASIAWRITER', withProfiles, () => ['--assume-role', role]],
    ['a file', 'AKIAFILE', withProfiles, () => ['--credentials', join(home, 'keys.json')]],
    ['a server', 'ASIACONTAINER', withProfiles, () => ['--credentials', `${aws.origin}/container`]],
    [
      'a web identity',
      'ASIAWEB',
      () => ({
        ...noProfiles(),
        AWS_WEB_IDENTITY_TOKEN_FILE: join(home, 'token'),
        AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/web',
      }),
    ],
    [
      'a container',
      'ASIAPOD',
      () => ({
        ...noProfiles(),
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `${aws.origin}/pod`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN: 'pod-token',
      }),
    ],
    ['an instance', 'ASIAIMDS', () => ({ ...noProfiles(), AWS_EC2_METADATA_SERVICE_ENDPOINT: aws.origin })],
  ];
  for (const [kind, key, env, args = () => []] of KINDS) {
    test(`of ${kind}`, async () => {
      const proxy = await start([upstream.origin, ...SCOPE, ...args()], env());
      assert.match(proxy.run.output, new RegExp(`keys +${key}, from `));
      assert.equal(await keyOf(proxy), key);
    });
  }

  test('come from a file that another program renews', async () => {
    const file = join(home, 'renewed.json');
    const write = (/** @type {string} */ AccessKeyId, /** @type {number} */ millis) =>
      writeFile(
        file,
        JSON.stringify({
          ...{ AccessKeyId, SecretAccessKey: 'secret', SessionToken: 'token' },
          Expiration: new Date(Date.now() + millis).toISOString(),
        }),
      );
    await write('ASIAOLD', 3000);
    const proxy = await start([upstream.origin, ...SCOPE, '--credentials', file], noProfiles());
    assert.equal(await keyOf(proxy), 'ASIAOLD');
    await write('ASIANEW', 3_600_000);
    let key;
    for (let i = 0; i < 100 && key !== 'ASIANEW'; i++) {
      key = await keyOf(proxy);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.equal(key, 'ASIANEW');
  });

  test('none, or a profile that does not exist, is an error before it listens', async () => {
    const args = ['proxy', '--port', '0', upstream.origin, ...SCOPE];
    const none = await sigv4(args, { env: { ...noProfiles(), AWS_EC2_METADATA_DISABLED: 'true' } });
    assert.equal(none.code, 78);
    assert.match(none.stderr, /no credentials/);
    const missing = await sigv4([...args, '--profile', 'nobody'], { env: withProfiles() });
    assert.equal(missing.code, 78);
  });
});

describe('a wrong command line fails:', () => {
  /** @type {[what: string, args: string[], code: number, message: RegExp][]} */
  const CASES = [
    ['no upstream', [], 2, /there is no upstream: pass its URL/],
    ['not a URL', ['logs'], 2, /not an http: or https: URL, nor NAME=URL/],
    ['a pattern for every host', ['--match', '*'], 2, /is not a pattern of hosts/],
    ['any origin', ['https://x.example', ...SCOPE, '--allow-origin', '*'], 2, /is not an origin/],
    ['an unknown region', ['https://x.example'], 78, /ERR_SIGV4_REGION_REQUIRED|ERR_SIGV4_SERVICE_REQUIRED/],
    ['a limit', ['https://x.example', '--max-body', '1MB'], 2, /not a number of bytes/],
    [
      'a payload',
      ['https://x.example', '--payload', 'none'],
      2,
      /choose one of auto, signed, unsigned, chunks/,
    ],
    ['a header', ['https://x.example', ...SCOPE, '-H', 'x'], 2, /does not have the form Name: value/],
    [
      'a token file',
      ['https://x.example', ...SCOPE, '--token-file', '/nowhere'],
      26,
      /cannot be read \(ENOENT\)/,
    ],
    [
      '--sign-host of several',
      ['a=http://x', 'b=http://y', '--sign-host', 'z'],
      2,
      /applies to one upstream/,
    ],
    ['a secret', ['https://x.example', '--secret-access-key', 'x'], 2, /other users can see/],
  ];
  for (const [what, args, code, message] of CASES) {
    test(`${what}: ${code}`, async () => {
      const outcome = await sigv4(['proxy', '--port', '0', ...args]);
      assert.equal(outcome.code, code, outcome.stderr);
      assert.match(outcome.stderr, message);
    });
  }

  test('a port in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    after(() => server.close());
    await once(server, 'listening');
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    const { code, stderr } = await sigv4(['proxy', 'https://x.example', ...SCOPE, '--port', String(port)]);
    assert.equal(code, 69);
    assert.match(stderr, /is in use/);
  });

  test('--help lists every option', async () => {
    const { stdout } = await sigv4(['proxy', '--help']);
    for (const option of [
      '--match',
      '--allow-origin',
      '--token-file',
      '--payload',
      '--assume-role',
      '--cacert',
    ])
      assert.ok(stdout.includes(option), option);
  });
});
