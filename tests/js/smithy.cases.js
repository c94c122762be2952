// Random calls of a SignatureV4, most of them sensible, some of them not.

import { Readable } from 'node:stream';

import { HttpRequest } from '@smithy/protocol-http';

/**
 * @typedef {import('../differential/case.js').Random} Random
 *
 * @typedef {object} Call
 * @property {any} init  of the signer, but for `sha256`
 * @property {string} method
 * @property {any[]} args
 */

/**
 * Calls by what is signed; each with how often it is made, and how.
 *
 * @type {Record<string, { weight: number, make: (random: Random) => Omit<Call, 'init'> }>}
 */
export const KINDS = {
  'a request': {
    weight: 45,
    make: (random) => ({ method: 'sign', args: [request(random), options(random)] }),
  },
  'a presigned request': {
    weight: 30,
    make: (random) => ({ method: 'presign', args: [request(random), presignOptions(random)] }),
  },
  'a string': {
    weight: 8,
    make: (random) => ({ method: 'sign', args: [text(random), options(random)] }),
  },
  'an event': {
    weight: 7,
    make: (random) => ({
      method: 'sign',
      args: [{ headers: bytes(random), payload: body(random) ?? bytes(random) }, eventOptions(random)],
    }),
  },
  'a message': {
    weight: 10,
    make: (random) => ({
      method: random.pick(['sign', 'signMessage']),
      args: [message(random), eventOptions(random)],
    }),
  },
};

/**
 * @param {Random} random
 * @returns {Call & { kind: string }}
 */
export function randomCall(random) {
  const kinds = Object.entries(KINDS).flatMap(([kind, { weight }]) => Array(weight).fill(kind));
  const kind = random.pick(kinds);
  return { kind, init: init(random), ...KINDS[kind].make(random) };
}

/** @param {Random} random */
function init(random) {
  const region = mostly(random, 'eu-west-1', [undefined, '', 'a/b', ' us-east-1', 'über', 7]);
  const credentials = mostly(random, random.pick(CREDENTIALS), ODD_CREDENTIALS);
  return {
    service: mostly(random, random.pick(['execute-api', 's3']), [undefined, '', 'a b', 'a\0b']),
    region: random.percent(50) ? async () => region : region,
    credentials: random.percent(50) ? async () => credentials : credentials,
    ...(random.percent(50) && { uriEscapePath: random.pick([true, false, undefined, 0]) }),
    ...(random.percent(50) && { applyChecksum: random.pick([true, false, undefined, 'no', 0]) }),
  };
}

/** @param {Random} random */
export function request(random) {
  const fields = {
    method: random.pick(['GET', 'POST', 'PUT', 'delete', '', undefined]),
    protocol: random.pick(['https:', 'http', undefined]),
    hostname: random.pick(['abc.execute-api.eu-west-1.amazonaws.com', 'localhost', '', undefined]),
    port: random.pick([undefined, 8080]),
    path: mostly(random, `/${random.text(PATH, 6)}`, ['', undefined, random.text(PATH, 4), '/\ud800']),
    query: random.percent(80) ? bag(random, QUERY_NAMES, queryValue) : random.pick([undefined, {}]),
    headers: random.percent(95) ? bag(random, HEADER_NAMES, headerValue) : random.pick([undefined, {}]),
    body: body(random),
    ...(random.percent(10) && { username: 'user', password: 'password', fragment: 'part', extra: 1 }),
  };
  return random.percent(70) ? new HttpRequest(/** @type {any} */ (fields)) : fields;
}

/** @param {Random} random */
function options(random) {
  if (random.percent(15)) return random.pick([undefined, {}]);
  return {
    ...(random.percent(70) && { signingDate: mostly(random, random.pick(DATES), ODD_DATES) }),
    ...(random.percent(20) && { signingRegion: random.pick(['us-gov-west-1', '', null]) }),
    ...(random.percent(20) && { signingService: random.pick(['iam', '', null]) }),
    ...(random.percent(30) && { signableHeaders: names(random) }),
    ...(random.percent(30) && { unsignableHeaders: names(random) }),
  };
}

/** @param {Random} random */
function presignOptions(random) {
  const given = options(random);
  return {
    ...given,
    ...(random.percent(50) && { expiresIn: mostly(random, random.pick([1, 60, 604_800]), ODD_EXPIRIES) }),
    ...(random.percent(30) && { unhoistableHeaders: names(random) }),
    ...(random.percent(30) && { hoistableHeaders: names(random) }),
  };
}

/** @param {Random} random */
function eventOptions(random) {
  const given = options(random);
  if (random.percent(5)) return given;
  return {
    ...given,
    priorSignature: random.pick(['', 'ab'.repeat(32), undefined]),
    ...(random.percent(30) && { eventStreamCredentials: random.pick([...CREDENTIALS, ...ODD_CREDENTIALS]) }),
  };
}

/** @param {Random} random */
function message(random) {
  const headers = bag(random, [':date', ':event-type', 'größe', ''], (random) => {
    const type = random.pick(Object.keys(MESSAGE_VALUES));
    return { type, value: random.pick(MESSAGE_VALUES[type]) };
  });
  const priorSignature = random.pick(['', 'cd'.repeat(32)]);
  return { message: { headers, body: bytes(random) }, priorSignature };
}

/**
 * An object with some of the names, `__proto__` among them as JSON.parse would make it.
 *
 * @param {Random} random
 * @param {readonly string[]} names
 * @param {(random: Random) => any} value
 */
