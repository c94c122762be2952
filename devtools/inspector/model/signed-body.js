// The body that a client signed, if it is another form of the sent body: found by its hash, so that both can be compared
// character by character.

import { sha256Hex } from './key-chain.js';

/**
 * @param {string | Uint8Array | undefined} sent
 * @param {string | undefined} signedHash  in hex
 * @returns {Promise<string | undefined>} `undefined` if no form of it has this hash
 */
export async function findSignedBody(sent, signedHash) {
  if (typeof sent !== 'string' || signedHash === undefined || sent.length > MAX_LENGTH) return undefined;
  for (const form of formsOf(sent)) {
    if ((await sha256Hex(form)) === signedHash) return form;
  }
  return undefined;
}

/** @param {string} text */
function* formsOf(text) {
  for (const edit of EDITS) yield edit(text);
  const json = parsed(text);
  if (json === undefined) return;
  for (const value of [json, sorted(json)]) {
    yield JSON.stringify(value);
    yield spaced(JSON.stringify(value));
    for (const indent of [2, 4, '\t']) yield JSON.stringify(value, null, indent);
  }
  yield JSON.stringify(text);
  if (typeof json === 'string') yield json;
}

/** As Python writes it: a space after each comma and colon outside of strings. @param {string} json */
function spaced(json) {
  return json.replace(/"(?:\\.|[^"\\])*"|[,:]/g, (token) =>
    token.length === 1 && token !== '"' ? `${token} ` : token,
  );
}

/** @param {unknown} value @returns {unknown} with its keys in order */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, item]) => [name, sorted(item)]),
  );
}

/** @param {string} text @returns {unknown} `undefined` if it is not JSON */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @type {((text: string) => string)[]} */
const EDITS = [
  ...[() => '', (/** @type {string} */ text) => text],
  (text) => `${text}\n`,
  (text) => text.replace(/\r?\n$/, ''),
  (text) => text.replaceAll('\r\n', '\n'),
  (text) => text.replace(/\r?\n/g, '\r\n'),
  (text) => text.replace(/^\ufeff/, ''),
  (text) => `\ufeff${text}`,
  (text) => text.trim(),
  ...['NFC', 'NFD'].map((form) => (/** @type {string} */ text) => text.normalize(form)),
  (text) => text.replaceAll('%20', '+'),
  (text) => text.replaceAll('+', '%20'),
];

const MAX_LENGTH = 100_000;
