// Parses an axios call into the request that it would send. No code is run: only literal values are supported.
//
// Source: axios 1.x, "Request Config"; `buildURL`, `transformRequest` and `mergeConfig` of its source.

import { textOrBytes } from './bytes.js';
import { RequestSyntaxError } from './error.js';
import { parseModule } from './javascript-code.js';
import { Evaluator } from './javascript-literals.js';
import { absoluteUrl, addDefault } from './parts.js';

/** @typedef {import('acorn').Node & Record<string, any>} Node */

const WITH_BODY = /^(?:post|put|patch)(?:Form)?$/;
const WITHOUT = /^(?:get|delete|head|options)$/;

/** @param {string} text */
export function isAxios(text) {
  return /\baxios\s*(?:\(|\.\s*(?:request|create|get|delete|head|options|post|put|patch)\s*\()/.test(text);
}

/**
 * The first call in a piece of JavaScript, of `axios` or of what `axios.create` made.
 *
 * @param {string} text
 * @returns {import('./index.js').ParsedRequest}
 */
export function parseAxios(text) {
  const program = parseModule(text);
  const instances = instancesIn(program);
  const call = findCall(program, new Set(['axios', ...instances.keys()]));
  if (call === undefined) throw new RequestSyntaxError('this code does not call axios');
  const evaluator = new Evaluator(text, program);
  const { callee, arguments: given } = call;
  const client = callee.type === 'Identifier' ? callee.name : callee.object.name;
  const method = callee.type === 'Identifier' ? 'request' : callee.property.name;
  const created = instances.get(client);
  const defaults = created === undefined ? {} : (evaluator.value(created) ?? {});
  const values = given.map((/** @type {Node} */ one) => evaluator.value(one));
  const config = {
    ...defaults,
    ...configOf(method, values),
    headers: { ...flat(defaults.headers), ...flat(configOf(method, values).headers) },
  };
  return requestOf(config, text, call.start);
}

/**
 * @param {string} method
 * @param {any[]} values
 * @returns {Record<string, any>}
 */
function configOf(method, values) {
  if (method === 'request')
    return typeof values[0] === 'string' ? { ...values[1], url: values[0] } : (values[0] ?? {});
  const verb = method.replace(/Form$/, '');
  if (!WITH_BODY.test(method)) return { ...values[1], method: verb, url: values[0] };
  const headers = /Form$/.test(method) ? { headers: { 'Content-Type': 'multipart/form-data' } } : {};
  return { ...headers, ...values[2], method: verb, url: values[0], data: values[1] };
}

/** @param {any} headers */
function flat(headers) {
  return Array.isArray(headers) ? Object.fromEntries(headers) : (headers ?? {});
}

/**
 * @param {Record<string, any>} config
 * @param {string} text
 * @param {number} at
 * @returns {import('./index.js').ParsedRequest}
 */
function requestOf({ url = '', baseURL, params, auth, data, ...config }, text, at) {
  const isAbsolute = /^(?:[a-z][a-z\d+\-.]*:)?\/\//i.test(String(url));
  const joined =
    baseURL && !isAbsolute
      ? url
        ? `${String(baseURL).replace(/\/?\/$/, '')}/${String(url).replace(/^\/+/, '')}`
        : baseURL
      : url;
  const target = absoluteUrl(withParams(String(joined), params), 'https:', text, at);
  /** @type {[string, string][]} */
  const headers = Object.entries(config.headers)
    .filter(([, value]) => value !== undefined && value !== null && value !== false)
    .flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map(
        (one) => /** @type {[string, string]} */ ([name, String(one)]),
      ),
    );
  const method = String(config.method ?? 'get').toUpperCase();
  const { body, type } = bodyOf(data, headers, text, at);
  addDefault(headers, 'Accept', 'application/json, text/plain, */*');
  const isOff = Object.entries(config.headers).some(
    ([name, value]) => /^content-type$/i.test(name) && value === false,
  );
  if (body !== undefined && !isOff) {
    const fallback = /^(?:POST|PUT|PATCH)$/.test(method) ? 'application/x-www-form-urlencoded' : undefined;
    if (type ?? fallback) addDefault(headers, 'Content-Type', String(type ?? fallback));
  }
  if (auth !== undefined)
    addDefault(headers, 'Authorization', `Basic ${btoa(`${auth.username ?? ''}:${auth.password ?? ''}`)}`);
  const parsed = new URL(target);
  parsed.hash = '';
  return {
    format: 'axios',
    method,
    url: parsed.href,
    headers,
    ...(body !== undefined && { body }),
    notes: [],
  };
}

/**
 * @param {any} data
 * @param {[string, string][]} headers
 * @param {string} text
 * @param {number} at
 * @returns {{ body?: string | Uint8Array, type?: string }}
 */
function bodyOf(data, headers, text, at) {
  if (data === undefined || data === null) return {};
  const declared = headers.find(([name]) => /^content-type$/i.test(name))?.[1] ?? '';
  if (/multipart\/form-data/i.test(declared)) {
    throw new RequestSyntaxError(
      'the boundary of a form is random: paste the request as it was sent',
      text,
      at,
    );
  }
  if (data instanceof URLSearchParams)
    return { body: data.toString(), type: 'application/x-www-form-urlencoded;charset=utf-8' };
  if (data instanceof Uint8Array) return { body: textOrBytes(data) };
  if (typeof data === 'string') {
    // axios trims a text that it takes for JSON, and writes it again.
    return { body: /application\/json/i.test(declared) ? jsonText(data) : data };
  }
  if (typeof data === 'object' && /x-www-form-urlencoded/i.test(declared)) {
    return {
      body: new URLSearchParams(
        Object.entries(data).map(([name, value]) => [name, String(value)]),
      ).toString(),
    };
  }
  return { body: JSON.stringify(data), type: 'application/json' };
}

/** @param {string} text */
function jsonText(text) {
  try {
    JSON.parse(text);
    return text.trim();
  } catch {
    return JSON.stringify(text);
  }
}

/** @param {string} url @param {any} params */
function withParams(url, params) {
  if (params === undefined || params === null) return url;
  const pairs = params instanceof URLSearchParams ? params.toString() : pairsOf(params).join('&');
  if (pairs === '') return url;
  const bare = url.replace(/#.*$/s, '');
  return `${bare}${bare.includes('?') ? '&' : '?'}${pairs}`;
}

/** @param {Record<string, any>} params @param {string} [prefix] @returns {string[]} */
function pairsOf(params, prefix) {
  return Object.entries(params).flatMap(([key, value]) => {
    const name = prefix === undefined ? key : `${prefix}[${key}]`;
    if (value === null || value === undefined) return [];
    if (Array.isArray(value)) return value.map((one) => `${encode(`${name}[]`)}=${encode(String(one))}`);
    if (typeof value === 'object') return pairsOf(value, name);
    return [`${encode(name)}=${encode(String(value))}`];
  });
}

/** @param {string} text */
function encode(text) {
  return encodeURIComponent(text)
    .replace(/%3A/gi, ':')
    .replace(/%24/g, '$')
    .replace(/%2C/gi, ',')
    .replace(/%20/g, '+');
}

/**
 * What `axios.create` made, by its name.
 *
 * @param {Node} program
 * @returns {Map<string, Node>} its first argument
 */
function instancesIn(program) {
  /** @type {Map<string, Node>} */
  const instances = new Map();
  for (const statement of program.body) {
    for (const { id, init } of (statement.declaration ?? statement).declarations ?? []) {
      const call = init?.type === 'AwaitExpression' ? init.argument : init;
      const isCreate = call?.callee?.object?.name === 'axios' && call.callee.property.name === 'create';
      if (isCreate) instances.set(id.name, call.arguments[0]);
    }
  }
  return instances;
}

/**
 * @param {any} node
 * @param {Set<string>} clients
 * @returns {Node | undefined}
 */
function findCall(node, clients) {
  if (node === null || typeof node !== 'object') return undefined;
  if (node.type === 'CallExpression') {
    const { callee } = node;
    if (callee.type === 'Identifier' && clients.has(callee.name)) return node;
    const { name } = callee.property ?? {};
    const isVerb = name === 'request' || WITH_BODY.test(name) || WITHOUT.test(name);
    if (callee.type === 'MemberExpression' && clients.has(callee.object.name) && isVerb) return node;
  }
  for (const child of Object.values(node)) {
    const found = Array.isArray(child)
      ? child.map((one) => findCall(one, clients)).find(Boolean)
      : findCall(child, clients);
    if (found !== undefined) return found;
  }
  return undefined;
}
