// `sigv4 doctor`: it names each problem, with its remedy.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { after, before, beforeEach, describe, it } from 'node:test';

import { BARE, SIGNED_IN, sigv4, startProxy } from '../support/cli.js';
import { startIamServer } from '../support/iam-server.js';
import { CREDENTIALS } from '../support/wire.js';

const ARN = 'arn:aws:sts::123456789012:assumed-role/shop/me';

/** @type {import('../support/iam-server.js').IamServer} */
let api;
/** @type {import('../support/iam-server.js').IamServer} */
let sts;
/** @type {import('../support/iam-server.js').Answer | undefined} */
let answer;
/** In milliseconds ahead. */
let skew = 0;
before(async () => {
  api = await startIamServer({
    ...{ credentials: [CREDENTIALS], cors: true, now: () => new Date(Date.now() + skew) },
    respond: () => answer,
  });
  sts = await startIamServer({
    ...{ credentials: [CREDENTIALS], service: 'sts' },
    respond: () => ({
      body: `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>${ARN}</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`,
    }),
  });
});
after(() => Promise.all([api.close(), sts.close()]));
beforeEach(() => {
  answer = { body: 'fine' };
  skew = 0;
});

/**
 * @param {string[]} args
 * @param {Record<string, string | undefined>} [env]
 */
async function doctor(args, env = {}) {
  const all = ['doctor', ...args, '--format', 'json'];
  const outcome = await sigv4(all, { env: { ...SIGNED_IN, AWS_ENDPOINT_URL_STS: sts.origin, ...env } });
  const { isHealthy, checks } = JSON.parse(outcome.stdout);
  /** @type {Record<string, { status: string, text: string, fix?: string }>} */
  const byName = Object.fromEntries(checks.map((/** @type {any} */ check) => [check.name, check]));
  return { code: outcome.code, isHealthy, byName };
}

const scoped = () => [`${api.origin}/prod/x`, '--region', 'us-east-1', '--service', 'execute-api'];

it('where all is well, every line says ok', async () => {
  const { code, isHealthy, byName } = await doctor(scoped());
  assert.equal(code, 0);
  assert.equal(isHealthy, true);
  assert.deepEqual(
    Object.entries(byName).map(([name, { status }]) => [name, status]),
    ['host', 'dns', 'connection', 'clock', 'credentials', 'identity', 'cors', 'request'].map((name) => [
      name,
      'ok',
    ]),
  );
  assert.equal(byName.identity.text, ARN);
  assert.match(byName.credentials.text, /ASIAEXAMPLE, from the environment/);
});

it('as text, there is a line for each, and one with what to do', async () => {
  const { stdout } = await sigv4(['doctor', `${api.origin}/prod/x`], {
    env: { ...SIGNED_IN, AWS_ENDPOINT_URL_STS: sts.origin },
  });
  assert.match(stdout, /^warn {2}host +the host does not name the region or the service/m);
  assert.match(stdout, /^ +→ +pass --region and --service/m);
  assert.match(stdout, /^skip {2}request/m);
});

it('the clock', async () => {
  skew = 600_000;
  const { code, byName } = await doctor(scoped());
  assert.equal(code, 78);
  assert.equal(byName.clock.status, 'fail');
  assert.match(byName.clock.text, /(?:599|600|601) s behind the server/);
  assert.match(String(byName.clock.fix), /set the clock/);
});

describe('credentials', () => {
  it('that are not there', async () => {
    const { code, byName } = await doctor(scoped(), { ...blank(SIGNED_IN), ...BARE });
    assert.equal(code, 78);
    assert.equal(byName.credentials.status, 'fail');
    assert.equal(byName.identity.status, 'skip');
  });

  it('of which the token is missing', async () => {
    const { byName } = await doctor(scoped(), { AWS_SESSION_TOKEN: '' });
    assert.equal(byName.credentials.status, 'fail');
    assert.match(String(byName.credentials.fix), /AWS_SESSION_TOKEN/);
  });

  it('that STS refuses', async () => {
    const { code, byName } = await doctor(scoped(), { AWS_SECRET_ACCESS_KEY: 'another-secret' });
    assert.equal(code, 78);
    assert.equal(byName.identity.status, 'fail');
    assert.equal(byName.request.status, 'fail');
  });
});

