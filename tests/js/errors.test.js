// Bad input gets a SigV4Error with its code; the module works on afterwards; no secret is ever shown.

import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { inspect } from 'node:util';

import { presignUrl, Signer, signRequest, SigV4Error } from 'sigv4-wasm';
import { trace } from 'sigv4-wasm/trace';

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const TOKEN = 'IQoJb3JpZ2luX2VjE/+TOKEN/EXAMPLE==';
const credentials = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: SECRET, sessionToken: TOKEN };
const options = { credentials, region: 'us-east-1', service: 'execute-api', date: new Date(1e12) };
const url = 'https://api.example.com/prod';
const expected = (await signRequest(url, options)).headers.authorization;

afterEach(async () => {
  assert.equal((await signRequest(url, options)).headers.authorization, expected, 'works on');
});

/** A stream that can be read again. */
const objects = {
  async *[Symbol.asyncIterator]() {
    yield { no: 'bytes' };
  },
};

/** name: [code, request, options] */
const REFUSED = {
  'no options': ['ERR_SIGV4_OPTION_INVALID', url, undefined],
  'no credentials': ['ERR_SIGV4_CREDENTIALS_INVALID', url, { ...options, credentials: undefined }],
  'credentials as text': ['ERR_SIGV4_CREDENTIALS_INVALID', url, { ...options, credentials: SECRET }],
  'a provider of nothing': [
    'ERR_SIGV4_CREDENTIALS_INVALID',
    url,
    { ...options, credentials: () => undefined },
  ],
  'no secret': ['ERR_SIGV4_CREDENTIALS_INVALID', url, withCredentials({ secretAccessKey: undefined })],
  'an empty secret': ['ERR_SIGV4_CREDENTIALS_INVALID', url, withCredentials({ secretAccessKey: '' })],
  'a secret with a newline': [
    'ERR_SIGV4_CREDENTIALS_INVALID',
    url,
    withCredentials({ secretAccessKey: `${SECRET}\n` }),
  ],
  'a secret that is a number': [
    'ERR_SIGV4_CREDENTIALS_INVALID',
    url,
    withCredentials({ secretAccessKey: 5 }),
  ],
  'an empty key id': ['ERR_SIGV4_CREDENTIALS_INVALID', url, withCredentials({ accessKeyId: '' })],
  'a key id with a space': ['ERR_SIGV4_CREDENTIALS_INVALID', url, withCredentials({ accessKeyId: ' AKID' })],
  'pain 21: the text "undefined" as token': [
    'ERR_SIGV4_CREDENTIALS_INVALID',
    url,
    withCredentials({ sessionToken: 'undefined' }),
  ],
  'a token with a line break': [
    'ERR_SIGV4_CREDENTIALS_INVALID',
    url,
    withCredentials({ sessionToken: 'a\r\nb: c' }),
  ],
  'a token with NUL': ['ERR_SIGV4_CREDENTIALS_INVALID', url, withCredentials({ sessionToken: 'a\0b' })],
  'an expiration that is no date': [
    'ERR_SIGV4_CREDENTIALS_INVALID',
    url,
    withCredentials({ expiration: 'soon' }),
  ],
  'expired credentials': [
    'ERR_SIGV4_CREDENTIALS_EXPIRED',
    url,
    withCredentials({ expiration: new Date(1e12) }),
  ],
  'pain 9: a custom domain without region': [
    'ERR_SIGV4_REGION_REQUIRED',
    url,
    { credentials, service: 'execute-api' },
  ],
  'pain 9: a custom domain without service': [
    'ERR_SIGV4_SERVICE_REQUIRED',
    url,
    { credentials, region: 'eu-west-1' },
  ],
  'a region with a slash': ['ERR_SIGV4_REGION_REQUIRED', url, { ...options, region: 'us/east' }],
  'a region that is no text': ['ERR_SIGV4_REGION_REQUIRED', url, { ...options, region: null }],
  'a service with a space': ['ERR_SIGV4_SERVICE_REQUIRED', url, { ...options, service: 'a b' }],
  'an empty service': ['ERR_SIGV4_SERVICE_REQUIRED', url, { ...options, service: '' }],
  'no request': ['ERR_SIGV4_URL_INVALID', undefined, options],
  'a number as request': ['ERR_SIGV4_URL_INVALID', 5, options],
  'no URL': ['ERR_SIGV4_URL_INVALID', {}, options],
  'an empty URL': ['ERR_SIGV4_URL_INVALID', '', options],
  'a relative URL': ['ERR_SIGV4_URL_INVALID', '/prod/items', options],
  'an invalid URL': ['ERR_SIGV4_URL_INVALID', 'https://a b/', options],
  'a file URL': ['ERR_SIGV4_URL_INVALID', 'file:///etc/passwd', options],
  'a URL with a password': ['ERR_SIGV4_URL_INVALID', `https://user:${SECRET}@example.com/`, options],
  'a hostname that is none': ['ERR_SIGV4_URL_INVALID', { hostname: 'a b', path: '/' }, options],
  'a method that is none': ['ERR_SIGV4_METHOD_INVALID', { url, method: 'GE T' }, options],
  'an empty method': ['ERR_SIGV4_METHOD_INVALID', { url, method: '' }, options],
  'a method that is a number': ['ERR_SIGV4_METHOD_INVALID', { url, method: 1 }, options],
  'a header with CR LF': ['ERR_SIGV4_HEADER_INVALID', { url, headers: { 'x-a': 'b\r\nc: d' } }, options],
  'a header with NUL': ['ERR_SIGV4_HEADER_INVALID', { url, headers: { 'x-a': 'b\0c' } }, options],
  'a header name with a space': ['ERR_SIGV4_HEADER_INVALID', { url, headers: { 'x a': 'b' } }, options],
  'an empty header name': ['ERR_SIGV4_HEADER_INVALID', { url, headers: { '': 'b' } }, options],
  'a header value beyond Latin-1': ['ERR_SIGV4_HEADER_INVALID', { url, headers: { 'x-a': '日本' } }, options],
  'a header named __proto__': [
    'ERR_SIGV4_HEADER_INVALID',
    { url, headers: JSON.parse('{"__proto__":"x"}') },
    options,
  ],
  'a header that is an object': ['ERR_SIGV4_HEADER_INVALID', { url, headers: { 'x-a': {} } }, options],
  'headers that are text': ['ERR_SIGV4_HEADER_INVALID', { url, headers: 'x-a: b' }, options],
  'a body that is a function': ['ERR_SIGV4_BODY_UNSUPPORTED', { url, body: () => {} }, options],
  'a body that is a Map': ['ERR_SIGV4_BODY_UNSUPPORTED', { url, body: new Map() }, options],
  'a body with a cycle': ['ERR_SIGV4_BODY_UNSUPPORTED', { url, body: cycle() }, options],
  'a body with a BigInt': ['ERR_SIGV4_BODY_UNSUPPORTED', { url, body: { a: 1n } }, options],
  'a stream of objects': ['ERR_SIGV4_BODY_UNSUPPORTED', { url, body: objects }, options],
  'a date that is none': ['ERR_SIGV4_DATE_INVALID', url, { ...options, date: new Date(NaN) }],
  'a date that is text': ['ERR_SIGV4_DATE_INVALID', url, { ...options, date: '2015-08-30' }],
  'a date before 1970': ['ERR_SIGV4_DATE_INVALID', url, { ...options, date: new Date(-1) }],
  'a date after 9999': ['ERR_SIGV4_DATE_INVALID', url, { ...options, date: () => new Date(8.64e15) }],
  'a hash that is none': ['ERR_SIGV4_BODY_UNSUPPORTED', url, { ...options, payload: { sha256: 'abc' } }],
  'an unknown payload': ['ERR_SIGV4_OPTION_INVALID', url, { ...options, payload: 'none' }],
  'an unknown path encoding': ['ERR_SIGV4_OPTION_INVALID', url, { ...options, pathEncoding: 'triple' }],
  'an inherited name as an option': [
    'ERR_SIGV4_OPTION_INVALID',
    url,
    { ...options, pathEncoding: 'toString' },
  ],
  'an unknown header placement': ['ERR_SIGV4_OPTION_INVALID', url, { ...options, headerPlacement: 'body' }],
  'signedHeaders that are none': ['ERR_SIGV4_OPTION_INVALID', url, { ...options, signedHeaders: [1] }],
};

