// Mistakes in header lines, and in the list of their names.

import { canonicalValue } from '../../engine/mismatch-texts.js';
import { header } from '../signing-inputs.js';
import { latin1, toLatin1 } from './text.js';
import { EMPTY_SHA256 } from '../../engine/hashing.js';

/** @typedef {import('../signing-inputs.js').Evidence} Evidence */

/** @type {import('../search.js').Cause[]} */
export const HEADER_CAUSES = [
  {
    code: 'content-type-boundary',
    part: 'headers',
    summary:
      'The content type was signed as {signed|multipart with a boundary}, but arrived as {expected|another one, or not at all}.',
    fix: 'Keep the content type that belongs to the form: a client, a proxy or a default of your own replaced it after signing.',
    changes: ({ body, base }) => {
      const boundary = boundaryOf(body);
      const type = base['headers:content-type'];
      if (boundary === undefined || !base['headers.names'].includes('content-type')) return [];
      const given = /boundary="?([^";]+)/i.exec(type ?? '')?.[1];
      return [
        // The form was serialized again after it was signed.
        ...(given === undefined || given === boundary || body.length > MAX_FORM_BYTES
          ? []
          : [{ 'payload.bytes': toLatin1(latin1(body).replaceAll(boundary, given)) }]),
        ...MULTIPART.flatMap((media) => [
          header('content-type', `${media}; boundary=${boundary}`),
          header('content-type', `${media}; boundary="${boundary}"`),
          header('content-type', `${media};boundary=${boundary}`),
          header('content-type', `${media}; charset=utf-8; boundary=${boundary}`),
          header('content-type', `${media}; boundary=${boundary}; charset=utf-8`),
        ]),
      ];
    },
  },
  {
    code: 'content-type-charset',
    part: 'headers',
    summary:
      'The content type was signed as {signed|one with another charset}, but arrived as {expected|a different one}: the client or a proxy changed it.',
    fix: 'Set the content type with its charset before you sign (axios and Express add one), or do not sign it.',
    changes: ({ base }) => {
      const type = base['headers:content-type'];
      if (type === undefined) return [];
      const [media] = type.split(';');
      const written = CHARSETS.flatMap((charset) => [
        `${media};charset=${charset}`,
        `${media}; charset=${charset}`,
      ]);
      return [media.trim(), ...written].map((value) => ({ 'headers:content-type': value }));
    },
  },
  {
    code: 'content-type-changed',
    part: 'headers',
    summary:
      'The content type was signed as {signed|another one}, but arrived as {expected|a different one}.',
    fix: 'Set the content type before you sign: HTTP clients choose one if there is none.',
    changes: ({ base }) =>
      base['headers:content-type'] === undefined
        ? []
        : [
            '',
            ...MEDIA_TYPES,
            base['headers:content-type'].toLowerCase(),
            base['headers:content-type'].replace(/;\s*/g, '; '),
            base['headers:content-type'].replace(/;\s*/g, ';'),
            'multipart/form-data',
          ].map((value) => ({ 'headers:content-type': value })),
  },
  {
    code: 'header-lost',
    part: 'headers',
    summary: '{header|A header} was signed but did not arrive.',
    fix: 'Look for what drops it (nginx drops names with an underscore), or sign only headers that reach the server: not those that belong to one connection, or that clients set themselves.',
    name: (evidence) => lostHeaders(evidence).join(', '),
    changes: (evidence) => {
      const lost = lostHeaders(evidence);
      return lost.length === 0 ? [] : [{}, ...combined(lost, (name) => ['', ...usual(name, evidence)])];
    },
  },
  {
    code: 'accept-encoding-changed',
    part: 'headers',
    summary:
      'The header accept-encoding was signed as {signed|another value}, but arrived as {expected|a different one}: proxies, CDNs and clients rewrite it.',
    fix: 'Do not sign accept-encoding.',
    changes: (evidence) =>
      signedOf(evidence).includes('accept-encoding')
        ? acceptEncodings().map((value) => header('accept-encoding', value))
        : [],
    together: 14,
  },
  {
    code: 'header-changed',
    part: 'headers',
    summary: '{header|A header} changed after it was signed.',
    fix: 'Do not sign headers that clients and proxies set or change, such as user-agent and x-forwarded-for.',
    changes: (evidence) =>
      signedOf(evidence)
        .filter((name) => name !== 'accept-encoding')
        .flatMap((name) => usual(name, evidence).map((value) => header(name, value))),
  },
  {
    code: 'header-appended',
    part: 'headers',
    summary: 'A proxy appended something to {headerName|a header} after it was signed.',
    fix: 'Do not sign headers that proxies append to, such as x-forwarded-for and via.',
    changes: (evidence) =>
      signedOf(evidence).flatMap((name) => {
        const elements = valueOf(name, evidence).split(/, ?/).slice(0, MAX_ELEMENTS);
        return elements
          .slice(1)
          .flatMap((/** @type {unknown} */ _, /** @type {number} */ i) => [
            header(name, elements.slice(0, i + 1).join(', ')),
            header(name, elements.slice(0, i + 1).join(',')),
          ]);
      }),
  },
  {
    code: 'header-repeated',
    part: 'headers',
    summary: '{header|A header} arrived more than once, but was signed once or joined in another way.',
    fix: 'Send each header once; if you repeat a header, sign its values joined with commas, in order.',
    changes: (evidence) =>
      signedOf(evidence).flatMap((name) => {
        const values = evidence.received.lines
          .filter(([other]) => other === name)
          .map(([, value]) => canonicalValue(value));
        const joined = valueOf(name, evidence);
        // Two lines may arrive as one.
        const parts = values.length > 1 ? values : joined.split(/, ?/);
        if (parts.length < 2) return [];
        return [
          parts[0],
          parts[parts.length - 1],
          parts.join(', '),
          parts.join(','),
          parts.join(';'),
          [...parts].reverse().join(','),
          [...parts].sort().join(','),
        ].map((value) => header(name, value));
      }),
  },
  {
    code: 'header-not-trimmed',
    part: 'headers',
    summary:
      '{header|A header} was signed with white space that must be removed: at its ends, or more than one space inside.',
    fix: 'Trim header values and collapse runs of spaces before you sign them.',
    changes: (evidence) =>
      signedOf(evidence).flatMap((name) => {
        const raw = evidence.received.lines.filter(([other]) => other === name).map(([, value]) => value);
        const value = raw.join(',');
        return [value, value.trim(), ` ${value}`, `${value} `, ` ${value} `, `${value}\n`].map((text) =>
          header(name, text),
        );
      }),
  },
  {
    code: 'header-charset',
    part: 'headers',
    summary: '{header|A header} that is not ASCII was signed in UTF-8 and sent in Latin-1, or the reverse.',
    fix: 'Keep header values in ASCII: escape or encode everything else.',
    changes: (evidence) =>
      signedOf(evidence).flatMap((name) => {
        const value = valueOf(name, evidence);
        if (!/[^\0-\x7f]/.test(value)) return [];
        const bytes = new TextEncoder().encode(value);
        const fromUtf8 = new TextDecoder().decode(
          Uint8Array.from(value, (/** @type {string} */ char) => char.charCodeAt(0)),
        );
        return [String.fromCharCode(...bytes), ...(/[^\0-\xff]/.test(fromUtf8) ? [] : [fromUtf8])].map(
          (text) => header(name, text),
        );
      }),
  },
  {
    code: 'header-value-lower-case',
    part: 'headers',
    summary: 'A header value was signed in lower case.',
    fix: 'Sign header values as they are sent; only their names become lower case.',
    changes: (evidence) => {
      const names = signedOf(evidence);
      const all = names.map((name) => header(name, valueOf(name, evidence).toLowerCase()));
      return [...all, Object.assign({}, ...all)];
    },
  },
  {
    code: 'header-names-capitals',
    part: 'headers',
    summary: 'Header names were signed with capital letters.',
    fix: 'Write header names in lower case when you sign them.',
    changes: ({ authorization }) => {
      const listed = authorization.signedHeaders.map(titleCase);
      const write = /** @type {const} */ ({ 'headers.line': 'capitalNames' });
      return [{ ...write, 'headers.listed': listed }, write, { 'headers.listed': listed }];
    },
  },
  {
    code: 'headers-unsorted',
    part: 'headers',
    summary: 'Headers were signed in the order in which they are sent.',
    fix: 'Sort headers by their lower-case names when you sign them.',
    changes: ({ received, authorization }) => {
      const sent = [...new Set(['host', ...received.lines.map(([name]) => name)])];
      return [sent, [...received.headers.keys()]].flatMap((order) => {
        const names = order.filter((name) => authorization.signedHeaders.includes(name));
        return [{ 'headers.names': names, 'headers.listed': names }, { 'headers.names': names }];
      });
    },
  },
  {
    code: 'header-not-listed',
    part: 'headers',
    summary: 'The signed headers and the list in SignedHeaders differ by one header.',
    fix: 'Build SignedHeaders from the same list of headers that you sign.',
    changes: ({ received, authorization, rules }) => {
      const token = rules.tokenName.toLowerCase();
      const names = authorization.signedHeaders.filter((name) => name !== token);
      const more = [...received.headers.keys()].filter(
        (name) => !authorization.signedHeaders.includes(name) && name !== 'authorization' && name !== token,
      );
      const lists = [
        ...names.map((name) => authorization.signedHeaders.filter((other) => other !== name)),
        ...more.map((name) => [...authorization.signedHeaders, name].sort()),
        [...authorization.signedHeaders, ...more].sort(),
      ];
      return lists.flatMap((list) => [
        { 'headers.names': list, 'headers.listed': list },
        { 'headers.names': list },
        { 'headers.listed': list },
      ]);
    },
  },
  {
    code: 'header-lines-format',
    part: 'headers',
    summary:
      'The header lines were signed in another form: with a space after the colon, or without the empty line after them.',
    fix: 'Write each header as "name:value" on a line of its own, followed by an empty line.',
    changes: () => [{ 'headers.line': 'spaceAfterColon' }, { 'headers.gap': '' }, { 'headers.gap': '\n\n' }],
  },
];

