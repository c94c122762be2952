// The two headers that bind a proof to its audience and to one use.

export const AUDIENCE = 'x-sigv4-audience';
export const NONCE = 'x-sigv4-nonce';

/**
 * What the canonical form of a header leaves as it is: otherwise, two audiences would have one signature.
 *
 * @param {unknown} audience
 * @returns {audience is string}
 */
export function isAudience(audience) {
  return typeof audience === 'string' && audience.length <= 1024 && /^[!-~]+(?: [!-~]+)*$/.test(audience);
}

/** @param {unknown} nonce @returns {nonce is string} */
export function isNonce(nonce) {
  return typeof nonce === 'string' && /^[\w-]{16,128}$/.test(nonce);
}
