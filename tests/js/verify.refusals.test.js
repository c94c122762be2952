// What is refused, with AWS's words; and that neither hostile input nor an error costs more than it should.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';

import { Signer } from 'sigv4-wasm';
import { verifyRequest } from 'sigv4-wasm/verify';
import { trace } from 'sigv4-wasm/trace';

import { DATE, KNOWN, LONG_TERM, REGION, REQUESTS, signedBy } from '../support/verify-requests.js';
import { CREDENTIALS } from '../support/wire.js';

const SERVICE = 'execute-api';
const options = { ...KNOWN, service: SERVICE };
const json = await signedBy('sigv4-wasm', REQUESTS.json);
const url = await signedBy('sigv4-wasm, presigned', REQUESTS.plain);
const v4a = await signedBy('sigv4-wasm, SigV4a', REQUESTS.plain);
const v4aUrl = await signedBy('sigv4-wasm, SigV4a, presigned', REQUESTS.plain);
const upload = await signedBy('sigv4-wasm', REQUESTS['an upload to S3']);
const download = await signedBy('sigv4-wasm, presigned', REQUESTS['an object of S3']);
const s3 = { ...options, service: 's3' };

/** @param {number} seconds */
const later = (seconds) => new Date(DATE.getTime() + seconds * 1000);

