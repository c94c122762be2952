// Percent-encoding of texts that may not be well-formed Unicode.

/**
 * With U+FFFD for halves of surrogate pairs, which no escape can stand for.
 *
 * @param {string} text
 */
export function wellFormed(text) {
  return text.replace(/\p{Surrogate}/gu, '\ufffd'); // each half alone: pairs are one character there
}

/**
 * As RFC 3986 has it, section 2.3: what is not unreserved is escaped.
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
