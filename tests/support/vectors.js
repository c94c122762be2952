// The cross-checked requests of tests/requests.rs, for what signs in JavaScript.

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** @type {any[]} */
export const CASES = gunzipSync(readFileSync(new URL('../vectors/requests.jsonl.gz', import.meta.url)))
  .toString()
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

/** What cannot be said in JavaScript, or is said differently, with the reason. @type {[string, (c: any) => boolean][]} */
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

/**
 * Why a case is left out, if it is.
 *
 * @param {any} c
 */
export function reasonToLeaveOut(c) {
  return LEFT_OUT.find(([, applies]) => applies(c))?.[0];
}

/**
 * The signature of a case, in hex.
 *
 * @param {any} c
 * @param {typeof import('sigv4-wasm').Signer} Signer
 */
export function signatureOf(c, Signer) {
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
  return /Signature=([0-9a-f]{64})/.exec(text)?.[1];
}

const HOP_HEADERS = ['accept-encoding', 'content-length', 'if-none-match', 'range', 'via', 'x-forwarded-for'];

/** @param {[string, string][]} headers */
function hasRepeats(headers) {
  return new Set(headers.map(([name]) => name.toLowerCase())).size < headers.length;
}
