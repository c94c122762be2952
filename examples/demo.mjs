// `make demo`: sends signed requests over real sockets through the local gateway of `sigv4 gateway`, and compares the responses,
// the requests that it forwards, and the reasons of its refusals with the expected ones. Exits with 1 if anything differs.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from '@aws-crypto/sha256-js';
import axios from 'axios';
import { presignUrl, signRequest } from 'sigv4-wasm';
import { sigv4Interceptor } from 'sigv4-wasm/axios';
import { startGateway } from 'sigv4-wasm-devtools/gateway';

import { createOrderClient } from './article-before.mjs';
import { credentialsFrom, OrderService } from './service.mjs';

const MINUTE = 60_000;
const region = 'eu-west-1';
const service = 'execute-api';

const started = Date.now();
let unexpected = 0;
let rows = 0;

// --- the servers ----------------------------------------------------------------------------------------------------

/** How far the clock of the gateway is ahead of this machine's. */
let clockAhead = 0;

/** The service behind the gateway: takes everything, and remembers it. */
const accepted = [];
const backend = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { method, url, rawHeaders } = request;
  accepted.push({ method, url, rawHeaders, body: Buffer.concat(chunks) });
  response.setHeader('content-type', 'application/json').end('{"accepted":true}');
});
await new Promise((resolve) => backend.listen(0, '127.0.0.1', resolve));

const config = {
  region,
  stages: ['prod'],
  upstream: `http://127.0.0.1:${backend.address().port}`,
  policies: {
    orders: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'execute-api:Invoke',
          Resource: `arn:aws:execute-api:${region}:*:*/prod/*`,
        },
        { Effect: 'Deny', Action: 'execute-api:Invoke', Resource: 'arn:aws:execute-api:*:*:*/prod/*/audit' },
      ],
    },
  },
  roles: {
    clerk: { policies: ['orders'] },
    leaving: { policies: ['orders'], sessions: [{ expiration: new Date(started - MINUTE).toISOString() }] },
  },
};
const now = () => new Date(Date.now() + clockAhead);
const gateway = await startGateway({ config, now });
/** A gateway whose credentials are valid for two seconds. */
const hasty = await startGateway({ config: { ...config, sessionSeconds: 2 }, now });
const baseURL = `${gateway.origin}/prod`;
const provider = ({ credentialsEndpoint: { uri, token } }) => credentialsFrom(`${uri}/clerk`, token);

// --- the table ------------------------------------------------------------------------------------------------------

/**
 * @param {string} request
 * @param {string} expected  the statuses of the answers, or the code of the error where nothing was sent
 * @param {() => Promise<unknown>} send
 * @param {(outcome: { last: any, sent: any[], message?: string }) => unknown} [check]  `last`: the request that the service
 *   behind the gateway got last; `sent`: what the gateway got. Throws if it is not what was meant, and returns what is
 *   worth printing.
 */
async function row(request, expected, send, check = () => undefined) {
  const before = new Set((await exchanges()).map(({ id }) => id));
  const { error, result } = await send().then(
    (result) => ({ result }),
    (error) => ({ error }),
  );
  const sent = (await exchanges()).filter(({ id }) => !before.has(id));
  const got = sent.map(({ response }) => response.status).join(', ') || error?.code;
  const answer = error?.response?.data ?? result;
  // Refusals of policies have it in upper case, there as here.
  const message = answer?.message ?? answer?.Message;

  const { method, url } = sent.at(-1)?.request ?? {};
  const line = url && `${method} ${url.replace(/\?X-Amz-.*/, '?X-Amz-…')}`;
  let happened = line ?? `nothing was sent: ${error?.code}`;
  let problem = got === expected ? undefined : (message ?? error?.message ?? '');
  let why = [];
  try {
    const note = await check({ last: accepted.at(-1), sent, message });
    if (Array.isArray(note)) why = note;
    else if (note) happened += `: ${note}`;
  } catch (failure) {
    problem ??= failure.message;
  }
  if (problem !== undefined) {
    unexpected += 1;
    happened = `expected ${expected}, got ${got}: ${problem.replace(/\s+/g, ' ')}`;
  }
  rows += 1;
  print(problem === undefined ? 'ok' : 'NO', request, line ? got : '-', happened);
  for (const text of why) console.log(`${' '.repeat(43)}${text}`);
}

/** What both gateways got, the oldest first. */
async function exchanges() {
  const both = await Promise.all([gateway.requests(), hasty.requests()]);
  return both.flat().toSorted((a, b) => (a.at < b.at ? -1 : 1));
}

/**
 * For a request that is refused: that the gateway found out why, which it prints, too.
 *
 * @param {string[]} codes  of the mistakes that the signature proves
 */
