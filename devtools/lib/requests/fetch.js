// Parses a fetch call into the request that it would send. No code is run: only literal values are supported.

import { textOrBytes } from './bytes.js';
import { RequestSyntaxError } from './error.js';
import { parseModule } from './javascript-code.js';
import { Evaluator } from './javascript-literals.js';
import { absoluteUrl, addDefault } from './parts.js';

/** @param {string} text */
export function isFetch(text) {
  return /\bfetch\s*\(|\bnew\s+Request\s*\(/.test(text);
}

/**
 * The first call of fetch in a piece of JavaScript. Names stand for what constants before it say.
 *
 * Source: "Fetch" and "URL", WHATWG.
 *
 * @param {string} text
 * @returns {import('./index.js').ParsedRequest}
 * @throws {RequestSyntaxError}
 */
export function parseFetch(text) {
  const program = parseModule(text);
  const call = findCall(program);
  if (call === undefined) throw new RequestSyntaxError('this code does not call fetch');
  const evaluator = new Evaluator(text, program);
  const [target, options] = call.arguments.map((/** @type {any} */ argument) => evaluator.value(argument));
  if (target === undefined) throw new RequestSyntaxError('fetch needs a URL', text, call.start);
  const init = { ...target.init, ...options };
  const at = call.arguments[0].start;
  const url = new URL(absoluteUrl(String(target.url ?? target), 'https:', text, at));
  url.hash = '';
  /** @type {[string, string][]} */
  const headers = headersOf(init.headers, text, at);
  const { body, type } = bodyOf(init.body, text, at);
  if (type !== undefined) addDefault(headers, 'Content-Type', type);
  const method = String(init.method ?? 'GET');
  return {
    format: 'fetch',
    method: /^(?:delete|get|head|options|post|put)$/i.test(method) ? method.toUpperCase() : method,
    url: url.href,
    headers,
    ...(body !== undefined && { body }),
    notes: [],
  };
}

/**
 * @param {any} node
 * @returns {any}  the first call of `fetch`, `window.fetch`, `globalThis.fetch`
 */
function findCall(node) {
  if (node === null || typeof node !== 'object') return undefined;
  if (node.type === 'CallExpression' && (node.callee.name ?? node.callee.property?.name) === 'fetch')
    return node;
  if (node.type === 'NewExpression' && node.callee.name === 'Request') return node;
  for (const child of Object.values(node)) {
    const found = Array.isArray(child) ? child.map(findCall).find(Boolean) : findCall(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * @param {any} given  an object, a list of pairs, or `undefined`
 * @param {string} text
 * @param {number} at
 * @returns {[string, string][]}
 */
function headersOf(given, text, at) {
  const pairs = Array.isArray(given) ? given : Object.entries(given ?? {});
  return pairs.map((pair) => {
    if (Array.isArray(pair) && pair.length === 2) return [String(pair[0]), String(pair[1]).trim()];
    throw new RequestSyntaxError('headers must be an object or a list of pairs', text, at);
  });
}

/**
 * @param {unknown} body
 * @param {string} text
 * @param {number} at
 * @returns {{ body?: string | Uint8Array, type?: string }}
 */
function bodyOf(body, text, at) {
  if (body === undefined || body === null) return {};
  if (typeof body === 'string') return { body, type: 'text/plain;charset=UTF-8' };
  if (body instanceof Uint8Array) return { body: textOrBytes(body) };
  if (body instanceof URLSearchParams) {
    return { body: body.toString(), type: 'application/x-www-form-urlencoded;charset=UTF-8' };
  }
  if (body instanceof URL) return { body: body.href, type: 'text/plain;charset=UTF-8' };
  throw new RequestSyntaxError(
    'fetch would send this object as "[object Object]": pass it to JSON.stringify(…) first',
    text,
    at,
  );
}