function withCredentials(change) {
  return { ...options, credentials: { ...credentials, ...change } };
}

function cycle() {
  const body = {};
  body.self = body;
  return body;
}

describe('refused with a code, what and what to do', () => {
  for (const [name, [code, request, given]] of Object.entries(REFUSED)) {
    for (const sign of [signRequest, presignUrl]) {
      test(`${name}: ${sign.name}`, async () => {
        const error = await sign(request, given).then(
          () => assert.fail('was signed'),
          (reason) => reason,
        );
        assert.ok(error instanceof SigV4Error, inspect(error));
        assert.equal(error.code, code);
        assert.equal(error.name, 'SigV4Error');
        assert.ok(error.message.length > 20, error.message);
        assertNoSecret(error);
      });
    }
  }

  test('the header at fault, wherever it stands among many', async () => {
    for (const count of [0, 1, 15, 16, 17, 255, 256, 300]) {
      const before = Array.from({ length: count }, (_, i) => [`x-h${i}`, 'v']);
      for (const [name, value] of [
        ['x at fault', 'v'],
        ['x-at-fault', 'CR\rLF'],
      ]) {
        const headers = [...before, [name, value], ['x-last', 'v']];
        await assert.rejects(
          signRequest({ url, headers }, options),
          (/** @type {any} */ error) =>
            error.code === 'ERR_SIGV4_HEADER_INVALID' && error.message.includes(`"${name}"`),
        );
      }
    }
  });

  test('a consumed body', async () => {
    const request = new Request(url, { method: 'POST', body: 'x' });
    await request.text();
    await assert.rejects(signRequest(request, options), { code: 'ERR_SIGV4_BODY_USED' });
    const stream = new Blob(['x']).stream();
    const reader = stream.getReader();
    await reader.read();
    await assert.rejects(
      signRequest({ url, body: stream }, options),
      { code: 'ERR_SIGV4_BODY_USED' },
      'locked',
    );
    while (!(await reader.read()).done);
    reader.releaseLock();
    await assert.rejects(
      signRequest({ url, body: stream }, options),
      { code: 'ERR_SIGV4_BODY_USED' },
      'read',
    );
    const unsigned = { ...options, payload: 'unsigned' };
    await assert.rejects(signRequest({ url, body: stream }, unsigned), { code: 'ERR_SIGV4_BODY_USED' });
  });

  for (const expiresIn of [0, -1, 604_801, 1.5, NaN, Infinity, '60', null]) {
    test(`expiresIn ${expiresIn}`, async () => {
      await assert.rejects(presignUrl(url, { ...options, expiresIn }), { code: 'ERR_SIGV4_EXPIRES_INVALID' });
      assert.throws(() => new Signer(options).presignSync(url, { expiresIn }), {
        code: 'ERR_SIGV4_EXPIRES_INVALID',
      });
    });
  }
});