/** name: [code, message, request, options] */
const REFUSED = {
  'no signature': ['MISSING', 'Missing Authentication Token', { url: '/' }],
  // Observed: github.com/cowinapi/developer.cowin, issue 129.
  'another scheme': [
    'MALFORMED',
    "'abc' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer abc'.",
    { url: '/', headers: { authorization: 'Bearer abc' } },
  ],
  // Observed: github.com/serverless/serverless, issue 3205.
  'another scheme, with an equal sign': [
    'MALFORMED',
    "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization='Bearer'",
    { url: '/', headers: { authorization: 'Bearer YWJjZA==' } },
  ],
  // Observed: github.com/iann0036/cloud9-sync, issue 10.
  'a space in the key id': [
    'MALFORMED',
    /^'ID\/\d{8}\/eu-west-1\/execute-api\/aws4_request' not a valid key=value pair \(missing equal-sign\) in Authorization header: 'AWS4-HMAC-SHA256 Credential=A,ID\//,
    changed(json, 'authorization', (text) => text.replace(/Credential=\w+/, 'Credential=A,ID')),
  ],
  'no Signature': [
    'MALFORMED',
    /^Authorization header requires 'Signature' parameter\. Authorization=/,
    changed(json, 'authorization', (text) => text.replace(/, Signature=.*/, '')),
  ],
  'one parameter twice': [
    'MALFORMED',
    /one twice/,
    changed(json, 'authorization', (text) => `${text}, ${/Signature=.*/.exec(text)}`),
  ],
  'two headers': [
    'MALFORMED',
    /one twice/,
    { ...json, headers: [...json.headers, json.headers.find(([name]) => name === 'authorization')] },
  ],
  'a header of SigV4 and a query': [
    'MALFORMED',
    /^Only one auth mechanism allowed/,
    { ...url, headers: [...url.headers, ['authorization', 'AWS4-HMAC-SHA256 Credential=x']] },
  ],
  'a parameter is missing': [
    'MALFORMED',
    "AWS query-string parameters must include 'X-Amz-Credential'. Re-examine the query-string parameters.",
    { ...url, url: url.url.replace(/X-Amz-Credential=[^&]*&/, '') },
  ],
  'a parameter twice': [
    'MALFORMED',
    /more than once/,
    { ...url, url: `${url.url}&X-Amz-Date=20260203T040506Z` },
  ],
  'an algorithm that is none': [
    'MALFORMED',
    "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1'.",
    { ...url, url: url.url.replace('HMAC-SHA256', 'HMAC-SHA1') },
  ],
  'a credential without a scope': [
    'MALFORMED',
    "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'AKID'",
    changed(json, 'authorization', (text) => text.replace(/Credential=[^,]*/, 'Credential=AKID')),
  ],
  'a credential of four elements': [
    'MALFORMED',
    /^Credential must have exactly 5 slash-delimited elements/,
    changed(json, 'authorization', (text) => text.replace('/aws4_request', '')),
  ],
  'a credential without a key id': [
    'MALFORMED',
    /^Credential must have exactly 5 slash-delimited elements/,
    changed(json, 'authorization', (text) => text.replace(/Credential=\w+/, 'Credential=')),
  ],
  'a date that is none': [
    'MALFORMED',
    "Date must be in ISO-8601 'basic format'. Got '20260230T040506Z'. See http://en.wikipedia.org/wiki/ISO_8601",
    changed(json, 'x-amz-date', () => '20260230T040506Z'),
  ],
  'unsorted SignedHeaders': [
    'MALFORMED',
    /^SignedHeaders must be/,
    changed(json, 'authorization', (text) =>
      text.replace(/SignedHeaders=[^,]*/, 'SignedHeaders=x-amz-date;host'),
    ),
  ],
  'expires in more than a week': [
    'MALFORMED',
    /^X-Amz-Expires must be less than a week/,
    { ...url, url: url.url.replace(/(Expires=)\d+/, '$1604801') },
  ],
  'expires at some time': [
    'MALFORMED',
    'X-Amz-Expires should be a number',
    { ...url, url: url.url.replace(/(Expires=)\d+/, '$160.5') },
  ],
  'a URL of S3 that never expires': [
    'MALFORMED',
    /'X-Amz-Expires'/,
    { ...download, url: download.url.replace(/&X-Amz-Expires=\d+/, '') },
    s3,
  ],
  'a region set is missing': [
    'MALFORMED',
    /X-Amz-Region-Set/,
    { ...v4a, headers: v4a.headers.filter(([name]) => name !== 'x-amz-region-set') },
  ],
  'another secret': [
    'MISMATCH',
    /^The request signature we calculated does not match the signature you provided\. Check your AWS Secret Access Key and signing method\. Consult the service documentation for details\.$/,
    json,
    { ...options, secretAccessKey: () => 'another' },
  ],
  'another secret, SigV4a': ['MISMATCH', undefined, v4a, { ...options, secretAccessKey: () => 'another' }],
  'a signed header did not arrive': [
    'MISMATCH',
    undefined,
    { ...json, headers: json.headers.filter(([name]) => name !== 'content-type') },
  ],
  'an upper-case signature': [
    'MISMATCH',
    undefined,
    changed(json, 'authorization', (text) => text.replace(/[0-9a-f]{64}$/, (hex) => hex.toUpperCase())),
  ],
  'too old': [
    'EXPIRED',
    'Signature expired: 20260203T040506Z is now earlier than 20260203T040507Z (20260203T041007Z - 5 min.)',
    json,
    { ...options, now: later(301) },
  ],
  'too new': [
    'EXPIRED',
    'Signature not yet current: 20260203T040506Z is still later than 20260203T040505Z (20260203T040005Z + 5 min.)',
    json,
    { ...options, now: () => later(-301) },
  ],
  'a URL that is too new': ['EXPIRED', /^Signature not yet current/, url, { ...options, now: later(-301) }],
  'a URL that has expired': ['REQUEST_EXPIRED', 'Request has expired', url, { ...options, now: later(60) }],
  'another region': [
    'SCOPE_MISMATCH',
    "Credential should be scoped to a valid region, not 'eu-west-1'.",
    json,
    { ...options, region: 'us-east-1' },
  ],
  'a region beyond the set': [
    'SCOPE_MISMATCH',
    "Credential should be scoped to a valid region, not 'us-*,eu-*-1'.",
    v4a,
    { ...options, region: 'eu-west-2' },
  ],
  'another service': [
    'SCOPE_MISMATCH',
    "Credential should be scoped to correct service: 's3'.",
    json,
    { ...options, service: 's3' },
  ],
  // As of DynamoDB: github.com/mhart/dynalite, index.js.
  'another version in the scope': [
    'SCOPE_MISMATCH',
    "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'.",
    changed(json, 'authorization', (text) => text.replace('aws4_request', 'aws5_request')),
  ],
  'another version in the scope, SigV4a, in a URL': [
    'SCOPE_MISMATCH',
    "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'.",
    { ...v4aUrl, url: v4aUrl.url.replace('aws4_request', 'aws5_request') },
  ],
  'a scope in which nothing is right': [
    'SCOPE_MISMATCH',
    "Credential should be scoped to a valid region, not 'c'. Credential should be scoped to correct service: 'execute-api'. Credential should be scoped with a valid terminator: 'aws4_request', not 'e'. Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: 'b' != '20260203', from '20260203T040506Z'.",
    changed(json, 'authorization', (text) => text.replace(/Credential=[^,]*/, 'Credential=a/b/c/d/e')),
  ],
  'a scope without a region': [
    'SCOPE_MISMATCH',
    "Credential should be scoped to a valid region, not ''.",
    changed(json, 'authorization', (text) => text.replace('/eu-west-1/', '//')),
  ],
  'another day': [
    'SCOPE_MISMATCH',
    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260202' != '20260203', from '20260203T040506Z'.",
    changed(json, 'authorization', (text) => text.replace('/20260203/', '/20260202/')),
  ],
  'a key that nobody knows': [
    'ACCESS_KEY_UNKNOWN',
    'The security token included in the request is invalid.',
    json,
    { ...options, secretAccessKey: async () => undefined },
  ],
  'the token of another key': [
    'ACCESS_KEY_UNKNOWN',
    'The security token included in the request is invalid.',
    json,
    { ...options, secretAccessKey: () => ({ ...CREDENTIALS, sessionToken: 'another' }) },
  ],
  'a token where there is none': [
    'ACCESS_KEY_UNKNOWN',
    undefined,
    json,
    { ...options, secretAccessKey: () => LONG_TERM },
  ],
  'temporary credentials without their token': [
    'ACCESS_KEY_UNKNOWN',
    undefined,
    await withoutToken(),
    { ...options, secretAccessKey: () => LONG_TERM.secretAccessKey },
  ],
  'credentials that have expired': [
    'CREDENTIALS_EXPIRED',
    'The security token included in the request is expired',
    json,
    { ...options, secretAccessKey: () => ({ ...CREDENTIALS, expiration: DATE }) },
  ],
  'an unsigned x-amz-* header': [
    'ACCESS_DENIED',
    "'x-amz-acl' must be a 'SignedHeader' in the AWS Authorization.",
    { ...json, headers: [...json.headers, ['X-Amz-Acl', 'public-read']] },
  ],
  'an unsigned x-amz-* header beside a URL': [
    'ACCESS_DENIED',
    /^'x-amz-acl'/,
    { ...download, headers: [...download.headers, ['x-amz-acl', 'public-read']] },
    s3,
  ],
  'a fragment, which servers read in more ways than one': [
    'MALFORMED',
    /fragment/,
    {
      ...{ method: json.method, url: `${json.url}#/../admin` },
      ...{ rawHeaders: json.headers.flat(), rawBody: json.body },
    },
  ],
  'an unsigned host': [
    'ACCESS_DENIED',
    "'host' must be a 'SignedHeader' in the AWS Authorization.",
    changed(json, 'authorization', (text) => text.replace('host;', '')),
  ],
  'an unsigned body': ['ACCESS_DENIED', /UNSIGNED-PAYLOAD is not accepted here/, await unsigned(SERVICE)],
  'an unsigned body, where it is required': [
    'ACCESS_DENIED',
    undefined,
    await unsigned('s3'),
    { ...s3, bodyRequired: true },
  ],
  'a URL of S3, where the body is required': [
    'ACCESS_DENIED',
    undefined,
    download,
    { ...s3, bodyRequired: true },
  ],
  'signed chunks, for a service that takes none': [
    'ACCESS_DENIED',
    /^The body must be signed/,
    await chunked(SERVICE),
    options,
  ],
  'an event stream, whose messages nobody would check': [
    'ACCESS_DENIED',
    /^The body must be signed/,
    await signedWith({ service: 's3', payload: { sha256: 'STREAMING-AWS4-HMAC-SHA256-EVENTS' } }),
    s3,
  ],
  'a hash that is none': [
    'MALFORMED',
    /^x-amz-content-sha256 must be/,
    changed(upload, 'x-amz-content-sha256', () => 'E3B0'),
    s3,
  ],
  'another body': ['MISMATCH', undefined, { ...json, body: 'x' }],
  'another body than its hash': [
    'BODY_MISMATCH',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    { ...upload, body: Buffer.from('hellp') },
    s3,
  ],
};

