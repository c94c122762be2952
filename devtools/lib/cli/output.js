// Output: with colors if the terminal has them, and without secrets.

import { exitCode } from './exit.js';

/** A reader such as `head` may close the pipe early: that is not an error. */
export function endQuietlyAtClosedPipe() {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      const { code } = /** @type {NodeJS.ErrnoException} */ (error);
      if (code === 'EPIPE') process.exit();
      console.error(`sigv4: the output cannot be written (${code})`);
      process.exit(exitCode('write'));
    });
  }
}

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
  const known = [
    [secretAccessKey, '<secret access key>'],
    [sessionToken, SESSION_TOKEN],
  ].flatMap(([secret, instead]) =>
    secret && secret.length >= SHORTEST_SECRET
      ? [secret, encodeURIComponent(secret)].map((form) => [form, instead])
      : [],
  );
  return (text) => {
    for (const [secret, instead] of known)
      text = text.replaceAll(/** @type {string} */ (secret), String(instead));
    return text
      .replace(/(Signature=)[0-9a-f]{8,}/gi, '$1<signature>')
      .replace(/^(x-amz-(?:security|s3session)-token: ?).+/gim, `$1${SESSION_TOKEN}`)
      .replace(/(X-Amz-(?:Security|S3session)-Token=)[^&\s"<]+/gi, `$1${SESSION_TOKEN}`);
  };
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
