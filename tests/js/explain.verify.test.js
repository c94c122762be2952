// Refusals of this package's verifier are explained, with the line that differs.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { Signer } from 'sigv4-wasm';
import { explainResponse, formatExplanation } from 'sigv4-wasm/explain';
import { verifyRequest, withVerification } from 'sigv4-wasm/verify';
import { trace } from 'sigv4-wasm/trace';

import { DATE, KNOWN, REGION, REQUESTS, arrived, signedBy } from '../support/verify-requests.js';
import { CREDENTIALS } from '../support/wire.js';

const json = await signedBy('sigv4-wasm', REQUESTS.json);
const url = await signedBy('sigv4-wasm, presigned', REQUESTS.plain);
const download = await signedBy('sigv4-wasm, presigned', REQUESTS['an object of S3']);
const upload = await signedBy('sigv4-wasm', REQUESTS['an upload to S3']);
const later = (/** @type {number} */ seconds) => new Date(DATE.getTime() + seconds * 1000);
const authorization = (/** @type {string} */ text) => change(json, 'authorization', () => text);

/** code: [request, options of the verifier] */
const REFUSED = {
  'signature-missing': [change(json, 'authorization'), {}],
  'not-sigv4': [authorization('Bearer abcdefghijklmnop'), {}],
  'signature-malformed': [
    authorization('AWS4-HMAC-SHA256 Credential=a/20260203/eu-west-1/execute-api/aws4_request'),
    {},
  ],
  'wrong-scope': [change(json, 'authorization', (text) => text.replace(/\/20260203/, '')), {}],
  'two-signatures': [{ ...download, headers: [...download.headers, ['authorization', 'Basic eDp5']] }, {}],
  'url-lifetime-invalid': [{ ...url, url: url.url.replace(/(Expires=)\d+/, '$1604801') }, {}],
  'date-missing': [change(json, 'x-amz-date', () => '2026-02-03'), {}],
  'signature-mismatch': [json, { secretAccessKey: () => 'another' }],
  'header-missing': [change(json, 'content-type'), { explain: true }],
  'signature-expired': [json, { now: later(480) }],
  'signature-not-yet-valid': [json, { now: later(-480) }],
  'url-expired': [download, { now: later(3600) }],
  'wrong-region': [json, { region: 'us-east-1' }],
  'wrong-service': [json, { service: 's3' }],
  'wrong-date': [change(json, 'x-amz-date', () => '20260204T000000Z'), {}],
  'token-invalid': [json, { secretAccessKey: () => undefined }],
  'token-expired': [json, { secretAccessKey: () => ({ ...CREDENTIALS, expiration: DATE }) }],
  'header-not-signed': [{ ...json, headers: [...json.headers, ['x-amz-meta-a', '1']] }, {}],
  'body-not-signed': [
    change(upload, 'x-amz-content-sha256', () => 'UNSIGNED-PAYLOAD'),
    { bodyRequired: true },
  ],
  'body-mismatch': [{ ...upload, body: Buffer.from('hello!') }, {}],
  'too-large': [json, { maxBodyBytes: 3 }],
};

describe('refusals of the verifier', () => {
  for (const [code, [request, changed]] of Object.entries(REFUSED)) {
    test(code, async () => {
      const options = { ...KNOWN, ...changed };
      const { headers, body, method } = request;
      const host = headers.find(([name]) => name === 'host')?.[1];
      const init = { method, headers, ...(method !== 'GET' && { body }) };
      const answer = await withVerification(
        () => assert.fail('accepted'),
        options,
      )(new Request(`https://${host}${request.url}`, init));
      const explanation = await explainResponse(answer);
      assert.equal(explanation.code, code, formatExplanation(explanation));
      assert.equal(explanation.status, answer.status);
      assert.equal(explanation.type, answer.headers.get('x-amzn-errortype'));

      if (code === 'too-large') return; // what is in memory is taken
      const error = await verifyRequest(request, options).catch((reason) => reason);
      assert.equal((await explainResponse(error)).code, code, error.message);
    });
  }

  test('clocks: the skew', async () => {
    for (const seconds of [480, -480]) {
      const error = await verifyRequest(json, { ...KNOWN, now: later(seconds) }).catch((reason) => reason);
      const { clockSkewSeconds, serverTime } = await explainResponse(error);
      assert.deepEqual([clockSkewSeconds, serverTime], [seconds, later(seconds)]);
    }
  });
});