/** HTTP status and AWS's exception, where they are not those of most. */
const ANSWERS = {
  MISSING: [403, 'MissingAuthenticationTokenException'],
  MALFORMED: [403, 'IncompleteSignatureException'],
  REQUEST_EXPIRED: [403, 'AccessDeniedException'],
  ACCESS_DENIED: [403, 'AccessDeniedException'],
  ACCESS_KEY_UNKNOWN: [403, 'UnrecognizedClientException'],
  CREDENTIALS_EXPIRED: [403, 'ExpiredTokenException'],
  BODY_MISMATCH: [400, 'XAmzContentSHA256Mismatch'],
};

describe('refused', () => {
  for (const [name, [code, message, request, settings = options]] of Object.entries(REFUSED)) {
    test(name, async () => {
      const error = await verifyRequest(request, settings).then(
        () => assert.fail('was accepted'),
        (reason) => reason,
      );
      const short = ['MISSING', 'MALFORMED', 'MISMATCH', 'EXPIRED'].includes(code)
        ? `SIGNATURE_${code}`
        : code;
      assert.equal(error.code, `ERR_SIGV4_${short}`, error.stack);
      if (typeof message === 'string') assert.equal(error.message, message);
      else if (message) assert.match(error.message, message);
      assert.deepEqual([error.status, error.type], ANSWERS[code] ?? [403, 'InvalidSignatureException']);
      const shown = `${inspect(error)} ${JSON.stringify(error)}`;
      assert.ok(!shown.includes(CREDENTIALS.secretAccessKey) && !shown.includes(CREDENTIALS.sessionToken));
    });
  }
});

