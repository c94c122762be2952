// The replacement of aws4: the same results if AWS accepts them, and different ones only if it does not.

import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { createRequire } from 'node:module';
import { after, before, beforeEach, describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';

import aws4 from 'aws4';
import ours, { RequestSigner, canonicalString, sign } from 'sigv4-wasm/aws4';

import { assertTypes, headersOf, startServers } from '../support/clients-harness.js';
import { authorize } from '../support/iam-authorizer.js';
import { CREDENTIALS } from '../support/wire.js';
import { generate } from './aws4.cases.js';
import { DIFFERENCES } from './aws4.differences.js';

const NOW = new Date('2015-08-30T12:36:00Z');
const PROBES = 3000;

/**
 * @param {typeof sign} signer
 * @param {{ request: any, credentials: any }} probe
 * @returns {any} the options, changed, or the error
 */
function attempt(signer, { request, credentials }) {
  const options = structuredClone(request);
  try {
    assert.equal(signer(options, credentials), options);
    return options;
  } catch (error) {
    return { error };
  }
}

/**
 * @param {any} options  signed
 * @param {any} credentials
 * @param {string[]} scope
 * @returns {Promise<boolean>} whether AWS's own signer comes to the same signature
 */
async function isAccepted(options, credentials, [region, service]) {
  if (options.error) return false;
  const { method = 'GET', path, body = '', headers } = options;
  /** As Node sends them. @type {Map<string, string[]>} */
  const sent = new Map();
  for (const [name, value] of Object.entries(headers))
    sent.set(name.toLowerCase(), [value].flat().map(String));
  const rawHeaders = [...sent].flatMap(([name, values]) => values.flatMap((value) => [name, value]));
  const date = /X-Amz-Date=(\w+)/.exec(path)?.[1] ?? String(sent.get('x-amz-date') ?? '');
  const now = () => new Date(date.replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5'));
  const request = { method: method.toUpperCase(), url: path, rawHeaders, body: Buffer.from(body) };
  return authorize(request, { credentials: [credentials], region, service, now }).then(
    () => true,
    () => false,
  );
}

/** @param {any} options */
function scopeOf({ headers, path, signQuery }) {
  const credential = /Credential=([^,&]+)/.exec(signQuery ? path : headers?.Authorization)?.[1] ?? '';
  return decodeURIComponent(credential).split('/').slice(2, 4);
}

describe('beside aws4', () => {
  it(`${PROBES} requests: equal, or one of the differences`, async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: NOW });
    const counts = { equal: 0, accepted: 0, different: 0 };
    const seen = new Set();
    for (const probe of generate(PROBES, 1)) {
      const [theirs, mine] = [attempt(aws4.sign, probe), attempt(sign, probe)];
      const shown = () => JSON.stringify([probe.request, theirs, mine], null, 1);
      const accepted = await isAccepted(mine, probe.credentials, scopeOf(mine));
      if (isDeepStrictEqual(mine, theirs)) {
        counts.equal += 1;
        counts.accepted += Number(accepted);
        continue;
      }
      counts.different += 1;
      const rows = DIFFERENCES.filter(({ applies }) => applies(probe.request));
      assert.ok(rows.length > 0, shown());
      for (const { name } of rows) seen.add(name);
      if (mine.error) assert.match(mine.error.code, /^ERR_SIGV4_/);
      // Where all that applies can be judged: theirs is refused.
      if (rows.every(({ refused }) => refused)) {
        assert.equal(await isAccepted(theirs, probe.credentials, scopeOf(mine)), false, shown());
        if (judges(mine)) assert.equal(accepted, true, shown());
      }
    }
    t.diagnostic(JSON.stringify(counts));
    assert.ok(counts.equal > PROBES / 3 && counts.accepted > PROBES / 5, JSON.stringify(counts));
    assert.deepEqual([...seen].sort(), DIFFERENCES.map(({ name }) => name).sort());
  });

  it('the steps', (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: NOW });
    const request = { host: 'sqs.us-east-1.amazonaws.com', path: '/a b?c=d', body: 'x' };
    const [theirs, mine] = [aws4.RequestSigner, RequestSigner].map(
      (Signer) => new Signer(structuredClone(request), CREDENTIALS),
    );
    for (const step of /** @type {const} */ ([
      'canonicalString',
      'stringToSign',
      'signature',
      'authHeader',
      'getDateTime',
      'getDate',
      'canonicalHeaders',
      'signedHeaders',
      'credentialString',
      'sign',
    ])) {
      assert.deepEqual(mine[step](), theirs[step](), step);
    }
    assert.equal(
      canonicalString(structuredClone(request), CREDENTIALS),
      new aws4.RequestSigner(structuredClone(request), CREDENTIALS).canonicalString(),
    );
    assert.deepEqual([mine.service, mine.region], [theirs.service, theirs.region]);
  });

  it('the Git password of CodeCommit', (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: NOW });
    const request = {
      service: 'codecommit',
      host: 'git-codecommit.us-east-1.amazonaws.com',
      method: 'GIT',
      path: '/v1/repos/a',
    };
    const [theirs, mine] = [aws4.RequestSigner, RequestSigner].map((Signer) => {
      const signer = new Signer(structuredClone(request), CREDENTIALS);
      return `${signer.getDateTime()}Z${signer.signature()}`;
    });
    assert.equal(mine, theirs);
  });

  it('a URL', (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: NOW });
    const url = 'https://sqs.us-east-1.amazonaws.com/a?b=c';
    const { headers, path, hostname } = aws4.sign(url, CREDENTIALS);
    const mine = sign(url, CREDENTIALS);
    assert.deepEqual([mine.headers, mine.path, mine.hostname], [headers, path, hostname]);
  });

  it('the environment', (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: NOW });
    const names = [
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_SESSION_TOKEN',
      'AWS_ACCESS_KEY',
      'AWS_SECRET_KEY',
    ];
    const before = names.map((name) => process.env[name]);
    const set = (/** @type {(string | undefined)[]} */ values) =>
      names.forEach((name, i) =>
        values[i] === undefined ? delete process.env[name] : (process.env[name] = values[i]),
      );
    try {
      for (const values of [
        ['a', 'b'],
        ['a', 'b', 'c'],
        [undefined, undefined, undefined, 'd', 'e'],
        ['a', 'b', undefined, 'd', 'e'],
      ]) {
        set(values);
        const request = { host: 'sqs.us-east-1.amazonaws.com' };
        assert.deepEqual(sign({ ...request }), aws4.sign({ ...request }));
      }
      set([]);
      assert.throws(() => sign({ host: 'sqs.us-east-1.amazonaws.com' }), {
        code: 'ERR_SIGV4_CREDENTIALS_INVALID',
      });
    } finally {
      set(before);
    }
  });

  it('services with rules of their own', () => {
    const region = 'us-east-1';
    const signed = (/** @type {string} */ service, /** @type {object} */ options = {}) =>
      sign({ service, region, host: 'a.example.com', path: '/?a=b', ...options }, CREDENTIALS);
    const { headers } = signed('s3express');
    assert.equal(headers['X-Amz-S3session-Token'], CREDENTIALS.sessionToken);
    assert.equal(headers['X-Amz-Security-Token'], undefined);
    assert.equal(
      signed('vpc-lattice-svcs', { body: 'x' }).headers['X-Amz-Content-Sha256'],
      'UNSIGNED-PAYLOAD',
    );
    assert.match(signed('aoss', { body: 'x' }).headers['X-Amz-Content-Sha256'], /^[0-9a-f]{64}$/);
    const mqtt = { host: 'a.example.com', path: '/mqtt', signQuery: true };
    assert.match(
      signed('iotdevicegateway', mqtt).path,
      /&X-Amz-Signature=\w{64}&X-Amz-Security-Token=[^&]+$/,
    );
    const [withToken, without] = [CREDENTIALS, { ...CREDENTIALS, sessionToken: undefined }].map(
      (credentials) =>
        canonicalString(
          { service: 'iotdevicegateway', region, ...mqtt, headers: { Date: NOW.toUTCString() } },
          credentials,
        ),
    );
    assert.equal(withToken, without);
  });

  it('more parameters than Node parses', () => {
    const path = `/?${Array.from({ length: 1500 }, (_, i) => `p${i}=1`).join('&')}`;
    const signed = sign({ host: 'sqs.us-east-1.amazonaws.com', path }, CREDENTIALS);
    assert.equal(signed.path, path);
  });

  it('the default export, and require()', () => {
    const required = createRequire(import.meta.url)('sigv4-wasm/aws4');
    assert.equal(typeof required.sign, 'function');
    assert.equal(ours.sign, sign);
    assert.equal(ours.RequestSigner, RequestSigner);
  });
});

