// The sections of the page: what each step of a signature is made of, piece by piece.
//
// Source: "Create a signed AWS API request", IAM user guide, whose steps these are.

import { base64, bytesOf } from '../../lib/requests/bytes.js';
import { splitQuery } from './authorization.js';

/**
 * @typedef {import('./graph.js').Line} Line
 * @typedef {import('./graph.js').Part} Part
 * @typedef {import('./graph.js').Section} Section
 * @typedef {import('./inspection.js').Inspection} Inspection
 */

/** Stands for all parts of the canonical request. */
export const CANONICAL = 'canonical';

/** In order. @type {((inspection: Inspection) => Section)[]} */
export const SECTIONS = [requestSection, canonicalSection, stringToSignSection, keySection, signatureSection];

/** @param {Inspection} inspection @returns {Section} */
function requestSection(inspection) {
  const { request, accessKeyId, secretAccessKey, sessionToken, amzDate, trace, authorization, rules } =
    inspection;
  const [start, query] = splitQuery(request.url);
  const url = new URL(start);
  const [, region, service] = trace.scope.split('/');
  const [, path] = /** @type {RegExpExecArray} */ (/^[^/]*\/\/[^/]*(.*)$/s.exec(start));
  const hosts = request.headers.filter(([name]) => name.toLowerCase() === 'host');
  const origin = authorization === undefined ? 'as chosen, or inferred from the host' : 'as the request says';
  return {
    id: 'request',
    title: 'Request',
    about: 'What is signed, and with which credentials.',
    lines: [
      line('method', part('request.method', 'the method', request.method)),
      line('host', part('request.host', 'the host', hosts[0]?.[1] ?? url.host)),
      line('path', part('request.path', 'the path', path || '/')),
      ...lineUnless(query.length === 0, {
        label: 'query',
        separator: '&',
        parts: query.map((pair, i) => ({
          ...part(`request.query.${i}`, `the parameter ${nameOf(pair)}`, pair),
          ...(nameOf(pair) === rules.sessionTokenParameter && { kind: /** @type {const} */ ('secret') }),
        })),
      }),
      ...repeatable(request.headers)
        .filter(({ key }) => key !== 'host')
        .map(({ id, name, key, value }) =>
          line(name, {
            ...part(`request.header.${id}`, `the header ${name}`, value),
            ...((key === rules.sessionTokenHeader || key === 'cookie') && {
              kind: /** @type {const} */ ('secret'),
            }),
          }),
        ),
      line('body', part('request.body', 'the body', bodyText(request.body))),
      line('access key', part('access-key', 'the access key ID', accessKeyId)),
      line('secret', {
        ...part('secret', 'the secret access key', secretAccessKey),
        kind: secretAccessKey && 'secret',
      }),
      ...lineUnless(
        sessionToken === undefined,
        line('token', { ...part('token', 'the session token', sessionToken ?? ''), kind: 'secret' }),
      ),
      line('time', part('time', 'the time of signing', amzDate)),
      line('region', { ...part('region', 'the region', region), how: origin }),
      line('service', { ...part('service', 'the service', service), how: origin }),
    ],
  };
}

/** @param {Inspection} inspection @returns {Section} */
function canonicalSection({ trace, request, rules }) {
  const headerSources = { ...HEADER_ORIGINS, [rules.sessionTokenHeader]: ['token'] };
  const parameterSources = { ...PARAMETER_ORIGINS, [rules.sessionTokenParameter]: ['token'] };
  const lines = trace.canonicalRequest.split('\n');
  const [method, path, query, ...rest] = lines;
  const headers = rest.slice(0, -3);
  const payload = lines[lines.length - 1];
  const parameters = splitQuery(request.url)[1];
  const named = repeatable(headers.map((header) => headerPair(header)));
  return {
    id: 'canonical',
    title: 'Canonical request',
    about: 'The request in a form that client and server can both compute: sorted, encoded, trimmed.',
    lines: [
      line('method', { ...part('canonical.method', 'the canonical method', method, ['request.method']) }),
      line('path', {
        ...part('canonical.path', 'the canonical path', path, ['request.path']),
        how: 'without dot segments, and encoded once more, except for S3',
      }),
      {
        label: 'query',
        separator: '&',
        parts:
          query === ''
            ? [part('canonical.query', 'the canonical query', '', [])]
            : repeatable(query.split('&').map((pair) => pairOf(pair))).map(({ id, name, value }) => ({
                ...part(
                  `canonical.query.${id}`,
                  `the canonical parameter ${decode(name)}`,
                  `${name}=${value}`,
                  [...(parameterSources[name] ?? parameterOrigins(name, value, parameters))],
                ),
                how: 'sorted by name; every byte except A-Z a-z 0-9 - . _ ~ encoded',
              })),
      },
      ...named.map(({ id, name, value }) =>
        line('header', {
          ...part(`canonical.header.${id}`, `the canonical header ${name}`, `${name}:${value}`, [
            ...(headerSources[name] ??
              request.headers.flatMap((header, i) => headerOrigins(name, request.headers, i))),
          ]),
          how: 'name in lower case, value without surrounding spaces',
        }),
      ),
      { label: 'blank line', parts: [] },
      line('signed headers', {
        ...part(
          'canonical.signed-headers',
          'the names of the signed headers',
          lines[lines.length - 2],
          named.map(({ id }) => `canonical.header.${id}`),
        ),
        how: 'in order, joined with semicolons',
      }),
      made('payload hash', {
        ...part('canonical.payload', 'the payload hash', payload, ['request.body']),
        how: /^[0-9a-f]{64}$/.test(payload)
          ? 'SHA-256 of the body'
          : 'a keyword instead of a hash: the body is not signed',
      }),
    ],
  };
}

