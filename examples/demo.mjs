// `make demo`: sends signed requests over real sockets to a server that plays API Gateway with an IAM authorizer, and
// compares what it answered, and what arrived there, with what must be. Exits with 1 if anything differs.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import axios from 'axios';
import { presignUrl, signRequest } from 'sigv4-wasm';
import { sigv4Interceptor } from 'sigv4-wasm/axios';

import { startIamServer } from '../tests/support/iam-server.js';
import { createOrderClient } from './article-before.mjs';
import { credentialsFrom, OrderService } from './service.mjs';

const MINUTE = 60_000;
const region = 'eu-west-1';
const service = 'execute-api';

const started = Date.now();
let unexpected = 0;
let rows = 0;

// --- the server -----------------------------------------------------------------------------------------------------

/** How far its clock is ahead of this machine's, and how long the credentials last that it hands out. */
let clockAhead = 0;
let credentialsLast = 60 * MINUTE;

const known = [];
const server = await startIamServer({
  region,
  service,
  credentials: known,
  now: () => new Date(Date.now() + clockAhead),
  respond: ({ url }) => (url === '/open/credentials' ? handOutCredentials() : undefined),
});
const baseURL = `${server.origin}/prod`;
const credentialsEndpoint = `${server.origin}/open/credentials`;

function issueCredentials(expiration) {
  const random = (bytes) => randomBytes(bytes).toString('base64');
  const credentials = {
    accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: random(30),
    sessionToken: random(120),
    expiration,
  };
  known.push(credentials);
  return credentials;
}

