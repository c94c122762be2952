// Fills values into sentences.

import { redact } from './redact.js';

/**
 * A sentence with its values.
 *
 * @param {string} template  with `{name}`, `{name,another}` for the first that is there, or `{name|what stands instead}`
 * @param {Record<string, string | undefined>} values
 */
export function fill(template, values) {
  return template.replace(/\{([\w,]+)(?:\|([^}]*))?\}/g, (_, names, instead = 'unknown') => {
    const value = names
      .split(',')
      .map((/** @type {string} */ name) => values[name])
      .find(Boolean);
    return value ? shorten(redact(value).replace(/\s+/g, ' ').trim(), 200) : instead;
  });
}

/**
 * @param {string} text
 * @param {number} length
 */
export function shorten(text, length) {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
