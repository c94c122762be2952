// Random requests for the JavaScript interface. What case.rs says of them holds here too.

import { readFileSync } from 'node:fs';

/**
 * A request with everything that decides its signature; the fields of `Case` in case.rs, and how it is handed in.
 *
 * @typedef {object} Case
 * @property {'url' | 'sdk'} form  an absolute URL, or the parts that the AWS SDK writes, with a path that is taken as it is
 * @property {Record<string, string | string[]>} parameters  of the form `sdk`: not encoded
 * @property {'none' | 'bytes' | 'text'} bodyAs
 * @property {'sync' | 'async'} call
 * @property {string} method
 * @property {string} scheme
 * @property {string} host
 * @property {string} path
 * @property {string} query
 * @property {[string, string][]} headers
 * @property {string} bodyHex
 * @property {string} region
 * @property {string} service
 * @property {boolean} infer
 * @property {string} accessKeyId
 * @property {string} secretAccessKey
 * @property {string | null} sessionToken
 * @property {number} epochSeconds
 * @property {'header' | 'presigned'} mode
 * @property {number} expires
 * @property {string | null} payload
 * @property {'all' | 'required' | string[]} signedHeaders
 * @property {'double' | 'single' | null} pathEncoding
 * @property {boolean | null} contentSha256Header
 * @property {'signed' | 'appended' | null} sessionTokenMode
 * @property {'query' | 'headers'} headerPlacement
 */

const PIECES = JSON.parse(readFileSync(new URL('pieces.json', import.meta.url), 'utf8'));

/** Mulberry32 (T. Ettinger, 2017). */
export class Random {
  /** @param {number} seed */
  constructor(seed) {
    this.state = seed >>> 0;
  }

  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let z = this.state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return (z ^ (z >>> 14)) >>> 0;
  }

  /** @param {number} limit */
  below(limit) {
    return Math.floor((this.next() / 2 ** 32) * limit);
  }

  /** @param {number} chance  true in so many of a hundred cases */
  percent(chance) {
    return this.below(100) < chance;
  }

  /**
   * @template T
   * @param {readonly T[]} items
   */
  pick(items) {
    return items[this.below(items.length)];
  }

  /**
   * Up to so many pieces, run together.
   *
   * @param {readonly string[]} pieces
   * @param {number} limit
   */
  text(pieces, limit) {
    return Array.from({ length: 1 + this.below(limit) }, () => this.pick(pieces)).join('');
  }

  /**
   * @template T
   * @param {number} chance
   * @param {readonly T[]} choices
   */
  choose(chance, choices) {
    return this.percent(chance) ? this.pick(choices) : null;
  }
}

/**
 * @param {Random} random
 * @returns {Case}
 */
export function randomCase(random) {
  const [host, service, region] = random.pick(PIECES.hosts);
  const isTold = region !== '';
  const form = random.percent(75) ? 'url' : 'sdk';
  const body = randomBody(random);
  return {
    form,
    parameters: form === 'sdk' ? randomParameters(random) : {},
    ...body,
    call: random.percent(50) ? 'sync' : 'async',
    method: random.pick(random.percent(90) ? PIECES.methods : PIECES.oddMethods),
    scheme: random.pick(['https', 'https', 'https', 'http', 'wss', 'ws']),
    host: random.percent(5) ? host.toUpperCase() : host,
    path: randomPath(random),
    query: randomQuery(random),
    headers: randomHeaders(random),
    region: isTold ? region : random.pick(PIECES.regions),
    service: isTold ? service : random.pick(PIECES.services),
    infer: isTold && random.percent(50),
    accessKeyId: random.pick(PIECES.accessKeyIds),
    secretAccessKey: random.pick(PIECES.secrets),
    sessionToken: random.percent(40) ? randomToken(random) : null,
    epochSeconds: randomTime(random),
    mode: random.percent(40) ? 'presigned' : 'header',
    expires: random.percent(3) ? random.pick([0, 1, 604_800, 604_801]) : 1 + random.below(604_800),
    payload: random.choose(15, random.percent(50) ? PIECES.payloads : PIECES.contentHashes),
    signedHeaders: random.percent(80)
      ? 'all'
      : random.pick(['required', ['Accept', 'x-trace', 'user-agent', 'traceparent', 'x-amz-meta-a']]),
    pathEncoding: random.choose(5, ['double', 'single']),
    contentSha256Header: random.choose(10, [true, false]),
    sessionTokenMode: random.choose(5, ['signed', 'appended']),
    headerPlacement: random.percent(30) ? 'query' : 'headers',
  };
}