/**
 * Whether the verifier takes all that it needs from a request: it knows no paths of S3, asks for an expiry and for all
 * headers that API Gateway asks for.
 *
 * @param {any} options
 */
function judges(options) {
  const { error, signQuery, path, doNotModifyHeaders, doNotEncodePath, extraHeadersToIgnore } = options;
  if (error || doNotModifyHeaders || doNotEncodePath || extraHeadersToIgnore) return false;
  if (signQuery && !path.includes('X-Amz-Expires')) return false;
  if (scopeOf(options)[1] !== 's3') return true;
  const [pathname, query = ''] = path.split('?');
  const names = query.split('&').map((/** @type {string} */ pair) => pair.split('=')[0]);
  // It signs every value of a repeated parameter; Amazon S3 the first one only.
  return new Set(names).size === names.length && !/[^\w/.~-]|\/\.|\/\//.test(pathname);
}

describe('sent by Node', () => {
  /** @type {Awaited<ReturnType<typeof startServers>>} */
  let servers;
  before(async () => (servers = await startServers()));
  after(() => servers.close());
  beforeEach(() => (servers.server.requests.length = 0));

  /** @param {any} options */
  function send({ body, ...options }) {
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest({ agent: false, ...options }, (incoming) => {
        incoming.resume().on('end', () => resolve(incoming.statusCode));
      });
      outgoing.on('error', reject).end(body);
    });
  }
  const target = () => {
    const { hostname, port } = new URL(servers.server.origin);
    return { hostname, port, service: 'execute-api', region: 'us-east-1' };
  };

  /** @type {[string, object][]} */
  const cases = [
    ['GET', { path: '/' }],
    ['a query', { path: "/a?b=ü&b=a&!='()*&e=f+g" }],
    ['odd paths', { path: '/ä/@b=/%2F//c/../d' }],
    ['text', { method: 'PUT', body: 'größe' }],
    ['bytes', { body: Buffer.from([1, 2, 3]) }],
    ['a method in lower case', { method: 'post', body: 'x' }],
    [
      'headers in odd case',
      {
        headers: { 'X-AMZ-Meta-A': ' a   b ', 'CONTENT-TYPE': 'text/plain', 'x-amz-Meta-b': ['1', '2'] },
        body: 'x',
      },
    ],
    ['a presigned URL', { path: '/a?X-Amz-Expires=60&b=c', signQuery: true }],
    ['a path without its slash', { path: 'a' }],
  ];
  for (const [name, options] of cases) {
    it(name, async () => {
      assert.equal(await send(sign({ ...target(), ...options }, CREDENTIALS)), 200);
    });
  }

  it('options that are signed again get a fresh date, token and length', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() - 3_600_000 });
    /** @type {any} */
    const options = { ...target(), body: 'a', headers: { 'X-Amz-Meta-A': '1' } };
    sign(options, { ...CREDENTIALS, sessionToken: 'old' });
    t.mock.timers.reset();
    options.body = 'abc';
    assert.equal(await send(sign(options, CREDENTIALS)), 200);
    assert.equal(headersOf(servers.server.requests[0])['content-length'], '3');

    const presigned = { ...target(), path: '/?X-Amz-Expires=60', signQuery: true };
    sign(presigned, CREDENTIALS);
    assert.equal(await send(sign(presigned, CREDENTIALS)), 200);
  });
});

