// Mistakes in the body, and in its hash.

import { EMPTY_SHA256 } from '../../engine/hashing.js';
import { sha256Sync } from '../../engine/mismatch-texts.js';
import { utf8 } from '../payload.js';
import { latin1, toLatin1 } from './text.js';
import { isFlat, permutations, pythonJson, reordered, sortedKeys } from './json.js';

/** @typedef {import('../signing-inputs.js').Evidence} Evidence */

/** @type {import('../search.js').Cause[]} */
export const BODY_CAUSES = [
  {
    code: 'body-hash-not-declared',
    part: 'body',
    summary:
      'The client signed the hash of the body instead of UNSIGNED-PAYLOAD, or of the value of x-amz-content-sha256.',
    fix: 'Sign the value of x-amz-content-sha256 and send it as it was signed; in a presigned URL for S3, sign UNSIGNED-PAYLOAD.',
    changes: ({ declared, body }) => (declared === undefined ? [] : [written(sha256Sync(body))]),
  },
  {
    code: 'body-not-signed',
    part: 'body',
    summary: 'The client signed the request as if it had no body.',
    fix: 'Pass the body to the signer, as exactly the bytes that are sent.',
    changes: () => [bytes(new Uint8Array())],
  },
  {
    code: 'body-unsigned-payload',
    part: 'body',
    summary: 'The client signed UNSIGNED-PAYLOAD instead of the hash of the body.',
    fix: 'Sign the hash of the body: only S3 and VPC Lattice accept UNSIGNED-PAYLOAD, and only if x-amz-content-sha256 says so.',
    changes: () => [written('UNSIGNED-PAYLOAD')],
  },
  {
    code: 'body-streaming-keyword',
    part: 'body',
    summary: 'The client signed a keyword for a chunked body instead of the hash of the body.',
    fix: 'Sign the hash of the body, or declare in x-amz-content-sha256 what you signed and send the body in chunks.',
    changes: () =>
      [
        'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
        'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
        'STREAMING-AWS4-HMAC-SHA256-EVENTS',
      ].map(written),
  },
  ...Object.entries({
    undefined: 'undefined',
    null: 'null',
    'empty-object': '{}',
    'object-object': '[object Object]',
    'empty-string': '""',
    'empty-array': '[]',
    promise: '[object Promise]',
    false: 'false',
  }).map(([name, text]) => ({
    code: `body-hash-of-${name}`,
    part: /** @type {const} */ ('body'),
    summary: `The client hashed the text ${text} instead of the body.`,
    fix: 'Pass the signer the body itself, as text or bytes, or undefined if there is none.',
    changes: () => [{ 'payload.text': text }],
  })),
  {
    code: 'body-json-compact',
    part: 'body',
    summary: 'The client signed the JSON without white space and serialized it again before it sent it.',
    fix: 'Serialize the body once, and pass the same text to the signer and the client.',
    changes: json(() => [{ 'payload.format': JSON.stringify }]),
  },
  {
    code: 'body-json-spaces',
    part: 'body',
    summary:
      'The client signed the JSON with spaces after commas and colons, as Python writes it, and serialized it again before it sent it.',
    fix: "Serialize the body once, and pass the same text to the signer and the client (in Python's requests: data=, not json=).",
    changes: json(() => [
      { 'payload.format': pythonJson(', ', ': ') },
      { 'payload.format': pythonJson(',', ': ') },
    ]),
  },
  {
    code: 'body-json-indented',
    part: 'body',
    summary: 'The client signed the JSON indented and serialized it again before it sent it.',
    fix: 'Serialize the body once, and pass the same text to the signer and the client.',
    changes: json(() =>
      [2, 4, '\t', 3, 1].map((space) => ({
        'payload.format': (/** @type {unknown} */ value) => JSON.stringify(value, null, space),
      })),
    ),
  },
  {
    code: 'body-json-sorted',
    part: 'body',
    summary: 'The client signed the JSON with its keys sorted, but sent them in another order.',
    fix: 'Serialize the body once, and pass the same text to the signer and the client.',
    changes: json(() => [{ 'payload.order': sortedKeys }]),
  },
  {
    code: 'body-json-key-order',
    part: 'body',
    summary: 'The client signed the JSON with its keys in one order and sent them in another.',
    fix: 'Serialize the body once, and pass the same text to the signer and the client.',
    changes: json(({ json: value }) =>
      permutations(Object.keys(value)).map((keys) => ({ 'payload.order': reordered(keys) })),
    ),
  },
  {
    code: 'body-json-escapes',
    part: 'body',
    summary: 'The client signed the JSON with characters escaped that arrived unescaped, or the reverse.',
    fix: 'Serialize the body once, and pass the same text to the signer and the client.',
    changes: json(() => [
      { 'payload.escape': (/** @type {string} */ text) => escaped(text, /[^\0-\x7f]/g) },
      { 'payload.escape': (/** @type {string} */ text) => text.replaceAll('/', '\\/') },
      { 'payload.escape': (/** @type {string} */ text) => escaped(text, /[<>&\u2028\u2029]/g) },
      {
        'payload.escape': (/** @type {string} */ text) => escaped(text, /[^\0-\x7f]/g).replaceAll('/', '\\/'),
      },
      { 'payload.escape': (/** @type {string} */ text) => escaped(text, /[^\0-\x7f<>&'+]|[<>&'+]/g) },
      { 'payload.escape': unescaped },
    ]),
  },
  {
    code: 'body-json-twice',
    part: 'body',
    summary: 'The client serialized the JSON twice for the signature, or once more before it sent it.',
    fix: 'Do not call JSON.stringify on a string that is already JSON.',
    changes: ({ text, json: value }) => [
      ...(text === undefined ? [] : [{ 'payload.wrap': (/** @type {string} */ it) => JSON.stringify(it) }]),
      ...(typeof value === 'string' ? [{ 'payload.text': value }] : []),
    ],
  },
  {
    code: 'body-json-as-form',
    part: 'body',
    summary: 'The client signed the body as a form but sent JSON.',
    fix: 'Encode the body once, and pass the same text to the signer and the client.',
    changes: json(({ json: value }) =>
      isFlat(value) ? [{ 'payload.text': String(new URLSearchParams(value)) }] : [],
    ),
  },
  {
    code: 'body-form-as-json',
    part: 'body',
    summary: 'The client signed the body as JSON but sent a form.',
    fix: 'Encode the body once, and pass the same text to the signer and the client.',
    changes: ({ text, json: value }) =>
      text === undefined || value !== undefined || !/^[^=&\s]+=/.test(text)
        ? []
        : [{ 'payload.text': JSON.stringify(Object.fromEntries(new URLSearchParams(text))) }],
  },
  {
    code: 'body-form-spaces',
    part: 'body',
    summary: 'The client signed and sent the form with different escapes, such as %20 for "+".',
    fix: 'Encode the form once, and pass the same text to the signer and the client.',
    changes: text((it) => [
      it.replaceAll('+', '%20'),
      it.replaceAll('%20', '+'),
      it.replace(/%../g, (escape) => escape.toLowerCase()),
      it.replace(/%../g, (escape) => escape.toUpperCase()),
      it.split('&').map(decodedPair).join('&'),
    ]),
  },
  {
    code: 'body-newline',
    part: 'body',
    summary: 'The client signed the body with a line break at its end but sent it without, or the reverse.',
    fix: 'Sign exactly the bytes that are sent: editors and echo append a line break, and curl -d removes it.',
    changes: (evidence) =>
      evidence.text === undefined
        ? []
        : [
            frame((it) => it.replace(/\r?\n$/, '')),
            frame((it) => `${it}\n`),
            frame((it) => `${it}\r\n`),
            frame((it) => it.trim()),
            frame((it) => it.replace(/\r?\n/g, '')),
          ],
  },
  {
    code: 'body-line-ends',
    part: 'body',
    summary: 'The client signed and sent the body with different line endings (LF or CRLF).',
    fix: 'Sign exactly the bytes that are sent: check whether a text file was converted.',
    changes: (evidence) =>
      evidence.text === undefined
        ? []
        : [
            frame((it) => it.replace(/\r?\n/g, '\r\n')),
            frame((it) => it.replaceAll('\r\n', '\n')),
            frame((it) => it.replace(/\r?\n/g, '\r')),
          ],
  },
  {
    code: 'body-byte-order-mark',
    part: 'body',
    summary: 'The client signed the body with a byte order mark but sent it without, or the reverse.',
    fix: 'Save and send text as UTF-8 without a byte order mark.',
    changes: (evidence) =>
      evidence.text === undefined
        ? []
        : [frame((it) => (it.startsWith('\ufeff') ? it.slice(1) : `\ufeff${it}`))],
  },
  {
    code: 'body-charset',
    part: 'body',
    summary: 'The client signed and sent the body in different charsets.',
    fix: 'Encode text as UTF-8 once, and pass the same bytes to the signer and the client.',
    changes: ({ text: it, body }) =>
      it === undefined
        ? body.length > MAX_BYTES
          ? []
          : [bytes(utf8(latin1(body))), bytes(utf8(new TextDecoder().decode(body)))]
        : [
            { 'payload.charset': toLatin1 },
            { 'payload.charset': toUtf16 },
            { 'payload.charset': (/** @type {string} */ text) => toUtf16(`\ufeff${text}`) },
            { 'payload.charset': (/** @type {string} */ text) => utf8(latin1(utf8(text))) },
            { 'payload.charset': (/** @type {string} */ text) => utf8(text.replace(/[^\0-\x7f]/g, '?')) },
            ...fromLatin1(it),
          ],
  },
  {
    code: 'body-unicode-form',
    part: 'body',
    summary:
      'The client signed and sent accented letters in the body in different Unicode forms (NFC or NFD).',
    fix: 'Sign exactly the bytes that are sent.',
    changes: text((it) => [it.normalize('NFC'), it.normalize('NFD')]),
  },
  {
    code: 'body-base64',
    part: 'body',
    summary: 'The client signed the body in base64 but sent it decoded, or the reverse.',
    fix: 'Sign exactly the bytes that are sent (in a Lambda event, check isBase64Encoded).',
    changes: ({ body, text: it }) => {
      if (body.length === 0 || body.length > MAX_BYTES) return [];
      const decodedBody = it === undefined ? undefined : fromBase64(it);
      return [
        { 'payload.text': btoa(latin1(body)) },
        ...(decodedBody === undefined ? [] : [bytes(decodedBody)]),
      ];
    },
  },
  {
    code: 'body-bytes-as-text',
    part: 'body',
    summary: 'The body arrived as the decimal numbers of its bytes, joined with commas.',
    fix: 'Pass the client an ArrayBuffer or a Blob: it does not know typed arrays and converts them to text.',
    changes: ({ text: it }) => {
      const numbers = /^\d{1,3}(?:,\d{1,3})+$/.test(it ?? '') ? String(it).split(',').map(Number) : [256];
      return numbers.some((number) => number > 255) ? [] : [bytes(Uint8Array.from(numbers))];
    },
  },
  {
    code: 'body-compressed',
    part: 'body',
    summary: 'The body was compressed after it was signed.',
    fix: 'Compress first, then sign the bytes that are sent.',
    changes: ({ inflated }) => (inflated === undefined ? [] : [bytes(inflated)]),
  },
  {
    code: 'body-hash-missing',
    part: 'body',
    summary:
      'The client signed an empty string, or the text undefined or null, instead of the hash of the body.',
    fix: `Sign the hash of the empty body, ${EMPTY_SHA256.slice(0, 8)}…, where there is none.`,
    changes: () => ['', 'undefined', 'null'].map(written),
  },
  {
    code: 'body-hash-format',
    part: 'body',
    summary: 'The client signed the hash of the body in a form other than lower-case hex.',
    fix: 'Write the SHA-256 of the body in lower-case hex.',
    changes: () => [
      { 'payload.write': (/** @type {string} */ hash) => hash.toUpperCase() },
      { 'payload.write': hexToBase64 },
      { 'payload.write': (/** @type {string} */ hash) => sha256Sync(hash) },
    ],
  },
  {
    code: 'body-not-hashed',
    part: 'body',
    summary: 'The client signed the body itself instead of its hash.',
    fix: 'Sign the SHA-256 of the body, in lower-case hex.',
    changes: ({ body }) => (body.length > MAX_BYTES ? [] : [{ 'payload.plain': latin1(body) }]),
  },
];

