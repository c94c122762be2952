// A bare URL, presigned or not.

import { absoluteUrl } from './parts.js';

/** @param {string} text */
export function isUrl(text) {
  return /^\s*["'<]?(?:https?|wss?):\/\/[^\s"'<>]+[">']?\s*$/i.test(text);
}

/**
 * @param {string} text
 * @returns {import('./index.js').ParsedRequest}
 */
export function parseUrl(text) {
  const [written] = /** @type {RegExpExecArray} */ (/[a-z]+:\/\/[^\s"'<>]+/i.exec(text));
  // A page or a log may have escaped it.
  const url = absoluteUrl(written.replaceAll('&amp;', '&'), 'https:', text, text.indexOf(written));
  const isPresigned = /[?&]X-Amz-Signature=/i.test(url);
  return {
    format: 'url',
    method: 'GET',
    url,
    headers: [],
    notes: isPresigned ? ['a presigned URL does not name its method: GET is assumed'] : [],
  };
}
