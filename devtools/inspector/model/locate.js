// Where the parts of a request stand in the text that it was read from. The formats differ, but all of them write a URL, names
// and values as they are, so that a search finds them. What it does not find stays without a colour.

import { repeatable } from './sections/parts.js';
import { splitQuery } from './authorization.js';

/**
 * @typedef {{ start: number, end: number, part?: string, token?: 'word' | 'flag' | 'mark' }} Range
 *   `part`: its id; `token`: what it is in the syntax of the format
 */

/**
 * @param {string} text
 * @param {import('./paste.js').ReadRequest} request
 * @returns {Range[]}  in order, none within another
 */
export function locate(text, request) {
  if (text.length > MAX_LENGTH) return [];
  /** @type {Range[]} */
  const found = [];
  /** @type {(part: string, start: number, length: number) => void} */
  const take = (part, start, length) => {
    const end = start + length;
    const isFree = found.every((range) => end <= range.start || start >= range.end);
    if (start >= 0 && length > 0 && isFree) found.push({ start, end, part });
  };
  takeUrl(text, request, take);
  takeHeaders(text, request, take);
  takeBody(text, request, take);
  takeMethod(text, request, take);
  return withTokens(
    text,
    found.sort((a, b) => a.start - b.start),
  );
}

/** @typedef {(part: string, start: number, length: number) => void} Take */

