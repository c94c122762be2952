// Header lines, and the list of their names.

import { canonicalValue } from '../../canonical.js';
import { EMPTY_SHA256 } from '../../chain.js';

/** @typedef {import('../parts.js').Evidence} Evidence */

/** @type {import('../search.js').Cause[]} */
export const HEADER_CAUSES = [
  {
    code: 'host-other',
    part: 'headers',
    summary: 'Another host was signed than the one that arrived.',
    fix: 'Sign the host that the server sees, or let the proxy pass the Host header on.',
    changes: ({ arrived: { headers }, known, claim }) =>
      [
        ...known.hosts,
        ...FORWARDED_HOST.map((name) => headers.get(name)),
        /host="?([^;,"]+)/i.exec(headers.get('forwarded') ?? '')?.[1],
        ...otherNames(headers.get('host') ?? '', claim.region),
      ]
        .filter((host) => host !== undefined)
        .flatMap((host) => hostLine(host)),
  },
  {
    code: 'host-with-port',
    part: 'headers',
    summary: 'The host was signed with a port that it did not arrive with.',
    fix: 'Sign the host without the default port of the scheme, as HTTP clients send it.',
    changes: ({ arrived: { headers } }) => {
      const host = headers.get('host') ?? '';
      return /:\d+$/.test(host) ? [] : PORTS.flatMap((port) => hostLine(`${host}:${port}`));
    },
  },
  {
    code: 'host-without-port',
    part: 'headers',
    summary: 'The host was signed without the port that it arrived with, or with another.',
    fix: 'Sign the host with its port, unless that is the default of the scheme.',
    changes: ({ arrived: { headers } }) => {
      const host = headers.get('host') ?? '';
      if (!/:\d+$/.test(host)) return [];
      const name = host.replace(/:\d+$/, '');
      return [name, ...PORTS.map((port) => `${name}:${port}`)].flatMap((written) => hostLine(written));
    },
  },
  {
    code: 'host-written-otherwise',
    part: 'headers',
    summary:
      'The host was signed in another spelling: capital letters, a scheme before it, or a dot at its end.',
    fix: 'Sign the host as HTTP clients send it: in lower-case letters, without scheme or dot.',
    changes: ({ arrived: { headers } }) => {
      const host = headers.get('host') ?? '';
      return [
        host.toLowerCase(),
        host.toUpperCase(),
        host.endsWith('.') ? host.slice(0, -1) : `${host}.`,
        `https://${host}`,
        `http://${host}`,
        `https://${host}/`,
      ].flatMap((written) => hostLine(written));
    },
  },
  {
    code: 'content-type-charset',
    part: 'headers',
    summary:
      'The content type was signed with another charset than it arrived with: the client or a proxy changed it.',
    fix: 'Set the content type with its charset before signing (axios and Express add one), or do not sign it.',
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
    summary: 'Another content type was signed than the one that arrived.',
    fix: 'Set the content type before signing: HTTP clients choose one of their own where there is none.',
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
    summary: 'A header was signed that did not arrive.',
    fix: 'Sign only headers that reach the server: not those that belong to one connection, or that clients set themselves.',
    changes: (evidence) => {
      const { arrived, claim } = evidence;
      const lost = claim.signedHeaders.filter((name) => !arrived.headers.has(name));
      return lost.length === 0 ? [] : [{}, ...combined(lost, (name) => ['', ...usual(name, evidence)])];
    },
  },
  {
    code: 'header-changed',
    part: 'headers',
    summary: 'A header was changed after it was signed.',
    fix: 'Do not sign headers that clients and proxies set or change, such as user-agent, accept-encoding and x-forwarded-for.',
    changes: (evidence) =>
      signedOf(evidence).flatMap((name) => usual(name, evidence).map((value) => line(name, value))),
  },
  {
    code: 'header-appended',
    part: 'headers',
    summary: 'Something was appended to a header after it was signed, as proxies do.',
    fix: 'Do not sign headers that proxies append to, such as x-forwarded-for and via.',
    changes: (evidence) =>
      signedOf(evidence).flatMap((name) => {
        const elements = evidence.base[`headers:${name}`].split(/, ?/).slice(0, MAX_ELEMENTS);
        return elements
          .slice(1)
          .flatMap((/** @type {unknown} */ _, /** @type {number} */ i) => [
            line(name, elements.slice(0, i + 1).join(', ')),
            line(name, elements.slice(0, i + 1).join(',')),
          ]);
      }),
  },
  {
    code: 'header-repeated',
    part: 'headers',
    summary: 'A header arrived more than once, and was signed once, or joined in another way.',
    fix: 'Send each header once; what is sent more often is signed joined with a comma, in order.',
    changes: (evidence) =>
      signedOf(evidence).flatMap((name) => {
        const values = evidence.arrived.lines
          .filter(([other]) => other === name)
          .map(([, value]) => canonicalValue(value));
        const joined = evidence.base[`headers:${name}`];
        // What was sent as two lines may arrive as one.
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
        ].map((value) => line(name, value));
      }),
  },
  {
    code: 'header-not-trimmed',
    part: 'headers',
    summary:
      'A header was signed with white space that is left out: at its ends, or more than one space within.',
    fix: 'Trim header values, and make one space of several, before they are signed.',
    changes: (evidence) =>
      signedOf(evidence).flatMap((name) => {
        const raw = evidence.arrived.lines.filter(([other]) => other === name).map(([, value]) => value);
        const value = raw.join(',');
        return [value, value.trim(), ` ${value}`, `${value} `, ` ${value} `, `${value}\n`].map((text) =>
          line(name, text),
        );
      }),
  },
  {
    code: 'header-charset',
    part: 'headers',
    summary: 'A header that is not ASCII was signed in UTF-8 and sent in Latin-1, or the other way round.',
    fix: 'Keep header values ASCII: escape or encode what is not.',
    changes: (evidence) =>
      signedOf(evidence).flatMap((name) => {
        const value = evidence.base[`headers:${name}`];
        if (!/[^\0-\x7f]/.test(value)) return [];
        const bytes = new TextEncoder().encode(value);
        const fromUtf8 = new TextDecoder().decode(
          Uint8Array.from(value, (/** @type {string} */ char) => char.charCodeAt(0)),
        );
        return [String.fromCharCode(...bytes), ...(/[^\0-\xff]/.test(fromUtf8) ? [] : [fromUtf8])].map(
          (text) => line(name, text),
        );
      }),
  },
  {
    code: 'header-value-lower-case',
    part: 'headers',
    summary: 'A header was signed in lower-case letters.',
    fix: 'Sign header values as they are sent; only their names become lower-case.',
    changes: (evidence) => {
      const names = signedOf(evidence);
      const all = names.map((name) => line(name, evidence.base[`headers:${name}`].toLowerCase()));
      return [...all, Object.assign({}, ...all)];
    },
  },
  {
    code: 'header-names-capitals',
    part: 'headers',
    summary: 'Header names were signed with capital letters.',
    fix: 'Write header names in lower-case letters when they are signed.',
    changes: ({ claim }) => {
      const listed = claim.signedHeaders.map(titleCase);
      const write = {
        'headers.line': (/** @type {[string, string]} */ [name, value]) => `${titleCase(name)}:${value}`,
      };
      return [{ ...write, 'headers.listed': listed }, write, { 'headers.listed': listed }];
    },
  },
  {
    code: 'headers-unsorted',
    part: 'headers',
    summary: 'Headers were signed in the order in which they are sent.',
    fix: 'Sort headers by their lower-case names when they are signed.',
    changes: ({ arrived, claim }) => {
      const sent = [...new Set(['host', ...arrived.lines.map(([name]) => name)])];
      return [sent, [...arrived.headers.keys()]].flatMap((order) => {
        const names = order.filter((name) => claim.signedHeaders.includes(name));
        return [{ 'headers.names': names, 'headers.listed': names }, { 'headers.names': names }];
      });
    },
  },
  {
    code: 'header-not-listed',
    part: 'headers',
    summary: 'A header was signed that SignedHeaders does not name, or one of those that it names was not.',
    fix: 'Make SignedHeaders of the very list of headers that is signed.',
    changes: ({ arrived, claim, rules }) => {
      const token = rules.tokenName.toLowerCase();
      const names = claim.signedHeaders.filter((name) => name !== token);
      const more = [...arrived.headers.keys()].filter(
        (name) => !claim.signedHeaders.includes(name) && name !== 'authorization' && name !== token,
      );
      const lists = [
        ...names.map((name) => claim.signedHeaders.filter((other) => other !== name)),
        ...more.map((name) => [...claim.signedHeaders, name].sort()),
        [...claim.signedHeaders, ...more].sort(),
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
    fix: 'Write each header as "name:value" on a line of its own, then an empty line.',
    changes: () => [
      { 'headers.line': (/** @type {[string, string]} */ [name, value]) => `${name}: ${value}` },
      { 'headers.gap': '' },
      { 'headers.gap': '\n\n' },
    ],
  },
];

/** Of a header: a hostile one may have thousands. */
const MAX_ELEMENTS = 10;
const FORWARDED_HOST = [
  'x-forwarded-host',
  'x-original-host',
  'x-host',
  'x-forwarded-server',
  ':authority',
  'origin',
];
const PORTS = [443, 80, 8080, 3000, 8443, 8000, 5000, 4566, 9000, 4000, 8081, 3001, 3128, 1234];
const CHARSETS = ['utf-8', 'UTF-8', 'utf8', 'ISO-8859-1', 'iso-8859-1', 'us-ascii', 'US-ASCII'];
const MEDIA_TYPES = [
  ...['application/json', 'application/x-www-form-urlencoded', 'text/plain', 'text/plain;charset=UTF-8'],
  ...['application/octet-stream', 'binary/octet-stream', 'application/x-amz-json-1.0'],
  ...['application/x-amz-json-1.1', 'application/x-www-form-urlencoded; charset=utf-8'],
  ...['application/x-www-form-urlencoded;charset=UTF-8', 'application/json; charset=utf-8', 'text/html'],
  ...['application/json;charset=utf-8', 'text/xml', 'application/xml', 'undefined', 'null', 'false'],
];

/** What clients send, by name. @type {Record<string, string[]>} */
const USUAL = {
  accept: ['*/*', 'application/json', 'application/json, text/plain, */*', 'text/plain'],
  'accept-encoding': [
    ...['gzip, deflate, br', 'gzip, deflate', 'gzip', 'identity', 'gzip, deflate, br, zstd', 'br', '*'],
    ...['gzip, compress, deflate, br', 'gzip,deflate', 'gzip, br', 'br, gzip, deflate', 'deflate, gzip'],
  ],
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
function usual(name, { arrived, body, text, claim, base }) {
  if (name === 'content-length') {
    return [body.length, text?.length ?? 0, 0, ''].map(String);
  }
  if (name === 'x-amz-content-sha256') {
    return ['UNSIGNED-PAYLOAD', EMPTY_SHA256, base['payload.declared'] ?? ''];
  }
  if (name === 'x-amz-date') return [claim.amzDate];
  if (name === 'date') return [httpDate(claim.amzDate), claim.amzDate];
  if (name === 'x-forwarded-host') return [arrived.headers.get('host') ?? ''];
  return USUAL[name] ?? [];
}

/** @param {string} amzDate */
function httpDate(amzDate) {
  return new Date(amzDate.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z')).toUTCString();
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
    all = all.flatMap((pieces) => valuesOf(name).map((value) => ({ ...pieces, ...line(name, value) })));
    if (all.length > MAX_COMBINED) break;
  }
  return all;
}
const MAX_COMBINED = 500;

/** @param {Evidence} evidence  signed headers that arrived, but for those with causes of their own */
function signedOf({ arrived, claim, rules }) {
  return claim.signedHeaders.filter(
    (name) => arrived.headers.has(name) && name !== 'host' && name !== rules.tokenName.toLowerCase(),
  );
}

/**
 * @param {string} name
 * @param {string} value
 */
function line(name, value) {
  return { [`headers:${name}`]: value };
}

/** @param {string} host */
function hostLine(host) {
  return [line('host', host)];
}

/**
 * What else the same server is called.
 *
 * @param {string} host
 * @param {string} region
 */
function otherNames(host, region) {
  const port = /:\d+$/.exec(host)?.[0] ?? '';
  const local = LOOPBACK.some((name) => host === name + port) ? LOOPBACK.map((name) => name + port) : [];
  return [
    ...local,
    ...(host.includes(`.${region}.`) ? [host.replace(`.${region}.`, '.')] : []),
    host.replace('.s3.amazonaws.com', `.s3.${region}.amazonaws.com`),
    host.replace(`s3.${region}.amazonaws.com`, 's3.amazonaws.com'),
    host.replace('s3.', 's3-'),
    host.startsWith('www.') ? host.slice(4) : `www.${host}`,
  ];
}
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]', '0.0.0.0', 'host.docker.internal'];

/** @param {string} name */
function titleCase(name) {
  return name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}