/** Longer bodies would use up the time limit. */
const MAX_BYTES = 65_536;

/** @param {Uint8Array} it */
function bytes(it) {
  return { 'payload.bytes': it };
}

/** @param {string} line */
function written(line) {
  return { 'payload.line': line };
}

/** @param {(text: string) => string} change */
function frame(change) {
  return { 'payload.frame': change };
}

/**
 * Of objects and arrays only.
 *
 * @param {(evidence: Evidence & { json: any }) => import('../signing-inputs.js').Pieces[]} changes
 * @returns {import('../search.js').Cause['changes']}
 */
function json(changes) {
  return (evidence) =>
    typeof evidence.json === 'object' && evidence.json !== null
      ? changes(/** @type {Evidence & { json: any }} */ (evidence))
      : [];
}

/**
 * @param {(text: string) => string[]} changes
 * @returns {import('../search.js').Cause['changes']}
 */
function text(changes) {
  return ({ text: it }) =>
    it === undefined || it === '' ? [] : changes(it).map((replaced) => ({ 'payload.text': replaced }));
}

/**
 * @param {string} it
 * @param {RegExp} which
 */
function escaped(it, which) {
  return it.replace(which, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** @param {string} it */
function unescaped(it) {
  return it
    .replaceAll('\\/', '/')
    .replace(/\\u(?!00[01]|0022|005c)([0-9a-f]{4})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
}

/** @param {string} pair */
function decodedPair(pair) {
  try {
    return decodeURIComponent(pair.replaceAll('+', ' '));
  } catch {
    return pair;
  }
}

/** @param {string} it  little-endian, as JavaScript, Windows and .NET have it */
function toUtf16(it) {
  return Uint8Array.from(
    { length: it.length * 2 },
    (_, i) => (it.charCodeAt(i >> 1) >> (8 * (i & 1))) & 0xff,
  );
}

/**
 * What was sent as the UTF-8 of UTF-8.
 *
 * @param {string} it
 */
function fromLatin1(it) {
  return /[^\0-\xff]/.test(it) || !/[^\0-\x7f]/.test(it) ? [] : [bytes(toLatin1(it))];
}

/** @param {string} it */
function fromBase64(it) {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(it) || it.length % 4 !== 0) return undefined;
  return Uint8Array.from(atob(it), (char) => char.charCodeAt(0));
}

/** @param {string} hash */
function hexToBase64(hash) {
  return btoa(hash.replace(/../g, (digits) => String.fromCharCode(parseInt(digits, 16))));
}
