// The request that curl's options add up to: the same for a pasted command and for the options of `sigv4`.
//
// Source: curl(1), for each option; "curl/src/tool_getparam.c" for what the manual leaves open.

import { bytesOf } from './bytes.js';
import { addDefault, removeDotSegments } from './parts.js';

/**
 * @template Body
 * @typedef {object} CurlParts
 * @property {string} url  absolute, without fragment
 * @property {string} [method]  `--request`
 * @property {[string, string][]} headers
 * @property {Set<string>} removed  lower-case names of headers that curl shall leave out
 * @property {Body} [body]  of `--data`, `--form` or `--upload-file`
 * @property {'data' | 'json' | 'form' | 'upload'} [bodyOf]  what the body is from
 * @property {string} [boundary]  of a form
 * @property {string[]} query  `--url-query`, encoded
 * @property {Set<string>} flags  long names of switches
 */

/**
 * @template Body
 * @param {CurlParts<Body>} parts
 * @param {(body: Body) => string} textOf  of a body that `--get` puts in the URL
 * @returns {{ method: string, url: string, headers: [string, string][], body?: Body }}
 */
export function curlRequest({ removed, flags, ...parts }, textOf) {
  const headers = [...parts.headers];
  const isQuery = flags.has('--get') && parts.body !== undefined;
  const query = [...parts.query, ...(isQuery ? [textOf(/** @type {Body} */ (parts.body))] : [])].filter(
    (text) => text !== '',
  );
  let url = flags.has('--path-as-is') ? parts.url : removeDotSegments(parts.url);
  for (const text of query) url += (url.includes('?') ? '&' : '?') + text;

  const body = isQuery ? undefined : parts.body;
  const bodyOf = body === undefined ? undefined : (parts.bodyOf ?? 'data');
  // Even for a query, curl asks for JSON.
  if (parts.bodyOf === 'json') {
    addDefault(headers, 'Content-Type', 'application/json', removed);
    addDefault(headers, 'Accept', 'application/json', removed);
  }
  if (bodyOf === 'data') addDefault(headers, 'Content-Type', 'application/x-www-form-urlencoded', removed);
  if (bodyOf === 'form') {
    addDefault(headers, 'Content-Type', `multipart/form-data; boundary=${parts.boundary}`, removed);
  }
  const implied = flags.has('--head') ? 'HEAD' : METHODS[bodyOf ?? 'none'];
  return { method: parts.method ?? implied, url, headers, ...(body !== undefined && { body }) };
}

/** @type {Record<string, string>} */
const METHODS = { none: 'GET', data: 'POST', json: 'POST', form: 'POST', upload: 'PUT' };

/**
 * The value of `--header`: `Name: value`, `Name;` for an empty one, or `Name:` for one to leave out.
 *
 * @param {string} line
 * @returns {{ name: string, value?: string } | undefined} without a value it is to be left out; `undefined`: not a header
 */
export function readHeaderLine(line) {
  const [, name, mark, rest = ''] = /^([^:;]+)([:;])(.*)$/s.exec(line) ?? [];
  if (name === undefined) return undefined;
  const value = rest.trim();
  if (mark === ';') return value === '' ? { name: name.trim(), value: '' } : undefined;
  return value === '' ? { name: name.trim() } : { name: name.trim(), value };
}

/**
 * The value of `--data-urlencode` and `--url-query`: `content`, `=content`, `name=content`, `@file`, `name@file`.
 *
 * @param {string} value
 * @returns {{ name: string, content: string } | { name: string, file: string }}
 */
export function readUrlencoded(value) {
  const [, name = '', mark, content = ''] = /^([^=@]*)([=@])?(.*)$/s.exec(value) ?? [];
  if (mark === '@') return { name, file: content };
  return mark === undefined ? { name: '', content: name } : { name, content };
}

/**
 * @param {string} name
 * @param {string | Uint8Array} content
 * @returns {string} one field of a form, or of a query
 */
export function urlencoded(name, content) {
  const escaped = Array.from(bytesOf(content), (byte) => {
    const character = String.fromCharCode(byte);
    if (character === ' ') return '+';
    return /[\w.~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
  return name === '' ? escaped : `${name}=${escaped}`;
}

/**
 * @param {{ bytes: Uint8Array, isJson?: boolean }[]} pieces  of `--data` and the like, in order
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function joinData(pieces) {
  const separated = pieces.map(({ bytes, isJson }, i) => ({ bytes, before: i === 0 || isJson ? 0 : 1 }));
  const joined = new Uint8Array(separated.reduce((sum, { bytes, before }) => sum + before + bytes.length, 0));
  let at = 0;
  for (const { bytes, before } of separated) {
    if (before === 1) joined[at] = 0x26; // &
    joined.set(bytes, at + before);
    at += before + bytes.length;
  }
  return joined;
}
