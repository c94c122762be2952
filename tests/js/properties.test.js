// Properties that hold for every request, on random ones: made smaller by fast-check when one does not hold.
//
// Environment variables: SIGV4_RUNS (how many requests for each test), SIGV4_SEED.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';

import fc from 'fast-check';
import { presignUrl, signRequest } from 'sigv4-wasm';
import { verifyRequest } from 'sigv4-wasm/verify';

import { startIamServer } from '../support/iam-server.js';
import { SIGNING_CLIENTS } from '../support/signing-clients.js';
import { CREDENTIALS, OPTIONS, send } from '../support/wire.js';

const RUNS = Number(process.env.SIGV4_RUNS ?? 60);
const SEED = Number(process.env.SIGV4_SEED ?? Date.now() % 2 ** 31);

/** Characters that some client, proxy or signer is known to spell in a way of its own, beside all others. */
const hard = fc.constantFrom(
  ...'!\'()*+,;:@&=$~-._ %/?"<>[]{}|\\^`'.split(''),
  'ü',
  '€',
  '日',
  '𝄞',
  '%2F',
  '%20',
  '%e4',
);
const piece = fc
  .array(fc.oneof({ weight: 3, arbitrary: fc.string({ unit: 'grapheme', maxLength: 3 }) }, hard), {
    maxLength: 6,
  })
  .map((parts) => parts.join(''));

const path = fc
  .array(
    fc.oneof({ weight: 8, arbitrary: piece.map(escaped) }, fc.constantFrom('', '.', '..', '...', '%2e')),
    {
      maxLength: 5,
    },
  )
  .map((segments) => `/${segments.join('/')}`);
const query = fc.array(fc.tuple(piece, piece), { maxLength: 5 });

const token = fc.string({ unit: fc.constantFrom(...'abcXYZ019-_'), minLength: 1, maxLength: 12 });
const headerValue = fc
  .string({ unit: fc.constantFrom(...'aZ09 \t"\',;=()<>@:\\/[]?{}~!#$%&*+-.^_`|'), maxLength: 20 })
  .map((text) => text.trim());
const headers = fc.dictionary(
  token.map((name) => `x-amz-meta-${name.toLowerCase()}`),
  headerValue,
  { maxKeys: 4, noNullPrototype: true },
);

/** A body, and its bytes as they must arrive. */
const body = fc.oneof(
  fc.constant({ make: () => undefined, bytes: Buffer.alloc(0) }),
  fc
    .string({ unit: 'grapheme', maxLength: 300 })
    .map((text) => ({ make: () => text, bytes: Buffer.from(text) })),
  fc.uint8Array({ maxLength: 5000 }).map((bytes) => ({ make: () => bytes, bytes: Buffer.from(bytes) })),
  fc
    .uint8Array({ maxLength: 300 })
    .map((bytes) => ({ make: () => bytes.slice().buffer, bytes: Buffer.from(bytes) })),
  fc
    .uint8Array({ maxLength: 300 })
    .map((bytes) => ({ make: () => new Blob([bytes]), bytes: Buffer.from(bytes) })),
  fc.array(fc.tuple(piece, piece), { maxLength: 3 }).map((pairs) => {
    const form = () =>
      new URLSearchParams(pairs.map(([name, value]) => [name.toWellFormed(), value.toWellFormed()]));
    return { make: form, bytes: Buffer.from(`${form()}`) };
  }),
  fc.object({ maxDepth: 2, maxKeys: 4 }).map((value) => ({
    make: () => value,
    bytes: Buffer.from(JSON.stringify(value)),
  })),
);

const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS');

/** Node.js and some clients send these without a body, or with one whose end nothing marks. */
const BODILESS = new Set(['GET', 'DELETE', 'OPTIONS']);

/** One request in each of the shapes in which callers write it. */
const SHAPES = {
  'a text and options': (/** @type {Made} */ { url, ...rest }) => ({ url, ...rest }),
  'a URL': (/** @type {Made} */ { url, ...rest }) => ({ url: new URL(url), ...rest }),
  Headers: (/** @type {Made} */ { headers, ...rest }) => ({ headers: new Headers(headers), ...rest }),
  pairs: (/** @type {Made} */ { headers, ...rest }) => ({ headers: Object.entries(headers), ...rest }),
  'a Map of headers': (/** @type {Made} */ { headers, ...rest }) => ({
    headers: new Map(Object.entries(headers)),
    ...rest,
  }),
  'a fetch Request': (/** @type {Made} */ { url, method, headers, body }) =>
    new Request(url, { method, headers, body: /** @type {any} */ (body) }),
};

/** @typedef {{ url: string, method: string, headers: Record<string, string>, body: unknown }} Made */

const random = fc.record({
  method,
  path,
  query,
  headers,
  body,
  shape: fc.constantFrom(...Object.keys(SHAPES)),
});
/** @typedef {typeof random extends fc.Arbitrary<infer T> ? T : never} Random */