function provedBy(...codes) {
  return async ({ sent }) => {
    const { id } = sent.at(-1);
    const logged = (await gateway.requests()).find((exchange) => exchange.id === id);
    const { mismatches = [] } = logged;
    assert.deepEqual(
      mismatches.map(({ code }) => code),
      codes,
    );
    return mismatches.flatMap(({ summary, fix }) => [`why: ${summary}`, `fix: ${fix}`]);
  };
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

const accessKeyOf = ({ request }) => /Credential=(\w+)/.exec(request.headers.join(' '))?.[1];

// --- the requests ---------------------------------------------------------------------------------------------------

console.log(`${gateway.origin} is a gateway with an IAM authorizer, as \`sigv4 gateway\` runs it. It verifies what arrives,
asks the policies of a role, and sends on what is allowed; of what it refuses, it finds out why.`);

section(
  'The service of examples/service.mjs: axios, sigv4Interceptor, temporary credentials from an endpoint',
);
const shop = new OrderService({ baseURL, region, credentials: provider(gateway) });

await row('GET with a query', '200', () => shop.find({ status: 'open', limit: 2 }));

const order = { item: 'smørrebrød', pieces: 3 };
await row(
  'POST JSON',
  '200',
  () => shop.create(order),
  ({ last: { body } }) => {
    assert.deepEqual(JSON.parse(body), order);
    return `${body.length} bytes of JSON`;
  },
);

const photo = randomBytes(100_000).subarray(1000);
await row(
  'PUT binary',
  '200',
  () => shop.putPhoto('42', photo),
  ({ last: { body } }) => {
    assert.ok(photo.equals(body), 'other bytes arrived');
    return `${body.length} bytes`;
  },
);

const invoice = new Blob(['%PDF-1.7'], { type: 'application/pdf' });
await row(
  'POST multipart',
  '200',
  () => shop.upload('42', { title: 'Größe', invoice }),
  async ({ last }) => {
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
  ({ last: { url } }) => {
    const received = new URL(url, baseURL).searchParams;
    assert.deepEqual(received.getAll('tag'), filter.tag);
    assert.equal(received.get('q'), filter.q);
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
  () => 'the right time from the start',
);
clockAhead = 0;

const brief = new OrderService({ baseURL: `${hasty.origin}/prod`, region, credentials: provider(hasty) });
const twoCalls = async () => {
  await brief.find();
  await sleep(1_500);
  await brief.find();
};
await row('GET, twice while credentials run out', '200, 200', twoCalls, ({ sent }) => {
  const [first, second] = sent.map(accessKeyOf);
  assert.notEqual(first, second);
  return 'fresh credentials the second time';
});

section('signRequest and presignUrl with plain fetch');
const credentials = gateway.credentials('clerk');
const options = { region, service, credentials };
const url = `${baseURL}/orders/42`;

const signed = await signRequest({ method: 'PUT', url, body: { pieces: 3 } }, options);
await row('PUT JSON', '200', () => fetch(signed.url, signed));

const presigned = await presignUrl(`${url}?part=1`, { ...options, expiresIn: 60 });
await row('GET, presigned for a minute', '200', () => fetch(presigned));
clockAhead = 2 * MINUTE;
const isTooLate = ({ message }) => (assert.match(message, /expired/), message);
await row('the same, two minutes later', '403', () => fetchMessage(presigned), isTooLate);
clockAhead = 0;

section('What must be refused, and why it was');
const isMessage =
  (pattern) =>
  ({ message }) => (assert.match(message, pattern), message);
await row('GET, unsigned', '403', () => axios.get(url), isMessage(/^Missing Authentication Token$/));
await row(
  'GET of what a policy denies',
  '403',
  () => new OrderService({ baseURL, region, credentials }).audit(),
  isMessage(/ with an explicit deny/),
);

const tampered = { ...signed, body: JSON.stringify(JSON.parse(signed.body), null, 2) };
await row(
  'PUT, JSON rewritten on the way',
  '403',
  () => fetchMessage(url, tampered),
  provedBy('body-json-compact'),
);

const fromFile = { ...credentials, secretAccessKey: `${credentials.secretAccessKey}\n` };
await row(
  'GET, a secret read from a file',
  '403',
  () => sendAsSmithy(fromFile, '/prod/orders'),
  provedBy('secret-white-space'),
);
await row(
  'GET, a path that was encoded once',
  '403',
  () => sendAsSmithy(credentials, '/prod/orders/a%20b', { uriEscapePath: false }),
  provedBy('path-encoded-once'),
);

/** As a hand-written client does, with AWS's own signer. */
async function sendAsSmithy(credentials, path, options) {
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256, ...options });
  const { host } = new URL(baseURL);
  const headers = { host };
  const request = new HttpRequest({ method: 'GET', protocol: 'http:', hostname: host, path, headers });
  const { headers: signed } = await signer.sign(request);
  return fetchMessage(new URL(path, baseURL), { headers: signed });
}

// A client that does not know when the token expires learns it from the server.
const { expiration: _, ...stale } = gateway.credentials('leaving');
const signedStale = await signRequest(url, { ...options, credentials: stale });
await row(
  'GET, expired token',
  '403',
  () => fetchMessage(url, signedStale),
  isMessage(/security token included in the request is expired/),
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
  ({ last: { body } }) => {
    assert.deepEqual(JSON.parse(body), order);
  },
);
await row(
  'PUT binary',
  '200',
  () => article.put('/orders/42/photo', photo),
  ({ last: { body } }) => {
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
  ({ last: { body } }) => {
    assert.equal(String(body), '{}');
    return 'no form, but {}';
  },
);

await Promise.all([gateway.close(), hasty.close()]);
backend.close();
backend.closeAllConnections();
const seconds = ((Date.now() - started) / 1000).toFixed(1);
console.log(`\n${rows - unexpected} of ${rows} as expected, in ${seconds} s.`);
console.log(`
To see what a signature is made of, or why a request was refused:
  target/devtools/node_modules/.bin/sigv4 inspect    a page; nothing that is typed there leaves it
  target/devtools/node_modules/.bin/sigv4 gateway    the gateway of this demo, with a live list of requests in that page`);
if (unexpected > 0) process.exitCode = 1;
