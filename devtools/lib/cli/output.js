// Output: with colors if the terminal has them, and without secrets.

import { hiderOf, withoutTokens } from '../redaction.js';

/**
 * `hasColors` knows NO_COLOR, FORCE_COLOR and TERM.
 *
 * @param {NodeJS.WriteStream} stream
 */
export function showsColors(stream) {
  return Boolean(stream.isTTY && stream.hasColors());
}

/**
 * Removes secrets from a text. A session token is one, and so is a signature while it is valid.
 *
 * @param {{ secretAccessKey?: string, sessionToken?: string }} credentials
 * @returns {(text: string) => string}
 */
export function redactor({ secretAccessKey, sessionToken }) {
  const known = /** @type {const} */ ([
    [secretAccessKey ?? '', '<secret access key>'],
    [sessionToken ?? '', SESSION_TOKEN],
  ]);
  const hide = hiderOf(known.filter(([secret]) => secret.length >= SHORTEST_SECRET));
  return (text) =>
    withoutTokens(hide(text).replace(/(Signature=)[0-9a-f]{8,}/gi, '$1<signature>'), SESSION_TOKEN);
}

/** AWS issues none below 40 characters. A shorter one, in a test, could be part of many words. */
const SHORTEST_SECRET = 8;

const SESSION_TOKEN = '<session token>';

/** @param {unknown} value */
export function printJson(value) {
  console.log(JSON.stringify(value, null, 2));
}

/**
 * @param {Uint8Array} bytes
 * @returns {{ body?: string, bodyBase64?: string }} the latter if they are not UTF-8
 */
export function bodyForJson(bytes) {
  try {
    return { body: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { bodyBase64: Buffer.from(bytes).toString('base64') };
  }
}