const API = 'https://abc123.execute-api.eu-west-1.amazonaws.com';
const POST = {
  method: 'POST',
  url: `${API}/prod/a%20b?x=1&y=a%20b`,
  headers: { 'content-type': 'application/json', 'x-amz-target': 'A' },
  body: '{"a":1}',
};
const settings = { credentials: CREDENTIALS, region: REGION, service: 'execute-api', date: DATE };
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/**
 * What happens between signing and arriving, or what is signed instead of what is sent.
 *
 * @type {Record<string, { signs?: object, as?: object, arrives?: (request: any) => any, options?: object, line: string | undefined, summary: RegExp, fix: RegExp, code?: string }>}
 */
const MISMATCHES = {
  'the method': {
    arrives: (request) => ({ ...request, method: 'PUT' }),
    line: 'method',
    summary: /received the method PUT, but you signed POST/,
    fix: /redirect/,
  },
  'a stage that was not signed': {
    signs: { url: `${API}/a%20b?x=1&y=a%20b` },
    arrives: (request) => ({ ...request, url: `/prod${request.url}` }),
    line: 'path',
    summary: /\/prod\/a%2520b, but you signed \/a%2520b, which lacks its beginning/,
    fix: /stage/,
  },
  'a base path that is taken off': {
    arrives: (request) => ({ ...request, url: request.url.replace('/prod', '') }),
    line: 'path',
    summary: /has more before it/,
    fix: /custom domain/,
  },
  'a path that is escaped once': {
    signs: { pathEncoding: 'single' },
    line: 'path',
    summary: /\/prod\/a%2520b, but you signed \/prod\/a%20b: escapes are encoded once more/,
    fix: /twice/,
  },
  'a path that is escaped twice': {
    options: { pathEncoding: 'single' },
    line: 'path',
    summary: /\/prod\/a%20b, but you signed \/prod\/a%2520b, which is escaped once too often/,
    fix: /once/,
  },
  'a slash at the end': {
    arrives: (request) => ({ ...request, url: request.url.replace('?', '/?') }),
    line: 'path',
    summary: /slash at the end/,
    fix: /base URL/,
  },
  'another path': {
    arrives: (request) => ({ ...request, url: request.url.replace('a%20b?', 'c?') }),
    line: 'path',
    summary: /\/prod\/c, but you signed \/prod\/a%2520b/,
    fix: /rewrites/,
  },
  'a parameter that was added': {
    arrives: (request) => ({ ...request, url: `${request.url}&z=1` }),
    line: 'query z',
    summary: /received the parameter z as 1, but you signed none/,
    fix: /adds some later/,
  },
  'a parameter that was lost': {
    arrives: (request) => ({ ...request, url: request.url.replace('x=1&', '') }),
    line: 'query x',
    summary: /You signed the parameter x as 1, but the server received none/,
    fix: /drops some/,
  },
  'a parameter that was escaped again': {
    arrives: (request) => ({ ...request, url: request.url.replace('y=a%20b', 'y=a%2520b') }),
    line: 'query y',
    summary: /parameter y as a%2520b, but you signed a%20b/,
    fix: /change nothing/,
  },
  'another host': {
    signs: { url: POST.url.replace(API, 'http://localhost:3000') },
    arrives: (request) => change(request, 'host', () => new URL(API).host),
    line: 'header host',
    summary:
      /received the header host abc123\.execute-api\.eu-west-1\.amazonaws\.com, but you signed localhost:3000\.$/,
    fix: /custom domain/,
  },
  'a content type with a charset': {
    arrives: (request) => change(request, 'content-type', (type) => `${type}; charset=utf-8`),
    line: 'header content-type',
    summary: /application\/json; charset=utf-8, but you signed application\/json/,
    fix: /charset/,
  },
  'another header': {
    arrives: (request) => change(request, 'x-amz-target', () => 'B'),
    line: 'header x-amz-target',
    summary: /x-amz-target: B, but you signed A/,
    fix: /x-amz-target/,
  },
  'a body that is serialised again': {
    arrives: (request) => ({ ...request, body: '{"a": 1}' }),
    line: 'payload hash',
    summary: /body that the server received is not the one that you signed\.$/,
    fix: /serialized/,
  },
  'no body signed': {
    signs: { body: undefined },
    as: { body: '{"a":1}' },
    line: 'payload hash',
    summary: /you signed no body/,
    fix: /bytes that are sent/,
  },
  'undefined signed': {
    signs: { body: 'undefined' },
    as: { body: '{"a":1}' },
    line: 'payload hash',
    summary: /you signed the text 'undefined'/,
    fix: /bytes that are sent/,
  },
  'no body arrived': {
    arrives: (request) => ({ ...request, body: '' }),
    line: 'payload hash',
    summary: /it received no body/,
    fix: /DELETE/,
  },
  'another date': {
    arrives: (request) => change(request, 'x-amz-date', () => '20260203T040507Z'),
    line: 'header x-amz-date',
    summary: /received the date 20260203T040507Z, but you signed 20260203T040506Z/,
    fix: /signed again/,
  },
  'another token': {
    arrives: (request) => change(request, 'x-amz-security-token', () => 'another/token=='),
    options: { secretAccessKey: () => CREDENTIALS.secretAccessKey },
    // A trace has no token to compare, but its hash.
    line: 'header x-amz-security-token',
    summary: /session token that the server received is not the one that you signed/,
    fix: /belong together/,
  },
  'another secret': {
    options: { secretAccessKey: () => 'another' },
    line: undefined,
    code: 'wrong-secret',
    summary: /signed the same strings, so the secret access key is not/,
    fix: /secret/,
  },
};

