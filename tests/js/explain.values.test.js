// An explanation names the values of the request, and shows nothing with which another could be signed.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';

import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import axios from 'axios';
import axios027 from 'axios-0.27';
import got from 'got';
import ky from 'ky';

import { signRequest } from 'sigv4-wasm';
import { explainResponse, formatExplanation } from 'sigv4-wasm/explain';
import { verifyRequest } from 'sigv4-wasm/verify';

import { REFUSALS } from '../support/refusals.js';
import { escape } from '../support/mismatch/by-hand.js';

const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'secret',
  sessionToken: 'to/ke+n==',
};
const API = 'abc123.execute-api.eu-west-1.amazonaws.com';
const TIME = new Date('2026-02-03T04:05:06Z');

/** @type {import('node:http').Server} */
let server;
let origin = '';
/** @type {{ status: number, headers: Record<string, string>, body: string }} */
let next;
before(async () => {
  server = createServer((request, response) => {
    request.resume();
    // As error pages of proxies do, it repeats the URL.
    const url = `http://${request.headers.host}${request.url}`;
    response.writeHead(next.status, next.headers).end(next.body.replaceAll('{url}', url));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  origin = `http://127.0.0.1:${/** @type {any} */ (server.address()).port}`;
});
after(() => server.close());

const caught = (/** @type {Promise<unknown>} */ promise) =>
  promise.then(
    () => assert.fail('was accepted'),
    (error) => error,
  );

const signer = (/** @type {object} */ settings) =>
  new SignatureV4({
    ...{ credentials, sha256: Sha256, service: 'execute-api', region: 'us-east-1' },
    ...settings,
  });

/** @param {{ region?: string, service?: string, host?: string, signingDate?: Date, headers?: Record<string, string>, method?: string, body?: string }} [request] */
async function signed({
  region = 'us-east-1',
  service = 'execute-api',
  host = API,
  signingDate = TIME,
  ...request
} = {}) {
  const { method = 'GET', body } = request;
  const headers = { host, ...request.headers };
  const unsigned = new HttpRequest({ method, hostname: host, path: '/prod', headers, body });
  const applyChecksum = service === 's3';
  const { headers: all } = await signer({ region, service, applyChecksum }).sign(unsigned, {
    signingDate,
  });
  return all;
}

/** Clients that keep the request in what they throw. @type {Record<string, (headers: Record<string, string>) => Promise<unknown>>} */
const CLIENTS = {
  axios: (headers) => caught(axios.get(`${origin}/prod`, { headers })),
  'axios 0.27': (headers) => caught(axios027.get(`${origin}/prod`, { headers })),
  'axios, fetch': (headers) => caught(axios.get(`${origin}/prod`, { headers, adapter: 'fetch' })),
  got: (headers) => caught(got(`${origin}/prod`, { headers, retry: { limit: 0 } })),
  ky: (headers) => caught(ky.get(`${origin}/prod`, { headers, retry: 0 }).text()),
};

describe('what the client keeps of the request', () => {
  const denied = (/** @type {string} */ message, /** @type {Record<string, string>} */ headers = {}) => ({
    status: 403,
    headers,
    body: JSON.stringify({ message }),
  });

  for (const [client, send] of Object.entries(CLIENTS)) {
    test(`${client}: the key, the service and the time of the signature`, async () => {
      const headers = await signed();

      next = denied('The security token included in the request is invalid.');
      const invalid = await explainResponse(await send(headers));
      assert.match(invalid.summary, /the access key …MPLE\b/);
      assert.ok(!JSON.stringify(invalid).includes(credentials.accessKeyId));

      next = denied('The security token included in the request is expired');
      assert.match((await explainResponse(await send(headers))).summary, /the access key …MPLE have expired/);

      next = denied("Credential should be scoped to correct service: 's3'. ");
      const { summary, fix } = await explainResponse(await send(headers));
      assert.match(summary, /service execute-api; .* expects s3\.$/);
      assert.match(fix, /service: 's3'/);

      next = denied(
        'Signature expired: 20260203T040506Z is now earlier than 20260203T040830Z (20260203T041330Z - 5 min.)',
      );
      const late = await explainResponse(await send(headers));
      assert.match(late.summary, /20260203T040506Z, 504 seconds behind the server's clock/);

      next = { ...REFUSALS['Ceph: clock'].answer };
      next.headers = { ...next.headers, date: 'Tue, 03 Feb 2026 04:25:06 GMT' };
      const ceph = await explainResponse(await send(headers));
      assert.match(ceph.summary, /20260203T040506Z, 1200 seconds behind/);
      assert.equal(ceph.clockSkewSeconds, 1200);
    });
  }

  test('regions: the one in the signature, and the one of the host, which no message names', async () => {
    next = denied("Credential should be scoped to a valid region, not 'us-east-1'. ");
    for (const [host, expected] of Object.entries({
      [API]: 'eu-west-1',
      'search-a.ap-south-1.es.amazonaws.com': 'ap-south-1',
      'sqs.eu-central-1.amazonaws.com': 'eu-central-1',
    })) {
      const headers = await signed({ host });
      const response = await fetch(`${origin}/prod`);
      const request = { method: 'GET', url: `https://${host}/prod`, headers };
      const { summary, fix } = await explainResponse(response, { request });
      assert.equal(
        summary,
        `The request was signed for the region us-east-1; this endpoint expects ${expected}.`,
      );
      assert.match(fix, new RegExp(`region: '${expected}'`));
    }
  });

  test('a bucket of another region, by the header of S3', async () => {
    next = {
      status: 301,
      headers: { 'x-amz-bucket-region': 'eu-west-3', 'x-amz-id-2': 'a' },
      body: '<Error><Code>PermanentRedirect</Code><Message>use another</Message></Error>',
    };
    const { summary, fix } = await explainResponse(await fetch(origin, { redirect: 'manual' }));
    assert.match(summary, /eu-west-3/);
    assert.match(fix, /eu-west-3/);
  });

  test('the same with fetch, whose Response has no request, and of a presigned URL', async () => {
    next = denied('The security token included in the request is invalid.');
    const headers = await signed();
    const response = await fetch(`${origin}/prod`, { headers: { authorization: headers.authorization } });
    assert.match((await explainResponse(response)).summary, /the access key id/);
    for (const request of [
      { headers },
      { headers: new Headers(headers) },
      { headers: Object.entries(headers) },
    ]) {
      assert.match((await explainResponse(response, { request })).summary, /…MPLE/);
    }
    const url = await presigned();
    assert.match((await explainResponse(await fetch(url))).summary, /…MPLE/, 'of its URL');
  });

  test('a Cloudflare key in a request to another server keeps its start to itself', async () => {
    next = REFUSALS['S3: unknown key'].answer;
    const { summary } = await explainResponse(await fetch(origin));
    assert.match(summary, /…hing\.$/);
  });
});

describe('what our own errors say', () => {
  const known = { secretAccessKey: () => credentials, region: 'eu-west-1', service: 'execute-api' };
  const refused = async (/** @type {object} */ options) => {
    const headers = await signed();
    return caught(verifyRequest({ method: 'GET', url: '/prod', headers }, { ...known, ...options }));
  };

  test('the verifier: regions and services, seconds, and which key', async () => {
    /** @type {[options: object, details: object, summary: RegExp][]} */
    const cases = [
      [
        { now: TIME },
        { region: 'us-east-1', expectedRegion: 'eu-west-1', accessKeyId: '…MPLE' },
        /for the region us-east-1; this endpoint expects eu-west-1\.$/,
      ],
      [
        { now: TIME, region: 'us-east-1', service: 'lambda' },
        { service: 'execute-api', expectedService: 'lambda', accessKeyId: '…MPLE' },
        /for the service execute-api; this endpoint expects lambda\.$/,
      ],
      [
        { now: new Date(TIME.getTime() + 504_000), region: 'us-east-1' },
        { skewSeconds: 504, accessKeyId: '…MPLE' },
        /504 seconds behind the server's clock/,
      ],
      [
        { now: new Date(TIME.getTime() - 504_000), region: 'us-east-1' },
        { skewSeconds: -504, accessKeyId: '…MPLE' },
        /504 seconds ahead of the server's clock/,
      ],
      [
        { now: TIME, region: 'us-east-1', secretAccessKey: () => undefined },
        { accessKeyId: '…MPLE' },
        /the access key …MPLE/,
      ],
      [
        { now: TIME, region: 'us-east-1', secretAccessKey: () => ({ ...credentials, expiration: TIME }) },
        { accessKeyId: '…MPLE' },
        /the access key …MPLE have expired/,
      ],
    ];
    for (const [options, details, summary] of cases) {
      const error = await refused(options);
      assert.deepEqual({ ...error.details, ...details }, error.details);
      assert.ok(!JSON.stringify(error).includes(credentials.accessKeyId));
      assert.match((await explainResponse(error)).summary, summary);
    }
  });

  test('the signer: which credentials have expired', async () => {
    const error = await caught(
      signRequest(`https://${API}/`, { credentials: { ...credentials, expiration: new Date(0) } }),
    );
    assert.match(error.message, /the access key …MPLE expired at 1970/);
    assert.ok(!error.message.includes(credentials.accessKeyId));
  });
});

describe('OpenSearch Serverless', () => {
  const { answer } = REFUSALS['OpenSearch Serverless'];
  const host = 'abc123.eu-west-1.aoss.amazonaws.com';
  const body = '{"query":{}}';

  test('a body without x-amz-content-sha256 is the cause', async () => {
    next = answer;
    const { 'x-amz-content-sha256': _, ...headers } = await signed({
      ...{ host, service: 'aoss', region: 'eu-west-1', method: 'POST', body },
    });
    const error = await caught(axios.post(`${origin}/_search`, body, { headers }));
    const { code, summary, fix, causes } = await explainResponse(error);
    assert.equal(code, 'body-not-signed');
    for (const text of [summary, fix, causes?.[0]]) assert.match(String(text), /x-amz-content-sha256/);
  });

  test('where the headers are not known, it comes first', async () => {
    for (const request of [{ method: 'POST' }, { method: 'DELETE', body }]) {
      const { code, fix, causes } = await explainResponse(answer, {
        request: { url: `https://${host}/_search`, ...request },
      });
      assert.equal(code, 'data-access-policy');
      assert.match(fix, /^Check that x-amz-content-sha256/);
      assert.match(String(causes?.[0]), /x-amz-content-sha256/);
    }
  });

  test('without a body, or with the header, it is the policy', async () => {
    next = answer;
    const headers = { 'x-amz-content-sha256': '0'.repeat(64) };
    const all = await signed({
      signingDate: new Date(),
      ...{ host, service: 'aoss', region: 'eu-west-1', method: 'POST', body, headers },
    });
    const error = await caught(axios.post(`${origin}/_search`, body, { headers: all }));
    const request = { url: `https://${host}/_search`, method: 'GET' };
    for (const explanation of [await explainResponse(error), await explainResponse(answer, { request })]) {
      assert.equal(explanation.code, 'data-access-policy');
      assert.match(explanation.fix, /^Allow aoss:APIAccessAll/);
    }
  });
});

async function presigned() {
  const { query } = await signer({ service: 's3' }).presign(
    new HttpRequest({ hostname: new URL(origin).host, path: '/a', headers: { host: new URL(origin).host } }),
    { signingDate: TIME, expiresIn: 60 },
  );
  const search = Object.entries(query ?? {}).map(([name, value]) => `${escape(name)}=${escape(value)}`);
  return `${origin}/a?${search.join('&')}`;
}

describe('signatures', () => {
  /** What repeats the URL, as it stands in each. @type {Record<string, (url: string) => string>} */
  const PAGES = {
    'as text': (url) => `Forbidden: ${url}`,
    JSON: (url) => JSON.stringify({ message: `blocked ${url}`, url }),
    'JSON with escapes, as of Go': (url) =>
      JSON.stringify({ message: url }).replaceAll('&', '\\u0026').replaceAll('=', '\\u003d'),
    HTML: (url) => `<html><h1>Blocked</h1><p>${url.replaceAll('&', '&amp;')}</p></html>`,
    'HTML, = as an entity': (url) => `<p>${url.replaceAll('&', '&amp;').replaceAll('=', '&#x3D;')}</p>`,
    'a URL in a URL': (url) => `see /login?back=${encodeURIComponent(url)}`,
    'a URL in a URL in a URL': (url) => `see /login?back=${encodeURIComponent(encodeURIComponent(url))}`,
    XML: (url) =>
      `<Error><Code>AccessDenied</Code><Message>no ${url.replaceAll('&', '&amp;')}</Message></Error>`,
    'XML of S3': (url) =>
      `<Error><Code>New</Code><SignatureProvided>${/Signature=(\w+)/.exec(url)?.[1]}</SignatureProvided></Error>`,
    'what is no XML': (url) => `<SignatureProvided>${/Signature=(\w+)/.exec(url)?.[1]}</SignatureProvided>`,
  };

  for (const [name, page] of Object.entries(PAGES)) {
    test(`of a presigned URL that the server repeats: ${name}`, async () => {
      const url = await presigned();
      const signature = String(/X-Amz-Signature=(\w+)/.exec(url)?.[1]);
      const token = encodeURIComponent(credentials.sessionToken);
      next = { status: 403, headers: { 'content-type': 'text/html' }, body: page(url) };
      const given = [
        await fetch(url),
        await caught(axios.get(url)),
        await caught(axios.get(url, { responseType: 'stream' })),
        await caught(got(url, { retry: { limit: 0 } })),
        next.body,
      ];
      for (const one of given) {
        const explanation = await explainResponse(one);
        const shown = JSON.stringify(explanation) + formatExplanation(explanation);
        assert.ok(!shown.includes(signature), shown);
        for (const text of [token, encodeURIComponent(token), credentials.sessionToken]) {
          assert.ok(!shown.includes(text), shown);
        }
      }
    });
  }

  test('of a URL in an error of the network', async () => {
    const url = await presigned();
    const error = new Error(`request to ${url} failed, reason: connect ECONNREFUSED 127.0.0.1:1`);
    const explanation = await explainResponse(Object.assign(error, { code: 'ECONNREFUSED' }));
    assert.equal(explanation.code, 'connection-failed');
    assert.match(explanation.detail, /X-Amz-Signature=<signature>/);
  });

  test('of a header, of SigV2, of CloudFront, of SigV4a, and of a form', async () => {
    const secrets = {
      'Authorization=AWS4-HMAC-SHA256 Credential=AKID/20260203/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=':
        'f'.repeat(64),
      'https://b.s3.amazonaws.com/a?AWSAccessKeyId=AKID&Expires=1&Signature=':
        'ab%2BcdefghijklmnopqrstuvwxyZ%3D',
      'https://d111.cloudfront.net/a?Expires=1&Signature=':
        'nitfHRCrtziwO2HwPfWw~yYDhUF5EwRunQA-j19DzZ__&Key-Pair-Id',
      'https://a.b/?X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256&X-Amz-Signature=': `3045${'a1'.repeat(69)}`,
      '{"x-amz-signature": "': 'e'.repeat(64),
      'https://storage.googleapis.com/b/o?X-Goog-Signature=': '9'.repeat(512),
    };
    for (const [start, secret] of Object.entries(secrets)) {
      const { detail } = await explainResponse({ status: 403, headers: {}, body: `no: ${start}${secret}` });
      assert.ok(!detail.includes(secret.slice(0, 20)), detail);
      assert.match(detail, /<signature>/);
    }
    const { detail } = await explainResponse(REFUSALS['S3: mismatch'].answer);
    assert.match(detail, /request signature we calculated does not match the signature you provided/);
  });
});