/** How many elements of a header are tried: a hostile one may have thousands. */
const MAX_ELEMENTS = 10;
const CHARSETS = ['utf-8', 'UTF-8', 'utf8', 'ISO-8859-1', 'iso-8859-1', 'us-ascii', 'US-ASCII'];
const MEDIA_TYPES = [
  ...['application/json', 'application/x-www-form-urlencoded', 'text/plain', 'text/plain;charset=UTF-8'],
  ...['application/octet-stream', 'binary/octet-stream', 'application/x-amz-json-1.0'],
  ...['application/x-amz-json-1.1', 'application/x-www-form-urlencoded; charset=utf-8'],
  ...['application/x-www-form-urlencoded;charset=UTF-8', 'application/json; charset=utf-8', 'text/html'],
  ...['application/json;charset=utf-8', 'text/xml', 'application/xml', 'undefined', 'null', 'false'],
];

/** Longer ones take the time of all else. */
const MAX_FORM_BYTES = 1_048_576;
const MULTIPART = ['multipart/form-data', 'multipart/mixed', 'multipart/related'];

/** What clients send, by name. @type {Record<string, string[]>} */
const USUAL = {
  accept: ['*/*', 'application/json', 'application/json, text/plain, */*', 'text/plain'],
  'accept-language': ['*', 'en', 'en-US', 'en-US,en;q=0.9', 'en-US,en;q=0.5'],
  'cache-control': ['no-cache', 'no-store', 'max-age=0', 'private'],
  connection: ['keep-alive', 'close', 'Keep-Alive', 'Close', 'TE, close'],
  'content-encoding': [
    'gzip',
    'aws-chunked',
    'utf-8',
    'UTF-8',
    'br',
    'deflate',
    'identity',
    'amz-1.0',
    'aws-chunked,gzip',
  ],
  'content-type': MEDIA_TYPES,
  expect: ['100-continue'],
  pragma: ['no-cache'],
  te: ['trailers'],
  'transfer-encoding': ['chunked', 'identity'],
  upgrade: ['websocket', 'h2c'],
  'upgrade-insecure-requests': ['1'],
  'user-agent': ['node', 'undici', 'node-fetch', 'axios', 'Amazon CloudFront', 'aws4', 'Mozilla/5.0'],
  'x-forwarded-proto': ['https', 'http'],
  'x-forwarded-port': ['443', '80'],
  'x-requested-with': ['XMLHttpRequest'],
};

