// Requests of a Postman collection (v2): the whole of it, or one of its items.
//
// Source: "Postman Collection Format v2.1.0", schema.getpostman.com.

import { RequestSyntaxError } from './error.js';
import { absoluteUrl, addDefault } from './parts.js';

/** @typedef {import('./index.js').ParsedRequest} ParsedRequest */

/** @param {any} json */
export function isPostman(json) {
  return (
    Array.isArray(json?.item) ||
    (json?.request !== undefined && isPostmanRequest(json.request)) ||
    isPostmanRequest(json)
  );
}

/** @param {any} request */
function isPostmanRequest(request) {
  if (typeof request !== 'object' || request === null) return false;
  return (
    typeof request.url === 'object' || Array.isArray(request.header) || typeof request.body?.mode === 'string'
  );
}

/**
 * @param {any} json
 * @returns {ParsedRequest[]}
 */
export function parsePostman(json) {
  const variables = variablesOf(json.variable);
  const entries = itemsOf(json.item ? json : { item: [json.request ? json : { request: json }] }, json.auth);
  if (entries.length === 0) throw new RequestSyntaxError('this Postman collection has no request');
  return entries.map(({ item, auth }) => requestOf(item, auth, variables));
}

/**
 * @param {any} folder
 * @param {any} inherited
 * @param {number} [depth]
 * @returns {{ item: any, auth: any }[]}
 */
function itemsOf({ item, auth }, inherited, depth = 0) {
  if (depth > MAX_DEPTH) throw new RequestSyntaxError('the folders of this collection are nested too deeply');
  return item.flatMap((/** @type {any} */ one) => {
    if (Array.isArray(one?.item)) return itemsOf(one, auth ?? inherited, depth + 1);
    return one?.request ? [{ item: one, auth: auth ?? inherited }] : [];
  });
}

const MAX_DEPTH = 100;

/**
 * @param {any} item
 * @param {any} inherited
 * @param {Map<string, string>} variables
 * @returns {ParsedRequest}
 */
function requestOf({ name, request }, inherited, variables) {
  const where = name === undefined ? '' : `${JSON.stringify(name)}: `;
  const given = typeof request === 'string' ? { url: request } : request;
  const fill = (/** @type {unknown} */ text) => filled(String(text ?? ''), variables, where);
  /** @type {[string, string][]} */
  const headers = enabled(given.header).map(({ key, value }) => [fill(key), fill(value)]);
  const { body, type } = bodyOf(given.body, fill, where);
  if (type !== undefined) addDefault(headers, 'Content-Type', type);
  const auth = given.auth ?? inherited;
  const signing = auth?.type === 'awsv4' ? signingOf(auth.awsv4, fill) : undefined;
  const written = urlOf(given.url, fill, where);
  return {
    format: 'postman',
    method: String(given.method ?? 'GET').toUpperCase(),
    url: absoluteUrl(written, 'http:', written, 0),
    headers,
    ...(body !== undefined && { body }),
    ...(signing !== undefined && { signing }),
    notes: [],
  };
}

/**
 * @param {any} url
 * @param {(text: unknown) => string} fill
 * @param {string} where
 */
function urlOf(url, fill, where) {
  const raw = typeof url === 'string' ? url : url?.raw;
  if (typeof raw !== 'string' || raw === '')
    throw new RequestSyntaxError(`${where}this Postman request has no URL`);
  const inPath = variablesOf(typeof url === 'string' ? [] : url.variable);
  const written = fill(raw).replace(/\/:([\w-]+)/g, (all, name) =>
    inPath.has(name) ? `/${fill(inPath.get(name))}` : all,
  );
  // What Postman escapes when it sends.
  return written.replace(/[ "<>`]/g, (character) => encodeURIComponent(character));
}

/**
 * @param {any} body
 * @param {(text: unknown) => string} fill
 * @param {string} where
 * @returns {{ body?: string, type?: string }}
 */
function bodyOf(body, fill, where) {
  const mode = body?.disabled ? undefined : body?.mode;
  if (mode === undefined || mode === 'none') return {};
  if (mode === 'raw') {
    if (!body.raw) return {};
    return { body: fill(body.raw), type: TYPES[body.options?.raw?.language ?? 'text'] };
  }
  if (mode === 'urlencoded') {
    const pairs = enabled(body.urlencoded).map(({ key, value }) => [fill(key), fill(value)]);
    return {
      body: pairs.map((pair) => pair.map(escapeAll).join('=')).join('&'),
      type: 'application/x-www-form-urlencoded',
    };
  }
  if (mode === 'graphql') {
    const { query = '', variables = '' } = body.graphql ?? {};
    return { body: graphqlBody(fill(query), fill(variables).trim(), where), type: 'application/json' };
  }
  throw new RequestSyntaxError(
    `${where}the bytes of a body of the mode ${JSON.stringify(mode)} are not in the collection: paste the request as it was sent`,
  );
}

/**
 * Postman sends the variables as they are written, white space included.
 *
 * @param {string} query
 * @param {string} variables  JSON, or empty
 * @param {string} where
 */
function graphqlBody(query, variables, where) {
  if (variables === '') return JSON.stringify({ query });
  try {
    JSON.parse(variables);
  } catch {
    throw new RequestSyntaxError(`${where}the variables of this GraphQL request are not JSON`);
  }
  return `{"query":${JSON.stringify(query)},"variables":${variables}}`;
}

/**
 * As Postman escapes forms: everything but the unreserved characters of RFC 3986.
 *
 * @param {string} text
 */
function escapeAll(text) {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** @type {Record<string, string>} */
const TYPES = {
  text: 'text/plain',
  json: 'application/json',
  javascript: 'application/javascript',
  xml: 'application/xml',
  html: 'text/html',
};

/**
 * @param {any} list  names and values; an object in older collections
 * @param {(text: unknown) => string} fill
 */
function signingOf(list, fill) {
  const entries = Array.isArray(list)
    ? list.map(({ key, value }) => [key, value])
    : Object.entries(list ?? {});
  const values = Object.fromEntries(
    entries.map(([key, value]) => [key, typeof value === 'string' ? fill(value) : '']),
  );
  const { accessKey, secretKey, sessionToken, region, service } = values;
  /** @type {[string, string][]} */
  const hints = [
    ['accessKeyId', accessKey],
    ['secretAccessKey', secretKey],
    ...Object.entries({ sessionToken, region, service }),
  ];
  return Object.fromEntries(hints.filter(([, value]) => value));
}

/** @param {any} list @returns {any[]} */
function enabled(list) {
  return (Array.isArray(list) ? list : []).filter((one) => one && !one.disabled && one.key !== undefined);
}

/** @param {any} list @returns {Map<string, string>} */
function variablesOf(list) {
  return new Map(enabled(list).map(({ key, value }) => [String(key), String(value ?? '')]));
}

/**
 * @param {string} text
 * @param {Map<string, string>} variables
 * @param {string} where
 */
function filled(text, variables, where) {
  return text.replace(/\{\{([^{}]+)\}\}/g, (_, name) => {
    const value = variables.get(name.trim());
    if (value !== undefined) return value;
    throw new RequestSyntaxError(
      `${where}the value of {{${name}}} is not defined here: replace it with its value`,
    );
  });
}
