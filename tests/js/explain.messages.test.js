// Each known refusal of AWS, through every client that can get it.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';

import got from 'got';
import ky from 'ky';
import { request as undiciRequest } from 'undici';
import * as undici6 from 'undici-6';
import wretch from 'wretch';

import { explainResponse, formatExplanation } from 'sigv4-wasm/explain';

import { AXIOS_VERSIONS } from '../support/axios-versions.js';
import { OTHERS, REFUSALS } from '../support/refusals.js';

/** @type {import('node:http').Server} */
let server;
let origin = '';
before(async () => {
  server = createServer(({ url }, response) => {
    const { status, headers, body } = REFUSALS[decodeURIComponent(String(url).slice(1))].answer;
    response.writeHead(status, headers).end(body);
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

/** @type {Record<string, (url: string) => Promise<unknown>>} */
const CLIENTS = {
  ...Object.fromEntries(
    AXIOS_VERSIONS.map(({ version, axios }) => [
      `axios ${version}`,
      (url) => caught(axios.get(url, { maxRedirects: 0 })),
    ]),
  ),
  'axios, ArrayBuffer': (url) =>
    caught(AXIOS_VERSIONS[3].axios.get(url, { responseType: 'arraybuffer', maxRedirects: 0 })),
  'axios, fetch': (url) =>
    caught(AXIOS_VERSIONS[3].axios.get(url, { adapter: 'fetch', maxRedirects: 0, responseType: 'blob' })),
  fetch: (url) => fetch(url, { redirect: 'manual' }),
  'undici fetch': (url) => undici6.fetch(url, { redirect: 'manual' }),
  got: (url) =>
    caught(
      got(url, { retry: { limit: 0 }, followRedirect: false }).then((response) => Promise.reject(response)),
    ),
  'got, Buffer': (url) =>
    caught(
      got(url, { retry: { limit: 0 }, responseType: 'buffer', followRedirect: false }).then((response) =>
        Promise.reject(response),
      ),
    ),
  'axios, a stream': (url) =>
    caught(AXIOS_VERSIONS[3].axios.get(url, { responseType: 'stream', maxRedirects: 0 })),
  'axios, fetch, a stream': (url) =>
    caught(AXIOS_VERSIONS[3].axios.get(url, { adapter: 'fetch', responseType: 'stream', maxRedirects: 0 })),
  'undici request': async (url) => {
    const { statusCode, headers, body } = await undiciRequest(url);
    return { statusCode, headers, body: await body.text() };
  },
};

/** Those that throw for a status from 400 on only. @type {Record<string, (url: string) => Promise<unknown>>} */
const THROWING = {
  ky: (url) => ky.get(url, { retry: 0 }).text(),
  wretch: (url) => wretch(url).get().json(),
  'wretch, as text': (url) => wretch(url).errorType('text').get().json(),
};

/** What a sentence has where a value is missing. */
const HOLE = /[{}?]|undefined|unknown|\s[.,:]|: $|  /;

for (const [name, { source, answer, ...expected }] of Object.entries(REFUSALS)) {
  describe(`${name} (${source})`, () => {
    test('what it means', async () => {
      const explanation = await explainResponse(answer, { now: new Date('2026-01-01') });
      check(explanation, expected);
      assert.equal(explanation.status, answer.status);
      for (const text of [explanation.summary, explanation.fix]) {
        assert.match(text, /^\S[^\n]*$/, 'one line');
        assert.doesNotMatch(text, HOLE, 'nothing is left to fill in');
      }
    });

    test('as a text, and as that of curl -i', async () => {
      const { status, headers, body } = answer;
      const lines = Object.entries(headers).map(([header, value]) => `${header}: ${value}\r\n`);
      const raw = `HTTP/1.1 ${status} Forbidden\r\n${lines.join('')}\r\n${body}`;
      check(await explainResponse(raw), expected);
      const { code } = await explainResponse(body);
      const needsHeaders = [
        'unauthorized',
        'data-access-policy',
        'forbidden',
        'signature-missing',
        'access-denied',
      ];
      if (!needsHeaders.includes(expected.code)) assert.equal(code, expected.code);
    });

    for (const [client, send] of Object.entries(CLIENTS)) {
      test(client, async () => {
        const given = await send(`${origin}/${encodeURIComponent(name)}`);
        check(await explainResponse(given), expected);
        if (given instanceof Response) assert.equal(await given.text(), answer.body, 'still unread');
      });
    }

    for (const [client, send] of Object.entries(THROWING)) {
      test(client, { skip: answer.status < 400 }, async () => {
        check(await explainResponse(await caught(send(`${origin}/${encodeURIComponent(name)}`))), expected);
      });
    }
  });
}

test('shorter ones', async () => {
  for (const [code, answer] of OTHERS) {
    const given = typeof answer === 'string' ? answer : { headers: {}, ...answer };
    const explanation = await explainResponse(given);
    assert.equal(explanation.code, code, formatExplanation(explanation));
    assert.doesNotMatch(explanation.summary, HOLE);
    assert.doesNotMatch(explanation.fix, HOLE);
    if (code.startsWith('not-allowed-by-'))
      assert.match(explanation.fix, /^Allow codecommit:ListRepositories on (the resource|arn:)/);
  }
});

// Source: "How do I troubleshoot HTTP 403 errors from API Gateway?", AWS knowledge center.
test('a signed request to a route that does not exist, HEAD among them, is not said to lack a signature', async () => {
  const headers = { 'x-amzn-errortype': 'MissingAuthenticationTokenException', 'x-amz-apigw-id': 'abc=' };
  const authorization =
    'AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260101/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=00';
  for (const body of ['', '{"message":"Missing Authentication Token"}']) {
    const answer = { status: 403, headers, body };
    const signed = await explainResponse(answer, { request: { headers: { authorization } } });
    check(signed, { code: 'not-found', service: 'rest-api', summary: /stage, path or method/ });
    const { code } = await explainResponse(answer);
    assert.equal(code, 'signature-missing');
  }
});

/**
 * @param {import('sigv4-wasm/explain').Explanation} explanation
 * @param {Omit<import('../support/refusals.js').Known, 'source' | 'answer'>} expected
 */
function check(explanation, { code, service, summary, fix, skew, secret }) {
  assert.equal(explanation.code, code, formatExplanation(explanation));
  if (service !== undefined) assert.equal(explanation.service, service);
  if (summary !== undefined) assert.match(explanation.summary, summary);
  if (fix !== undefined) assert.match(explanation.fix, fix);
  if (skew !== undefined) assert.equal(explanation.clockSkewSeconds, skew);
  if (secret !== undefined) {
    const shown = JSON.stringify(explanation) + formatExplanation(explanation, { color: true });
    assert.ok(!shown.includes(secret) && !shown.includes(secret.slice(0, 16)), shown);
  }
}
