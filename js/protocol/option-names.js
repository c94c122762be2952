// The names of all options. Any other name is a mistake, such as `lenght`, and would have no effect.

import { SigV4Error } from '../engine/errors.js';

export const SIGNER_OPTIONS = new Set([
  'credentials',
  'region',
  'service',
  'host',
  'signedHeaders',
  'unsignableHeaders',
  'payload',
  'contentSha256Header',
  'sessionTokenMode',
  'pathEncoding',
  'headerPlacement',
  'date',
]);
/** Besides, where a URL is presigned. */
export const PRESIGN_OPTIONS = new Set(['expiresIn', 'onEarlyExpiry']);

/** @type {ReadonlySet<string>} */
const NONE = new Set();

/**
 * @param {object | undefined} options
 * @param {ReadonlySet<string>} known
 * @param {ReadonlySet<string>} [also]  known here, too
 * @throws {SigV4Error} `ERR_SIGV4_OPTION_INVALID`
 */
export function checkNames(options, known, also = NONE) {
  for (const name in options) {
    if (!known.has(name) && !also.has(name)) {
      throw new SigV4Error(
        'ERR_SIGV4_OPTION_INVALID',
        `there is no option "${name}": the options are ${[...known, ...also].join(', ')}`,
      );
    }
  }
}