/**
 * @param {string} name
 * @param {Evidence} evidence
 * @returns {string[]}
 */
function usual(name, { received, body, text, authorization, declared }) {
  if (name === 'content-length') {
    return [body.length, text?.length ?? 0, 0, ''].map(String);
  }
  if (name === 'x-amz-content-sha256') {
    return ['UNSIGNED-PAYLOAD', EMPTY_SHA256, declared ?? ''];
  }
  if (name === 'x-amz-date') return [authorization.amzDate];
  if (name === 'date') return [httpDate(authorization.amzDate), authorization.amzDate];
  if (name === 'x-forwarded-host') return [received.headers.get('host') ?? ''];
  if (name === 'accept-encoding') return acceptEncodings();
  return USUAL[name] ?? [];
}

/** As clients, CDNs and proxies write them: first those that are known, then every order of up to four codings. */
function acceptEncodings() {
  return [
    ...[
      'gzip, deflate, br',
      'gzip, deflate',
      'br, gzip, deflate',
      'gzip',
      'identity',
      'gzip, deflate, br, zstd',
    ],
    ...['gzip, compress, deflate, br', 'gzip, br', 'br,gzip', 'br', 'zstd', '*', ''],
    'gzip;q=1.0,deflate;q=0.6,identity;q=0.3',
    ...orders(['gzip', 'deflate', 'br', 'zstd']).flatMap((list) => [list.join(', '), list.join(',')]),
  ];
}