// Observed: github.com/catalyst/moodle-tool_objectfs, issue 303.
test('S3 takes one mechanism: its URL and an Authorization of any scheme are 400', async () => {
  for (const authorization of ['Basic eDp5', 'Bearer abc', 'AWS4-HMAC-SHA256 Credential=x', '']) {
    const request = { ...download, headers: [...download.headers, ['Authorization', authorization]] };
    await assert.rejects(verifyRequest(request, s3), {
      code: 'ERR_SIGV4_SIGNATURE_MALFORMED',
      status: 400,
      type: 'InvalidArgument',
      message:
        'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified',
    });
  }
});

test('what may be a token is in no message, nor a password', async () => {
  const secrets = {
    [`Bearer ${'eyJhbGciOiJIUzI1NiJ9'.repeat(3)}`]:
      /'eyJhbGci…' not a valid key=value pair .* 'Bearer eyJhbGci…'\.$/,
    'Basic ZDQzOnNlY3JldA': /'…' not a valid key=value pair .* 'Basic …'\.$/,
    [`${'c2VjcmV0'.repeat(9)}`]: /Authorization='c2VjcmV0…'$/,
    [`AWS4-HMAC-SHA256 Signature=${'0123456789'.repeat(6)},x`]: /Signature=…,x'\.$/,
  };
  for (const [authorization, message] of Object.entries(secrets)) {
    const error = await verifyRequest({ url: '/', headers: { authorization } }, options).catch((e) => e);
    assert.match(error.message, message);
    const secret = authorization.split(/[ =,]/).find((part) => part.length > 13 && !part.startsWith('AWS4'));
    assert.ok(!inspect(error).includes(secret), inspect(error));
  }
});