/** @param {Inspection} inspection @returns {Section} */
function stringToSignSection({ trace, missing }) {
  const [algorithm, date, scope, computed] = trace.stringToSign.split('\n');
  const hash = missing.includes('the session token') ? needs(['the session token']) : computed;
  const [day, region, service, end] = scope.split('/');
  return {
    id: 'string-to-sign',
    title: 'String to sign',
    about: 'The hash of the canonical request, with the time and the scope.',
    lines: [
      line('algorithm', part('string.algorithm', 'the algorithm', algorithm)),
      line('time', part('string.time', 'the time in the string to sign', date, ['time'])),
      {
        label: 'scope',
        separator: '/',
        parts: [
          {
            ...part('scope.date', 'the date of the scope', day, ['time']),
            how: 'the first eight digits of the time',
          },
          part('scope.region', 'the region of the scope', region, ['region']),
          part('scope.service', 'the service of the scope', service, ['service']),
          part('scope.end', 'the end of the scope', end),
        ],
      },
      made('hash', {
        ...part('string.hash', 'the hash of the canonical request', hash, [CANONICAL]),
        how: 'SHA-256 of the whole canonical request',
      }),
    ],
  };
}

/** @param {Inspection} inspection @returns {Section} */
function keySection({ chain, secretAccessKey, trace }) {
  const [date, region, service] = trace.scope.split('/');
  /** @param {'kDate' | 'kRegion' | 'kService' | 'kSigning'} key */
  const text = (key) =>
    chain?.keys[key] ?? (secretAccessKey === '' ? needs(['the secret access key']) : UNAVAILABLE);
  /** @type {(key: 'kDate' | 'kRegion' | 'kService' | 'kSigning', from: string[], how: string) => Line} */
  const step = (key, from, how) =>
    made(key, { ...part(`key.${key}`, key, text(key), from), how, kind: chain && 'secret' });
  return {
    id: 'keys',
    title: 'Signing key',
    about: 'Derived from the secret in four steps: a key for one day, one region and one service.',
    lines: [
      step('kDate', ['secret', 'scope.date'], `HMAC("AWS4" + secret, "${date}")`),
      step('kRegion', ['key.kDate', 'scope.region'], `HMAC(kDate, "${region}")`),
      step('kService', ['key.kRegion', 'scope.service'], `HMAC(kRegion, "${service}")`),
      step('kSigning', ['key.kService', 'scope.end'], 'HMAC(kService, "aws4_request")'),
    ],
  };
}

/** @param {Inspection} inspection @returns {Section} */
function signatureSection(inspection) {
  const { trace, missing, accessKeyId, sessionToken, amzDate, expiresIn, authorization, rules } = inspection;
  const scope = ['scope.date', 'scope.region', 'scope.service', 'scope.end'];
  const signature = missing.length > 0 ? needs(missing) : trace.signature;
  const credential = part(
    'sent.credential',
    'the credential',
    expiresIn === undefined
      ? `Credential=${accessKeyId}/${trace.scope}`
      : `X-Amz-Credential=${encodeURIComponent(`${accessKeyId}/${trace.scope}`)}`,
    ['access-key', ...scope],
  );
  const names = trace.signedHeaders.join(';');
  const sent = [
    credential,
    part(
      'sent.signed-headers',
      'the list of signed headers',
      expiresIn === undefined ? `SignedHeaders=${names}` : `X-Amz-SignedHeaders=${encodeURIComponent(names)}`,
      ['canonical.signed-headers'],
    ),
    part(
      'sent.signature',
      'the signature as it is sent',
      expiresIn === undefined ? `Signature=${signature}` : `X-Amz-Signature=${signature}`,
      ['signature'],
    ),
  ];
  return {
    id: 'signature',
    title: 'Signature',
    about: 'HMAC of the string to sign with the signing key, and what is sent with it.',
    lines: [
      made('signature', {
        ...part('signature', 'the signature', signature, ['key.kSigning', ...STRING_TO_SIGN]),
        how: 'HMAC(kSigning, string to sign), in hex',
      }),
      ...lineUnless(
        authorization === undefined,
        line(
          'in the request',
          part('claimed-signature', 'the signature in the request', authorization?.signature ?? ''),
        ),
      ),
      ...(expiresIn === undefined
        ? [
            { label: 'authorization', separator: ', ', parts: sent },
            line('x-amz-date', part('sent.date', 'the header x-amz-date', amzDate, ['time'])),
          ]
        : [{ label: 'query', separator: '&', parts: sent }]),
      ...lineUnless(
        sessionToken === undefined || expiresIn !== undefined,
        line(rules.sessionTokenHeader, {
          ...part('sent.token', `the header ${rules.sessionTokenHeader}`, sessionToken ?? '', ['token']),
          kind: 'secret',
        }),
      ),
    ],
  };
}

