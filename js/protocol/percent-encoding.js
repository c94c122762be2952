// Percent-encoding of texts that may not be well-formed Unicode.

/**
 * Replaces halves of surrogate pairs, which cannot be escaped, with U+FFFD.
 *
 * @param {string} text
 */
export function wellFormed(text) {
  return text.replace(/\p{Surrogate}/gu, '\ufffd'); // each half alone: pairs are one character there
}

/**
 * Escapes everything except the unreserved characters of RFC 3986, section 2.3.
 *
 * @param {string} text
 * @returns {string}
 */
export function escapeUri(text) {
  return encodeURIComponent(text).replace(/[!'()*]/g, escapeByte);
}

/**
 * @param {string} char  up to U+00FF, which stands for one byte
 * @returns {string}
 */
export function escapeByte(char) {
  return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
