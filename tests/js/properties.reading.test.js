// Whatever a server answers is explained, and whatever a client sends is read or refused with a code: on random texts, made smaller
// by fast-check when one is not.
//
// Environment variables: SIGV4_RUNS (how many texts for each test), SIGV4_SEED.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';
import { explainResponse, findMismatch, formatExplanation } from 'sigv4-wasm/explain';
import { parseAuthorization, verifyRequest } from 'sigv4-wasm/verify';

const RUNS = Number(process.env.SIGV4_RUNS ?? 60) * 5;
const SEED = Number(process.env.SIGV4_SEED ?? Date.now() % 2 ** 31);

/** No part of a text may take so long that a server stands still. */
const MOST_MILLISECONDS = 1000;
const TOKEN = 'IQoJb3JpZ2luX2VjEXAMPLE/+token==';

/** What bodies of refusals are made of. */
const fragment = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
  fc.constantFrom(
    ...[
      '<Error>',
      '</Error>',
      '<Code>',
      '</Code>',
      '<Message>',
      '</Message>',
      '<Region>',
      '</Region>',
      '<?xml version="1.0"?>',
    ],
    ...[
      'SignatureDoesNotMatch',
      'ExpiredToken',
      'RequestTimeTooSkewed',
      'The request signature we calculated',
      'is not authorized',
    ],
    ...['{"message":"', '"}', '{"__type":"', '{', '}', '[', ']', '\\u0000', '"', "'"],
    ...['<!DOCTYPE x [<!ENTITY a "', '&a;', '&amp;', '&#x110000;', '&#0;', '<![CDATA[', ']]>', '<!--', '-->'],
    ...[
      "The Canonical String for this request should have been\n'",
      "The String-to-Sign should have been\n'",
      '\n',
    ],
    ...[
      `<X-Amz-Security-Token>${TOKEN}</X-Amz-Security-Token>`,
      `X-Amz-Security-Token=${encodeURIComponent(TOKEN)}`,
    ],
    ...['<'.repeat(300), ' '.repeat(3000), '<a '.repeat(300), '"'.repeat(300), '\u{1F600}', '\0'],
  ),
);
const text = fc.array(fragment, { maxLength: 12 }).map((parts) => parts.join(''));
const name = fc.constantFrom(
  ...[
    'x-amzn-errortype',
    'content-type',
    'date',
    'x-amz-request-id',
    'x-amzn-requestid',
    'server',
    'location',
  ],
);
const header = fc.string({ unit: fc.constantFrom(...'aZ09 ;:,="\'<>/#.-'), maxLength: 30 });

describe(`random texts, seed ${SEED}`, () => {
  property(
    'explainResponse: explains any answer, in time, and repeats no token',
    fc.record({
      status: fc.integer({ min: 100, max: 599 }),
      headers: fc.dictionary(name, header, { maxKeys: 4, noNullPrototype: true }),
      body: text,
      isText: fc.boolean(),
    }),
    async ({ status, headers, body, isText }) => {
      const explanation = await explainResponse(isText ? body : { status, headers, body });
      assert.equal(typeof explanation.summary, 'string');
      const shown = formatExplanation(explanation) + JSON.stringify(explanation);
      for (const token of [TOKEN, encodeURIComponent(TOKEN)]) assert.ok(!shown.includes(token), shown);
    },
  );

  const arrived = fc.record({
    method: fc.oneof(fc.constantFrom('GET', 'POST', 'get'), text),
    url: fc.oneof(
      text,
      text.map((query) => `/prod?${query}`),
    ),
    headers: fc.array(
      fc.tuple(
        fc.oneof(fc.constantFrom('authorization', 'x-amz-date', 'host', 'x-amz-content-sha256'), name, text),
        text,
      ),
      { maxLength: 6 },
    ),
    body: fc.uint8Array({ maxLength: 100 }),
    authorization: fc.option(
      fc
        .tuple(text, header, header, header)
        .map(
          ([key, scope, names, signature]) =>
            `AWS4-HMAC-SHA256 Credential=${key}/20150830/${scope}/aws4_request, SignedHeaders=${names}, Signature=${signature}`,
        ),
    ),
  });
  const known = {
    region: 'eu-west-1',
    service: 'execute-api',
    secretAccessKey: () => 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
    now: new Date('2015-08-30T12:36:00Z'),
  };
  const CODES = /^ERR_SIGV4_/;

  for (const [what, read] of /** @type {[string, (request: any) => Promise<unknown>][]} */ ([
    ['parseAuthorization', parseAuthorization],
    ['verifyRequest', (request) => verifyRequest(request, known)],
    ['findMismatch', (request) => findMismatch(request, { ...known, deadlineMs: 50 })],
  ])) {
    property(`${what}: reads any request, or refuses it with a code`, arrived, async (given) => {
      const { authorization, ...request } = given;
      if (authorization !== null) request.headers.push(['authorization', authorization]);
      const outcome = await read(request).catch((error) => error);
      if (!(outcome instanceof Error)) return;
      assert.match(/** @type {any} */ (outcome).code ?? String(outcome.stack), CODES);
      assert.ok(!String(outcome.stack).includes(TOKEN));
    });
  }
});

/**
 * @template T
 * @param {string} name
 * @param {fc.Arbitrary<T>} arbitrary
 * @param {(value: T) => Promise<void>} check
 */
function property(name, arbitrary, check) {
  const timed = async (/** @type {T} */ value) => {
    const started = performance.now();
    await check(value);
    assert.ok(performance.now() - started < MOST_MILLISECONDS, 'took too long');
  };
  // Such texts take minutes to be made smaller.
  const options = { numRuns: RUNS, seed: SEED, endOnFailure: true };
  test(name, () => fc.assert(fc.asyncProperty(arbitrary, timed), options));
}
