// An HTTPie command (`http`, `https`) as the request that it would send. xh takes the same.
//
// Source: HTTPie 3.2 documentation, "Request items", "URL shortcuts for localhost", "JSON", "Forms".

import { base64 } from './bytes.js';
import { fileError, readCommandLine } from './command-line.js';
import { RequestSyntaxError } from './error.js';
import { absoluteUrl, addDefault } from './parts.js';

const OPTIONS = {
  values: `-a,--auth -A,--auth-type --raw --boundary -p,--print -o,--output -s,--style --pretty --format-options --session
    --session-read-only --proxy --verify --ssl --cert --cert-key --timeout --max-redirects --max-headers --default-scheme
    --response-charset --response-mime --ciphers --path-as-is`,
  switches: `-j,--json -f,--form --multipart -v,--verbose -h,--headers -b,--body -m,--meta -d,--download -c,--continue -q,--quiet
    -F,--follow --check-status --ignore-stdin -I --offline --stream -S --all --ignore-netrc --debug --traceback -x,--compress
    --chunked --unsorted --sorted --curl`,
};

/** @param {string} text */
export function isHttpie(text) {
  return /^\s*(?:[$%>]\s+)?(?:https?|xhs?)\s+(?!:\/\/)\S/.test(text);
}

/** Between the name and the value of an item, the longest first. */
const SEPARATORS = [':=@', ':=', '==@', '==', '=@', '@', '=', ':@', ':'];

/**
 * @param {string} text
 * @returns {import('./index.js').ParsedRequest}
 */
export function parseHttpie(text) {
  const program = /** @type {RegExpExecArray} */ (/\b(?:https?|xhs?)(?=\s)/.exec(text))[0];
  const line = readCommandLine(text, /^(?:https?|xhs?)$/, OPTIONS);
  const words = [...line.words];
  const named = /^[a-zA-Z]+$/.test(words[0]?.value ?? '') && words.length > 1 ? words.shift() : undefined;
  const target = words.shift();
  if (target === undefined) throw new RequestSyntaxError(`this ${program} command has no URL`);
  if (line.has('--multipart')) {
    throw new RequestSyntaxError(
      'the boundary of a form (--multipart) is random: paste the request as it was sent',
      text,
      target.word.at,
    );
  }

  /** @type {[string, string][]} */
  const headers = [];
  /** @type {[string, string][]} */
  const query = [];
  /** As JSON, or as fields of a form. @type {[string, unknown][]} */
  const fields = [];
  /** @type {Set<string>} */
  const removed = new Set();
  for (const item of words) {
    const { name, separator, value } = itemOf(item, line);
    if (separator === ':') {
      if (value === '') removed.add(name.toLowerCase());
      else headers.push([name, value.trim()]);
    } else if (separator === '==') query.push([name, value]);
    else if (separator === '=') fields.push([name, value]);
    else if (separator === ':=') fields.push([name, jsonOf(value, item, text)]);
    else if (separator === ';') headers.push([name, '']);
    else throw fileError(line, item, value);
  }

  const isForm = line.has('--form');
  const raw = line.last('--raw');
  const body =
    raw ??
    (fields.length === 0 ? undefined : isForm ? formOf(fields) : pythonJson(Object.fromEntries(fields)));
  if (isForm && body !== undefined) {
    addDefault(headers, 'Content-Type', 'application/x-www-form-urlencoded; charset=utf-8', removed);
  } else if (body !== undefined || line.has('--json')) {
    addDefault(headers, 'Content-Type', 'application/json', removed);
    addDefault(headers, 'Accept', 'application/json, */*;q=0.5', removed);
  }
  const auth = line.last('--auth');
  if (auth !== undefined) {
    const isBearer = line.last('--auth-type') === 'bearer';
    addDefault(
      headers,
      'Authorization',
      isBearer ? `Bearer ${auth}` : `Basic ${base64(new TextEncoder().encode(auth))}`,
    );
  }
  return {
    format: 'httpie',
    method: named?.value.toUpperCase() ?? (body === undefined ? 'GET' : 'POST'),
    url: withQuery(urlOf(target, line, /s$/.test(program) ? 'https:' : 'http:'), query),
    headers,
    ...(body !== undefined && { body }),
    notes: line.notes,
  };
}

/**
 * @param {import('./command-line.js').Given} item
 * @param {import('./command-line.js').CommandLine} line
 */
function itemOf({ value: written, word }, { text }) {
  let name = '';
  for (let at = 0; at < written.length; at += 1) {
    if (written[at] === '\\' && at + 1 < written.length) {
      name += written[(at += 1)];
      continue;
    }
    const separator = SEPARATORS.find((one) => written.startsWith(one, at));
    if (separator !== undefined) return { name, separator, value: written.slice(at + separator.length) };
    name += written[at];
  }
  if (written.endsWith(';')) return { name: name.slice(0, -1), separator: ';', value: '' };
  throw new RequestSyntaxError(
    `${JSON.stringify(written.slice(0, 80))} is not a request item: write Name:Value, name=value, name:=json or name==value`,
    text,
    word.at,
  );
}

/** @param {string} value @param {import('./command-line.js').Given} item @param {string} text */
function jsonOf(value, { word }, text) {
  try {
    return JSON.parse(value);
  } catch {
    throw new RequestSyntaxError(`${JSON.stringify(value.slice(0, 80))} is not JSON`, text, word.at);
  }
}

/** @param {[string, unknown][]} fields */
function formOf(fields) {
  return fields.map(([name, value]) => `${formEncoded(name)}=${formEncoded(String(value))}`).join('&');
}

/** As Python's `quote_plus`. @param {string} text */
function formEncoded(text) {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}

/**
 * As Python's `json.dumps` writes it: with spaces, and nothing but ASCII.
 *
 * @param {unknown} value
 * @returns {string}
 */
function pythonJson(value) {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([name, one]) => `${pythonJson(name)}: ${pythonJson(one)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * @param {import('./command-line.js').Given} target
 * @param {import('./command-line.js').CommandLine} line
 * @param {'http:' | 'https:'} scheme
 */
function urlOf({ value, word }, { text }, scheme) {
  const local = /^:(?!:)(\d*)(.*)$/s.exec(value);
  const written = local
    ? `localhost${local[1] === '' ? '' : `:${local[1]}`}${local[2]}`
    : value.replace(/^:\/\//, '');
  return absoluteUrl(written, scheme, text, word.at);
}

/** @param {string} url @param {[string, string][]} query */
function withQuery(url, query) {
  if (query.length === 0) return url;
  return `${url}${url.includes('?') ? '&' : '?'}${formOf(query)}`;
}
