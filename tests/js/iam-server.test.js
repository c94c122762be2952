// The loopback server must refuse what API Gateway refuses: otherwise the tests that use it prove nothing.
// What it accepts is signed by @smithy/signature-v4 here, so that it is tested by itself.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';

import { startIamServer } from '../support/iam-server.js';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'to/ke+n==' };
const expired = { ...credentials, accessKeyId: 'AKIDEXPIRED', expiration: new Date(0) };
const longTerm = { accessKeyId: 'AKIDLONG', secretAccessKey: 'secret' };

/** @type {import('../support/iam-server.js').IamServer} */
let server;
/** @type {string} */
let directory;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'iam-server-'));
  await writeFile(join(directory, 'page.html'), '<p>');
  server = await startIamServer({
    credentials: [credentials, expired, longTerm],
    cors: true,
    files: { '/static/': directory },
  });
});
after(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

/**
 * Signs with smithy, lets `tamper` change the signed request, and sends it.
 *
 * @param {object} [how]
 * @param {any} [how.init]  of smithy's signer
 * @param {any} [how.options]  of smithy's sign or presign
 * @param {boolean} [how.presign]
 * @param {any} [how.request]
 * @param {(request: any) => void} [how.tamper]
 */
async function send({ init, options, presign, request, tamper } = {}) {
  const { host } = new URL(server.origin);
  const unsigned = new HttpRequest({ method: 'GET', path: '/prod/a', headers: { host }, ...request });
  const signer = new SignatureV4({
    credentials,
    region: 'us-east-1',
    service: 'execute-api',
    sha256: Sha256,
    applyChecksum: false,
    ...init,
  });
  const signed = /** @type {any} */ (
    presign ? await signer.presign(unsigned, options) : await signer.sign(unsigned, options)
  );
  tamper?.(signed);
  const url = new URL(server.origin + signed.path);
  for (const [name, value] of Object.entries(signed.query ?? {}))
    url.searchParams.append(name, String(value));
  const { host: _, ...headers } = signed.headers;
  const response = await fetch(url, {
    method: signed.method,
    headers,
    body: signed.body && Buffer.from(signed.body), // with a string, fetch adds a content type
  });
  return {
    status: response.status,
    ...(await response.json()),
    type: response.headers.get('x-amzn-errortype'),
  };
}

const minutes = (/** @type {number} */ count) => new Date(Date.now() + count * 60_000);

describe('accepts', () => {
  it('a signed request, and echoes what arrived', async () => {
    const request = {
      method: 'POST',
      body: 'ü',
      query: { q: 'a b' },
      headers: { host: new URL(server.origin).host },
    };
    const { status, method, url, length, headers } = await send({ request });
    assert.deepEqual(
      { status, method, url, length },
      { status: 200, method: 'POST', url: '/prod/a?q=a+b', length: 2 },
    );
    assert.ok(headers.some(([name]) => name.toLowerCase() === 'authorization'));
  });

  it('long-term credentials, without a session token', async () => {
    assert.equal((await send({ init: { credentials: longTerm } })).status, 200);
  });

  it('a presigned request', async () => {
    assert.equal((await send({ presign: true, options: { expiresIn: 60 } })).status, 200);
    assert.equal(
      (await send({ presign: true, options: { expiresIn: 900, signingDate: minutes(-14) } })).status,
      200,
    );
  });

  it('four minutes of skew', async () => {
    assert.equal((await send({ options: { signingDate: minutes(-4) } })).status, 200);
    assert.equal((await send({ options: { signingDate: minutes(4) } })).status, 200);
  });

  it('anything on the open route', async () => {
    assert.equal((await fetch(`${server.origin}/open/a`)).status, 200);
    assert.equal((await fetch(`${server.origin}/opener`)).status, 403);
  });
});

describe('refuses', () => {
  const MISMATCH =
    /^The request signature we calculated does not match.*The Canonical String for this.*String-to-Sign/s;

  /** @type {[string, Parameters<typeof send>[0], RegExp][]} */
  const REFUSALS = [
    [
      'no signature',
      { tamper: ({ headers }) => delete headers.authorization },
      /^Missing Authentication Token$/,
    ],
    [
      'another scheme',
      { tamper: ({ headers }) => (headers.authorization = 'Bearer x') },
      /requires 'Credential'/,
    ],
    [
      'no date',
      { tamper: ({ headers }) => delete headers['x-amz-date'] },
      /existence of either a 'X-Amz-Date'/,
    ],
    ['a wrong secret', { init: { credentials: { ...credentials, secretAccessKey: 'x' } } }, MISMATCH],
    ['another path', { tamper: (request) => (request.path += '/b') }, MISMATCH],
    ['another query', { tamper: (request) => (request.query = { a: '1' }) }, MISMATCH],
    ['another method', { tamper: (request) => (request.method = 'DELETE') }, MISMATCH],
    [
      'another body',
      { tamper: (request) => Object.assign(request, { method: 'POST', body: 'x' }) },
      MISMATCH,
    ],
    [
      'an unknown key',
      { init: { credentials: { ...credentials, accessKeyId: 'X' } } },
      /security token .* is invalid/,
    ],
    [
      'no token',
      { init: { credentials: { ...credentials, sessionToken: undefined } } },
      /token .* is invalid/,
    ],
    [
      'expired credentials',
      { init: { credentials: expired } },
      /^The security token included in the request is expired$/,
    ],
    ['a wrong region', { init: { region: 'eu-west-1' } }, /scoped to a valid region, not 'eu-west-1'/],
    ['a wrong service', { init: { service: 's3' } }, /scoped to correct service: 'execute-api'/],
    [
      'an old signature',
      { options: { signingDate: minutes(-6) } },
      /^Signature expired: \d{8}T\d{6}Z is now earlier than .* - 5 min\.\)$/,
    ],
    [
      'one from the future',
      { options: { signingDate: minutes(6) } },
      /^Signature not yet current: .* is still later than .* \+ 5 min\.\)$/,
    ],
    [
      'an unsigned content-type',
      { tamper: ({ headers }) => (headers['content-type'] = 'a/b') },
      /'content-type' must be/,
    ],
    [
      'an unsigned x-amz-*',
      { tamper: ({ headers }) => (headers['x-amz-meta-a'] = 'b') },
      /'x-amz-meta-a' must be/,
    ],
    ['an unsigned host', { request: { headers: {} } }, /'host' must be a 'SignedHeader'/],
    [
      'a hash that is not the body’s',
      { request: { method: 'POST', body: 'a', headers: { 'x-amz-content-sha256': 'b' } } },
      /must be|does not match/,
    ],
    [
      'an expired presigned request',
      { presign: true, options: { expiresIn: 60, signingDate: minutes(-2) } },
      /^Signature expired: /,
    ],
    ['a changed presigned request', { presign: true, tamper: ({ query }) => (query.a = '1') }, MISMATCH],
    [
      'a presigned request without a date',
      { presign: true, tamper: ({ query }) => delete query['X-Amz-Date'] },
      /must include 'X-Amz-Date'/,
    ],
  ];
  for (const [what, how, message] of REFUSALS) {
    it(what, async () => {
      const answer = await send(how);
      assert.match(answer.message, message);
      assert.ok([400, 403].includes(answer.status));
      assert.ok(answer.type);
    });
  }

  it('with no more than Forbidden, as an HTTP API', async () => {
    const http = await startIamServer({ credentials: [], style: 'http' });
    const response = await fetch(`${http.origin}/a`);
    assert.deepEqual([response.status, await response.json()], [403, { message: 'Forbidden' }]);
    await http.close();
  });
});

it('allows across origins what a signed request needs, and no x-amz-content-sha256', async () => {
  const response = await fetch(`${server.origin}/prod/a`, { method: 'OPTIONS' });
  const allowed = String(response.headers.get('access-control-allow-headers'));
  assert.match(allowed, /authorization.*x-amz-date/);
  assert.doesNotMatch(allowed, /sha256/);
});

it('serves files, and nothing outside of their directory', async () => {
  const page = await fetch(`${server.origin}/static/page.html`);
  assert.deepEqual([page.headers.get('content-type'), await page.text()], ['text/html', '<p>']);
  assert.equal((await fetch(`${server.origin}/static/..%2f..%2fetc%2fpasswd`)).status, 404);
});

it('answers with its own clock', async () => {
  const later = await startIamServer({ credentials: [], now: () => new Date(Date.UTC(2030, 0, 1)) });
  const response = await fetch(`${later.origin}/open`);
  assert.equal(response.headers.get('date'), 'Tue, 01 Jan 2030 00:00:00 GMT');
  await later.close();
});
