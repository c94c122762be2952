// Presigned URLs that end before they were asked to, as their credentials do.

import { SigV4Error } from './errors.js';

/** @typedef {'warn' | 'shorten' | 'error'} OnEarlyExpiry */

/** @param {OnEarlyExpiry} mode */
export function checkMode(mode) {
  if (['warn', 'shorten', 'error'].includes(mode)) return;
  const message = 'the option onEarlyExpiry must be one of warn, shorten, error';
  throw new SigV4Error('ERR_SIGV4_OPTION_INVALID', message);
}

/**
 * @param {OnEarlyExpiry | undefined} mode
 * @param {number | undefined} asked  seconds
 * @param {number} left  seconds until the credentials end
 */
export function endsEarly(mode, asked, left) {
  const message =
    `the credentials expire in ${left} s, and with them what they presign, which was to be good for ` +
    `${asked ?? 3600} s: presign with credentials that last longer, or pass a shorter expiresIn`;
  if (mode === 'error') throw new SigV4Error('ERR_SIGV4_EXPIRES_INVALID', message);
  // Who names no lifetime wants what there is.
  if (mode === 'shorten' || asked === undefined || hasWarned) return;
  hasWarned = true;
  const { process, console } = /** @type {any} */ (globalThis);
  if (typeof process?.emitWarning === 'function') {
    process.emitWarning(message, { type: 'SigV4Warning', code: 'SIGV4_EARLY_EXPIRY' });
  } else {
    console?.warn(message);
  }
}

/** Once for each process: it may presign thousands. */
let hasWarned = false;
