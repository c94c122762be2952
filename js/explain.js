// Why a signed request was refused.

export { SigV4Error } from './errors.js';
export { findMismatch, KNOWN_MISMATCHES } from './mismatch/find.js';

/**
 * @typedef {import('./mismatch/find.js').FindMismatchOptions} FindMismatchOptions
 * @typedef {import('./mismatch/find.js').Mismatch} Mismatch
 */