describe('accepted', () => {
  const ACCEPTED = {
    'a URL beside an Authorization of another scheme': [
      { ...url, headers: [...url.headers, ['authorization', 'Bearer abc']] },
      options,
    ],
    'at the last second': [json, { ...options, now: later(300) }],
    'from the nearest future': [json, { ...options, now: later(-300) }],
    'a URL until it expires': [url, { ...options, now: later(59) }],
    'any region and service': [json, { ...KNOWN, region: 'any', service: 'any' }],
    'any region of a set': [v4a, { ...options, region: 'any' }],
    'options of a signer beside those of the verifier': [json, { ...options, credentials: CREDENTIALS }],
    'a region of the set': [v4a, { ...options, region: 'eu-central-1' }],
    'a token that the callback has judged': [
      json,
      {
        ...options,
        secretAccessKey: (_, token) => token === CREDENTIALS.sessionToken && CREDENTIALS.secretAccessKey,
      },
    ],
    'white space in an authorization header': [
      changed(json, 'authorization', (text) => text.replaceAll(', ', ' ,').replaceAll(' ,', ',\t')),
      options,
    ],
    'an unsigned header of no weight': [{ ...json, headers: [...json.headers, ['x-trace', 'a']] }, options],
  };
  for (const [name, [request, settings]] of Object.entries(ACCEPTED)) {
    test(name, async () => {
      const verified = await verifyRequest(request, settings);
      assert.equal(verified.accessKeyId, CREDENTIALS.accessKeyId);
      assert.deepEqual(verified.signedAt, DATE);
    });
  }

  test('a body that is not signed says so', async () => {
    const unsignedBody = { ...(await unsigned('s3')), body: 'anything' };
    const { payload, body } = await verifyRequest(unsignedBody, s3);
    assert.deepEqual([payload, body], ['unsigned', undefined]);
    assert.equal((await verifyRequest(json, options)).payload, 'signed');
    const stream = await signedWith({
      service: 's3',
      payload: { sha256: 'STREAMING-AWS4-HMAC-SHA256-EVENTS' },
    });
    const events = await verifyRequest(stream, { ...s3, bodyRequired: false });
    assert.deepEqual([events.payload, events.body], ['chunked', undefined]);
    assert.equal(
      (await verifyRequest(await unsigned(SERVICE), { ...options, bodyRequired: false })).payload,
      'unsigned',
    );
  });

  test('a Date header in place of x-amz-date, as HTTP writes it', async () => {
    const canonical = `GET\n/\n\ndate:${DATE.toUTCString()}\nhost:example.com\n\ndate;host\n${EMPTY}`;
    const authorization = await authorizationOf(canonical, 'date;host');
    const headers = { host: 'example.com', date: DATE.toUTCString(), authorization };
    const known = { ...options, secretAccessKey: () => LONG_TERM.secretAccessKey };
    await verifyRequest({ url: '/', headers }, known);
    const another = { ...headers, date: headers.date.replace('Tue', 'Wed') };
    await assert.rejects(verifyRequest({ url: '/', headers: another }, known), /Date must be in ISO-8601/);
  });
});