/** @param {Record<string, string | undefined>} env */
function blank(env) {
  return Object.fromEntries(Object.keys(env).map((name) => [name, undefined]));
}

/** @type {[url: string, service: string, expected: RegExp][]} */
const PERMISSIONS = [
  [
    'http://abc123.execute-api.us-east-1.amazonaws.com/prod/x',
    'execute-api',
    /Allow execute-api:Invoke on arn:aws:execute-api:us-east-1:123456789012:abc123\/prod\/GET\/x$/,
  ],
  [
    'http://bucket.s3.us-east-1.amazonaws.com/a/b%20c',
    's3',
    /Allow s3:GetObject on arn:aws:s3:::bucket\/a\/b c$/,
  ],
  ['http://s3.us-east-1.amazonaws.com/bucket', 's3', /Allow s3:ListBucket on arn:aws:s3:::bucket$/],
];

describe('the permission: what a policy must allow', () => {
  for (const [url, service, expected] of PERMISSIONS) {
    it(url, async () => {
      const denied = await startIamServer({
        ...{ credentials: [CREDENTIALS], service, cors: true },
        respond: () => ({
          status: 403,
          headers: { 'x-amzn-errortype': 'AccessDeniedException' },
          body: JSON.stringify({
            Message: `User: ${ARN} is not authorized to perform: some:Action on resource: arn:aws:x`,
          }),
        }),
      });
      const proxy = await startProxy((host) => (host.includes('amazonaws') ? denied : sts).origin);
      const { code, byName } = await doctor([url, '-x', proxy.env.http_proxy]);
      await Promise.all([proxy.close(), denied.close()]);
      assert.equal(code, 77);
      assert.match(String(byName.request.fix), expected);
    });
  }
});

describe('the connection', () => {
  it('to a host that does not exist', async () => {
    const { code, byName } = await doctor([
      'https://abc123.execute-api.us-east-1.invalid/',
      ...scoped().slice(1),
    ]);
    assert.equal(code, 7);
    assert.equal(byName.dns.status, 'fail');
  });

  it('that nobody accepts', async () => {
    const { code, byName } = await doctor(['http://127.0.0.1:1/', ...scoped().slice(1)]);
    assert.equal(code, 7);
    assert.match(String(byName.connection.fix), /nothing listens there/);
  });

  it('with a certificate that is not trusted, until --cacert or -k', async () => {
    const read = (/** @type {string} */ name) => readFile(new URL(`../support/tls/${name}`, import.meta.url));
    const tls = createTlsServer(
      { cert: await read('certificate.pem'), key: await read('key.pem') },
      (_, response) => response.end(),
    );
    await new Promise((resolve) => tls.listen(0, '127.0.0.1', () => resolve(undefined)));
    const { port } = /** @type {import('node:net').AddressInfo} */ (tls.address());
    const args = [`https://127.0.0.1:${port}/`, ...scoped().slice(1)];
    const distrusted = await doctor(args);
    const insecure = await doctor([...args, '-k']);
    tls.closeAllConnections();
    tls.close();
    assert.equal(distrusted.byName.connection.status, 'fail');
    assert.match(String(distrusted.byName.connection.fix), /--cacert/);
    assert.equal(insecure.byName.connection.status, 'ok');
  });
});

it('CORS: a preflight that is refused, and headers that are not allowed', async () => {
  /** @type {Record<string, string>} */
  let headers = {};
  let status = 403;
  const server = createServer((_, response) => response.writeHead(status, headers).end());
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const args = [`http://127.0.0.1:${port}/`, ...scoped().slice(1)];
  const refused = await doctor(args);
  status = 204;
  headers = {
    'access-control-allow-origin': '*',
    'access-control-allow-headers': 'authorization,x-amz-date',
  };
  const partly = await doctor(args);
  server.closeAllConnections();
  server.close();
  assert.match(refused.byName.cors.text, /response to the preflight is 403/);
  assert.match(partly.byName.cors.text, /x-amz-security-token are not allowed/);
});