/** @param {Random} random */
function randomPath(random) {
  const pieces = random.percent(70) ? PIECES.plain : PIECES.path;
  let path = '';
  for (let i = random.below(5); i > 0; i--) {
    path += '/';
    const choice = random.below(30);
    if (choice === 0) continue;
    if (choice === 1) path += '.';
    else if (choice === 2) path += '..';
    else path += choice === 3 ? random.text(PIECES.path, 6) : random.text(pieces, 3);
  }
  if (random.percent(15)) path += '/';
  if (random.percent(2)) path += `${path === '' ? '/' : ''}${random.pick(PIECES.illegal)}`;
  return path;
}

/** @param {Random} random */
function randomQuery(random) {
  const pieces = random.percent(60) ? PIECES.plain : PIECES.query;
  /** @type {string[]} */
  const parts = [];
  for (let i = random.percent(40) ? 0 : random.below(6); i > 0; i--) {
    const earlier = parts[random.below(5)];
    const key = earlier !== undefined && random.percent(20) ? earlier.split('=')[0] : random.text(pieces, 2);
    const value = random.text(pieces, 3);
    const shapes = ['', key, key, `${key}=`, `=${value}`, `${key}==${value}`, parts.at(-1) ?? ''];
    parts.push(shapes[random.below(20)] ?? `${key}=${value}`);
  }
  if (random.percent(3))
    parts.push(`${random.pick(PIECES.signatureParameters)}=${random.text(PIECES.plain, 3)}`);
  if (random.percent(2)) parts.push(`i=${random.pick(PIECES.illegal)}`);
  return parts.join('&');
}

/** @param {Random} random */
function randomParameters(random) {
  /** @type {Record<string, string | string[]>} */
  const parameters = {};
  for (let i = random.percent(50) ? 0 : random.below(4); i > 0; i--) {
    const values = Array.from({ length: random.below(3) }, () => random.text(PIECES.query, 3));
    parameters[random.text(PIECES.query, 2)] = random.percent(50) ? (values[0] ?? '') : values;
  }
  return parameters;
}

/** @param {Random} random */
function randomHeaders(random) {
  /** @type {[string, string][]} */
  const headers = [];
  for (let i = random.below(7); i > 0; i--) {
    const name = randomName(random, headers);
    headers.push([randomCasing(random, name), randomValue(random, name)]);
  }
  return headers;
}

/**
 * @param {Random} random
 * @param {[string, string][]} before
 * @returns {string}
 */
function randomName(random, before) {
  const choice = random.below(100);
  if (choice < 50) return random.pick(PIECES.headerNames);
  if (choice < 55) return random.pick(PIECES.unsignedHeaderNames);
  if (choice < 57) return random.pick(PIECES.staleHeaderNames);
  if (choice < 75 && before.length > 0) return random.pick(before)[0];
  return choice === 75 ? random.pick(PIECES.badHeaderNames) : random.text(PIECES.headerName, 4);
}

/**
 * @param {Random} random
 * @param {string} name
 */
function randomCasing(random, name) {
  const choice = random.below(4);
  if (choice === 0) return name.toUpperCase();
  return choice === 1 ? name.replace(/[a-z]/g, (c) => (random.percent(50) ? c.toUpperCase() : c)) : name;
}

/**
 * @param {Random} random
 * @param {string} name
 */