function bag(random, names, value) {
  const count = random.below(6);
  const entries = Array.from({ length: count }, () => [random.pick(names), value(random)]);
  return Object.fromEntries(entries);
}

/** @param {Random} random */
function queryValue(random) {
  const list = () => Array.from({ length: random.below(4) }, () => mostly(random, text(random), [null, 5]));
  return random.percent(25) ? list() : mostly(random, text(random), [null, undefined, 5]);
}

/** @param {Random} random */
function headerValue(random) {
  return mostly(random, text(random), [undefined, null, undefined, null, 5, ['a', 'b']]);
}

/** @param {Random} random */
function text(random) {
  return random.percent(5) ? '' : random.text(TEXT, 6);
}

/** @param {Random} random */
function bytes(random) {
  return Uint8Array.from({ length: random.below(40) }, () => random.below(256));
}

/** @param {Random} random */
function body(random) {
  return random.pick(BODIES)();
}

/** @param {Random} random */
function names(random) {
  const lower = HEADER_NAMES.map((name) => name.toLowerCase()).filter((name) => name !== 'tostring');
  return new Set(Array.from({ length: random.below(5) }, () => random.pick(lower)));
}

/**
 * The usual value, or once in a while an odd one.
 *
 * @template T
 * @param {Random} random
 * @param {T} usual
 * @param {readonly any[]} odd
 * @returns {T}
 */
function mostly(random, usual, odd) {
  return random.percent(96) ? usual : random.pick(odd);
}

const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const CREDENTIALS = [
  KEYS,
  { ...KEYS, sessionToken: 'IQoJb3JpZ2luX2VjE/+ =='.repeat(20) },
  { ...KEYS, sessionToken: '', expiration: new Date(0) },
  { accessKeyId: 'AKIDOTHER', secretAccessKey: 'ü', sessionToken: 'to\nken' },
];
const ODD_CREDENTIALS = [
  null,
  undefined,
  'text',
  {},
  { ...KEYS, secretAccessKey: undefined },
  { ...KEYS, accessKeyId: 5 },
  ...['', 'secret\n', ' secret', 'se\0cret'].map((secretAccessKey) => ({ ...KEYS, secretAccessKey })),
];
const DATES = [
  new Date(1440938160123),
  1440938160,
  1440938160.5,
  '1440938160',
  '2015-08-30T12:36:00Z',
  '30 Aug 2015 GMT',
];
const ODD_DATES = [undefined, null, NaN, '', 'soon', 0, -1, 1e11, new Date(NaN), new Date(-1e15), {}];
const ODD_EXPIRIES = [undefined, null, 0, -1, 1.5, 604_801, '60', '604801', Infinity, NaN];
const PATH = ['/', 'a', '..', '.', '//', 'ü', '%2F', '%', ' ', "!'()*", '+', '@b', '~', '🦀', '?', '#', '\\'];
const TEXT = [...PATH, '  ', '\t', '\r\n', '\n', '=', '&', 'long '.repeat(30), '"a,  b"', '\u00a0', '\ud800'];
// Not those of Object.prototype: there they differ, see smithy.test.js.
const QUERY_NAMES = [
  'a',
  'A',
  'a-b',
  'a b',
  'ü',
  '',
  "!'()*",
  'X-Amz-Signature',
  'x-amz-signature',
  'X-Amz-Date',
];
const HEADER_NAMES = [
  ...['host', 'Host', 'Content-Type', 'accept', 'Cache-Control', 'User-Agent', 'x-amzn-trace-id', 'TE'],
  ...[
    'Authorization',
    'Date',
    'X-Amz-Date',
    'x-amz-date',
    'X-Amz-Security-Token',
    'x-amz-meta-a',
    'X-Amz-Acl',
  ],
  ...['x-amz-content-sha256', 'X-Amz-Content-Sha256', 'Proxy-A', 'sec-fetch-mode', 'toString', '__proto__'],
];
/** @type {(() => any)[]} */
const BODIES = [
  () => undefined,
  () => null,
  () => '',
  () => 'text ü 🦀 \ud800',
  () => 'x'.repeat(20_000),
  () => new Uint8Array([1, 2, 3]),
  () => Buffer.alloc(20_000, 'y'),
  () => new Uint8Array([1, 2, 3, 4]).buffer,
  () => new Float32Array([1.5, -2]),
  () => new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2),
  () => new SharedArrayBuffer(4),
  () => new Blob(['blob']),
  () => Readable.from(['stream']),
  () => ({ a: 1 }),
  () => 5,
];
/** @type {Record<string, any[]>} */
const MESSAGE_VALUES = {
  boolean: [true, false],
  byte: [0, 127, -1, 300],
  short: [0, 1000, -1000, 70_000],
  integer: [0, 1e6, -1e6, 2 ** 33],
  long: [{ bytes: new Uint8Array([1, 2, 3, 4, 5, 6, 7, 255]) }],
  binary: [new Uint8Array(0), new Uint8Array([0, 255]), Buffer.alloc(70_000, 'z')],
  string: ['', 'größe', 'x'.repeat(300)],
  timestamp: [new Date(1440938160123), new Date(-1.5), new Date(NaN), 2 ** 65, -(2 ** 65)],
  uuid: ['01234567-89ab-cdef-0123-456789abcdef', '01234567-89AB-cdef-0123-456789abcdef', 'no uuid'],
  unknown: [1],
};
