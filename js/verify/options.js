// The options of the verifier, checked.

import { SigV4Error } from '../engine/errors.js';
import { MAX_SKEW_SECONDS } from '../engine/generated/limits.js';
import { FORMATS } from './error-response.js';
import { checkNames, SIGNER_OPTIONS } from '../protocol/option-names.js';

/** @typedef {import('./verify-request.js').VerifyOptions} VerifyOptions */

/** API Gateway's limit. */
export const MAX_BODY_BYTES = 10_485_760;

export const VERIFY_OPTIONS = new Set([
  'secretAccessKey',
  'region',
  'service',
  'now',
  'maxSkewSeconds',
  'bodyRequired',
  'pathEncoding',
  'maxBodyBytes',
  'explain',
  'errors',
]);
/** Options of signers and of `findMismatch`, which may share the object. */
export const OPTIONS_OF_OTHERS = new Set([...SIGNER_OPTIONS, 'stage', 'hosts', 'methods', 'deadlineMs']);

/** @type {[name: keyof VerifyOptions, form: string, isRight: (options: VerifyOptions) => boolean][]} */
const CHECKS = [
  ['secretAccessKey', 'a function', ({ secretAccessKey }) => typeof secretAccessKey === 'function'],
  // Without these two, the client would choose the rules, which differ between services.
  [
    'region',
    "the region that requests must be signed for, such as 'eu-west-1', or 'any'",
    ({ region }) => isName(region),
  ],
  [
    'service',
    "the service that requests must be signed for, such as 'execute-api', or 'any', with which the client chooses the rules",
    ({ service }) => isName(service),
  ],
  [
    'now',
    'a Date, or a function that returns one',
    ({ now }) => now === undefined || typeof now === 'function' || isDate(now),
  ],
  [
    'maxSkewSeconds',
    'a number of seconds',
    ({ maxSkewSeconds = 0 }) => isCount(maxSkewSeconds) && maxSkewSeconds < Infinity,
  ],
  ['maxBodyBytes', 'a number of bytes', ({ maxBodyBytes = 0 }) => isCount(maxBodyBytes)],
  ['errors', "'api-gateway' or 's3'", ({ errors = 's3' }) => Object.hasOwn(FORMATS, errors)],
  [
    'pathEncoding',
    "'double' or 'single'",
    ({ pathEncoding = 'double' }) => pathEncoding === 'double' || pathEncoding === 'single',
  ],
];

/**
 * @param {VerifyOptions} options
 * @throws {SigV4Error} ERR_SIGV4_OPTION_INVALID
 */
export function checkedOptions(options) {
  const given = options ?? {};
  const wrong = CHECKS.find(([, , isRight]) => !isRight(given));
  if (wrong !== undefined) {
    throw new SigV4Error('ERR_SIGV4_OPTION_INVALID', `the option ${wrong[0]} must be ${wrong[1]}`);
  }
  if (!named.has(options)) {
    checkNames(options, VERIFY_OPTIONS, OPTIONS_OF_OTHERS);
    named.add(options);
  }
  const { now = clock, maxSkewSeconds = MAX_SKEW_SECONDS, maxBodyBytes = MAX_BODY_BYTES } = options;
  return { ...options, now, maxSkewSeconds, maxBodyBytes };
}

function clock() {
  return new Date();
}

/**
 * Options whose names were checked: a server passes the same ones for each request.
 *
 * @type {WeakSet<VerifyOptions>}
 */
const named = /* @__PURE__ */ new WeakSet();

/** @param {unknown} value */
function isName(value) {
  return typeof value === 'string' && value !== '' && !value.includes('\0');
}

/** @param {unknown} value */
export function isCount(value) {
  return typeof value === 'number' && value >= 0;
}

/**
 * @param {unknown} value
 * @returns {value is Date}
 */
export function isDate(value) {
  return value instanceof Date && !Number.isNaN(value.getTime());
}
