// The warning for presigned URLs that expire early because their credentials do. Loaded on use.

let hasWarned = false;

/**
 * Once for each process, which may presign thousands of URLs.
 *
 * @param {string} message
 */
export function warn(message) {
  if (hasWarned) return;
  hasWarned = true;
  const { process, console } = /** @type {any} */ (globalThis);
  if (typeof process?.emitWarning === 'function') {
    process.emitWarning(message, { type: 'SigV4Warning', code: 'SIGV4_EARLY_EXPIRY' });
  } else {
    console?.warn(message);
  }
}
