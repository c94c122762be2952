// Each function of sigv4-wasm/tokens returns the same result as the tools of its vendor, in the same second with the same credentials.
//
// Only the order of parameters, their spelling and where a signature is appended may differ: tokens are compared as the
// URLs that they are.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import aws4 from 'aws4';

import * as tokens from 'sigv4-wasm/tokens';
import { findPython } from '../differential/oracle.js';

const NOW = Date.UTC(2015, 7, 30, 12, 36);
const CREDENTIALS = {
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
const PEOPLE = {
  'long-term credentials': CREDENTIALS,
  'temporary credentials': { ...CREDENTIALS, sessionToken: 'IQoJb3JpZ2luX2VjE/+EXAMPLE==' },
};
const region = 'eu-west-1';
const parameters = { 'language-code': 'en-US', 'media-encoding': 'pcm', 'sample-rate': '16000' };
const dsql = { hostname: 'abc123.dsql.eu-west-1.on.aws', region };
const cache = { cache: 'my-cache', region };

const endpoint = 'wss://v-1a2b3c4d.kinesisvideo.eu-west-1.amazonaws.com';
const channel = { endpoint, channelArn: 'arn:aws:kinesisvideo:eu-west-1:123456789012:channel/a/1', region };
const audience = '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/a';

/**
 * By the names in tests/support/tokens.py; the first word is that of the service.
 *
 * @type {Record<string, (credentials: import('sigv4-wasm').Credentials) => Promise<any>>}
 */
const TOKENS = {
  rds: (credentials) =>
    tokens.rdsAuthToken({
      hostname: 'db.abc123.eu-west-1.rds.amazonaws.com',
      port: 5432,
      username: 'app user@x+y',
      credentials,
    }),
  dsql: (credentials) => tokens.dsqlAuthToken({ ...dsql, credentials }),
  'dsql, admin': (credentials) => tokens.dsqlAuthToken({ ...dsql, action: 'DbConnectAdmin', credentials }),
  eks: (credentials) => tokens.eksToken({ cluster: 'my-cluster', region, credentials }),
  msk: async (credentials) => {
    const { token, expiresAt } = await tokens.mskToken({ region, credentials });
    return { value: token, expiresAt };
  },
  iot: (credentials) => tokens.iotUrl({ endpoint: 'abc-ats.iot.eu-west-1.amazonaws.com', credentials }),
  transcribe: (credentials) => tokens.transcribeUrl({ region, parameters, credentials }),
  'transcribe, medical': (credentials) =>
    tokens.transcribeUrl({ region, parameters, kind: 'medical', credentials }),
  elasticache: (credentials) => tokens.elastiCacheAuthToken({ ...cache, userId: 'app user', credentials }),
  'elasticache, serverless': (credentials) =>
    tokens.elastiCacheAuthToken({ ...cache, userId: 'app', serverless: true, credentials }),
  memorydb: (credentials) =>
    tokens.memoryDbAuthToken({ cluster: 'my-cache', region, userId: 'app', credentials }),
  kinesis: (credentials) => tokens.kinesisWebRtcUrl({ ...channel, clientId: 'viewer 1', credentials }),
  'kinesis, master': (credentials) => tokens.kinesisWebRtcUrl({ ...channel, credentials }),
  vault: async (credentials) =>
    login(await tokens.vaultLogin({ serverId: 'vault.example.com', credentials })),
  'vault, without an id': async (credentials) => login(await tokens.vaultLogin({ credentials })),
  gcp: async (credentials) => {
    const token = JSON.parse(
      decodeURIComponent(await tokens.gcpSubjectToken({ audience, region, credentials })),
    );
    const headers = Object.fromEntries(token.headers.map(({ key, value }) => [key, value]));
    return { ...token, headers };
  },
  ses: ({ secretAccessKey }) => tokens.sesSmtpPassword({ secretAccessKey, region }),
  redshift: async (credentials) => {
    /** @type {any} */
    let sent;
    const fetch = async (/** @type {string} */ url, /** @type {any} */ { method, headers, body }) => {
      sent = { method, url, headers, body: JSON.parse(body) };
      return Response.json({ dbUser: 'u', dbPassword: 'p', expiration: 1 });
    };
    const options = { workgroup: 'default', database: 'dev', durationSeconds: 900, region, credentials };
    await tokens.redshiftServerlessPassword({ ...options, fetch: /** @type {any} */ (fetch) });
    // The SDKs write the same body with other white space, so that the signature is another.
    sent.headers.authorization = sent.headers.authorization.replace(/\w{64}$/, '');
    return sent;
  },
};

/** What Vault reads of a login. @param {Awaited<ReturnType<typeof tokens.vaultLogin>>} login */
function login(login) {
  const text = (/** @type {string} */ value) => Buffer.from(value, 'base64').toString();
  const headers = Object.entries(JSON.parse(text(login.iam_request_headers)));
  return {
    method: login.iam_http_request_method,
    url: text(login.iam_request_url),
    headers: Object.fromEntries(headers.map(([name, [value]]) => [name, value])),
    body: text(login.iam_request_body),
  };
}

const python = findPython();
const missing = 'there is no Python with botocore, awscrt, hvac and others: see scripts/setup test';
if (python === undefined || !canImport(python)) {
  if (process.env.CI === 'true') throw new Error(missing);
  test('tokens', { skip: missing });
} else {
  for (const [who, credentials] of Object.entries(PEOPLE)) {
    describe(`the same as the tools of the vendor, with ${who}`, () => {
      /** @type {Record<string, any>} */
      let theirs;
      before(() => {
        theirs = ask(python, credentials);
        assert.deepEqual(Object.keys(TOKENS).sort(), Object.keys(theirs).sort());
      });

      for (const [name, make] of Object.entries(TOKENS)) {
        test(name, async (t) => {
          t.mock.method(Date, 'now', () => NOW);
          const ours = await make(credentials);
          assert.deepEqual(comparable(ours), comparable(theirs[name]));
        });
      }
    });
  }
}

test('a token of MSK tells when it ends, also where the credentials end sooner', async (t) => {
  t.mock.method(Date, 'now', () => NOW);
  const expiration = new Date(NOW + 600_000);
  const { token: value, expiresAt } = await tokens.mskToken({
    region,
    credentials: { ...CREDENTIALS, expiration },
  });
  assert.deepEqual(expiresAt, expiration);
  assert.equal(comparable(value).parameters['X-Amz-Expires'], '600');
});

test('SES, as others have computed it', async () => {
  // terraform-provider-aws, internal/service/iam/access_key_test.go.
  for (const [region, secretAccessKey, password] of [
    ['eu-central-1', 'some+secret+key', 'BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2'],
    ['eu-central-1', 'another+secret+key', 'BBbphbrQmrKMx42d1N6+C7VINYEBGI5v9VsZeTxwskfh'],
    ['us-west-1', 'some+secret+key', 'BH+jbMzper5WwlwUar9E1ySBqHa9whi0GPo+sJ0mVYJj'],
    ['us-west-1', 'another+secret+key', 'BKVmjjMDFk/qqw8EROW99bjCS65PF8WKvK5bSr4Y6EqF'],
  ]) {
    assert.equal(await tokens.sesSmtpPassword({ secretAccessKey, region }), password);
  }
});

test('MongoDB, as its driver signs', async () => {
  const serverNonce = Uint8Array.from({ length: 64 }, (_, i) => 255 - i);
  const body = 'Action=GetCallerIdentity&Version=2011-06-15';
  for (const [host, region] of [
    ['sts.amazonaws.com', 'us-east-1'],
    ['sts.eu-west-1.amazonaws.com', 'eu-west-1'],
    ['first.second', 'second'],
    ['first.second.third', 'second'],
    ['first', 'us-east-1'],
  ]) {
    for (const credentials of Object.values(PEOPLE)) {
      // src/cmap/auth/mongodb_aws.ts of mongodb.
      const headers = {
        'Content-Type': 'application/x-www-form-urlencoded',
        'Content-Length': body.length,
        'X-MongoDB-Server-Nonce': Buffer.from(serverNonce).toString('base64'),
        'X-MongoDB-GS2-CB-Flag': 'n',
        'X-Amz-Date': '20150830T123600Z',
      };
      const request = { method: 'POST', host, region, service: 'sts', headers, path: '/', body };
      const theirs = /** @type {any} */ (aws4.sign(request, credentials)).headers;
      const ours = await tokens.mongoDbAuth({ serverNonce, host, credentials, date: new Date(NOW) });
      assert.deepEqual(ours, {
        a: theirs.Authorization,
        d: theirs['X-Amz-Date'],
        ...('sessionToken' in credentials && { t: credentials.sessionToken }),
      });
    }
  }
});

describe('options', () => {
  test('one that is missing, or does not exist', async () => {
    const calls = /** @type {Promise<unknown>[]} */ ([
      tokens.rdsAuthToken(/** @type {any} */ ({ port: 1, username: 'u', credentials: CREDENTIALS })),
      tokens.eksToken({ cluster: '', region, credentials: CREDENTIALS }),
      tokens.mskToken(/** @type {any} */ ({ region, credentials: CREDENTIALS, regoin: 'x' })),
      tokens.mskToken({ region: 'evil.example.com/', credentials: CREDENTIALS }),
      tokens.vaultLogin(/** @type {any} */ ({ credentials: CREDENTIALS, server: 'x' })),
      tokens.sesSmtpPassword(/** @type {any} */ ({ secretAccessKey: 's' })),
    ]);
    for (const call of calls) await assert.rejects(call, { code: 'ERR_SIGV4_OPTION_INVALID' });
  });

  test('hosts follow the partition', async () => {
    const credentials = CREDENTIALS;
    const url = await tokens.transcribeUrl({ region: 'cn-north-1', parameters, credentials });
    assert.equal(new URL(url).hostname, 'transcribestreaming.cn-north-1.amazonaws.com.cn');
    const { token } = await tokens.mskToken({ region: 'us-gov-west-1', credentials });
    assert.match(
      Buffer.from(token, 'base64url').toString(),
      /^https:\/\/kafka\.us-gov-west-1\.amazonaws\.com\//,
    );
  });

  test('Redshift Serverless: what it answers', async () => {
    const options = { workgroup: 'w', region, credentials: CREDENTIALS };
    const answer = async () => Response.json({ dbUser: 'IAM:me', dbPassword: 'p', expiration: 1.7e9 });
    const found = await tokens.redshiftServerlessPassword({ ...options, fetch: /** @type {any} */ (answer) });
    assert.deepEqual(found, { user: 'IAM:me', password: 'p', expiresAt: new Date(1.7e12) });
    const refusal = async () =>
      Response.json(
        { __type: 'ResourceNotFoundException', message: 'no w', dbPassword: 'hush' },
        { status: 400 },
      );
    await assert.rejects(
      tokens.redshiftServerlessPassword({ ...options, fetch: /** @type {any} */ (refusal) }),
      {
        code: 'ERR_SIGV4_CREDENTIALS_PROVIDER',
        message: 'Redshift Serverless answered 400, ResourceNotFoundException, no w',
      },
    );
  });
});

/** @param {string} python */
function canImport(python) {
  return (
    spawnSync(python, ['-c', 'import awscrt, aws_msk_iam_sasl_signer, google.auth.aws, hvac'], {
      stdio: 'ignore',
    }).status === 0
  );
}

/**
 * @param {string} python
 * @param {import('sigv4-wasm').Credentials} credentials
 */
function ask(python, credentials) {
  const script = fileURLToPath(new URL('../support/tokens.py', import.meta.url));
  const input = JSON.stringify({ sessionToken: null, ...credentials, epochSeconds: NOW / 1000 });
  const { status, stdout, stderr } = spawnSync(python, [script], { input, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

/**
 * A token as what decides whether it is good. What names the tool that made it does not.
 *
 * @param {any} token
 * @returns {any}
 */
function comparable(token) {
  // Requests, and passwords that are no URLs.
  if (token.method !== undefined) return request(token);
  if (/^[\w+/]{44}$/.test(token)) return token;
  if (typeof token !== 'string') return { ...comparable(token.value), expiresAt: Number(token.expiresAt) };
  const [, prefix, text] = /** @type {RegExpExecArray} */ (/^(k8s-aws-v1\.|)(.*)$/.exec(token));
  const isEncoded = /^[\w-]+$/.test(text);
  const url = isEncoded ? Buffer.from(text, 'base64url').toString() : text;
  const [place, query] = url.split('?');
  const parameters = Object.fromEntries(new URLSearchParams(query));
  assert.match(parameters['X-Amz-Signature'], /^[0-9a-f]{64}$/);
  assert.equal('User-Agent' in parameters, isEncoded && prefix === '');
  delete parameters['User-Agent'];
  return { prefix, isEncoded, place, parameters };
}

/**
 * A signed request: each signer has its own way to write the header, and to name headers.
 *
 * @param {any} request
 */
function request({ method, url, headers, body }) {
  const lower = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const authorization = lower.authorization.replace(/,\s*/g, ', ');
  return { method, url: new URL(url).href, headers: { ...lower, authorization }, body };
}
