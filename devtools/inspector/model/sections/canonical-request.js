// The canonical request, line by line, with the inputs of each line.

import { splitQuery } from '../authorization.js';
import { decode, line, made, nameOf, pairOf, part, repeatable } from './parts.js';

/**
 * @typedef {import('../graph.js').Line} Line
 * @typedef {import('../graph.js').Section} Section
 * @typedef {import('../inspection.js').Inspection} Inspection
 */

/** @param {Inspection} inspection @returns {Section} */
export function canonicalSection({ trace, request, rules }) {
  const headerSources = { ...HEADER_ORIGINS, [rules.sessionTokenHeader]: ['token'] };
  const parameterSources = { ...PARAMETER_ORIGINS, [rules.sessionTokenParameter]: ['token'] };
  const lines = trace.canonicalRequest.split('\n');
  const [method, path, query, ...rest] = lines;
  const headers = rest.slice(0, -3);
  const payload = lines[lines.length - 1];
  const parameters = splitQuery(request.url)[1];
  const named = repeatable(headers.map((header) => headerPair(header)));
  return {
    id: 'canonical',
    title: 'Canonical request',
    about: 'The request in a form that client and server both compute: sorted, encoded and trimmed.',
    lines: [
      line('method', { ...part('canonical.method', 'the canonical method', method, ['request.method']) }),
      line('path', {
        ...part('canonical.path', 'the canonical path', path, ['request.path']),
        how: 'without dot segments, and encoded a second time, except for S3',
      }),
      {
        label: 'query',
        separator: '&',
        parts:
          query === ''
            ? [part('canonical.query', 'the canonical query', '', [])]
            : repeatable(query.split('&').map((pair) => pairOf(pair))).map(({ id, name, value }) => ({
                ...part(
                  `canonical.query.${id}`,
                  `the canonical parameter ${decode(name)}`,
                  `${name}=${value}`,
                  [...(parameterSources[name] ?? parameterOrigins(name, value, parameters))],
                ),
                how: 'sorted by name; every byte except A-Z a-z 0-9 - . _ ~ encoded',
              })),
      },
      ...named.map(({ id, name, value }) =>
        line('header', {
          ...part(`canonical.header.${id}`, `the canonical header ${name}`, `${name}:${value}`, [
            ...(headerSources[name] ??
              request.headers.flatMap((header, i) => headerOrigins(name, request.headers, i))),
          ]),
          how: 'name in lower case, value without surrounding spaces',
        }),
      ),
      { label: 'blank line', parts: [] },
      line('signed headers', {
        ...part(
          'canonical.signed-headers',
          'the names of the signed headers',
          lines[lines.length - 2],
          named.map(({ id }) => `canonical.header.${id}`),
        ),
        how: 'in order, joined with semicolons',
      }),
      made('payload hash', {
        ...part('canonical.payload', 'the payload hash', payload, ['request.body']),
        how: /^[0-9a-f]{64}$/.test(payload)
          ? 'SHA-256 of the body'
          : 'a keyword instead of a hash: the body is not signed',
      }),
    ],
  };
}

/** @param {string} header @returns {[string, string]} */
function headerPair(header) {
  const at = header.indexOf(':');
  return [header.slice(0, at), header.slice(at + 1)];
}

/**
 * @param {string} name
 * @param {string} value
 * @param {string[]} parameters  of the request, as written
 */
function parameterOrigins(name, value, parameters) {
  const same = parameters.flatMap((pair, i) => {
    const [otherName, otherValue] = pairOf(pair);
    return decode(otherName) === decode(name) && decode(otherValue) === decode(value)
      ? [`request.query.${i}`]
      : [];
  });
  return same.length > 0
    ? same
    : parameters.flatMap((pair, i) => (nameOf(pair) === decode(name) ? [`request.query.${i}`] : []));
}

/**
 * @param {string} name
 * @param {[string, string][]} headers
 * @param {number} i
 */
function headerOrigins(name, headers, i) {
  return headers[i][0].toLowerCase() === name ? [`request.header.${repeatable(headers)[i].id}`] : [];
}

/** @type {Record<string, string[]>} */
const HEADER_ORIGINS = {
  host: ['request.host'],
  'x-amz-date': ['time'],
  'x-amz-content-sha256': ['request.body'],
  'x-amz-region-set': ['region'],
};

/** @type {Record<string, string[]>} */
const PARAMETER_ORIGINS = {
  'X-Amz-Algorithm': [],
  'X-Amz-Credential': ['access-key', 'scope.date', 'scope.region', 'scope.service', 'scope.end'],
  'X-Amz-Date': ['time'],
  'X-Amz-Expires': [],
  'X-Amz-SignedHeaders': ['canonical.signed-headers'],
};
