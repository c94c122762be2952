// js/tokens makes tokens and passwords from signatures. This file: the common options of their functions.

import { SigV4Error } from '../engine/errors.js';
import { checkNames } from '../protocol/option-names.js';

/**
 * @typedef {object} TokenOptions
 * @property {import('../sign/signer.js').SignerOptions['credentials']} credentials
 * @property {Date | (() => Date)} [date]  the time of the signature; default: now
 */

const COMMON = /* @__PURE__ */ new Set(['credentials', 'date']);

/**
 * Refuses unknown options, and missing required ones: a token that contains the text `undefined` would be refused later, without
 * a reason.
 *
 * @param {any} options
 * @param {readonly string[]} required
 * @param {readonly string[]} [optional]
 * @throws {SigV4Error} `ERR_SIGV4_OPTION_INVALID`
 */
export function checkOptions(options, required, optional = []) {
  checkNames(options, COMMON, new Set([...required, ...optional]));
  for (const name of required) {
    const value = options?.[name];
    if ((typeof value !== 'string' && typeof value !== 'number') || value === '') {
      throw new SigV4Error('ERR_SIGV4_OPTION_INVALID', `the option ${name} is missing`);
    }
  }
}

/**
 * The options that `presignUrl` and `signRequest` take. If the credentials expire sooner, the token does as well, without a
 * warning.
 *
 * @param {TokenOptions} options
 * @param {string} service
 * @param {string | undefined} region
 * @param {number} expiresIn  seconds
 */
export function presigning({ credentials, date }, service, region, expiresIn) {
  return {
    credentials,
    service,
    expiresIn,
    onEarlyExpiry: /** @type {const} */ ('shorten'),
    ...(date !== undefined && { date }),
    ...(region !== undefined && { region }),
  };
}

/** @param {string} url */
export function withoutScheme(url) {
  return url.replace(/^\w+:\/\//, '');
}