describe('errors', () => {
  const host = 'sqs.us-east-1.amazonaws.com';
  /** @type {[string, any, any, string][]} */
  const cases = [
    ['nothing', undefined, CREDENTIALS, 'ERR_SIGV4_URL_INVALID'],
    ['a relative URL', '/a', CREDENTIALS, 'ERR_SIGV4_URL_INVALID'],
    ['no service', { host: 'api.example.com' }, CREDENTIALS, 'ERR_SIGV4_SERVICE_REQUIRED'],
    ['no host and no service', { path: '/' }, CREDENTIALS, 'ERR_SIGV4_SERVICE_REQUIRED'],
    ['an object as body', { host, body: { a: 1 } }, CREDENTIALS, 'ERR_SIGV4_BODY_UNSUPPORTED'],
    [
      'a header without a value',
      { host, headers: { 'X-Amz-A': undefined } },
      CREDENTIALS,
      'ERR_SIGV4_HEADER_INVALID',
    ],
    ['a line break', { host, headers: { 'X-Amz-A': 'a\nb' } }, CREDENTIALS, 'ERR_SIGV4_HEADER_INVALID'],
    ['beyond Latin-1', { host, headers: { 'X-Amz-A': '€' } }, CREDENTIALS, 'ERR_SIGV4_HEADER_INVALID'],
    ['headers in a list', { host, headers: ['X-Amz-A', '1'] }, CREDENTIALS, 'ERR_SIGV4_HEADER_INVALID'],
    ['a date that is none', { host, headers: { Date: 'x' } }, CREDENTIALS, 'ERR_SIGV4_DATE_INVALID'],
    [
      'an X-Amz-Date that is none',
      { host, headers: { 'X-Amz-Date': 'x' } },
      CREDENTIALS,
      'ERR_SIGV4_DATE_INVALID',
    ],
    // Each would put lines of the client's into the canonical request, or sign another host than is sent.
    ['a line break in the method', { host, method: 'GET\n/x' }, CREDENTIALS, 'ERR_SIGV4_METHOD_INVALID'],
    ['a carriage return in the method', { host, method: 'GET\r' }, CREDENTIALS, 'ERR_SIGV4_METHOD_INVALID'],
    [
      'a line break in the key id',
      { host },
      { ...CREDENTIALS, accessKeyId: 'AKID\nx' },
      'ERR_SIGV4_CREDENTIALS_INVALID',
    ],
    [
      'a carriage return in the key id, signed in the query',
      { host, signQuery: true },
      { ...CREDENTIALS, accessKeyId: 'AKID\r' },
      'ERR_SIGV4_CREDENTIALS_INVALID',
    ],
    ['a path in the host', { host: `${host}/a` }, CREDENTIALS, 'ERR_SIGV4_URL_INVALID'],
    ['a path in the hostname', { hostname: `evil.example/.${host}` }, CREDENTIALS, 'ERR_SIGV4_URL_INVALID'],
    ['a path in the host header', { headers: { host: `${host}/a` } }, CREDENTIALS, 'ERR_SIGV4_URL_INVALID'],
    ['a query in the host', { host: `evil.example?.${host}` }, CREDENTIALS, 'ERR_SIGV4_URL_INVALID'],
    ['a fragment in the host', { host: `evil.example#.${host}` }, CREDENTIALS, 'ERR_SIGV4_URL_INVALID'],
    ['a user in the host', { host: `${host}@evil.example` }, CREDENTIALS, 'ERR_SIGV4_URL_INVALID'],
    ['no secret', { host }, { accessKeyId: 'a' }, 'ERR_SIGV4_CREDENTIALS_INVALID'],
  ];
  for (const [name, request, credentials, code] of cases) {
    it(`${name}: ${code}`, () => assert.throws(() => sign(request, credentials), { code }));
  }
});

it('has types that fit http.request', () =>
  assertTypes(
    'aws4',
    `import { request } from 'node:https';
     import aws4, { RequestSigner, canonicalString, sign } from 'sigv4-wasm/aws4';
     const options = sign({ host: 'sqs.us-east-1.amazonaws.com', path: '/', body: 'x' }, { accessKeyId: 'a', secretAccessKey: 'b' });
     request(options).end(options.body);
     request(aws4.sign({ service: 'sqs', region: 'eu-west-1' }));
     const text: string = canonicalString('https://sqs.us-east-1.amazonaws.com') + new RequestSigner(options).signature();
     void text;`,
  ));
