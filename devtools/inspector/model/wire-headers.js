// Headers as they are on the wire, where text is UTF-8.

import { bytesOf } from '../../lib/requests/bytes.js';

/**
 * @param {[string, string][]} headers
 * @returns {[string, string][]} values with one character for each byte
 */
export function wireHeaders(headers) {
  return headers.map(([name, value]) => [name, String.fromCharCode(...bytesOf(value))]);
}