function randomValue(random, name) {
  if (name === 'x-amz-content-sha256' && random.percent(80)) return random.pick(PIECES.contentHashes);
  const choice = random.below(100);
  if (choice === 0) return '';
  if (choice === 1) return random.text(PIECES.oddValue, 3);
  return choice < 20 ? random.text(PIECES.value, 6) : random.text(PIECES.plain, 4);
}

/**
 * @param {Random} random
 * @returns {{ bodyAs: Case['bodyAs'], bodyHex: string }}
 */
function randomBody(random) {
  if (random.percent(50)) return { bodyAs: 'none', bodyHex: '' };
  // Longer ones are hashed on another way.
  const length = random.percent(1) ? 16_384 + random.below(3) - 1 : random.below(200);
  if (random.percent(50)) {
    const text = Array.from({ length }, () => random.pick(PIECES.query)).join('');
    return { bodyAs: 'text', bodyHex: Buffer.from(text).toString('hex') };
  }
  const bytes = Buffer.from(Array.from({ length }, () => random.below(256)));
  return { bodyAs: 'bytes', bodyHex: bytes.toString('hex') };
}

/** @param {Random} random */
function randomToken(random) {
  const choice = random.below(40);
  if (choice === 0) return '';
  return choice === 1 ? random.text(['two  spaces', 't', ' '], 3) : random.text(PIECES.token, 12);
}

/** @param {Random} random */
function randomTime(random) {
  const choice = random.below(10);
  if (choice < 4) return 1_440_938_160; // few dates, so that signing keys are met again
  if (choice < 8) return 1_709_164_800 + random.below(3) * 86_400 + random.below(3) * 43_199; // around a leap day
  return random.below(253_402_300_800); // the year 10000
}

/**
 * The same request with one thing less, in every way.
 *
 * @param {Case} one
 * @returns {Case[]}
 */
export function smaller(one) {
  /** @type {Partial<Case>[]} */
  const changes = [
    { query: '' },
    { bodyAs: 'none', bodyHex: '' },
    { bodyHex: one.bodyHex.replace(/[^]/g, '6') },
    { bodyHex: one.bodyHex.slice(0, (one.bodyHex.length >> 2) * 2) },
    { bodyHex: one.bodyHex.slice(2) },
    { sessionToken: null },
    { payload: null },
    { signedHeaders: 'all' },
    { pathEncoding: null },
    { contentSha256Header: null },
    { sessionTokenMode: null },
    { headerPlacement: 'headers' },
    { mode: 'header' },
    { infer: false },
    { expires: 60 },
    { epochSeconds: 1_440_938_160 },
    { method: 'GET' },
    { scheme: 'https' },
    { host: 'example.com' },
    { region: 'us-east-1' },
    { service: 'service' },
    { accessKeyId: 'AKIDEXAMPLE' },
    { secretAccessKey: 'secret' },
    { parameters: {} },
    { form: 'url', parameters: {} },
    { call: 'sync' },
    ...one.headers.map((_, i) => ({ headers: one.headers.toSpliced(i, 1) })),
    ...shorter(one.path)
      .filter((path) => one.form === 'sdk' || path === '' || path.startsWith('/'))
      .map((path) => ({ path })),
    ...shorter(one.query).map((query) => ({ query })),
    ...Object.keys(one.parameters).map((key) => {
      const { [key]: _, ...parameters } = one.parameters;
      return { parameters };
    }),
    ...one.headers.flatMap(([name, value], i) =>
      [...shorter(name).map((less) => [less, value]), ...shorter(value).map((less) => [name, less])].map(
        (header) => ({ headers: one.headers.with(i, /** @type {[string, string]} */ (header)) }),
      ),
    ),
  ];
  const before = JSON.stringify(one);
  return changes.map((change) => ({ ...one, ...change })).filter((next) => JSON.stringify(next) !== before);
}

/** @param {string} text */
function shorter(text) {
  const chars = [...text];
  return chars.map((_, i) => chars.toSpliced(i, 1).join(''));
}
