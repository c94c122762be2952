// A request of Bruno, as its `.bru` files have it.
//
// Source: "Bru Language", docs.usebruno.com.

import { RequestSyntaxError } from './error.js';
import { absoluteUrl, addDefault } from './parts.js';

const METHODS = /^(?:get|post|put|delete|patch|options|head|trace|connect)$/;

/** @param {string} text */
export function isBruno(text) {
  return (
    /^\s*meta\s*\{/.test(text) || /^(?:get|post|put|delete|patch|options|head)\s*\{\s*\n\s*url:/m.test(text)
  );
}

/**
 * @param {string} text
 * @returns {import('./index.js').ParsedRequest}
 */
export function parseBruno(text) {
  const blocks = blocksOf(text);
  const [name = '', request] = [...blocks].find(([key]) => METHODS.test(key)) ?? [];
  if (request === undefined)
    throw new RequestSyntaxError('this Bruno file has no block for a method, such as get { url: … }');
  const settings = new Map(pairsOf(request.content));
  const variables = new Map(pairsOf(blocks.get('vars:pre-request')?.content ?? ''));
  const fill = (/** @type {string} */ written) => filled(written, variables, text);
  const at = text.indexOf('url:', request.at);
  const written = fill(settings.get('url') ?? '').replace(/\/:(\w+)/g, (all, key) => {
    const value = new Map(pairsOf(blocks.get('params:path')?.content ?? '')).get(key);
    return value === undefined ? all : `/${encodeURIComponent(fill(value))}`;
  });
  if (written === '') throw new RequestSyntaxError('this Bruno request has no url', text, request.at);

  /** @type {[string, string][]} */
  const headers = pairsOf(blocks.get('headers')?.content ?? '').map(([key, value]) => [key, fill(value)]);
  const mode = settings.get('body') ?? 'none';
  const { body, type } = bodyOf(mode, blocks, fill, text, request.at);
  if (type !== undefined) addDefault(headers, 'Content-Type', type);
  const auth = new Map(pairsOf(blocks.get('auth:awsv4')?.content ?? ''));
  const hints = ['accessKeyId', 'secretAccessKey', 'sessionToken', 'region', 'service']
    .map((key) => [key, fill(auth.get(key) ?? '')])
    .filter(([, value]) => value !== '');
  return {
    format: 'bruno',
    method: name.toUpperCase(),
    url: absoluteUrl(written, 'http:', text, at),
    headers,
    ...(body !== undefined && { body }),
    ...(settings.get('auth') === 'awsv4' && { signing: Object.fromEntries(hints) }),
    notes: auth.get('profileName')
      ? [`the profile ${auth.get('profileName')} is left out: pass --profile`]
      : [],
  };
}

/**
 * @param {string} mode
 * @param {Map<string, { content: string, at: number }>} blocks
 * @param {(text: string) => string} fill
 * @param {string} text
 * @param {number} at
 * @returns {{ body?: string, type?: string }}
 */
function bodyOf(mode, blocks, fill, text, at) {
  if (mode === 'none') return {};
  const type = TYPES[mode];
  if (type === undefined) {
    throw new RequestSyntaxError(
      `the bytes of a body with the mode ${JSON.stringify(mode)} are not in this file: paste the request as it was sent`,
      text,
      at,
    );
  }
  const block = blocks.get(BLOCKS[mode] ?? `body:${mode}`)?.content ?? '';
  if (mode === 'formUrlEncoded') {
    const pairs = pairsOf(block).map(([key, value]) => [key, fill(value)]);
    return { body: String(new URLSearchParams(pairs)), type };
  }
  if (mode === 'graphql') {
    const variables = blocks.get('body:graphql:vars')?.content ?? '';
    return {
      body: JSON.stringify({ query: fill(dedent(block)), variables: variablesOf(fill(variables), text) }),
      type,
    };
  }
  return { body: fill(dedent(block)), type };
}

/**
 * @param {string} variables  of a GraphQL request
 * @param {string} text
 */
function variablesOf(variables, text) {
  if (variables.trim() === '') return {};
  try {
    return JSON.parse(variables);
  } catch {
    const at = text.indexOf('body:graphql:vars');
    throw new RequestSyntaxError('the variables of this GraphQL request are not JSON', text, at);
  }
}

/** @type {Record<string, string>} */
const TYPES = {
  json: 'application/json',
  text: 'text/plain',
  xml: 'application/xml',
  sparql: 'application/sparql-query',
  formUrlEncoded: 'application/x-www-form-urlencoded',
  graphql: 'application/json',
};

/** @type {Record<string, string>} */
const BLOCKS = { formUrlEncoded: 'body:form-urlencoded' };

/**
 * A block begins with its name and ends with a brace of its own line.
 *
 * @param {string} text
 * @returns {Map<string, { content: string, at: number }>}
 */
function blocksOf(text) {
  /** @type {Map<string, { content: string, at: number }>} */
  const blocks = new Map();
  /** @type {{ name: string, at: number, from: number } | undefined} */
  let open;
  for (const { 0: line, index } of text.matchAll(/^.*$/gm)) {
    const [, name] = (open === undefined && /^([a-z][\w:-]*)\s*\{\s*$/.exec(line)) || [];
    if (name !== undefined) open = { name, at: index, from: index + line.length + 1 };
    else if (open !== undefined && /^\}\s*$/.test(line)) {
      blocks.set(open.name, { content: text.slice(open.from, index), at: open.at });
      open = undefined;
    }
  }
  return blocks;
}

/** @param {string} block @returns {[string, string][]}  those that are switched on */
function pairsOf(block) {
  return block.split(/\r?\n/).flatMap((line) => {
    const [, name, value] = /^\s*(?!~)"?([^\s":][^":]*)"?:\s?(.*)$/.exec(line) ?? [];
    return name === undefined ? [] : [/** @type {[string, string]} */ ([name, value.trim()])];
  });
}

/** @param {string} block */
function dedent(block) {
  return block.replace(/^ {2}/gm, '').replace(/\r?\n$/, '');
}

/** @param {string} text @param {Map<string, string>} variables @param {string} all */
function filled(text, variables, all) {
  return text.replace(/\{\{([^{}]+)\}\}/g, (whole, name) => {
    const value = variables.get(name.trim());
    if (value !== undefined) return value;
    throw new RequestSyntaxError(
      `the value of ${whole} is not defined here: replace it with its value`,
      all,
      all.indexOf(whole),
    );
  });
}
