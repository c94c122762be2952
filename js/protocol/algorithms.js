// js/protocol has the parts of SigV4 that several folders need. This file: the signing algorithms.

/**
 * @typedef {object} Scheme
 * @property {string} algorithm
 * @property {number} length  the length of a signature on the wire, to which shorter ones are padded with asterisks
 */

/** @type {Scheme} */
export const SIGV4 = { algorithm: 'AWS4-HMAC-SHA256', length: 64 };

/**
 * An ECDSA signature in DER has at most 144 hex digits.
 *
 * @type {Scheme}
 */
export const SIGV4A = { algorithm: 'AWS4-ECDSA-P256-SHA256', length: 144 };
