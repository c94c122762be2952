// js/protocol is what several parts know of SigV4, with no part of its own. Here: the signing algorithms.

/**
 * @typedef {object} Scheme
 * @property {string} algorithm
 * @property {number} length  of a signature on the wire, where shorter ones are filled up with asterisks
 */

/** @type {Scheme} */
export const SIGV4 = { algorithm: 'AWS4-HMAC-SHA256', length: 64 };

/**
 * An ECDSA signature in DER has at most 144 hex digits.
 *
 * @type {Scheme}
 */
export const SIGV4A = { algorithm: 'AWS4-ECDSA-P256-SHA256', length: 144 };
