// What a message shows of an access key id.

/**
 * Enough to tell one key from another.
 *
 * @param {string} accessKeyId
 */
export function shownKey(accessKeyId) {
  return accessKeyId.length > 4 ? `…${accessKeyId.slice(-4)}` : accessKeyId;
}