describe(`random requests, seed ${SEED}`, () => {
  /** @type {import('../support/iam-server.js').IamServer} */
  let server;
  before(async () => {
    server = await startIamServer({ credentials: [CREDENTIALS] });
  });
  after(() => server.close());

  /**
   * @param {Random} request
   * @returns {Made}
   */
  const made = ({ method, path, query, headers, body }) => {
    const url = new URL(`${server.origin}${path}`);
    for (const [name, value] of query) url.searchParams.append(name.toWellFormed(), value.toWellFormed());
    const content = BODILESS.has(method) ? undefined : body.make();
    return { url: url.href, method, headers, body: content };
  };
  const expected = (/** @type {Random} */ { method, body }) =>
    BODILESS.has(method) ? Buffer.alloc(0) : body.bytes;

  /** @param {Random} request */
  const isOfShape = ({ shape, method, body }) => {
    // What a Request cannot carry, or not without adding a header of its own.
    if (shape !== 'a fetch Request') return true;
    const content = BODILESS.has(method) ? undefined : body.make();
    return content === undefined || typeof content === 'string' || ArrayBuffer.isView(content);
  };

  property('signRequest: what is signed is accepted, and its body arrives', random, async (request) => {
    fc.pre(isOfShape(request));
    const signed = await signRequest(
      SHAPES[/** @type {keyof typeof SHAPES} */ (request.shape)](made(request)),
      OPTIONS,
    );
    const { status, body } = await send(signed);
    assert.equal(status, 200, body?.message);
    assert.equal(body.sha256, sha256(expected(request)));
  });

  property('presignUrl: a URL is accepted for its method and no other', random, async (request) => {
    const { url, method, headers } = made(request);
    const presigned = await presignUrl({ url, method }, OPTIONS);
    const { status, body } = await send({ url: presigned, method, headers: {} });
    assert.equal(status, 200, body?.message);
    const other = method === 'PUT' ? 'POST' : 'PUT';
    assert.equal((await send({ url: presigned, method: other, headers })).status, 403);
  });

  property(
    'verifyRequest: accepts what signRequest signs, and refuses any change',
    random,
    async (request) => {
      const { body, ...rest } = made(request);
      const bytes = expected(request);
      const signed = await signRequest({ ...rest, body: bytes.length > 0 ? bytes : undefined }, OPTIONS);
      const { url, method, headers } = signed;
      const arrived = {
        method,
        url: url.slice(new URL(url).origin.length),
        headers: { host: new URL(url).host, ...headers },
        body: bytes,
      };
      const check = (/** @type {typeof arrived} */ changed) =>
        verifyRequest(changed, { ...VERIFY, secretAccessKey: () => CREDENTIALS.secretAccessKey });
      assert.equal((await check(arrived)).accessKeyId, CREDENTIALS.accessKeyId);
      for (const change of CHANGES) {
        const changed = change(arrived);
        if (changed) await assert.rejects(check(changed), /^SigV4Error/, `accepted after: ${change}`);
      }
    },
  );

  for (const client of SIGNING_CLIENTS) {
    property(`${client.name}: is accepted, and the body arrives`, random, async (request) => {
      const bytes = expected(request);
      // These clients take texts; other bodies are the tests of each adapter.
      fc.pre(bytes.equals(Buffer.from(bytes.toString())));
      const { url, method, headers } = made(request);
      // undici's own redirects take such a path for a host.
      fc.pre(!client.name.startsWith('undici') || !new URL(url).pathname.startsWith('//'));
      const send = client.make({ ...OPTIONS, match: () => true });
      const text = bytes.length > 0 ? bytes.toString() : undefined;
      const { status, text: answer } = await send(url, { method, headers, body: text });
      assert.equal(status, 200, answer);
      assert.equal(JSON.parse(answer).sha256, sha256(bytes));
    });
  }
});

const VERIFY = { region: OPTIONS.region, service: OPTIONS.service };

/** @typedef {{ method: string, url: string, headers: Record<string, string>, body: Buffer }} Arrived */

/** Each makes another request of one, or `undefined` if it has nothing to change. */
const CHANGES = [
  ({ method, ...rest }) => ({ ...rest, method: method === 'PUT' ? 'POST' : 'PUT' }),
  ({ url, ...rest }) => ({ ...rest, url: url.replace(/^\/[^?]*/, '$&x') }),
  ({ url, ...rest }) => ({ ...rest, url: `${url}${url.includes('?') ? '&' : '?'}added=1` }),
  ({ url, ...rest }) => (/\?.*=[^&]/.test(url) ? { ...rest, url: url.replace(/=[^&]+/, '=') } : undefined),
  ({ body, ...rest }) => ({ ...rest, body: Buffer.concat([body, Buffer.from('x')]) }),
  ({ body, ...rest }) => (body.length > 0 ? { ...rest, body: body.subarray(1) } : undefined),
  ({ headers, ...rest }) => ({ ...rest, headers: { ...headers, host: 'other.example.com' } }),
  ({ headers, ...rest }) => ({ ...rest, headers: { ...headers, 'x-amz-date': '20150830T123600Z' } }),
  ({ headers, ...rest }) => ({ ...rest, headers: { ...headers, 'x-amz-meta-zz': 'added' } }),
  ...['x-amz-date', 'authorization'].map((name) => (/** @type {Arrived} */ { headers, ...rest }) => {
    const { [name]: _, ...others } = headers;
    return { ...rest, headers: others };
  }),
  ({ headers, ...rest }) => ({
    ...rest,
    headers: {
      ...headers,
      authorization: headers.authorization.replace(/[\da-f]$/, (digit) => (digit === '0' ? '1' : '0')),
    },
  }),
  ({ headers, ...rest }) => {
    const name = Object.keys(headers).find((one) => one.startsWith('x-amz-meta-'));
    return name && { ...rest, headers: { ...headers, [name]: `${headers[name]}x` } };
  },
].map((change) => /** @type {(request: Arrived) => Arrived | undefined} */ (change));

/**
 * @template T
 * @param {string} name
 * @param {fc.Arbitrary<T>} arbitrary
 * @param {(value: T) => Promise<void>} check
 */
function property(name, arbitrary, check) {
  test(name, () => fc.assert(fc.asyncProperty(arbitrary, check), { numRuns: RUNS, seed: SEED }));
}

/** @param {string} text */
function escaped(text) {
  return encodeURIComponent(text.toWellFormed()).replace(
    /%(?:21|27|28|29|2A|3A|40|24|2C|3B|3D|2B)/g,
    decodeURIComponent,
  );
}

/** @param {Uint8Array} bytes */
function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}
