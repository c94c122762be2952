// The providers of sigv4-wasm/credentials: when they send requests, to which hosts, and their errors if they have no credentials.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { inspect } from 'node:util';
import { after, afterEach, before, describe, test } from 'node:test';

import { S3Client } from '@aws-sdk/client-s3';
import { build } from 'esbuild';
import { Signer, signRequest } from 'sigv4-wasm';
import * as providers from 'sigv4-wasm/credentials';
import { fromContainer as fromContainerWithFiles } from 'sigv4-wasm/credentials/node';

import { EXPIRATION, metadata, playAws } from '../support/played-aws.js';
import { sizeOf } from '../support/bundle-sizes.js';
import { modulesIn } from '../support/wasm-modules.js';

const { assumeRole, chain, fromCognitoIdentity, fromContainer, fromEnv, fromHttp } = providers;
const { fromInstanceMetadata, fromWebIdentity, regionFromEnv } = providers;
const MINUTE = 60_000;
const POOL = 'eu-west-1:12345678-1234-1234-1234-123456789012';
const ROLE = 'arn:aws:iam::123456789012:role/reader';
const KEYS = { accessKeyId: 'AKIA', secretAccessKey: 'hush' };

/** @type {Awaited<ReturnType<typeof playAws>>} */
let aws;
before(async () => {
  aws = await playAws();
});
after(() => aws.stop());
afterEach(() => {
  aws.asked.length = aws.next.length = 0;
});

/** Each of them, and how often it asks. @type {Record<string, [make: (options: any) => (hint?: any) => Promise<any>, requests: number]>} */
const REMOTE = {
  fromContainer: [(options) => fromContainer({ url: `${aws.origin}/container`, ...options }), 1],
  fromInstanceMetadata: [(options) => fromInstanceMetadata({ endpoint: aws.origin, ...options }), 3],
  fromCognitoIdentity: [
    (options) => fromCognitoIdentity({ identityPoolId: POOL, endpoint: aws.origin, ...options }),
    2,
  ],
  fromHttp: [(options) => fromHttp(`${aws.origin}/container?secret=1`, options), 1],
  fromWebIdentity: [
    (options) =>
      fromWebIdentity({
        roleArn: ROLE,
        webIdentityToken: 'eyJ',
        region: 'eu-west-1',
        endpoint: aws.origin,
        ...options,
      }),
    1,
  ],
  assumeRole: [
    (options) =>
      assumeRole({ roleArn: ROLE, credentials: KEYS, region: 'eu-west-1', endpoint: aws.origin, ...options }),
    1,
  ],
};

