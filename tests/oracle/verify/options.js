// The options of the verifier, checked.

import { SigV4Error } from '../errors.js';
import { checkNames, SIGNER_OPTIONS } from '../option-names.js';

/** @typedef {import('./request.js').VerifyOptions} VerifyOptions */

const VERIFY_OPTIONS = new Set([
  'secretAccessKey',
  'region',
  'service',
  'now',
  'maxSkewSeconds',
  'bodyRequired',
  'pathEncoding',
  'maxBodyBytes',
  'explain',
]);
/** Of those who sign, or look for a mismatch, with the same object. */
const OPTIONS_OF_OTHERS = new Set([...SIGNER_OPTIONS, 'stage', 'hosts', 'methods', 'deadlineMs']);

/**
 * @param {VerifyOptions} options
 * @throws {SigV4Error} ERR_SIGV4_OPTION_INVALID
 */
export function checkedOptions(options) {
  const { now = () => new Date(), maxSkewSeconds = 300, maxBodyBytes = 10_485_760 } = options ?? {};
  const wrong = [
    ['secretAccessKey', 'a function', typeof options?.secretAccessKey === 'function'],
    ...scopeChecks(options),
    ['now', 'a Date, or a function that returns one', typeof now === 'function' || isDate(now)],
    ['maxSkewSeconds', 'a number of seconds', isCount(maxSkewSeconds) && maxSkewSeconds < Infinity],
    ['maxBodyBytes', 'a number of bytes', isCount(maxBodyBytes)],
    ['pathEncoding', "'double' or 'single'", [undefined, 'double', 'single'].includes(options?.pathEncoding)],
  ].find(([, , isRight]) => !isRight);
  if (wrong !== undefined) {
    throw new SigV4Error('ERR_SIGV4_OPTION_INVALID', `the option ${wrong[0]} must be ${wrong[1]}`);
  }
  checkNames(options, VERIFY_OPTIONS, OPTIONS_OF_OTHERS);
  const [region, service] = [options.region, options.service].map((name) =>
    name === 'any' ? undefined : name,
  );
  return { ...options, region, service, now, maxSkewSeconds, maxBodyBytes };
}

/**
 * Without them, the client would choose: a service has rules of its own.
 *
 * @param {VerifyOptions} options
 * @returns {[name: string, form: string, isRight: boolean][]}
 */
function scopeChecks(options) {
  return [
    [
      'region',
      "the region that requests must be signed for, such as 'eu-west-1', or 'any'",
      isName(options?.region),
    ],
    [
      'service',
      "the service that requests must be signed for, such as 'execute-api', or 'any', with which the client chooses the rules",
      isName(options?.service),
    ],
  ];
}

/** @param {unknown} value */
function isName(value) {
  return typeof value === 'string' && value !== '';
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
