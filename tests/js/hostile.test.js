// Values of every kind in every place: what is thrown is a SigV4Error, never a TypeError or RangeError from within.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';

import { Signer, init, presignUrl, signRequest } from 'sigv4-wasm';
import { sign as sign4 } from 'sigv4-wasm/aws4';
import { sigv4Interceptor as axiosInterceptor } from 'sigv4-wasm/axios';
import { explainResponse, findMismatch, formatExplanation } from 'sigv4-wasm/explain';
import { createSigv4Fetch } from 'sigv4-wasm/fetch';
import { sigv4Hooks } from 'sigv4-wasm/got';
import { evaluateAccess, evaluatePolicies, executeApiArn, parsePolicy } from 'sigv4-wasm/policy';
import { sigv4Interceptor as undiciInterceptor } from 'sigv4-wasm/undici';
import { SignerV4a } from 'sigv4-wasm/v4a';
import { ReplayCache, verifyMiddleware, verifyRequest, withVerification } from 'sigv4-wasm/verify';
import { presignMany } from 'sigv4-wasm/batch';
import { eventSigner } from 'sigv4-wasm/events';
import { presignPost, signStream } from 'sigv4-wasm/s3';
import { trace } from 'sigv4-wasm/trace';

/** Made again for each call, because some functions change what they get. */
const VALUES = () => [
  ...[undefined, null, 0, -1, 0.5, NaN, Infinity, 1e300, 5n, true, Symbol('s')],
  ...['', 'x', '\ud800', '\ud800'.repeat(20), '\0', '\r\n', ' ', '%', 'é', '日本', 'a'.repeat(10_000)],
  ...[{}, [], [[]], [1], [null], [Symbol('s')], [['a']], { a: { b: Symbol('x') } }, { length: -1 }],
  ...[new Date(NaN), new Date(8.64e15), new Date(-8.64e15), new Map([[1, 2]]), new Set(['a']), /x/],
  ...[Object.create(null), { toString: null }, { toString: () => ({}) }, { valueOf: 5 }, { then: 5 }],
  ...[
    new Uint8Array(2),
    new ArrayBuffer(1),
    { [Symbol.iterator]: 5 },
    { message: Symbol('a') },
    new Error('x'),
  ],
  ...[() => 1, () => undefined, async () => null],
];

const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret' };
const options = { credentials, region: 'us-east-1', service: 'execute-api' };
const url = 'https://example.com/';
const seed = 'ab'.repeat(32);
const signer = new Signer(options);
const signed = signer.signSync(url);
const arrived = { method: 'GET', url: '/', headers: { ...signed.headers, host: 'example.com' } };
const verifying = {
  region: 'us-east-1',
  service: 'execute-api',
  secretAccessKey: async () => credentials,
};
const statement = { Effect: 'Allow', Action: '*', Resource: '*' };
const policy = { Version: '2012-10-17', Statement: [statement] };
const asked = { action: 'execute-api:Invoke', resource: 'arn:aws:execute-api:r:1:a/s/GET/' };

/** @typedef {(value: any) => unknown} Use */

/**
 * A use for each of these properties.
 *
 * @param {string[]} names
 * @param {(change: Record<string, any>) => unknown} use
 * @returns {[string, Use][]}
 */
const each = (names, use) => names.map((name) => [name, (value) => use({ [name]: value })]);

/** @param {(request: any, options: any) => unknown} sign @returns {[string, Use][]} */
const signing = (sign) => [
  ['the request', (value) => sign(value, options)],
  ['the options', (value) => sign(url, value)],
  ...each(['url', 'method', 'headers', 'body'], (change) =>
    sign({ url, method: 'POST', ...change }, options),
  ),
  ...each(['hostname', 'protocol', 'port', 'path', 'query'], (change) =>
    sign({ hostname: 'example.com', ...change }, options),
  ),
  ...each(
    [
      ...[
        'credentials',
        'region',
        'service',
        'host',
        'signedHeaders',
        'payload',
        'contentSha256Header',
        'date',
      ],
      ...['sessionTokenMode', 'pathEncoding', 'headerPlacement', 'expiresIn', 'onEarlyExpiry', 'nothing'],
    ],
    (change) => sign(url, { ...options, ...change }),
  ),
  ...each(['accessKeyId', 'secretAccessKey', 'sessionToken', 'expiration', 'Credentials'], (change) =>
    sign(url, { ...options, credentials: { ...credentials, ...change } }),
  ),
  ['a header', (value) => sign({ url, headers: { 'x-amz-a': value } }, options)],
  ['a header in a list', (value) => sign({ url, headers: { 'x-amz-a': [value] } }, options)],
  ['a pair', (value) => sign({ url, headers: [value] }, options)],
  ['a name', (value) => sign({ url, headers: [[value, 'x']] }, options)],
  ['authorization', (value) => sign({ url, headers: [['authorization', value]] }, options)],
  ['a parameter', (value) => sign({ hostname: 'example.com', query: { a: value } }, options)],
  ['a parameter in a list', (value) => sign({ hostname: 'example.com', query: { a: [value] } }, options)],
  ['a signed header', (value) => sign(url, { ...options, signedHeaders: [value] })],
  ['a hash', (value) => sign(url, { ...options, payload: { sha256: value } })],
  ['what a provider returns', (value) => sign(url, { ...options, credentials: () => value })],
  ['what date() returns', (value) => sign(url, { ...options, date: () => value })],
];