for (const [name, [make, requests]] of Object.entries(REMOTE)) {
  describe(name, () => {
    test('asks once for a hundred callers, and again when it is due', async (t) => {
      t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
      const provider = make({});
      const found = await Promise.all(Array.from({ length: 100 }, () => provider()));
      assert.equal(aws.asked.length, requests);
      assert.equal(new Set(found.map(({ accessKeyId }) => accessKeyId)).size, 1);
      assert.deepEqual(found[0].expiration, EXPIRATION);
      t.mock.timers.setTime(EXPIRATION.getTime() - 6 * MINUTE);
      await provider();
      assert.equal(aws.asked.length, requests);
      t.mock.timers.setTime(EXPIRATION.getTime() - 4 * MINUTE);
      await provider();
      assert.ok(aws.asked.length > requests);
    });

    test('gives the last credentials while they are valid and it cannot renew them', async (t) => {
      t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
      const provider = make({ timeoutMs: 2000 });
      const { accessKeyId } = await provider();
      t.mock.timers.setTime(EXPIRATION.getTime() - 4 * MINUTE);
      aws.next.push([400, ''], [400, ''], [400, '']);
      assert.equal((await provider()).accessKeyId, accessKeyId);
      const asked = aws.asked.length;
      await provider();
      assert.equal(aws.asked.length, asked, 'for ten seconds, nobody is asked');
      aws.next.splice(0, 9, [400, '']);
      await assert.rejects(provider({ forceRefresh: true }));
      t.mock.timers.setTime(EXPIRATION.getTime() + 1);
      aws.next.splice(0, 9, [400, '']);
      await assert.rejects(provider());
    });

    test('asks again where the service is busy', async () => {
      aws.next.push([503, ''], [429, '']);
      await make({})();
      assert.equal(aws.asked.length, requests + 2);
      aws.asked.length = 0;
      aws.next.push([500, ''], [500, ''], [500, '']);
      await assert.rejects(make({})());
      assert.equal(aws.asked.length, 3);
    });

    test('follows no redirect, and says what was answered', async () => {
      aws.next.push([302, '', { location: `${aws.origin}/elsewhere` }]);
      const error = await make({})().catch((/** @type {any} */ error) => error);
      assert.equal(error.code, 'ERR_SIGV4_CREDENTIALS_PROVIDER');
      assert.match(error.message, new RegExp(`^${name}: .*answered 302`));
      assert.equal(aws.asked.length, 1);
    });

    test('waits no longer than it is told to', async () => {
      aws.next.push([0, '']);
      await assert.rejects(make({ timeoutMs: 30 })(), (/** @type {any} */ error) => {
        const isImds = name === 'fromInstanceMetadata';
        assert.equal(error.code, `ERR_SIGV4_CREDENTIALS_${isImds ? 'NOT_FOUND' : 'PROVIDER'}`);
        assert.match(isImds ? error.cause.message : error.message, /127\.0\.0\.1:\d+ timed out/);
        return true;
      });
    });

    test('ends with the signal', async () => {
      const controller = new AbortController();
      const reason = new Error('enough');
      aws.next.push([0, '']);
      const provider = make({ signal: controller.signal });
      const waiting = provider();
      setTimeout(() => controller.abort(reason), 20);
      await assert.rejects(waiting, reason);
      await assert.rejects(provider(), reason);
      assert.equal(aws.asked.length, 1);
    });

    test('says so where nobody answers', async () => {
      const fetch = async () => {
        throw new TypeError('fetch failed');
      };
      const error = await make({ fetch })().catch((/** @type {any} */ error) => error);
      const cause = error.code === 'ERR_SIGV4_CREDENTIALS_NOT_FOUND' ? error.cause : error;
      assert.match(cause.message, /127\.0\.0\.1:\d+ is unreachable/);
      assert.equal(cause.cause.message, 'fetch failed');
    });

    test('refuses an answer without credentials, and shows nothing secret', async () => {
      const bad = JSON.stringify({
        ...metadata('ASIA'),
        SecretAccessKey: '',
        Token: 'hush',
        Credentials: { AccessKeyId: 'A', SessionToken: 'hush' },
      });
      const answer = async (/** @type {string} */ url, /** @type {any} */ init) => {
        if (init.method === 'PUT') return new Response('imds-token');
        return new Response(String(url).endsWith('security-credentials/') ? 'my-role' : bad);
      };
      const error = await make({ fetch: answer })().catch((/** @type {any} */ error) => error);
      assert.equal(error.code, 'ERR_SIGV4_CREDENTIALS_PROVIDER');
      assert.match(error.message, new RegExp(`^${name}: (?:accessKeyId|secretAccessKey) is `));
      assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /hush|secret=1/);
    });
  });
}

test('a signer renews what a provider found as what the SDK found', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
  const signer = new Signer({ region: 'eu-west-1', service: 'sqs', credentials: REMOTE.assumeRole[0]({}) });
  for (let i = 0; i < 3; i++) await signer.sign('https://sqs.eu-west-1.amazonaws.com/');
  assert.equal(aws.asked.length, 1);
  t.mock.timers.setTime(EXPIRATION.getTime() - 4 * MINUTE);
  const { headers } = await signer.sign('https://sqs.eu-west-1.amazonaws.com/');
  assert.equal(aws.asked.length, 2);
  assert.match(headers.authorization, /ASIAREADER/);
});

test('they fit clients of the AWS SDK', async () => {
  const client = new S3Client({ region: 'eu-west-1', credentials: REMOTE.fromContainer[0]({}) });
  assert.equal((await client.config.credentials()).accessKeyId, 'ASIACONTAINER');
});

