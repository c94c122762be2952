// The cross-checked requests of tests/requests.rs once more, through the JavaScript interface.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { Signer } from 'sigv4-wasm';

const cases = gunzipSync(readFileSync(new URL('../vectors/requests.jsonl.gz', import.meta.url)))
  .toString()
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

/** What cannot be said in JavaScript, or is said differently, with the reason. */
const LEFT_OUT = [
  ['SigV4a', (c) => c.mode.endsWith('v4a')],
  ['a URL that every URL parser rewrites, so it is never on the wire', (c) => new URL(c.url).href !== c.url],
  ['repeated headers, which a record joins with ", "', (c) => hasRepeats(c.headers)],
  [
    'header values beyond ASCII, which JavaScript sends as one byte a character',
    (c) => c.cls === 'header-nonascii',
  ],
  ['a method in mixed case, which is sent in upper case', (c) => c.method === 'Post'],
  ['named exceptions of tests/requests.rs', (c) => c.status === 'majority'],
];

test('JavaScript agrees with independent signers', () => {
  const counts = { checked: 0 };
  for (const c of cases) {
    const reason = LEFT_OUT.find(([, applies]) => applies(c))?.[0];
    if (reason !== undefined) {
      counts[reason] = (counts[reason] ?? 0) + 1;
      continue;
    }
    assert.equal(sign(c), c.expected.signature, `${c.id} (${c.cls}): ${c.url}`);
    counts.checked += 1;
  }
  assert.ok(counts.checked > 900, JSON.stringify(counts));
});

const HOP_HEADERS = ['accept-encoding', 'content-length', 'if-none-match', 'range', 'via', 'x-forwarded-for'];

function sign(c) {
  const names = c.expected.signedHeaders.split(';');
  const signer = new Signer({
    region: c.region,
    service: c.service,
    credentials: {
      accessKeyId: c.accessKeyId,
      secretAccessKey: c.secretAccessKey,
      sessionToken: c.sessionToken,
    },
    // Some sign what hops change, which 'all' leaves out: then their headers are named.
    signedHeaders: names.some((name) => HOP_HEADERS.includes(name)) ? names : 'all',
    contentSha256Header: false,
    sessionTokenMode: 'signed',
    headerPlacement: 'headers',
    payload: c.payloadHash === undefined ? undefined : { sha256: c.payloadHash },
    date: new Date(c.date.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z')),
  });
  const body = c.bodyBase64 === '' ? undefined : Buffer.from(c.bodyBase64, 'base64');
  const request = { method: c.method, url: c.url, headers: c.headers, body };
  const text =
    c.mode === 'query'
      ? signer.presignSync(request, { expiresIn: c.expires })
      : signer.signSync(request).headers.authorization;
  return /Signature=([0-9a-f]{64})/.exec(text)[1];
}

function hasRepeats(headers) {
  return new Set(headers.map(([name]) => name.toLowerCase())).size < headers.length;
}