/** @param {string} amzDate */
function httpDate(amzDate) {
  return new Date(amzDate.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z')).toUTCString();
}

/** @param {Evidence} evidence */
function lostHeaders({ received, authorization }) {
  return authorization.signedHeaders.filter((name) => !received.headers.has(name));
}

/**
 * Each header with each of its values; of several headers, the first values together.
 *
 * @param {string[]} names
 * @param {(name: string) => string[]} valuesOf
 */
function combined(names, valuesOf) {
  let all = [{}];
  for (const name of names) {
    all = all.flatMap((pieces) => valuesOf(name).map((value) => ({ ...pieces, ...header(name, value) })));
    if (all.length > MAX_COMBINED) break;
  }
  return all;
}
const MAX_COMBINED = 500;

/** @param {Evidence} evidence  signed headers that were received, except those with their own causes */
function signedOf({ received, authorization, rules }) {
  return authorization.signedHeaders.filter(
    (name) => received.headers.has(name) && name !== 'host' && name !== rules.tokenName.toLowerCase(),
  );
}

/**
 * @param {string} name
 * @param {Evidence} evidence
 */
function valueOf(name, { received }) {
  return received.headers.get(name) ?? '';
}

/**
 * Of a multipart body (RFC 2046, section 5.1.1), which begins with it.
 *
 * @param {Uint8Array} body
 * @returns {string | undefined}
 */
export function boundaryOf(body) {
  return /^(?:\r\n)?--([\w'()+,./:=? -]{1,70})\r?\n/.exec(latin1(body.subarray(0, 80)))?.[1];
}

/**
 * Every selection of them, in every order.
 *
 * @param {string[]} names
 * @returns {string[][]}
 */
function orders(names) {
  return names.flatMap((name) => {
    const others = orders(names.filter((other) => other !== name));
    return [[name], ...others.map((rest) => [name, ...rest])];
  });
}

/** @param {string} name */
function titleCase(name) {
  return name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}
