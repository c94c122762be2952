// A request as a command or code that sends exactly it.

import { base64, bytesOf } from './bytes.js';
import { headerOf } from './parts.js';

/**
 * @typedef {object} Writable
 * @property {string} method
 * @property {string} url
 * @property {readonly (readonly [string, string])[] | Record<string, string>} headers
 * @property {string | Uint8Array} [body]
 */

/**
 * A command for POSIX shells.
 *
 * @param {Writable} request
 * @returns {string}
 */
export function toCurl(request) {
  const { method, url, body } = request;
  const headers = sentHeaders(request);
  const isText = typeof body === 'string' && !body.includes('\0');
  const options = [shellQuote(url)];
  if (method === 'HEAD' && body === undefined) options.push('--head');
  else if (method !== (body === undefined ? 'GET' : 'POST'))
    options.push(`--request ${/^\w+$/.test(method) ? method : shellQuote(method)}`);
  // curl would make something else of these.
  if (/\/\.{1,2}(?:\/|$)/.test(pathOf(url))) options.push('--path-as-is');
  if (/[[\]{}]/.test(url)) options.push('--globoff');
  for (const [name, value] of headers) {
    options.push(`--header ${shellQuote(value === '' ? `${name};` : `${name}: ${value}`)}`);
  }
  if (body !== undefined && headerOf({ headers }, 'content-type') === undefined) {
    options.push("--header 'content-type:'");
  }
  if (isText) options.push(`--data-raw ${shellQuote(body)}`);
  else if (body !== undefined) options.push('--data-binary @-');
  const command = `curl ${options.join(' \\\n  ')}`;
  if (body === undefined || isText) return command;
  return `printf %s ${shellQuote(base64(bytesOf(body)))} | base64 --decode | ${command}`;
}

/**
 * @param {Writable} request
 * @param {string} [fetchName]
 * @returns {string} a statement
 * @throws {Error} for a body with GET or HEAD, which fetch refuses
 */
export function toFetch(request, fetchName = 'fetch') {
  const { method, url, body } = request;
  if (body !== undefined && (method === 'GET' || method === 'HEAD')) {
    throw new Error(`fetch refuses to send a body with ${method}`);
  }
  const headers = sentHeaders(request);
  // A text would get a content type that this request has not.
  const isTyped = headerOf({ headers }, 'content-type') !== undefined;
  const init = [
    ...(method === 'GET' ? [] : [`method: ${quote(method)}`]),
    ...(headers.length === 0 ? [] : [`headers: ${headersCode(headers, pairsCode)}`]),
    ...(body === undefined ? [] : [`body: ${isTyped ? bodyCode(body) : bytesCode(body)}`]),
  ];
  const options = init.length === 0 ? '' : `, {\n${init.map((line) => `  ${line},\n`).join('')}}`;
  return `const response = await ${fetchName}(${quote(url)}${options});`;
}

/**
 * For axios 1.x.
 *
 * @param {Writable} request
 * @param {string} [clientName]
 * @returns {string} a statement
 */
export function toAxios(request, clientName = 'axios') {
  const { method, url, body } = request;
  const headers = sentHeaders(request);
  const isTyped = headerOf({ headers }, 'content-type') !== undefined;
  // Otherwise axios makes one up.
  const more =
    isTyped || (body === undefined && !/^(?:post|put|patch)$/i.test(method)) ? [] : ["'content-type': false"];
  const config = [
    `method: ${quote(method.toLowerCase())}`,
    `url: ${quote(url)}`,
    ...(headers.length + more.length === 0 ? [] : [`headers: ${headersCode(headers, listsCode, more)}`]),
    ...(body === undefined
      ? []
      : [
          `data: ${typeof body === 'string' ? quote(body) : `${bytesCode(body)}.buffer`}`,
          // Otherwise axios trims JSON, which would change what was signed.
          'transformRequest: (data) => data',
        ]),
  ];
  return `const response = await ${clientName}.request({\n${config.map((line) => `  ${line},\n`).join('')}});`;
}

/**
 * Without what every client writes itself.
 *
 * @param {Writable} request
 * @returns {[string, string][]}
 */
export function sentHeaders({ url, headers }) {
  const pairs = /** @type {[string, string][]} */ (
    Array.isArray(headers) ? headers : Object.entries(headers)
  );
  const { host } = new URL(url);
  return pairs.filter(([name, value]) => {
    const key = name.toLowerCase();
    return !CONNECTION_HEADERS.has(key) && !(key === 'host' && value === host);
  });
}

/** @param {string} text @returns {string} one word of a POSIX shell */
export function shellQuote(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** @param {string} text @returns {string} a literal of JavaScript */
export function quote(text) {
  const json = JSON.stringify(text).replace(/[\u2028\u2029]/g, escapeUnit);
  return json.includes("'") || json.includes('\\"') ? json : `'${json.slice(1, -1)}'`;
}

/** @param {string} character */
function escapeUnit(character) {
  return `\\u${character.charCodeAt(0).toString(16)}`;
}

/** @param {string} url */
function pathOf(url) {
  return url.replace(/^[^/]*\/\/[^/?#]*/, '').replace(/[?#].*$/s, '');
}

/**
 * @param {[string, string][]} headers
 * @param {(headers: [string, string][], more: string[]) => string} repeated  how headers with the same name are written
 * @param {string[]} [more]
 */
function headersCode(headers, repeated, more = []) {
  const names = new Set(headers.map(([name]) => name.toLowerCase()));
  if (names.size < headers.length) return repeated(headers, more);
  const lines = [...headers.map(([name, value]) => `${nameCode(name)}: ${quote(value)}`), ...more];
  return lines.length === 0 ? '{}' : `{\n${lines.map((line) => `    ${line},\n`).join('')}  }`;
}

/** @param {[string, string][]} headers */
function pairsCode(headers) {
  return `[\n${headers.map(([name, value]) => `    [${quote(name)}, ${quote(value)}],\n`).join('')}  ]`;
}

/**
 * @param {[string, string][]} headers
 * @param {string[]} more
 */
function listsCode(headers, more) {
  /** @type {Map<string, string[]>} */
  const lists = new Map();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    lists.set(key, [...(lists.get(key) ?? []), value]);
  }
  const lines = Array.from(lists, ([name, values]) => `${nameCode(name)}: [${values.map(quote).join(', ')}]`);
  return `{\n${[...lines, ...more].map((line) => `    ${line},\n`).join('')}  }`;
}

/** @param {string} name */
function nameCode(name) {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name);
}

/** @param {string | Uint8Array} body */
function bodyCode(body) {
  return typeof body === 'string' ? quote(body) : bytesCode(body);
}

/** @param {string | Uint8Array} body */
function bytesCode(body) {
  if (typeof body === 'string') return `new TextEncoder().encode(${quote(body)})`;
  return `Uint8Array.from(atob(${quote(base64(body))}), (c) => c.charCodeAt(0))`;
}

/** Of the connection rather than the request. */
const CONNECTION_HEADERS = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);
