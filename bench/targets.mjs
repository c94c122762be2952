// The targets: each with its name, its tables of the report, and its limit.

import { AWS_SIGV4, CRATE } from './parts/native.mjs';
import { PLAIN, SIGNED } from './parts/axios.mjs';
import { HOST_DIGEST } from './parts/bodies.mjs';
import { IIFE, LAMBDA, LAMBDA_AXIOS, ONE_FILE, SIGN_REQUEST } from './parts/bundle.mjs';
import { HOST_HASH } from './parts/chunked.mjs';
import { oneFile, PROVIDER } from './parts/cold-start.mjs';
import { CALL, FLOOR } from './parts/floor.mjs';
import { OPEN, VERIFIED } from './parts/gateway.mjs';
import { PROXY_SIGNED } from './parts/proxy.mjs';
import { CUT_OFF, DEADLINE_MILLIS, PAIRS, SIGN, VERIFY } from './parts/server.mjs';
import { SMITHY_V4A } from './parts/sigv4a.mjs';
import { AWS4, REPLACED } from './peers-node.mjs';
import { AWS4FETCH, OURS, SMITHY } from './peers.mjs';

/**
 * @typedef {(id: string) => Rows} Find  the rows of a table by name; throws where it was not measured
 * @typedef {Record<string, import('./harness.mjs').Row>} Rows
 *
 * @typedef {object} Target
 * @property {string} what
 * @property {(find: Find) => number} measure
 * @property {number} [atLeast]
 * @property {number} [atMost]
 * @property {string} unit
 */

/** @returns {(find: Find) => number} how many times the peer's time is ours */
const times = (/** @type {string} */ id, /** @type {string} */ peer) => (find) => find(id)[peer].ratio;
/** @returns {(find: Find) => number} how many times its signature a verification takes */
const timesSignature = (/** @type {string} */ id) => (find) => find(id)[VERIFY].value / find(id)[SIGN].value;
/** Percent on top of another. */
const onTop = (value) => (value - 1) * 100;

/** What is verified, by the tables of bench/parts/server.mjs. */
const VERIFICATIONS = {
  'verify-get': 'verifying a GET',
  'verify-get-token': 'verifying a GET with token',
  'verify-presigned': 'verifying a presigned URL',
  'verify-post-1kb': 'verifying a POST of 1 kB',
};