describe('fromEnv', () => {
  test('takes what there is', async () => {
    const env = {
      AWS_ACCESS_KEY_ID: 'AKIA',
      AWS_SECRET_ACCESS_KEY: 's',
      AWS_SESSION_TOKEN: '',
      AWS_REGION: 'eu-west-1',
    };
    assert.deepEqual(await fromEnv({ env })(), { accessKeyId: 'AKIA', secretAccessKey: 's' });
    assert.equal(regionFromEnv({ env }), 'eu-west-1');
    assert.equal(regionFromEnv({ env: { AWS_DEFAULT_REGION: 'us-west-2' } }), 'us-west-2');
    assert.throws(() => regionFromEnv({ env: {} }), { code: 'ERR_SIGV4_REGION_REQUIRED' });
  });

  test('says what is missing, not what is there', async () => {
    await assert.rejects(fromEnv({ env: { AWS_ACCESS_KEY_ID: 'AKIA' } })(), {
      code: 'ERR_SIGV4_CREDENTIALS_NOT_FOUND',
      message: 'fromEnv: AWS_SECRET_ACCESS_KEY not set',
    });
  });
});

describe('fromContainer', () => {
  const local = () => `${aws.origin}/pod`;
  test('sends the token, from wherever it comes', async () => {
    const env = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: local(),
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'pod-token',
    };
    assert.equal((await fromContainer({ env })()).accessKeyId, 'ASIAPOD');
    const options = { url: local(), env: {}, authorizationToken: async () => 'pod-token' };
    assert.equal((await fromContainer(options)()).accessKeyId, 'ASIAPOD');
    await assert.rejects(fromContainer({ ...options, authorizationToken: 'x\r\ny: z' })(), /line break/);
    await assert.rejects(fromContainer({ url: local(), env: {} })(), /answered 401, Unauthorized/);
  });

  test('a token in a file is for the entry that reads files', async () => {
    const env = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: local(),
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/no/such/file',
    };
    await assert.rejects(fromContainer({ env })(), /sigv4-wasm\/credentials\/node/);
    await assert.rejects(fromContainerWithFiles({ env })(), /token file \/no\/such\/file cannot be read/);
  });

  test('the path of ECS stands for its own address', async () => {
    /** @type {string[]} */
    const urls = [];
    const fetch = async (/** @type {string} */ url) => {
      urls.push(url);
      return Response.json(metadata('ASIA'));
    };
    await fromContainer({
      env: { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/1' },
      fetch: /** @type {any} */ (fetch),
    })();
    assert.deepEqual(urls, ['http://169.254.170.2/v2/credentials/1']);
  });

  // "Container credential provider", AWS SDKs and tools reference guide.
  const TAKEN = [
    'http://127.1.2.3/',
    'http://localhost:1/',
    'http://[::1]/',
    'http://169.254.170.23/v1/credentials',
  ];
  const TAKEN_TOO = ['http://[fd00:ec2::23]/v1', 'https://example.com/', 'http://169.254.170.2/x'];
  const REFUSED = [
    'http://example.com/',
    'http://127.0.0.1.example.com/',
    'http://169.254.169.254/',
    'http://169.254.170.234/',
    'http://localhost.example.com/',
    'file:///etc/passwd',
    'https://u:p@example.com/',
    'nonsense',
    'http://[::ffff:1.2.3.4]/',
  ];
  for (const [urls, isTaken] of /** @type {const} */ ([
    [[...TAKEN, ...TAKEN_TOO], true],
    [REFUSED, false],
  ])) {
    for (const url of urls) {
      test(`${isTaken ? 'takes' : 'refuses'} ${url}`, async () => {
        let isAsked = false;
        const fetch = async () => {
          isAsked = true;
          return Response.json(metadata('ASIA'));
        };
        const asking = fromContainer({ url, env: {}, fetch })();
        if (isTaken) await asking;
        else await assert.rejects(asking, { code: 'ERR_SIGV4_OPTION_INVALID' });
        assert.equal(isAsked, isTaken);
      });
    }
  }
});