/** @param {string} text @param {import('./paste.js').ReadRequest} request @param {Take} take */
function takeUrl(text, { url }, take) {
  const [start, query] = splitQuery(url);
  const [, host, path] = /** @type {RegExpExecArray} */ (/^[^/]*\/\/(?:[^/@]*@)?([^/]*)(.*)$/s.exec(start));
  const whole = text.toLowerCase().indexOf(`//${host.toLowerCase()}`);
  const line = whole < 0 || /^\s*[A-Z]+ \//.test(text) ? text.search(/(?<=^\s*[A-Z]+[ \n]+)[/]/) : -1;
  if (line < 0 && whole < 0) return;
  const at = line < 0 ? whole + 2 + host.length : line;
  if (line < 0) take('request.host', whole + 2, host.length);
  const written = text.startsWith(path, at) ? path : (/^[^\s?#'"`\\]*/.exec(text.slice(at))?.[0] ?? '');
  take('request.path', at, written.length);
  let next = at + written.length;
  query.forEach((pair, i) => {
    const from = text.indexOf(pair, next);
    if (from < 0 || from > next + 4) return;
    takeParameter(pair, i, from, take);
    next = from + pair.length;
  });
}

/** @param {string} pair @param {number} i @param {number} at @param {Take} take */
function takeParameter(pair, i, at, take) {
  const [name] = pair.split('=');
  const value = at + name.length + 1;
  const length = pair.length - name.length - 1;
  if (/^X-Amz-Credential$/i.test(name)) takeScope(pair.slice(name.length + 1), value, take);
  else take(PARAMETERS[name.toLowerCase()] ?? `request.query.${i}`, ...span(name, value, length, at));
}

/** @param {string} name @param {number} value @param {number} length @param {number} at @returns {[number, number]} */
function span(name, value, length, at) {
  return PARAMETERS[name.toLowerCase()] === undefined ? [at, name.length + 1 + length] : [value, length];
}

/** A credential: the access key id and the scope. @param {string} credential @param {number} at @param {Take} take */
function takeScope(credential, at, take) {
  const words = credential.split(/(\/|%2F)/i);
  const ids = words.length > 8 ? SCOPE : SCOPE.filter((id) => id !== 'scope.region');
  let start = at;
  words.forEach((word, i) => {
    if (i % 2 === 0) take(ids[i / 2] ?? '', start, word.length);
    start += word.length;
  });
}

/** @param {string} text @param {import('./paste.js').ReadRequest} request @param {Take} take */
function takeHeaders(text, { headers, format }, take) {
  for (const { id, key, name, value } of repeatable(headers)) {
    const pattern = `${escape(name)}["'\`]?\\s*(?:[:=;]|,\\s*["']value["']\\s*:)\\s*["'\`]?${escape(value)}`;
    const match = new RegExp(pattern, 'i').exec(text);
    if (match === null) continue;
    const at = match.index + match[0].length - value.length;
    if (key === 'authorization' && value.startsWith('AWS4-')) takeAuthorization(value, at, take);
    else if (key === 'host') take('request.host', at, value.length);
    else if (key === 'x-amz-date') take('time', at, value.length);
    else if (key === 'x-amz-content-sha256') take('canonical.payload', at, value.length);
    else if (/^x-amz-(?:security|s3session)-token$/.test(key)) take('token', at, value.length);
    else take(`request.header.${id}`, match.index, match[0].length);
  }
  if (format !== 'canonical') return;
  for (const [pattern, part] of CANONICAL_LINES) {
    const match = pattern.exec(text);
    if (match !== null) take(part, match.index + match[0].length - match[1].length, match[1].length);
  }
}

/** @param {string} value @param {number} at @param {Take} take */
function takeAuthorization(value, at, take) {
  const credential = /Credential=([^,\s]*)/.exec(value);
  if (credential) takeScope(credential[1], at + credential.index + 'Credential='.length, take);
  for (const [name, part] of [
    ['SignedHeaders', 'sent.signed-headers'],
    ['Signature', 'claimed-signature'],
  ]) {
    const match = new RegExp(`${name}=([^,\\s]*)`).exec(value);
    if (match) take(part, at + match.index + name.length + 1, match[1].length);
  }
}

/** @param {string} text @param {import('./paste.js').ReadRequest} request @param {Take} take */
function takeBody(text, { body, payloadHash }, take) {
  if (payloadHash !== undefined) take('canonical.payload', text.lastIndexOf(payloadHash), payloadHash.length);
  if (typeof body !== 'string' || body === '') return;
  const forms = [body, JSON.stringify(body).slice(1, -1), body.replaceAll("'", "'\\''")];
  for (const form of forms) {
    const at = text.lastIndexOf(form);
    if (at >= 0) return take('request.body', at, form.length);
  }
  const call = /JSON\.stringify\(/.exec(text);
  if (call) take('request.body', call.index + call[0].length, balanced(text, call.index + call[0].length));
}

/** @param {string} text @param {import('./paste.js').ReadRequest} request @param {Take} take */
function takeMethod(text, { method }, take) {
  const word = escape(method);
  const pattern = new RegExp(
    `^\\s*(${word})[ \\n]|(?:(?:\\s|^)(?:-X|--request|-Method)[ =]*["']?|\\bmethod["']?\\s*:\\s*["'\`])(${word})|\\.(${word})\\(`,
    'i',
  );
  const match = pattern.exec(text);
  const name = match?.[1] ?? match?.[2] ?? match?.[3];
  if (match && name) take('request.method', match.index + match[0].lastIndexOf(name), name.length);
}

/** The length of an expression up to the parenthesis that closes the call. @param {string} text @param {number} at */
function balanced(text, at) {
  let depth = 1;
  for (let i = at; i < text.length; i += 1) {
    if ('({['.includes(text[i])) depth += 1;
    else if (')}]'.includes(text[i]) && (depth -= 1) === 0) return i - at;
  }
  return 0;
}

/**
 * What is between the parts, by its syntax.
 *
 * @param {string} text
 * @param {Range[]} parts  in order
 * @returns {Range[]}
 */
function withTokens(text, parts) {
  /** @type {Range[]} */
  const all = [];
  let at = 0;
  for (const part of [...parts, { start: text.length, end: text.length }]) {
    for (const match of text.slice(at, part.start).matchAll(TOKENS)) {
      const start = at + match.index;
      const token = /** @type {Range['token']} */ (
        Object.keys(match.groups ?? {}).find((name) => match.groups?.[name])
      );
      all.push({ start, end: start + match[0].length, token });
    }
    if (part.end > part.start) all.push(part);
    at = part.end;
  }
  return all;
}

/** @param {string} text */
function escape(text) {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}

const TOKENS =
  /(?<flag>(?<![\w-])--?[A-Za-z][\w-]*)|(?<word>\b(?:curl|https?(?=\s|:)|fetch|axios|await|const|let|new|import|from|Invoke-\w+|irm|iwr|HTTP\/[\d.]+|AWS4-\S+|Credential|SignedHeaders|Signature|aws4_request)\b)|(?<mark>[\\'"`{}()[\],;&?=:|])/g;

const SCOPE = ['access-key', 'scope.date', 'scope.region', 'scope.service', 'scope.end'];

/** @type {Record<string, string>} */
const PARAMETERS = {
  ...{
    'x-amz-date': 'time',
    'x-amz-signature': 'claimed-signature',
    'x-amz-signedheaders': 'sent.signed-headers',
  },
  ...{ 'x-amz-security-token': 'token', 'x-amz-s3session-token': 'token' },
};

/** @type {[RegExp, string][]} */
const CANONICAL_LINES = [
  [/^host:(.+)$/m, 'request.host'],
  [/^x-amz-date:(.+)$/m, 'time'],
  [/^([a-z0-9-]+(?:;[a-z0-9-]+)*)$(?=\n[\w-]+\s*$)/m, 'canonical.signed-headers'],
];

/** Longer texts are shown without colours. */
const MAX_LENGTH = 20_000;
