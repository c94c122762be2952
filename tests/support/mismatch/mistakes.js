// Mistakes that are made together, by a signer as people write it by hand, or on the way to the server.

import { DATE } from '../verify-requests.js';
import { CREDENTIALS } from '../wire.js';
import { signByHand } from './by-hand.js';
import { API, HOST } from './peers.js';

const ORDER = { pieces: 3, item: 'grüner Tee', to: { street: 'a/b' } };

/** Each has what it changes of what is signed (`wrong`, or `given` to the signer), or of what is sent. */
export const MISTAKES = {
  'method-changed': { of: 'method', sent: (it) => ({ ...it, method: 'PUT' }) },
  'method-case': { of: 'method', wrong: { method: (it) => it.toLowerCase() } },
  'path-encoded-once': { of: 'path', wrong: { path: (_, { path }) => path } },
  'path-decoded': { of: 'path', wrong: { path: (_, { path }) => decodeURIComponent(path) } },
  'stage-missing': { of: 'path', sent: (it) => ({ ...it, url: it.url.replace('/prod/', '/base/prod/') }) },
  'stage-extra': { of: 'path', sent: (it) => ({ ...it, url: it.url.replace('/prod/', '/') }) },
  'path-trailing-slash': { of: 'path', sent: (it) => ({ ...it, url: it.url.replace('?', '/?') }) },
  'path-without-slash': { of: 'path', wrong: { path: (it) => it.slice(1) } },
  'query-left-out': { of: 'query', wrong: { query: () => '' } },
  'query-unsorted': { of: 'query', wrong: { query: (_, { search }) => search } },
  'query-plus-for-space': { of: 'query', wrong: { query: (it) => it.replaceAll('%20', '+') } },
  'query-encoded-twice': { of: 'query', wrong: { query: (it) => it.replaceAll('%', '%25') } },
  'query-without-equals': { of: 'query', wrong: { query: (it) => it.replace(/=(?=&|$)/g, '') } },
  'query-parameter-added': { of: 'query', sent: (it) => ({ ...it, url: `${it.url}&_=17` }) },
  'query-array-brackets': {
    of: 'query',
    wrong: { query: (it) => it.replace(/(a)=(\w+)&a=/, 'a%5B%5D=$2&a%5B%5D=') },
  },
  'host-with-port': {
    of: 'host',
    wrong: { lines: (lines) => lines.map((it) => it.replace(HOST, `${HOST}:443`)) },
  },
  'host-other': { of: 'host', sent: withHeader('host', '10.0.0.1'), options: { hosts: ['other', HOST] } },
  'content-type-charset': { of: 'type', sent: withHeader('content-type', 'application/json; charset=utf-8') },
  'header-changed': { of: 'accept', sent: withHeader('accept', '*/*') },
  'header-appended': { of: 'forwarded', sent: withHeader('x-forwarded-for', '203.0.113.7, 10.0.0.2') },
  'header-lines-format': { of: 'gap', wrong: { gap: () => '' } },
  'header-not-listed': {
    of: 'list',
    wrong: { listed: (names) => names.filter((name) => name !== 'accept') },
  },
  'body-json-indented': { of: 'body', given: { body: JSON.stringify(ORDER, null, 2) } },
  'body-json-spaces': {
    of: 'body',
    given: { body: '{"pieces": 3, "item": "grüner Tee", "to": {"street": "a/b"}}' },
  },
  'body-not-signed': { of: 'body', given: { body: '' } },
  'body-hash-of-undefined': { of: 'body', given: { body: 'undefined' } },
  'body-unsigned-payload': { of: 'body', wrong: { hash: () => 'UNSIGNED-PAYLOAD' } },
  'body-hash-format': { of: 'body', wrong: { hash: (hash) => hash.toUpperCase() } },
  'body-newline': { of: 'body', given: { body: `${JSON.stringify(ORDER)}\n` } },
  'body-charset': { of: 'body', given: { body: Buffer.from(JSON.stringify(ORDER), 'latin1') } },
  'token-other': { of: 'token', sent: withHeader('x-amz-security-token', 'refreshed') },
  'wrong-region': { of: 'scope', wrong: { keyScope: ([day, _, ...rest]) => [day, 'us-east-1', ...rest] } },
  'wrong-service': {
    of: 'scope',
    wrong: { keyScope: ([day, region]) => [day, region, 'lambda', 'aws4_request'] },
  },
  'key-of-another-day': { of: 'scope', wrong: { keyScope: ([_, ...rest]) => ['20260202', ...rest] } },
  'date-differs': { of: 'time', wrong: { time: () => '20260203T040507Z' } },
  'date-format': { of: 'time', wrong: { time: () => DATE.toISOString() } },
  'secret-white-space': { of: 'secret', given: { secret: `${CREDENTIALS.secretAccessKey}\n` } },
  'secret-url-encoded': { of: 'secret', given: { secret: encodeURIComponent(CREDENTIALS.secretAccessKey) } },
  'secret-quoted': { of: 'secret', given: { secret: `"${CREDENTIALS.secretAccessKey}"` } },
};

/**
 * Whether mistakes can be made together: two of one thing give another mistake.
 *
 * @param {string[]} codes
 */
export function areApart(codes) {
  return new Set(codes.map((code) => MISTAKES[code].of)).size === codes.length;
}

/**
 * A request in which these were made, and what `findMismatch` has to know besides.
 *
 * @param {...string} codes
 */
export function requestWith(...codes) {
  const mistakes = codes.map((code) => MISTAKES[code]);
  const request = {
    method: 'POST',
    url: `${API}/prod/a%20b/orders?b=x%20y&a=one&a=two&c=`,
    headers: { 'content-type': 'application/json', accept: 'text/plain', 'x-forwarded-for': '203.0.113.7' },
    body: JSON.stringify(ORDER),
  };
  const given = Object.assign({}, ...mistakes.map((mistake) => mistake.given));
  const wrong = Object.assign({}, ...mistakes.map((mistake) => mistake.wrong));
  const signed = { ...signByHand({ ...request, ...given }, wrong), body: request.body };
  const arrived = mistakes.reduce((it, mistake) => mistake.sent?.(it) ?? it, signed);
  const more = Object.assign({}, ...mistakes.map((mistake) => mistake.options));
  return { request: arrived, more };
}

function withHeader(name, value) {
  return (it) => ({ ...it, headers: { ...it.headers, [name]: value } });
}
