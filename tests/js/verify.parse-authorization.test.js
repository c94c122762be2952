// What a request says of its signature, as `parseAuthorization` reads it: of headers and of URLs, of ours and of those that AWS's
// signers write.

import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { test } from 'node:test';

import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { presignUrl, signRequest } from 'sigv4-wasm';
import { SignerV4a } from 'sigv4-wasm/v4a';
import { parseAuthorization } from 'sigv4-wasm/verify';

const CREDENTIALS = {
  accessKeyId: 'ASIAEXAMPLEEXAMPLE00',
  secretAccessKey: 'secret/of+the+tests/0123456789abcdefghijk',
  sessionToken: 'token/of+the+tests/0123456789==',
};
const URL_ = 'https://abc.execute-api.eu-west-1.amazonaws.com/prod?a=1';
const DATE = new Date('2026-02-03T04:05:06Z');
const SCOPE = '20260203/eu-west-1/execute-api/aws4_request';

test('a signature in headers, as AWS signs', async () => {
  const { hostname, pathname } = new URL(URL_);
  const signer = new SignatureV4({
    ...{ credentials: CREDENTIALS, region: 'eu-west-1', service: 'execute-api', sha256: Sha256 },
  });
  const request = new HttpRequest({
    ...{ method: 'GET', hostname, path: pathname, query: { a: '1' } },
    headers: { host: hostname },
  });
  const { headers } = await signer.sign(request, { signingDate: DATE });
  const { signature, ...parsed } = await parseAuthorization({ url: URL_, headers });
  assert.match(signature, /^[0-9a-f]{64}$/);
  assert.ok(headers.authorization.endsWith(signature));
  assert.deepEqual(parsed, {
    algorithm: 'AWS4-HMAC-SHA256',
    signatureLocation: 'headers',
    accessKeyId: CREDENTIALS.accessKeyId,
    scope: SCOPE,
    date: '20260203',
    region: 'eu-west-1',
    service: 'execute-api',
    amzDate: '20260203T040506Z',
    signedAt: DATE,
    signedHeaders: ['host', 'x-amz-content-sha256', 'x-amz-date', 'x-amz-security-token'],
    hasSessionToken: true,
  });
});

test('a presigned URL', async () => {
  const url = await presignUrl(URL_, { credentials: CREDENTIALS, date: DATE, expiresIn: 90 });
  const parsed = await parseAuthorization({ url });
  assert.equal(parsed.signature, new URL(url).searchParams.get('X-Amz-Signature'));
  assert.deepEqual(
    [parsed.signatureLocation, parsed.expiresIn, parsed.scope, parsed.signedHeaders, parsed.hasSessionToken],
    ['query', 90, SCOPE, ['host'], true],
  );
});

test('SigV4a has a region set', async () => {
  const { sessionToken: _, ...credentials } = CREDENTIALS;
  const signer = new SignerV4a({ credentials, regionSet: ['eu-west-1', 'us-*'], date: DATE });
  const parsed = await parseAuthorization(await signer.sign(URL_));
  assert.equal(parsed.algorithm, 'AWS4-ECDSA-P256-SHA256');
  assert.deepEqual(parsed.regionSet, ['eu-west-1', 'us-*']);
  assert.equal(parsed.region, undefined);
  assert.equal(parsed.scope, '20260203/execute-api/aws4_request');
  assert.equal(parsed.hasSessionToken, false);
});

test('a fetch request, whose body stays unread', async () => {
  const { url, method, headers, body } = await signRequest(
    { url: URL_, method: 'POST', body: 'x' },
    { credentials: CREDENTIALS, date: DATE },
  );
  const request = new Request(url, { method, headers, body: /** @type {any} */ (body) });
  assert.equal((await parseAuthorization(request)).accessKeyId, CREDENTIALS.accessKeyId);
  assert.equal(await request.text(), 'x');
});

test('neither scope nor time nor signature is checked', async () => {
  const authorization =
    'AWS4-HMAC-SHA256 Credential=a/b/20010101/moon/nothing/other, SignedHeaders=host, Signature=no';
  const headers = { authorization, 'x-amz-date': '20260203T040506Z', host: 'example.com' };
  const parsed = await parseAuthorization({ url: '/', headers });
  assert.deepEqual(
    [parsed.accessKeyId, parsed.date, parsed.region, parsed.service, parsed.scope, parsed.signature],
    ['a/b', '20010101', 'moon', 'nothing', '20010101/moon/nothing/other', 'no'],
  );
});

test('the session token is not part of the result', async () => {
  const { url, headers } = await signRequest(URL_, { credentials: CREDENTIALS, date: DATE });
  const parsed = await parseAuthorization({ url, headers });
  assert.ok(!inspect(parsed, { depth: null }).includes('token/of'));
});

/** As `verifyRequest` refuses them. @type {[what: string, headers: Record<string, string>, url: string, code: string][]} */
const REFUSED = [
  ['no signature', {}, '/', 'ERR_SIGV4_SIGNATURE_MISSING'],
  ['another scheme', { authorization: 'Bearer abc' }, '/', 'ERR_SIGV4_SIGNATURE_MALFORMED'],
  ['half a URL', {}, '/?X-Amz-Signature=00', 'ERR_SIGV4_SIGNATURE_MALFORMED'],
  [
    'a parameter twice',
    {},
    '/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Algorithm=AWS4-HMAC-SHA256',
    'ERR_SIGV4_SIGNATURE_MALFORMED',
  ],
];
for (const [what, headers, url, code] of REFUSED) {
  test(`refused: ${what}`, async () => {
    await assert.rejects(parseAuthorization({ url, headers }), (error) => {
      assert.equal(error.code, code);
      assert.equal(error.status, 403);
      return true;
    });
  });
}

test('what no server hands out is the mistake of the caller', async () => {
  await assert.rejects(parseAuthorization(/** @type {any} */ (undefined)), { code: 'ERR_SIGV4_URL_INVALID' });
  await assert.rejects(parseAuthorization({ url: '/', headers: { 'a b': 'c' } }), {
    code: 'ERR_SIGV4_HEADER_INVALID',
  });
});