describe('mismatches', () => {
  for (const [name, { signs, as, arrives = same, options, line, code, summary, fix }] of Object.entries(
    MISMATCHES,
  )) {
    test(name, async () => {
      const { pathEncoding, ...overrides } = /** @type {any} */ (signs ?? {});
      const signer = new Signer({ ...settings, pathEncoding });
      const request = { ...POST, ...overrides };
      const signed = await trace(signer, request);
      const refused = arrives(arrived({ ...request, ...(await signer.sign(request)), ...as }));
      const error = await refusalOf(refused, options);
      const explanation = await explainResponse(error, { signed });

      assert.match(explanation.summary, summary);
      assert.match(explanation.fix, fix);
      assert.equal(explanation.code, code ?? 'signature-mismatch');
      const wrong = explanation.diff?.filter(({ isEqual }) => !isEqual) ?? [];
      assert.equal(wrong[0]?.label, line);
      const shown = JSON.stringify(explanation) + formatExplanation(explanation);
      for (const secret of [CREDENTIALS.sessionToken, CREDENTIALS.secretAccessKey, 'another/token']) {
        assert.ok(!shown.includes(secret));
      }
      // With the canonical request alone; the scope is not in it, so nothing is proved of the secret.
      const { code: ofText } = await explainResponse(error, { signed: signed.canonicalRequest });
      assert.equal(ofText, 'signature-mismatch');
    });
  }

  test('what differs in several lines names them all, and each line what it is', async () => {
    const signer = new Signer(settings);
    const sent = arrived({ ...POST, ...(await signer.sign(POST)) });
    const changed = change({ ...sent, url: `${sent.url}&z=1`, body: '' }, 'x-amz-target', () => 'B');
    const signed = await trace(signer, POST);
    const { diff = [], summary } = await explainResponse(await refusalOf(changed), { signed });
    assert.match(summary, /parameter z .*Also different: header x-amz-target, payload hash\.$/);
    assert.deepEqual(
      diff.map(({ label, isEqual }) => [label, isEqual]),
      [
        ['method', true],
        ['path', true],
        ['query x', true],
        ['query y', true],
        ['query z', false],
        ['header content-type', true],
        ['header host', true],
        ['header x-amz-date', true],
        ['header x-amz-security-token', true],
        ['header x-amz-target', false],
        ['signed headers', true],
        ['payload hash', false],
        ['algorithm', true],
        ['date', true],
        ['scope', true],
        ['canonical request hash', false],
      ],
    );
    const body = diff.find(({ label }) => label === 'payload hash');
    assert.equal(body?.server, EMPTY);
    assert.deepEqual(
      diff.find(({ label }) => label === 'query z'),
      { label: 'query z', server: '1', client: undefined, isEqual: false },
    );
  });

  test('a query that was not sorted before it was signed', async () => {
    const signer = new Signer(settings);
    const request = { ...POST, url: `${API}/prod/a?b=2&a=1` };
    const signed = await trace(signer, request);
    const unsorted = signed.canonicalRequest.replace('a=1&b=2', 'b=2&a=1');
    const error = await refusalOf(arrived({ ...request, ...(await signer.sign(request)) }), {
      secretAccessKey: () => 'another',
    });
    const { diff, summary } = await explainResponse(error, { signed: unsorted });
    assert.deepEqual(
      diff?.filter(({ isEqual }) => !isEqual).map(({ label }) => label),
      ['query order'],
    );
    assert.match(summary, /not sorted in what you signed/);
  });

  // What a verifier refuses before it compares, and what only other signers sign.
  const base = {
    request: 'GET\n/a\nb=c%20d\n',
    headers:
      'content-length:3\nhost:a\nx-amz-content-sha256:abc\nx-amz-date:20260203T040506Z\nx-amz-security-token:t/1\nx-note:n\n',
    end: '\nhost\nabc',
    string: 'AWS4-HMAC-SHA256\n20260203T040506Z\n20260203/eu-west-1/s3/aws4_request\nabc',
  };
  /** What the server has instead of it, what we signed instead of it, and the summary. @type {[string | RegExp, string, string, RegExp][]} */
  const LINES = [
    [
      'b=c%20d',
      'b=c%20d',
      'b=c+d',
      /parameter b as c%20d, but you signed c\+d: they are escaped differently/,
    ],
    ['b=c%20d', 'b=', 'b=c', /You signed the parameter b as c, but the server received none/],
    [
      'x-amz-security-token:t/1\n',
      '',
      'x-amz-security-token:t/1\n',
      /You signed a session token, but the server received none\.$/,
    ],
    [
      'x-amz-security-token:t/1\n',
      'x-amz-security-token:t/1\n',
      '',
      /The server received a session token, but you signed none\.$/,
    ],
    ['t/1', 't/1', 't/2', /session token that the server received is not the one that you signed\.$/],
    ['x-note:n\n', '', 'x-note:n\n', /You signed the header x-note: n, but the server received none/],
    ['x-note:n\n', 'x-note:n\n', '', /received the header x-note: n, but you signed none/],
    ['content-length:3', 'content-length:3', 'content-length:4', /content-length 3, but you signed 4\.$/],
    ['sha256:abc', 'sha256:abc', 'sha256:abd', /x-amz-content-sha256 abc, but you signed abd\.$/],
    ['\nabc', '\nabc', '\nUNSIGNED-PAYLOAD', /you signed UNSIGNED-PAYLOAD, which is not a hash/],
    ['\nabc', '\nabc', '\nconstructor', /body that the server received is not the one that you signed\.$/],
    [
      '\nhost\n',
      '\nhost\n',
      '\nhost;x-note\n',
      /reads the signed headers host, but you signed host;x-note\.$/,
    ],
    [
      'AWS4-HMAC-SHA256',
      'AWS4-HMAC-SHA256',
      'AWS4-ECDSA-P256-SHA256',
      /uses the algorithm AWS4-HMAC-SHA256, but you signed with AWS4-ECDSA/,
    ],
    [
      'eu-west-1',
      'eu-west-1',
      'us-east-1',
      /expects the scope 20260203\/eu-west-1\/s3\/aws4_request, but you signed for 20260203\/us-east-1/,
    ],
    [
      /aws4_request\nabc/,
      'aws4_request\nabc',
      'aws4_request\nabd',
      /(session token that the server received is not the one that you signed|server computed a different hash of the canonical request)\.$/,
    ],
  ];
  for (const [place, server, client, summary] of LINES) {
    test(`${JSON.stringify(server)}, signed ${JSON.stringify(client)}`, async () => {
      const [theirs, ours] = [server, client].map((text) => ({
        canonicalRequest: (base.request + base.headers + base.end).replace(place, text),
        stringToSign: base.string.replace(place, text),
      }));
      const body =
        '<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the signature you provided.' +
        `</Message><StringToSign>${theirs.stringToSign}</StringToSign><CanonicalRequest>${theirs.canonicalRequest}</CanonicalRequest></Error>`;
      const explanation = await explainResponse(
        { status: 403, headers: {}, body },
        { signed: /** @type {any} */ (ours) },
      );
      assert.equal(explanation.code, 'signature-mismatch');
      assert.match(explanation.summary, summary);
      assert.doesNotMatch(explanation.summary + explanation.fix, /[{}]|undefined/);
      assert.doesNotMatch(JSON.stringify(explanation), /t\/[12]/);
    });
  }

  test('a presigned URL, whose token is a parameter', async () => {
    const signer = new Signer({ ...settings, service: 's3' });
    const request = { url: 'https://my-bucket.s3.eu-west-1.amazonaws.com/a' };
    const signed = await trace(signer, request, { expiresIn: 60 });
    const token = encodeURIComponent(CREDENTIALS.sessionToken);
    const seen = signed.canonicalRequest.replace('<session token>', token).replace('/a\n', '/b\n');
    assert.ok(seen.includes(token));
    const { stringToSign } = signed;
    const message = `The request signature we calculated does not match the signature you provided.\n\nThe Canonical String for this request should have been\n'${seen}'\n\nThe String-to-Sign should have been\n'${stringToSign}'\n`;
    for (const options of [{ signed }, { signed: seen.replace('/b\n', '/a\n') }, {}]) {
      const explanation = await explainResponse(JSON.stringify({ message }), options);
      const shown = JSON.stringify(explanation) + formatExplanation(explanation);
      assert.ok(!shown.includes(token) && !shown.includes(CREDENTIALS.sessionToken), shown);
      if (options.signed) assert.match(explanation.summary, /path \/b, but you signed \/a\.$/);
      const line = explanation.diff?.find(({ label }) => label === 'query X-Amz-Security-Token');
      const equal = { server: '<session token>', client: '<session token>', isEqual: true };
      assert.deepEqual(line, options.signed && { label: 'query X-Amz-Security-Token', ...equal });
    }
  });

  test('repeated parameters are compared in turn', async () => {
    const signer = new Signer(settings);
    const request = { ...POST, url: `${API}/prod/a?a=1&a=2` };
    const sent = arrived({ ...request, ...(await signer.sign(request)) });
    const error = await refusalOf({ ...sent, url: '/prod/a?a=1&a=3&a=4' });
    const { diff } = await explainResponse(error, { signed: await trace(signer, request) });
    assert.deepEqual(
      diff?.filter(({ label }) => label === 'query a'),
      [
        { label: 'query a', server: '1', client: '1', isEqual: true },
        { label: 'query a', server: '3', client: '2', isEqual: false },
        { label: 'query a', server: '4', client: undefined, isEqual: false },
      ],
    );
  });

  test('S3: bytes count more than texts that were copied', async () => {
    const signer = new Signer({ ...settings, service: 's3' });
    const request = { method: 'GET', url: 'https://my-bucket.s3.eu-west-1.amazonaws.com/a?b&c=1' };
    const { canonicalRequest, stringToSign, ...signed } = await trace(signer, request);
    const seen = canonicalRequest.replace('/a\n', '/b\n');
    const hex = (/** @type {string} */ text) =>
      Buffer.from(text)
        .toString('hex')
        .replace(/(..)(?!$)/g, '$1 ');
    const body =
      '<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the signature ' +
      'you provided. Check your key and signing method.</Message><AWSAccessKeyId>AKID</AWSAccessKeyId>' +
      `<StringToSign>${stringToSign.replace(/\s+/g, ' ')}</StringToSign><StringToSignBytes>${hex(stringToSign)}</StringToSignBytes>` +
      `<CanonicalRequest>${seen.replace(/\s+/g, ' ')}</CanonicalRequest><CanonicalRequestBytes>${hex(seen)}</CanonicalRequestBytes></Error>`;
    const whole = { canonicalRequest, stringToSign, ...signed };
    const { summary, diff } = await explainResponse({ status: 403, headers: {}, body }, { signed: whole });
    assert.match(summary, /path \/b, but you signed \/a\./);
    assert.equal(diff?.filter(({ isEqual }) => !isEqual).length, 1);

    const right = { status: 403, headers: {}, body: body.replaceAll(hex(seen), hex(canonicalRequest)) };
    const proved = await explainResponse(right, { signed: whole });
    assert.equal(proved.code, 'wrong-secret');
    assert.match(proved.summary, /not that of AKID\./);
  });
});

/**
 * @param {any} request
 * @param {object} [options]
 */
function refusalOf(request, options) {
  const all = { ...KNOWN, explain: true, ...options };
  return verifyRequest(request, all).then(
    () => assert.fail('was accepted'),
    (error) => error,
  );
}

/**
 * @param {any} request
 * @param {string} name
 * @param {(value: string) => string} [to]  otherwise the header is dropped
 */
function change(request, name, to) {
  const headers = request.headers.flatMap((/** @type {[string, string]} */ [key, value]) =>
    key !== name ? [[key, value]] : to ? [[key, to(value)]] : [],
  );
  return { ...request, headers };
}

/** @param {any} request */
function same(request) {
  return request;
}
