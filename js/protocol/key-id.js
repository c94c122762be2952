// The part of an access key id that messages show.

/**
 * Enough to distinguish keys.
 *
 * @param {string} accessKeyId
 */
export function shownKey(accessKeyId) {
  return accessKeyId.length > 4 ? `…${accessKeyId.slice(-4)}` : accessKeyId;
}