test('explain tells what should have been signed, without the session token', async () => {
  const settings = { ...options, explain: true };
  const error = await verifyRequest({ ...json, body: 'x' }, settings).catch((reason) => reason);
  const { canonicalRequest } = await trace(new Signer({ ...signing, service: SERVICE }), {
    ...REQUESTS.json,
    body: 'x',
  });
  const [, shown] =
    /should have been\n'([^']*)'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n/.exec(
      error.message,
    );
  assert.equal(shown, canonicalRequest);
  assert.ok(shown.includes('x-amz-security-token:<session token>'));
  const ofUrl = { ...url, method: 'POST' };
  const { message } = await verifyRequest(ofUrl, settings).catch((reason) => reason);
  assert.ok(!message.includes(encodeURIComponent(CREDENTIALS.sessionToken)), message);
});

test('explain names the signed headers that did not arrive', async () => {
  const settings = { ...options, explain: true };
  const without = (...names) => ({
    ...json,
    headers: json.headers.filter(([name]) => !names.includes(name)),
  });
  await assert.rejects(verifyRequest(without('content-type'), settings), {
    code: 'ERR_SIGV4_SIGNATURE_MISMATCH',
    message: /details\.\n\nThe signed header 'content-type' did not arrive$/,
  });
  await assert.rejects(verifyRequest(without('content-type', 'x-amz-target'), settings), {
    message: /\n\nThe signed headers 'content-type', 'x-amz-target' did not arrive$/,
  });
  await assert.rejects(verifyRequest(without('content-type'), options), { message: /details\.$/ });
});

test('the secret is not asked for, nor the body read, for what is wrong at sight', async () => {
  const asked = [];
  const settings = { ...options, secretAccessKey: (id) => void asked.push(id), now: later(301) };
  await assert.rejects(verifyRequest(json, settings), { code: 'ERR_SIGV4_SIGNATURE_EXPIRED' });
  assert.deepEqual(asked, []);
});

test('what secretAccessKey throws is passed on', async () => {
  const cause = new Error('the database is away');
  const settings = { ...options, secretAccessKey: () => Promise.reject(cause) };
  await assert.rejects(verifyRequest(json, settings), cause);
});

describe('wrong calls', () => {
  for (const [name, [code, request, settings]] of Object.entries({
    'no options': ['OPTION_INVALID', json, undefined],
    'no lookup': ['OPTION_INVALID', json, { region: REGION, service: SERVICE }],
    'no region': ['OPTION_INVALID', json, { ...options, region: undefined }],
    'no service': ['OPTION_INVALID', json, { ...options, service: undefined }],
    'an empty region': ['OPTION_INVALID', json, { ...options, region: '' }],
    'a service that is no text': ['OPTION_INVALID', json, { ...options, service: ['s3'] }],
    'an option that there is not': ['OPTION_INVALID', json, { ...options, maxSkewSecond: 1 }],
    'a skew in words': ['OPTION_INVALID', json, { ...options, maxSkewSeconds: 'five' }],
    'no date': ['OPTION_INVALID', json, { ...options, now: new Date(NaN) }],
    'no request': ['URL_INVALID', undefined, options],
    'no url': ['URL_INVALID', {}, options],
    'a url beyond Latin-1': ['URL_INVALID', { url: '/€' }, options],
    'a line break in a header': ['HEADER_INVALID', { url: '/', headers: { a: 'b\nc' } }, options],
    'a header beyond Latin-1': ['HEADER_INVALID', { url: '/', headers: { a: '€' } }, options],
    'a method of two': ['METHOD_INVALID', { url: '/', method: 'GET\n/' }, options],
    'a body that was parsed': ['BODY_UNSUPPORTED', { ...json, body: { item: 'tea' } }, options],
    'a secret with a newline': [
      'CREDENTIALS_INVALID',
      json,
      { ...options, secretAccessKey: () => `${CREDENTIALS.secretAccessKey}\n` },
    ],
    'a secret with a newline, SigV4a': [
      'CREDENTIALS_INVALID',
      v4a,
      { ...options, secretAccessKey: () => `${CREDENTIALS.secretAccessKey}\n` },
    ],
  })) {
    test(name, async () => {
      const error = await verifyRequest(request, settings).catch((reason) => reason);
      assert.equal(error.code, `ERR_SIGV4_${code}`);
      assert.equal(error.status, undefined, 'no fault of the request');
    });
  }
});