const STRING_TO_SIGN = [
  ...['string.algorithm', 'string.time', 'scope.date', 'scope.region'],
  ...['scope.service', 'scope.end', 'string.hash'],
];

/**
 * @param {string} id
 * @param {string} name
 * @param {string} text
 * @param {string[]} [from]
 * @returns {Part}
 */
function part(id, name, text, from = []) {
  return { id, name, text, from };
}

/**
 * @param {string} label
 * @param {Part} only
 * @returns {Line}
 */
function line(label, only) {
  return { label, parts: [only] };
}

/**
 * A line that also says how it is made.
 *
 * @param {string} label
 * @param {Part} only
 * @returns {Line}
 */
function made(label, only) {
  return { label, parts: [only], note: only.how };
}

/** @param {boolean} isAbsent @param {Line} one */
function lineUnless(isAbsent, one) {
  return isAbsent ? [] : [one];
}

/**
 * Numbers those with the same name.
 *
 * @param {[string, string][]} pairs
 */
function repeatable(pairs) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  return pairs.map(([name, value]) => {
    const key = name.toLowerCase();
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return { id: count === 1 ? key : `${key}#${count}`, key, name, value };
  });
}

/** @param {string} header @returns {[string, string]} */
function headerPair(header) {
  const at = header.indexOf(':');
  return [header.slice(0, at), header.slice(at + 1)];
}

/** @param {string} pair @returns {[string, string]} */
function pairOf(pair) {
  const at = pair.indexOf('=');
  return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
}

/** @param {string} pair */
function nameOf(pair) {
  return decode(pairOf(pair)[0]);
}

/** @param {string} text */
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * @param {string} name
 * @param {string} value
 * @param {string[]} parameters  of the request, as written
 */
function parameterOrigins(name, value, parameters) {
  const same = parameters.flatMap((pair, i) => {
    const [otherName, otherValue] = pairOf(pair);
    return decode(otherName) === decode(name) && decode(otherValue) === decode(value)
      ? [`request.query.${i}`]
      : [];
  });
  return same.length > 0
    ? same
    : parameters.flatMap((pair, i) => (nameOf(pair) === decode(name) ? [`request.query.${i}`] : []));
}

/**
 * @param {string} name
 * @param {[string, string][]} headers
 * @param {number} i
 */
function headerOrigins(name, headers, i) {
  return headers[i][0].toLowerCase() === name ? [`request.header.${repeatable(headers)[i].id}`] : [];
}

/** @param {string[]} missing */
function needs(missing) {
  return `needs ${missing.join(' and ')}`;
}

/** @param {string | Uint8Array | undefined} body */
function bodyText(body) {
  if (body === undefined) return '';
  const text = typeof body === 'string' ? body : base64(body);
  const { length } = bytesOf(body);
  const kind = typeof body === 'string' ? '' : 'base64 ';
  return text.length > BODY_PREVIEW
    ? `${kind}${text.slice(0, BODY_PREVIEW)}… (${length} bytes)`
    : `${kind}${text}`;
}

const BODY_PREVIEW = 4000;

/** @type {Record<string, string[]>} */
const HEADER_ORIGINS = {
  host: ['request.host'],
  'x-amz-date': ['time'],
  'x-amz-content-sha256': ['request.body'],
};

/** @type {Record<string, string[]>} */
const PARAMETER_ORIGINS = {
  'X-Amz-Algorithm': [],
  'X-Amz-Credential': ['access-key', 'scope.date', 'scope.region', 'scope.service', 'scope.end'],
  'X-Amz-Date': ['time'],
  'X-Amz-Expires': [],
  'X-Amz-SignedHeaders': ['canonical.signed-headers'],
};

const UNAVAILABLE = 'browsers show keys on HTTPS pages and on localhost only';