describe('fromInstanceMetadata', () => {
  test('has nothing where there is no instance, or no role', async () => {
    await assert.rejects(fromInstanceMetadata({ env: { AWS_EC2_METADATA_DISABLED: 'TRUE' } })(), {
      code: 'ERR_SIGV4_CREDENTIALS_NOT_FOUND',
    });
    aws.next.push([200, 'imds-token'], [404, '']);
    await assert.rejects(fromInstanceMetadata({ endpoint: aws.origin })(), {
      code: 'ERR_SIGV4_CREDENTIALS_NOT_FOUND',
      message: /no role/,
    });
  });

  test('an answer of 200 that says that it failed', async () => {
    aws.next.push(
      [200, 'imds-token'],
      [200, 'my-role'],
      [200, { Code: 'AssumeRoleUnauthorizedAccess', Message: 'no' }],
    );
    await assert.rejects(fromInstanceMetadata({ endpoint: aws.origin })(), {
      code: 'ERR_SIGV4_CREDENTIALS_PROVIDER',
      message: /AssumeRoleUnauthorizedAccess, no/,
    });
  });

  test('its address follows the environment', async () => {
    /** @type {string[]} */
    const urls = [];
    const fetch = async (/** @type {string} */ url) => {
      urls.push(url);
      throw new TypeError('no');
    };
    for (const env of [
      {},
      { AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: 'IPv6' },
      { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://x/' },
    ]) {
      await assert.rejects(fromInstanceMetadata({ env, fetch })());
    }
    const hosts = ['http://169.254.169.254', 'http://[fd00:ec2::254]', 'http://x'];
    assert.deepEqual(
      urls,
      hosts.map((host) => `${host}/latest/api/token`),
    );
  });
});

describe('fromCognitoIdentity', () => {
  test('keeps the identity, until it is refused', async () => {
    const provider = fromCognitoIdentity({ identityPoolId: POOL, endpoint: aws.origin });
    await provider();
    await provider({ forceRefresh: true });
    assert.deepEqual(
      aws.asked.map(({ headers }) => String(headers['x-amz-target']).split('.')[1]),
      ['GetId', 'GetCredentialsForIdentity', 'GetCredentialsForIdentity'],
    );
    assert.deepEqual(JSON.parse(aws.asked[0].body), { IdentityPoolId: POOL });
    aws.next.push([400, { __type: 'ResourceNotFoundException', message: 'gone' }]);
    await assert.rejects(
      provider({ forceRefresh: true }),
      /GetCredentialsForIdentity: it answered 400, ResourceNotFoundException, gone/,
    );
    aws.asked.length = 0;
    await provider({ forceRefresh: true });
    assert.equal(aws.asked.length, 2);
  });

  test('an identity of an earlier visit is not asked for', async () => {
    const { identityId } = await fromCognitoIdentity({
      identityPoolId: POOL,
      identityId: 'eu-west-1:mine',
      endpoint: aws.origin,
    })();
    assert.equal(identityId, 'eu-west-1:mine');
    assert.equal(aws.asked.length, 1);
  });

  test('its host is that of the region, in each partition', async () => {
    /** @type {string[]} */
    const urls = [];
    const fetch = async (/** @type {string} */ url) => {
      urls.push(url);
      throw new TypeError('no');
    };
    for (const region of ['eu-west-1', 'cn-north-1', 'us-gov-west-1']) {
      await assert.rejects(fromCognitoIdentity({ identityPoolId: `${region}:1`, fetch })());
    }
    const suffixes = [
      'eu-west-1.amazonaws.com',
      'cn-north-1.amazonaws.com.cn',
      'us-gov-west-1.amazonaws.com',
    ];
    assert.deepEqual(
      urls,
      suffixes.map((suffix) => `https://cognito-identity.${suffix}`),
    );
    for (const pool of ['evil.example.com/x:1', 'eu-west-1.evil.com#:1', ':1']) {
      await assert.rejects(fromCognitoIdentity({ identityPoolId: pool, fetch })(), {
        code: 'ERR_SIGV4_OPTION_INVALID',
      });
    }
    assert.equal(urls.length, 3);
  });

  test('bundled alone, it is less than 2 kB and holds no WebAssembly', async () => {
    const code = "export { fromCognitoIdentity } from 'sigv4-wasm/credentials';";
    const { gzip } = await sizeOf(code, 'split');
    assert.ok(gzip < 2, `${gzip} kB`);
    const { outputFiles } = await build({
      stdin: { contents: code, resolveDir: process.cwd() },
      bundle: true,
      format: 'esm',
      platform: 'browser',
      write: false,
    });
    const [{ text }] = outputFiles;
    assert.deepEqual(modulesIn(text), []);
    assert.doesNotMatch(text, /WebAssembly|getBuiltinModule/);
  });
});

describe('fromHttp', () => {
  test('sends what it is told to, and takes every form of credentials', async () => {
    const server = createServer((incoming, outgoing) => {
      const isGood = incoming.method === 'POST' && incoming.headers['x-token'] === 't';
      outgoing.writeHead(isGood ? 200 : 403);
      outgoing.end(
        JSON.stringify({ accessKeyId: 'A', secretAccessKey: 's', sessionToken: 't', expiration: EXPIRATION }),
      );
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    const url = new URL(`http://127.0.0.1:${port}/x`);
    const found = await fromHttp(url, {
      method: 'POST',
      body: '{}',
      headers: async () => ({ 'x-token': 't' }),
    })();
    assert.deepEqual(found, {
      accessKeyId: 'A',
      secretAccessKey: 's',
      sessionToken: 't',
      expiration: EXPIRATION,
    });
    await assert.rejects(fromHttp(url)(), { message: `fromHttp: ${url}: it answered 403` });
    server.close();
  });
});

describe('chain', () => {
  const none = fromEnv({ env: {} });
  const some = async () => ({ ...KEYS });
  test('takes the first that has any', async () => {
    assert.equal((await chain(none, some, () => assert.fail())()).accessKeyId, 'AKIA');
    await signRequest('https://sqs.eu-west-1.amazonaws.com/', { credentials: chain(none, some) });
  });

  test('stops where a source fails', async () => {
    const failing = async () => {
      throw new RangeError('broken');
    };
    await assert.rejects(chain(none, failing, () => assert.fail())(), RangeError);
  });

  test('says why none has any', async () => {
    const error = await chain(none, none)().catch((/** @type {any} */ error) => error);
    assert.equal(error.code, 'ERR_SIGV4_CREDENTIALS_NOT_FOUND');
    assert.equal(error.cause.errors.length, 2);
    assert.match(error.message, /^chain: fromEnv: .*; fromEnv: /);
  });
});

test('a refusal by STS shows no token, as that of a signature repeats it', async () => {
  const body =
    '<E><Error><Code>SignatureDoesNotMatch</Code><Message>The Canonical String should have been\nx-amz-security-token:hush</Message></Error></E>';
  aws.next.push([403, body]);
  const error = await REMOTE.assumeRole[0]({ credentials: { ...KEYS, sessionToken: 'hush' } })().catch(
    (/** @type {any} */ error) => error,
  );
  assert.match(error.message, /SignatureDoesNotMatch/);
  assert.doesNotMatch(inspect(error), /hush/);
});

test('XML that is none, or that would expand, is taken for what it is', async () => {
  const bomb =
    '<!DOCTYPE x [<!ENTITY a "aaaa">]><R><AccessKeyId>&a;</AccessKeyId><SecretAccessKey>s</SecretAccessKey></R>';
  aws.next.push([200, bomb]);
  assert.equal((await REMOTE.fromWebIdentity[0]({})()).accessKeyId, '&a;');
  aws.next.push([200, '<AccessKeyId>'.repeat(100_000)]);
  const started = Date.now();
  await assert.rejects(REMOTE.fromWebIdentity[0]({})(), { code: 'ERR_SIGV4_CREDENTIALS_PROVIDER' });
  assert.ok(Date.now() - started < 2000);
});
