// JSON, with the place of an error.

import { RequestSyntaxError } from './error.js';

/**
 * @param {string} text
 * @returns {any} an object
 * @throws {RequestSyntaxError}
 */
export function parseJson(text) {
  try {
    const json = JSON.parse(text);
    if (typeof json === 'object' && json !== null) return json;
  } catch (error) {
    const at = Number(/position (\d+)/.exec(/** @type {Error} */ (error).message)?.[1] ?? NaN);
    throw new RequestSyntaxError(
      `this begins like JSON, but is not valid JSON: ${/** @type {Error} */ (error).message}`,
      .../** @type {[string?, number?]} */ (Number.isNaN(at) ? [] : [text, at]),
    );
  }
  throw new RequestSyntaxError('this JSON is not a request');
}