describe('hostile input takes time in proportion to its length', () => {
  const many = (text) => text.repeat(40_000);
  for (const [name, change] of Object.entries({
    'a query': () => ({ ...json, url: `/prod/orders?${many('a=%41&')}` }),
    'a path of dots': () => ({ ...json, url: many('/..') }),
    headers: () => ({
      ...json,
      headers: [...json.headers, ...Array.from({ length: 20_000 }, (_, i) => [`x-${i}`, 'a'])],
    }),
    'one header many times': () => ({
      ...json,
      headers: [...json.headers, ...Array(20_000).fill(['x-a', ' a '])],
    }),
    'white space': () => changed(json, 'content-type', () => `a${many(' ')}b`),
    'white space in an authorization header': () =>
      changed(json, 'authorization', () => `AWS4-HMAC-SHA256 ${many(' ')}x`),
    'commas in an authorization header': () =>
      changed(json, 'authorization', () => `AWS4-HMAC-SHA256 ${many(',=')}`),
    'a credential of slashes': () =>
      changed(json, 'authorization', (text) =>
        text.replace(/Credential=/, `Credential=${many('/12345678/a')}`),
      ),
    'signed headers': () =>
      changed(json, 'authorization', (text) =>
        text.replace(
          /(SignedHeaders=)[^,]*/,
          `$1${Array.from({ length: 20_000 }, (_, i) => `x-${10_000 + i}`).join(';')}`,
        ),
      ),
    'a region set of asterisks': () => changed(v4a, 'x-amz-region-set', () => many('*a')),
    'a date': () => changed(json, 'x-amz-date', () => many('1')),
  })) {
    test(name, async () => {
      const start = performance.now();
      await verifyRequest(change(), options).catch(({ code }) => assert.match(String(code), /^ERR_SIGV4_/));
      // Quadratic, it would take minutes.
      assert.ok(performance.now() - start < 2000, `${performance.now() - start} ms`);
    });
  }
});

const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const signing = { credentials: CREDENTIALS, region: REGION, date: DATE };

function changed(request, name, change) {
  const headers = request.headers.map(([key, value]) => [key, key === name ? change(value) : value]);
  return { ...request, headers };
}

async function withoutToken() {
  const { accessKeyId, secretAccessKey } = CREDENTIALS;
  return signedWith({ credentials: { accessKeyId, secretAccessKey }, service: SERVICE });
}

function unsigned(service) {
  return signedWith({ service, payload: 'unsigned' });
}

function chunked(service) {
  const payload = { sha256: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' };
  return signedWith({ service, payload, contentSha256Header: true });
}

async function signedWith(settings) {
  const signer = new Signer({ credentials: CREDENTIALS, region: REGION, date: DATE, ...settings });
  const { method, headers } = await signer.sign({
    method: 'PUT',
    url: 'https://example.com/a',
    body: 'hello',
  });
  return { method, url: '/a', headers: [...Object.entries(headers), ['host', 'example.com']], body: 'hello' };
}

async function authorizationOf(canonical, signedHeaders) {
  const { createHash, createHmac } = await import('node:crypto');
  const scope = `20260203/${REGION}/${SERVICE}/aws4_request`;
  const hash = createHash('sha256').update(canonical).digest('hex');
  let key = `AWS4${LONG_TERM.secretAccessKey}`;
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest();
  const text = `AWS4-HMAC-SHA256\n20260203T040506Z\n${scope}\n${hash}`;
  const signature = createHmac('sha256', key).update(text).digest('hex');
  return `AWS4-HMAC-SHA256 Credential=AKID/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
}
