// Compares the server's canonical request and string to sign with the client's, line by line.

import { SESSION_TOKEN_HEADERS } from '../engine/generated/headers.js';
import { redact, REDACTED_SIGNATURE } from '../protocol/redact.js';
import { REDACTED } from '../protocol/redact-token.js';

/**
 * @typedef {object} DiffLine
 * @property {string} label  `method`, `path`, `query NAME`, `query order`, `header NAME`, `signed headers`, `payload hash`;
 *   then of the string to sign: `algorithm`, `date`, `scope`, `canonical request hash`
 * @property {string | undefined} server  the value that the server has; `undefined` if only the client has the line
 * @property {string | undefined} client  likewise
 * @property {boolean} isEqual
 *
 * @typedef {object} Strings  either may be missing
 * @property {string} [canonicalRequest]
 * @property {string} [stringToSign]
 *
 * A line with a label for its meaning; lines that may occur several times are numbered.
 * @typedef {[label: string, value: string][]} Lines
 */

/**
 * The content of each line, without tokens.
 *
 * @param {Strings} server
 * @param {Strings} client
 * @returns {DiffLine[]} of what both have
 */
export function diffStrings(server, client) {
  const lines = [
    ...diff(server.canonicalRequest, client.canonicalRequest, canonicalLines),
    ...diff(server.stringToSign, client.stringToSign, stringLines),
  ];
  // A trace does not contain the token, but its hash covers the token.
  const different = lines.filter(({ isEqual }) => !isEqual);
  const token = lines.find(({ label }) => TOKEN.test(label));
  if (token && different.length === 1 && different[0].label === 'canonical request hash')
    token.isEqual = false;
  return lines;
}

/**
 * @param {string | undefined} server
 * @param {string | undefined} client
 * @param {(text: string) => Lines} parse
 * @returns {DiffLine[]}
 */
function diff(server, client, parse) {
  if (server === undefined || client === undefined) return [];
  const [ours, theirs] = [client, server].map((text) => byLine(parse(text)));
  return merged([...theirs.keys()], [...ours.keys()]).map((key) => {
    const [label] = key.split('\n');
    const [one, other] = [theirs.get(key), ours.get(key)];
    const isEqual = one === other || [one, other].includes(REDACTED);
    return { label, server: shown(label, one), client: shown(label, other), isEqual };
  });
}

/**
 * @param {string} text  which may have lost empty lines when it was copied
 * @returns {Lines}
 */
function canonicalLines(text) {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  const [method, path = '', query = ''] = lines;
  const [names = '', payloadHash = ''] = lines.slice(Math.max(lines.length - 2, 3));
  const headers = lines.slice(3, -2).filter((line) => line !== '');
  const pairs = query.split('&').filter((part) => part !== '');
  return [
    ['method', method],
    ['path', path],
    ...pairs.map((part) => pair('query', part, '=')),
    ...(isSorted(query, pairs) ? [] : [/** @type {[string, string]} */ (['query order', query])]),
    ...headers.map((line) => pair('header', line, ':')),
    ['signed headers', names],
    ['payload hash', payloadHash],
  ];
}

/**
 * @param {string} text
 * @returns {Lines}
 */
function stringLines(text) {
  const [algorithm, date = '', scope = '', hash = ''] = text.split('\n').map((line) => line.trim());
  return [
    ['algorithm', algorithm],
    ['date', date],
    ['scope', scope],
    ['canonical request hash', hash],
  ];
}

/**
 * @param {string} kind
 * @param {string} text
 * @param {string} separator
 * @returns {[string, string]}
 */
function pair(kind, text, separator) {
  const at = text.indexOf(separator);
  const [name, value] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
  return [`${kind} ${name}`, value];
}

/**
 * @param {string} query
 * @param {string[]} pairs
 */
function isSorted(query, pairs) {
  const split = pairs.map((part) => pair('', part, '='));
  const isWhole =
    query === pairs.join('&') && !/(?:^|[&=])\s/.test(query) && pairs.every((part) => part.includes('='));
  return isWhole && split.every((one, i) => i === 0 || isInOrder(split[i - 1], one));
}

/**
 * By name, then by value: of `a=1` and `a-b=1`, the former comes first, though `-` sorts before `=`.
 *
 * @param {[string, string]} one
 * @param {[string, string]} other
 */
function isInOrder(one, other) {
  return one[0] < other[0] || (one[0] === other[0] && one[1] <= other[1]);
}

/**
 * Of lines with the same label, the first is compared with the first, and so on.
 *
 * @param {Lines} lines
 * @returns {Map<string, string>}
 */
function byLine(lines) {
  /** @type {Map<string, string>} */
  const found = new Map();
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const [label, value] of lines) {
    const count = (counts.get(label) ?? 0) + 1;
    counts.set(label, count);
    found.set(count === 1 ? label : `${label}\n${count}`, value);
  }
  return found;
}

/**
 * Both lists, in the order of the first; a line that only the second has comes after its predecessor there.
 *
 * @param {string[]} first
 * @param {string[]} second
 */
function merged(first, second) {
  /** What only the second has, by what it comes behind. @type {Map<string, string[]>} */
  const behind = new Map(first.map((key) => [key, []]));
  /** @type {string[]} */
  const ahead = [];
  let last = ahead;
  for (const key of second) {
    const list = behind.get(key);
    if (list === undefined) last.push(key);
    else last = list;
  }
  return [...ahead, ...first.flatMap((key) => [key, ...(behind.get(key) ?? [])])];
}

/**
 * @param {string} label
 * @param {string | undefined} value
 */
function shown(label, value) {
  if (value === undefined) return undefined;
  if (TOKEN.test(label)) return REDACTED;
  if (SIGNATURE.test(label)) return REDACTED_SIGNATURE;
  // With its name, by which secrets are recognized.
  const prefix = label.startsWith('header ') ? `${label.slice('header '.length)}:` : '';
  return redact(prefix + value).slice(prefix.length);
}

/** A hash that was signed by mistake. */
const SIGNATURE = /^query X-Amz-Signature$/i;
const TOKEN = new RegExp(`^(?:query|header) (?:${SESSION_TOKEN_HEADERS.join('|')})$`, 'i');