describe('presigning refuses', () => {
  const signer = new Signer(options);
  const refused = {
    'no request': ['ERR_SIGV4_URL_INVALID', () => signer.presignSync()],
    'no options': ['ERR_SIGV4_OPTION_INVALID', () => presignUrl(url)],
    'a stream, at once': [
      'ERR_SIGV4_BODY_UNSUPPORTED',
      () => signer.presignSync({ url, body: new Blob(['x']).stream() }),
    ],
    'a body that is known, and its hash is none': [
      'ERR_SIGV4_BODY_UNSUPPORTED',
      () => signer.presignSync({ url, body: 'x' }, { payload: { sha256: 'x' } }),
    ],
    'a kept header that no client sends': [
      'ERR_SIGV4_HEADER_INVALID',
      () => signer.presignSync({ url, headers: { 'x-amz-meta': '日本' } }, { headerPlacement: 'headers' }),
    ],
    'a content type that no client sends': [
      'ERR_SIGV4_HEADER_INVALID',
      () => signer.presignSync({ url, headers: { 'x-amz-meta': '日本', 'content-type': '日本' } }),
    ],
    'credentials that are over before the URL is good': [
      'ERR_SIGV4_CREDENTIALS_EXPIRED',
      () => new Signer(withCredentials({ expiration: new Date(1e12 + 999) })).presignSync(url),
    ],
  };
  for (const [name, [code, presign]] of Object.entries(refused)) {
    test(name, () => assert.rejects(async () => presign(), { code }));
  }
});

describe('no secret is shown', () => {
  test('by a signer, however it is looked at', () => {
    const signer = new Signer(options);
    signer.signSync(url);
    assertNoSecret(signer);
    assert.equal(JSON.stringify(signer), '{}');
  });

  test('by a trace, of a header signature or of a presigned URL', async () => {
    const signer = new Signer(options);
    for (const overrides of [{}, { expiresIn: 60 }]) {
      const traced = await trace(signer, { url, headers: { 'x-amz-meta': '1' } }, overrides);
      assertNoSecret(traced);
      assert.match(traced.canonicalRequest, /<session token>/);
      assert.equal(traced.scope, '20010909/us-east-1/execute-api/aws4_request');
      assert.match(traced.signature, /^[0-9a-f]{64}$/);
      assert.ok(traced.signedHeaders.includes('host'));
      assert.match(traced.stringToSign, /^AWS4-HMAC-SHA256\n20010909T014640Z\n/);
    }
  });

  test('by a trace, and nothing else is taken for a token that is a word', async () => {
    const credentials = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: SECRET, sessionToken: 'token' };
    const signer = new Signer({ ...options, credentials });
    const { canonicalRequest } = await trace(signer, {
      url: `${url}?a=token`,
      headers: { 'x-amz-a': 'token' },
    });
    assert.match(canonicalRequest, /^a=token$/m);
    assert.match(canonicalRequest, /^x-amz-a:token$/m);
    assert.match(canonicalRequest, /^x-amz-security-token:<session token>$/m);
    const presigned = await trace(signer, url, { expiresIn: 60 });
    assert.match(presigned.canonicalRequest, /&X-Amz-Security-Token=<session token>&/);
  });

  test('by the signed request beyond the session token that must be sent', async () => {
    const signed = await signRequest(url, options);
    assert.equal(JSON.stringify(signed).includes(SECRET), false);
  });
});

function assertNoSecret(value) {
  const shown = [
    inspect(value, { depth: Infinity, showHidden: true }),
    String(value),
    JSON.stringify(value) ?? '',
    String(value.stack ?? ''),
    JSON.stringify(Object.getOwnPropertyDescriptors(value)),
  ].join('\n');
  for (const secret of [SECRET, TOKEN, encodeURIComponent(SECRET), encodeURIComponent(TOKEN)]) {
    assert.equal(shown.includes(secret), false, shown);
  }
}