function handOutCredentials() {
  const expiration = new Date(Date.now() + credentialsLast);
  const { accessKeyId, secretAccessKey, sessionToken } = issueCredentials(expiration);
  const body = {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: sessionToken,
    Expiration: expiration,
  };
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

// --- the table ------------------------------------------------------------------------------------------------------

/**
 * @param {string} request
 * @param {string} expected  the statuses of the answers, or the code of the error where nothing was sent
 * @param {() => Promise<unknown>} send
 * @param {(last: any, outcome: { arrived: any[], message?: string }) => unknown} [check]  `last`: the request that
 *   arrived last. Throws where it is not what was meant, and tells what is worth telling.
 */
async function row(request, expected, send, check = () => undefined) {
  const before = server.requests.length;
  const { error, result } = await send().then(
    (result) => ({ result }),
    (error) => ({ error }),
  );
  const arrived = server.requests.slice(before).filter(({ url }) => !url.startsWith('/open/'));
  const last = arrived.at(-1);
  const got = arrived.map(({ status }) => status).join(', ') || error?.code;
  const message = error?.response?.data?.message ?? result?.message;

  const line = last && `${last.method} ${last.url.replace(/\?X-Amz-.*/, '?X-Amz-…')}`;
  let happened = line ?? `nothing was sent: ${error?.code}`;
  let problem = got === expected ? undefined : (message ?? error?.message ?? '');
  try {
    const note = await check(last, { arrived, message });
    if (note) happened += `: ${note}`;
  } catch (failure) {
    problem ??= failure.message;
  }
  if (problem !== undefined) {
    unexpected += 1;
    happened = `expected ${expected}, got ${got}: ${problem.replace(/\s+/g, ' ')}`;
  }
  rows += 1;
  print(problem === undefined ? 'ok' : 'NO', request, line ? got : '-', happened);
}

function section(title) {
  console.log(`\n${title}`);
  print('', 'request', 'status', 'what happened');
}

function print(mark, request, status, happened) {
  const cut = mark === 'ok' && happened.length > 90 ? `${happened.slice(0, 89)}…` : happened;
  console.log(`  ${mark.padEnd(3)}${request.padEnd(38)}${status.padEnd(10)}${cut}`);
}

/** Fetches, and gives the message of the answer. */
async function fetchMessage(url, init) {
  const response = await fetch(url, init);
  return { message: (await response.json()).message };
}

const accessKeyOf = ({ rawHeaders }) => /Credential=(\w+)/.exec(rawHeaders.join(' '))?.[1];

// --- the requests ---------------------------------------------------------------------------------------------------

console.log(`${server.origin} plays API Gateway with an IAM authorizer. It computes every signature anew with AWS's own
@smithy/signature-v4, from the bytes that arrived, and refuses what does not match.`);

section(
  'The service of examples/service.mjs: axios, sigv4Interceptor, temporary credentials from an endpoint',
);
const shop = new OrderService({ baseURL, region, credentials: credentialsFrom(credentialsEndpoint) });

await row('GET with a query', '200', () => shop.find({ status: 'open', limit: 2 }));

const order = { item: 'smørrebrød', pieces: 3 };
await row(
  'POST JSON',
  '200',
  () => shop.create(order),
  ({ body }) => {
    assert.deepEqual(JSON.parse(body), order);
    return `${body.length} bytes of JSON`;
  },
);

const photo = randomBytes(100_000).subarray(1000);
await row(
  'PUT binary',
  '200',
  () => shop.putPhoto('42', photo),
  ({ body }) => {
    assert.ok(photo.equals(body), 'other bytes arrived');
    return `${body.length} bytes`;
  },
);

const invoice = new Blob(['%PDF-1.7'], { type: 'application/pdf' });
await row(
  'POST multipart',
  '200',
  () => shop.upload('42', { title: 'Größe', invoice }),
  async (last) => {
    const type = last.rawHeaders[last.rawHeaders.findIndex((name) => /^content-type$/i.test(name)) + 1];
    const form = await new Response(last.body, { headers: { 'content-type': type } }).formData();
    assert.equal(form.get('title'), 'Größe');
    assert.equal(await form.get('invoice').text(), '%PDF-1.7');
    return `the fields ${[...form.keys()].join(' and ')}`;
  },
);

await row('DELETE', '200', () => shop.remove('a/b ü'));
await row('POST to a connection', '200', () => shop.notify('ab=', { text: 'shipped' }));

const filter = { tag: ['größe', "it's (new)!", 'größe'], q: '1+1 = 2 & 100%' };
await row(
  'GET, unicode, repeated parameters',
  '200',
  () => shop.find(filter),
  ({ url }) => {
    const arrived = new URL(url, server.origin).searchParams;
    assert.deepEqual(arrived.getAll('tag'), filter.tag);
    assert.equal(arrived.get('q'), filter.q);
  },
);

clockAhead = 20 * MINUTE;
await row(
  'GET, local clock 20 minutes behind',
  '403, 200',
  () => shop.find(),
  () => 'signed again',
);
await row(
  'the next one',
  '200',
  () => shop.find(),
  () => 'the right time at once',
);
clockAhead = 0;

credentialsLast = 2_000;
const shortLived = new OrderService({ baseURL, region, credentials: credentialsFrom(credentialsEndpoint) });
const twoCalls = async () => {
  await shortLived.find();
  await sleep(1_500);
  await shortLived.find();
};
await row('GET, twice while credentials run out', '200, 200', twoCalls, (_, { arrived }) => {
  const [first, second] = arrived.map(accessKeyOf);
  assert.notEqual(first, second);
  return 'fresh credentials the second time';
});

section('signRequest and presignUrl with plain fetch');
const credentials = issueCredentials(new Date(Date.now() + 60 * MINUTE));
const options = { region, service, credentials };
const url = `${baseURL}/orders/42`;

const signed = await signRequest({ method: 'PUT', url, body: { pieces: 3 } }, options);
await row('PUT JSON', '200', () => fetch(signed.url, signed));

const presigned = await presignUrl(`${url}?part=1`, { ...options, expiresIn: 60 });
await row('GET, presigned for a minute', '200', () => fetch(presigned));
clockAhead = 2 * MINUTE;
const isTooLate = (_, { message }) => (assert.match(message, /^Signature expired/), message);
await row('the same, two minutes later', '403', () => fetchMessage(presigned), isTooLate);
clockAhead = 0;

section('What must be refused');
await row(
  'GET, unsigned',
  '403',
  () => axios.get(url),
  (_, { message }) => {
    assert.equal(message, 'Missing Authentication Token');
    return message;
  },
);

const tampered = { ...signed, body: signed.body.replace('3', '3000') };
await row(
  'PUT, the body changed on the way',
  '403',
  () => fetchMessage(url, tampered),
  (_, { message }) => {
    assert.match(message, /^The request signature we calculated does not match/);
    return message;
  },
);

// Where the client does not know when the token expires, only the server can tell.
const { expiration: _, ...stale } = issueCredentials(new Date(Date.now() - MINUTE));
const signedStale = await signRequest(url, { ...options, credentials: stale });
await row(
  'GET, expired token',
  '403',
  () => fetchMessage(url, signedStale),
  (_, { message }) => {
    assert.match(message, /security token included in the request is expired/);
    return message;
  },
);

const expired = { ...stale, expiration: new Date(Date.now() - MINUTE) };
const withExpired = new OrderService({ baseURL, region, credentials: expired });
await row('GET, known to be expired', 'ERR_SIGV4_CREDENTIALS_EXPIRED', () => withExpired.find());

const elsewhere = axios.create();
elsewhere.interceptors.request.use(sigv4Interceptor({ credentials }));
const nowhere = () => elsewhere.get('https://api.example.com/orders');
await row('GET, custom domain without region', 'ERR_SIGV4_REGION_REQUIRED', nowhere);

section("The client of examples/article-before.mjs: a hand-written interceptor around AWS's signer");
const article = createOrderClient({ baseURL, region, credentials });
await row('GET with a query', '200', () => article.get('/orders', { params: { status: 'open' } }));
await row(
  'POST JSON',
  '200',
  () => article.post('/orders', order),
  ({ body }) => {
    assert.deepEqual(JSON.parse(body), order);
  },
);
await row(
  'PUT binary',
  '200',
  () => article.put('/orders/42/photo', photo),
  ({ body }) => {
    assert.deepEqual(Object.keys(JSON.parse(body)), ['type', 'data']);
    return 'not the bytes, but JSON of them';
  },
);
const form = new FormData();
form.append('invoice', invoice);
await row(
  'POST multipart',
  '200',
  () => article.post('/orders/42/documents', form),
  ({ body }) => {
    assert.equal(String(body), '{}');
    return 'no form, but {}';
  },
);

await server.close();
const seconds = ((Date.now() - started) / 1000).toFixed(1);
console.log(`\n${rows - unexpected} of ${rows} as expected, in ${seconds} s.`);
if (unexpected > 0) process.exitCode = 1;
