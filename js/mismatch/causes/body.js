// The body, and the hash that stands for it.

import { EMPTY_SHA256 } from '../../chain.js';
import { sha256Sync } from '../../hash.js';
import { utf8 } from '../parts.js';
import { isFlat, permutations, pythonJson, reordered, sortedKeys } from './json.js';

/** @typedef {import('../parts.js').Evidence} Evidence */

/** @type {import('../search.js').Cause[]} */
export const BODY_CAUSES = [
  {
    code: 'body-hash-not-declared',
    part: 'body',
    summary:
      'The hash of the body was signed in place of UNSIGNED-PAYLOAD, or of what x-amz-content-sha256 says.',
    fix: 'Sign the value of x-amz-content-sha256, and send it as it was signed; in a URL for S3, sign UNSIGNED-PAYLOAD.',
    changes: ({ declared, body }) => (declared === undefined ? [] : [written(sha256Sync(body))]),
  },
  {
    code: 'body-not-signed',
    part: 'body',
    summary: 'The request was signed as if it had no body.',
    fix: 'Hand the body to the signer, as the very bytes that are sent.',
    changes: () => [bytes(new Uint8Array())],
  },
  {
    code: 'body-unsigned-payload',
    part: 'body',
    summary: 'UNSIGNED-PAYLOAD was signed in place of the hash of the body.',
    fix: 'Sign the hash of the body: only S3 and VPC Lattice take UNSIGNED-PAYLOAD, and only where x-amz-content-sha256 says so.',
    changes: () => [written('UNSIGNED-PAYLOAD')],
  },
  {
    code: 'body-streaming-keyword',
    part: 'body',
    summary: 'A keyword for a body in chunks was signed in place of the hash of the body.',
    fix: 'Sign the hash of the body, or say in x-amz-content-sha256 what was signed and send the body in chunks.',
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
    summary: `The text ${text} was hashed in place of the body.`,
    fix: 'Hand the signer the body itself, as text or bytes, and nothing where there is none.',
    changes: () => [{ 'payload.text': text }],
  })),
  {
    code: 'body-json-compact',
    part: 'body',
    summary: 'The JSON was signed without white space, and serialised again before it was sent.',
    fix: 'Serialise the body once, and hand the same text to the signer and the client.',
    changes: json(() => [{ 'payload.format': JSON.stringify }]),
  },
  {
    code: 'body-json-spaces',
    part: 'body',
    summary:
      'The JSON was signed with spaces after commas and colons, as Python writes it, and serialised again before it was sent.',
    fix: 'Serialise the body once, and hand the same text to the signer and the client (requests: data=, not json=).',
    changes: json(() => [
      { 'payload.format': pythonJson(', ', ': ') },
      { 'payload.format': pythonJson(',', ': ') },
    ]),
  },
  {
    code: 'body-json-indented',
    part: 'body',
    summary: 'The JSON was signed indented, and serialised again before it was sent.',
    fix: 'Serialise the body once, and hand the same text to the signer and the client.',
    changes: json(() =>
      [2, 4, '\t', 3, 1].map((space) => ({
        'payload.format': (/** @type {unknown} */ value) => JSON.stringify(value, null, space),
      })),
    ),
  },
  {
    code: 'body-json-sorted',
    part: 'body',
    summary: 'The JSON was signed with its keys sorted, and sent in another order.',
    fix: 'Serialise the body once, and hand the same text to the signer and the client.',
    changes: json(() => [{ 'payload.order': sortedKeys }]),
  },
  {
    code: 'body-json-key-order',
    part: 'body',
    summary: 'The JSON was signed with its keys in another order than it was sent.',
    fix: 'Serialise the body once, and hand the same text to the signer and the client.',
    changes: json(({ json: value }) =>
      permutations(Object.keys(value)).map((keys) => ({ 'payload.order': reordered(keys) })),
    ),
  },
  {
    code: 'body-json-escapes',
    part: 'body',
    summary: 'The JSON was signed with characters escaped that arrived as they are, or the other way round.',
    fix: 'Serialise the body once, and hand the same text to the signer and the client.',
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
    summary: 'The JSON was serialised twice for the signature, or once more before it was sent.',
    fix: 'Do not stringify what is a text already.',
    changes: ({ text, json: value }) => [
      ...(text === undefined ? [] : [{ 'payload.wrap': (/** @type {string} */ it) => JSON.stringify(it) }]),
      ...(typeof value === 'string' ? [{ 'payload.text': value }] : []),
    ],
  },
  {
    code: 'body-json-as-form',
    part: 'body',
    summary: 'The body was signed as a form and sent as JSON.',
    fix: 'Encode the body once, and hand the same text to the signer and the client.',
    changes: json(({ json: value }) =>
      isFlat(value) ? [{ 'payload.text': String(new URLSearchParams(value)) }] : [],
    ),
  },
  {
    code: 'body-form-as-json',
    part: 'body',
    summary: 'The body was signed as JSON and sent as a form.',
    fix: 'Encode the body once, and hand the same text to the signer and the client.',
    changes: ({ text, json: value }) =>
      text === undefined || value !== undefined || !/^[^=&\s]+=/.test(text)
        ? []
        : [{ 'payload.text': JSON.stringify(Object.fromEntries(new URLSearchParams(text))) }],
  },
  {
    code: 'body-form-spaces',
    part: 'body',
    summary: 'The form was signed with other escapes than it was sent with, such as %20 for "+".',
    fix: 'Encode the form once, and hand the same text to the signer and the client.',
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
    summary: 'The body was signed with a line break at its end and sent without, or the other way round.',
    fix: 'Sign the very bytes that are sent: editors and echo append a line break, curl -d takes them out.',
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
    summary: 'The body was signed with other line ends, LF or CRLF, than it was sent with.',
    fix: 'Sign the very bytes that are sent; see whether a text file was converted.',
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
    summary: 'The body was signed with a byte order mark and sent without, or the other way round.',
    fix: 'Save and send text as UTF-8 without a byte order mark.',
    changes: (evidence) =>
      evidence.text === undefined
        ? []
        : [frame((it) => (it.startsWith('\ufeff') ? it.slice(1) : `\ufeff${it}`))],
  },
  {
    code: 'body-charset',
    part: 'body',
    summary: 'The body was signed in another charset than it was sent in.',
    fix: 'Encode text as UTF-8 once, and hand the same bytes to the signer and the client.',
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
      'Letters with marks in the body were signed in another Unicode form (NFC or NFD) than they were sent.',
    fix: 'Sign the very bytes that are sent.',
    changes: text((it) => [it.normalize('NFC'), it.normalize('NFD')]),
  },
  {
    code: 'body-base64',
    part: 'body',
    summary: 'The body was signed in base64 and sent decoded, or the other way round.',
    fix: 'Sign the very bytes that are sent (of a Lambda event, see isBase64Encoded).',
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
    code: 'body-compressed',
    part: 'body',
    summary: 'The body was compressed after it was signed.',
    fix: 'Compress first, then sign the bytes that are sent.',
    changes: ({ inflated }) => (inflated === undefined ? [] : [bytes(inflated)]),
  },
  {
    code: 'body-hash-missing',
    part: 'body',
    summary: 'Nothing, or the name of nothing, was signed in place of the hash of the body.',
    fix: `Sign the hash of the empty body, ${EMPTY_SHA256.slice(0, 8)}…, where there is none.`,
    changes: () => ['', 'undefined', 'null'].map(written),
  },
  {
    code: 'body-hash-format',
    part: 'body',
    summary: 'The hash of the body was signed in another form than lower-case hex.',
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
    summary: 'The body itself was signed in place of its hash.',
    fix: 'Sign the SHA-256 of the body, in lower-case hex.',
    changes: ({ body }) => (body.length > MAX_BYTES ? [] : [{ 'payload.plain': latin1(body) }]),
  },
];

/** Longer ones take the time of all else. */
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
 * @param {(evidence: Evidence & { json: any }) => import('../parts.js').Pieces[]} changes
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

/** @param {Uint8Array} body */
function latin1(body) {
  let out = '';
  for (const byte of body) out += String.fromCharCode(byte);
  return out;
}

/** @param {string} it */
function toLatin1(it) {
  return Uint8Array.from(it, (char) => (char > '\xff' ? 0x3f : char.charCodeAt(0)));
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