/** @type {Target[]} */
export const TARGETS = [
  { what: 'GET with token: aws4', measure: times('get-token', AWS4), atLeast: 3, unit: 'x' },
  {
    what: 'GET with token: the stack that is replaced',
    measure: times('get-token', REPLACED),
    atLeast: 12,
    unit: 'x',
  },
  { what: 'GET with token: aws4fetch', measure: times('get-token', AWS4FETCH), atLeast: 20, unit: 'x' },
  { what: 'GET without token: aws4', measure: times('get', AWS4), atLeast: 4, unit: 'x' },
  { what: 'POST 1 kB: aws4', measure: times('post-1kb', AWS4), atLeast: 3, unit: 'x' },
  ...['get-token', 'get', 'post-1kb'].map((id) => ({
    what: `the whole call against its SHA-256, ${id}`,
    measure: (/** @type {Find} */ find) => 1 / find(`floor-${id}`)[FLOOR].paired,
    atMost: 1.6,
    unit: 'x',
  })),
  {
    what: 'POST 1 MiB: on top of the host digest',
    measure: (find) => onTop(1 / find('post-1mib')[HOST_DIGEST].paired),
    atMost: 5,
    unit: '%',
  },
  { what: 'POST 1 MiB: aws4', measure: (find) => find('post-1mib')[AWS4].paired, atLeast: 1, unit: 'x' },
  { what: 'POST 64 MiB: aws4', measure: (find) => find('post-64mib')[AWS4].paired, atLeast: 1, unit: 'x' },
  {
    what: 'presignMany: @smithy/signature-v4',
    measure: times('presign-many', SMITHY),
    atLeast: 15,
    unit: 'x',
  },
  { what: 'presignMany: aws4', measure: times('presign-many', AWS4), atLeast: 4, unit: 'x' },
  {
    what: 'axios, loopback: on top of plain axios',
    measure: (find) => onTop(find('axios-loopback')[SIGNED].paired),
    atMost: 5,
    unit: '%',
  },
  {
    what: 'axios: own time',
    measure: (find) => find('axios-own')[SIGNED].value - find('axios-own')[PLAIN].value,
    atMost: 22,
    unit: 'us',
  },
  {
    what: 'chunked upload: of the host SHA-256',
    measure: (find) => find('chunked')[HOST_HASH].paired * 100,
    atLeast: 80,
    unit: '%',
  },
  { what: 'SigV4a: @smithy/signature-v4a', measure: times('sigv4a', SMITHY_V4A), atLeast: 5, unit: 'x' },
  ...Object.entries(VERIFICATIONS).flatMap(([id, what]) => [
    { what: `${what}: times its signature`, measure: timesSignature(id), atMost: 3, unit: 'x' },
    { what: `${what}: times its signature, the aim`, measure: timesSignature(id), atMost: 2, unit: 'x' },
  ]),
  ...Object.entries(VERIFICATIONS)
    .filter(([id]) => id !== 'verify-presigned')
    .map(([id, what]) => ({
      what: `${what}: aws4 recomputing it`,
      measure: times(id, `${AWS4}, recomputed`),
      atLeast: 1,
      unit: 'x',
    })),
  {
    what: 'a decision by policies that are parsed',
    measure: (find) => find('policies')['parsed once'].value,
    atMost: 8.5,
    unit: 'us',
  },
  {
    what: 'a search of every two mistakes that finds none',
    measure: (find) => find('mismatch')[PAIRS].value / 1000,
    atMost: 100,
    unit: 'ms',
  },
  {
    what: 'a search that is cut off: late by',
    measure: (find) => find('mismatch')[CUT_OFF].value / 1000 - DEADLINE_MILLIS,
    atMost: 20,
    unit: 'ms',
  },
  {
    what: 'a search that finds no mistake',
    measure: (find) => find('mismatch')['nothing is found'].value / 1000,
    atMost: 1000,
    unit: 'ms',
  },
  {
    what: 'the gateway: of its speed without verification',
    measure: (find) => (100 * find('gateway')[VERIFIED].value) / find('gateway')[OPEN].value,
    atLeast: 65,
    unit: '%',
  },
  {
    what: 'the proxy: of its speed without signing',
    measure: (find) => 100 * find('proxy')[PROXY_SIGNED].paired,
    atLeast: 70,
    unit: '%',
  },
  { what: 'cold start, import: aws4', measure: times('cold-start', AWS4), atLeast: 1, unit: 'x' },
  {
    what: 'cold start, require: aws4',
    measure: (find) =>
      find('cold-start')[`${AWS4}, require`].value / find('cold-start')[`${OURS}, require`].value,
    atLeast: 1,
    unit: 'x',
  },
  {
    what: 'cold start: ahead of the stack that is replaced',
    measure: (find) => find('cold-start')[PROVIDER].value - find('cold-start')[OURS].value,
    atLeast: 50,
    unit: 'ms',
  },
  {
    what: 'Chromium: @smithy/signature-v4',
    measure: times('browser-get-token', SMITHY),
    atLeast: 10,
    unit: 'x',
  },
  { what: 'Chromium: aws4fetch', measure: times('browser-get-token', AWS4FETCH), atLeast: 10, unit: 'x' },
  // Sizes: the goal for version 0.1.0, and the bytes that were added since its first commit: 4.4 kB to
  // signRequest (1.4 of them to the module), 2.5 to 3.6 to the adapters.
  ...Object.entries({
    [SIGN_REQUEST]: 25.9,
    [ONE_FILE]: 27.4,
    [IIFE]: 27.4,
    [LAMBDA]: 28.4,
    [LAMBDA_AXIOS]: 35.5,
  }).map(([name, atMost]) => ({
    what: `bundle of ${name.replace(/^.*?, /, '')}`,
    measure: (/** @type {Find} */ find) => find('bundle')[name].value,
    atMost,
    unit: 'kB',
  })),
  ...Object.entries({ axios: 6.4, fetch: 5.1, undici: 4.2, got: 4.7, aws4: 4.6, smithy: 4.3 }).map(
    ([name, atMost]) => ({
      what: `sigv4-wasm/${name}, on top`,
      measure: (/** @type {Find} */ find) => find('bundle-adapters')[`sigv4-wasm/${name}`].value,
      atMost,
      unit: 'kB',
    }),
  ),
  // What a server loads, or a page that explains: what they weighed when the core had taken over verifying and policies.
  ...Object.entries({ verify: 175, policy: 89, explain: 239 }).flatMap(([name, atMost]) =>
    ['split', 'one file'].map((form) => ({
      what: `sigv4-wasm/${name}, ${form}`,
      measure: (/** @type {Find} */ find) => find('bundle-others')[`sigv4-wasm/${name}, ${form}`].value,
      atMost,
      unit: 'kB',
    })),
  ),
  {
    what: 'signing.wasm, raw',
    measure: (find) => find('wasm')['signing.wasm'].value,
    atMost: 29,
    unit: 'kB',
  },
  {
    what: 'signing.wasm, gzipped',
    measure: (find) => find('wasm')['signing.wasm, gzipped'].value,
    atMost: 15.9,
    unit: 'kB',
  },
  {
    what: 'cold start, one CommonJS file: of the time of aws4',
    measure: (find) => find('cold-start')[oneFile(OURS)].value / find('cold-start')[oneFile(AWS4)].value,
    atMost: 0.9,
    unit: 'x',
  },
  {
    what: 'memory: growth of the heap',
    measure: (find) => find('memory-grown').heap.value,
    atMost: 200,
    unit: 'kB',
  },
  {
    what: 'memory: growth of wasm',
    measure: (find) => find('memory-grown').wasm.value,
    atMost: 0,
    unit: 'kB',
  },
  {
    what: 'memory: left by bodies of 64 MiB',
    measure: (find) =>
      ['heap', 'buffers', 'wasm'].reduce((sum, name) => sum + find('memory-body')[name].value, 0),
    atMost: 200,
    unit: 'kB',
  },
  {
    what: 'Rust, GET with token: the crate aws-sigv4',
    measure: times('native-get-token', AWS_SIGV4),
    atLeast: 2,
    unit: 'x',
  },
  {
    what: 'Rust, GET without: the crate aws-sigv4',
    measure: times('native-get', AWS_SIGV4),
    atLeast: 2,
    unit: 'x',
  },
  {
    what: 'Rust, POST 1 kB: the crate aws-sigv4',
    measure: times('native-post-1kb', AWS_SIGV4),
    atLeast: 2,
    unit: 'x',
  },
  ...['headers', 'query parameters', 'body, kB'].map((what) => ({
    what: `growth with ${what.split(',')[0]}: exponent`,
    measure: (/** @type {Find} */ find) => steepest(find(`growth-${what}`)),
    atMost: 1.2,
    unit: '',
  })),
  {
    what: 'the steepest hostile request: exponent',
    measure: (find) => steepest(find('hostile')),
    atMost: 1.2,
    unit: '',
  },
];

/**
 * @param {import('./harness.mjs').Table[]} tables
 * @returns {{ what: string, needed: string, measured: string, met: boolean | undefined }[]} `met` is undefined for what
 *   was not measured
 */
export function judge(tables) {
  /** @type {Find} */
  const find = (id) =>
    Object.fromEntries(tables.find((table) => table.id === id).rows.map((row) => [row.name, row]));
  return TARGETS.map(({ what, measure, atLeast, atMost, unit }) => {
    const needed =
      atLeast === undefined ? `at most ${number(atMost)} ${unit}` : `at least ${number(atLeast)} ${unit}`;
    let value;
    try {
      value = measure(find);
    } catch {
      return { what, needed, measured: 'not measured', met: undefined };
    }
    const met = atLeast === undefined ? value <= atMost : value >= atLeast;
    return { what, needed: needed.trim(), measured: `${number(value)} ${unit}`.trim(), met };
  });
}

function largest(rows) {
  return Math.max(...Object.values(rows).map(({ value }) => value));
}

function steepest(rows) {
  return Math.max(...Object.values(rows).flatMap(({ exponent }) => exponent ?? []));
}

/** Three digits that count. */
export function number(value) {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value
    .toFixed(digits)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
}