/** @param {(options: any) => unknown} make @param {string[]} own @returns {[string, Use][]} */
const adapter = (make, ...own) => [
  ['the options', make],
  ...each(['match', 'correctClockSkew', 'signatureLocation', 'date', 'credentials', ...own], (change) =>
    make({ ...options, ...change }),
  ),
];

const s3 = 'https://b.s3.us-east-1.amazonaws.com/k';
const upload = { bucket: 'b', key: 'k', region: 'us-east-1' };
const host = 'sqs.us-east-1.amazonaws.com';

/** @type {Record<string, [string, Use][]>} */
const PLACES = {
  signRequest: signing(signRequest),
  presignUrl: signing(presignUrl),
  'signer.signSync': signing((request, given) => new Signer(given).signSync(request)),
  trace: signing((request, given) => trace(new Signer(given), request)),
  SignerV4a: signing((request, { region, ...given } = /** @type {any} */ ({})) =>
    new SignerV4a({ ...given, regionSet: region === undefined ? undefined : ['*'] }).sign(request),
  ).filter(([name]) => name !== 'the options'),
  'signer.sign': [['overrides', (value) => signer.sign(url, value)]],
  presignMany: [
    ['the requests', (value) => presignMany(signer, value)],
    ['a request', (value) => presignMany(signer, [value])],
    ['overrides', (value) => presignMany(signer, [url], value)],
  ],
  signStream: [
    ['the source', (value) => signStream(signer, s3, value)],
    ['overrides', (value) => signStream(signer, s3, 'x', value)],
    ...each(['chunkSize', 'trailer', 'length', 'payload'], (change) => signStream(signer, s3, 'x', change)),
    ...each(['content-length', 'content-encoding', 'x-amz-trailer'], (headers) =>
      signStream(signer, { url: s3, headers }, 'x'),
    ),
  ],
  eventSigner: [
    ['the start', (value) => eventSigner(signer, value)],
    ['overrides', (value) => eventSigner(signer, seed, value)],
    ['headers', (value) => eventSigner(signer, /** @type {any} */ ({ headers: value }))],
    [
      'authorization',
      (value) => eventSigner(signer, /** @type {any} */ ({ headers: { authorization: value } })),
    ],
    ['a message', async (value) => (await eventSigner(signer, seed)).sign(value)],
    ['a date', async (value) => (await eventSigner(signer, seed)).sign(new Uint8Array(1), value)],
  ],
  presignPost: [
    ['the upload', (value) => presignPost(signer, value)],
    ['overrides', (value) => presignPost(signer, upload, value)],
    ...each(['bucket', 'key', 'conditions', 'fields', 'expiresIn', 'region', 'endpoint'], (change) =>
      presignPost(signer, { ...upload, ...change }),
    ),
    ['a condition', (value) => presignPost(signer, { ...upload, conditions: [value] })],
    ['an operator', (value) => presignPost(signer, { ...upload, conditions: [[value, '$acl', 'x']] })],
    ['its field', (value) => presignPost(signer, { ...upload, conditions: [['eq', value, 'x']] })],
    ['its value', (value) => presignPost(signer, { ...upload, conditions: [['eq', '$acl', value]] })],
    ['a field', (value) => presignPost(signer, { ...upload, fields: { acl: value } })],
  ],
  init: [['the module', (value) => (value === undefined ? undefined : init(value))]],
  createSigv4Fetch: adapter(createSigv4Fetch, 'fetch'),
  'axios, sigv4Interceptor': adapter(axiosInterceptor, 'axios'),
  'undici, sigv4Interceptor': adapter(undiciInterceptor, 'origin'),
  sigv4Hooks: adapter(sigv4Hooks),
  'aws4.sign': [
    ['the request', (value) => sign4(value, credentials)],
    ['credentials', (value) => sign4({ host }, value)],
    ...each(
      [
        ...[
          'host',
          'hostname',
          'path',
          'method',
          'headers',
          'body',
          'port',
          'service',
          'region',
          'signQuery',
        ],
        ...['extraHeadersToIgnore', 'extraHeadersToInclude', 'doNotEncodePath', 'doNotModifyHeaders'],
      ],
      (change) => sign4({ host, ...change }, credentials),
    ),
    ...each(['Host', 'Date', 'X-Amz-Date', 'X-Amz-Content-Sha256', 'A'], (headers) =>
      sign4({ host, headers }, credentials),
    ),
    ...each(['accessKeyId', 'secretAccessKey', 'sessionToken'], (change) =>
      sign4({ host }, { ...credentials, ...change }),
    ),
  ],
  verifyRequest: [
    ['the request', (value) => verifyRequest(value, /** @type {any} */ (verifying))],
    ['the options', (value) => verifyRequest(arrived, value)],
    ...each(['method', 'url', 'headers', 'body'], (change) =>
      verifyRequest({ ...arrived, ...change }, /** @type {any} */ (verifying)),
    ),
    ...each(['authorization', 'x-amz-date', 'host', 'x-amz-content-sha256'], (change) =>
      verifyRequest(
        { ...arrived, headers: { ...arrived.headers, ...change } },
        /** @type {any} */ (verifying),
      ),
    ),
    ...each(
      ['region', 'service', 'now', 'maxSkewSeconds', 'bodyRequired', 'maxBodyBytes', 'explain'],
      (change) => verifyRequest(arrived, /** @type {any} */ ({ ...verifying, ...change })),
    ),
    [
      'what finds the secret',
      (value) => verifyRequest(arrived, { ...verifying, secretAccessKey: () => value }),
    ],
    [
      'what now() returns',
      (value) => verifyRequest(arrived, /** @type {any} */ ({ ...verifying, now: () => value })),
    ],
  ],
  verifyMiddleware: [['the options', (value) => verifyMiddleware(value)]],
  withVerification: [
    ['the options', (value) => withVerification(() => new Response(), value)],
    ['the handler', (value) => withVerification(value, /** @type {any} */ (verifying))(new Request(url))],
  ],
  ReplayCache: [
    ['the options', (value) => new ReplayCache(value)],
    ...each(['maxEntries', 'now'], (change) => new ReplayCache(change)),
    ['what is admitted', (value) => new ReplayCache().admit(value)],
  ],
  findMismatch: [
    ['the request', (value) => findMismatch(value, { secretAccessKey: 'secret' })],
    ['the options', (value) => findMismatch(arrived, value)],
    ...each(
      ['secretAccessKey', 'region', 'service', 'now', 'stage', 'maxBodyBytes', 'deadlineMs', 'pathEncoding'],
      (change) => findMismatch(arrived, { secretAccessKey: 'secret', ...change }),
    ).map(
      ([name, use]) =>
        /** @type {[string, Use]} */ ([name, name === 'secretAccessKey' ? notAFunction(use) : use]),
    ),
  ],
  explainResponse: [
    ['the answer', (value) => explainResponse(value)],
    ['the options', (value) => explainResponse('{"message":"Forbidden"}', value)],
    ...each(['status', 'headers', 'body', 'data', 'response'], (change) =>
      explainResponse({ status: 403, ...change }),
    ),
  ],
  formatExplanation: [['the explanation', (value) => formatExplanation(value)]],
  policies: [
    ['parsePolicy', (value) => parsePolicy(value)],
    ['its options', (value) => parsePolicy(policy, value)],
    ...each(['Version', 'Statement', 'Id'], (change) => parsePolicy({ ...policy, ...change })),
    ...each(['Effect', 'Action', 'Resource', 'Principal', 'Condition', 'Sid'], (change) =>
      parsePolicy({ ...policy, Statement: [{ ...statement, ...change }] }),
    ),
    ['evaluatePolicies', (value) => evaluatePolicies(value, asked)],
    ['its request', (value) => evaluatePolicies([policy], value)],
    ...each(['action', 'resource', 'context'], (change) =>
      evaluatePolicies([policy], { ...asked, ...change }),
    ),
    ['evaluateAccess', (value) => evaluateAccess(value)],
    ...each(
      ['principal', 'identityPolicies', 'resourcePolicy', 'permissionsBoundary', 'sessionPolicies'],
      (change) => evaluateAccess({ ...asked, identityPolicies: [policy], ...change }),
    ),
    ['executeApiArn', (value) => executeApiArn(value)],
    ...each(['region', 'accountId', 'apiId', 'stage', 'method', 'path'], (change) =>
      executeApiArn({
        region: 'r',
        accountId: '1',
        apiId: 'a',
        stage: 's',
        method: 'GET',
        path: '/',
        ...change,
      }),
    ),
  ],
};

/** What a function of the caller throws is passed on. @param {Use} use @returns {Use} */
function notAFunction(use) {
  return (value) => (typeof value === 'function' ? undefined : use(value));
}

for (const [place, uses] of Object.entries(PLACES)) {
  describe(place, () => {
    for (const [name, use] of uses) {
      test(name, async () => {
        for (const value of VALUES()) {
          const shown = () => inspect(value).slice(0, 100);
          try {
            await use(value);
          } catch (error) {
            const { name: type, code } = /** @type {any} */ (error);
            assert.equal(type, 'SigV4Error', `${shown()}: ${inspect(error)}`);
            assert.match(code, /^ERR_SIGV4_/, shown());
          }
        }
      });
    }
  });
}
