// Base64, for runtimes without Buffer.

/**
 * @param {string | Uint8Array} data  a text is UTF-8
 * @returns {string}
 */
export function base64(data) {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

/**
 * The alphabet of URLs (RFC 4648, section 5), without padding.
 *
 * @param {string} text
 */
export function base64url(text) {
  return base64(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/**
 * @param {string} text
 * @returns {string} the decoded text, read as UTF-8
 * @throws if it is not Base64
 */
export function fromBase64(text) {
  return new TextDecoder('utf-8', { fatal: true }).decode(
    Uint8Array.from(atob(text), (char) => char.charCodeAt(0)),
  );
}
