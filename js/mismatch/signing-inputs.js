// What is signed, in the pieces that a mistake changes.

import {
  canonicalEscapes,
  doubleEncodedPath,
  normalizedPath,
  singleEncodedPath,
} from '../engine/canonical-form.js';
import { sha256Sync } from '../engine/sha256.js';

/**
 * By name, such as `path.wire`; what stands before the first dot or colon names the part that it belongs to.
 *
 * @typedef {Record<string, any>} Pieces
 *
 * What a signature depends on: the parts of the canonical request, the start of the string to sign, and the key.
 * @typedef {'method' | 'path' | 'query' | 'headers' | 'payload' | 'scope' | 'key'} PartName
 * @typedef {Record<PartName, string>} Parts
 *
 * What was sent, and what is known of whoever sent it: all that a cause can go by.
 * @typedef {object} Evidence
 * @property {import('./received-request.js').ReceivedRequest} received
 * @property {import('../protocol/authorization.js').ParsedAuthorization} authorization
 * @property {import('../protocol/service-rules.js').ServiceRules} rules  of the service that is claimed
 * @property {string} secret
 * @property {string} token  that goes with the secret, or empty
 * @property {Date | undefined} expiration  of both
 * @property {Uint8Array} body
 * @property {string | undefined} text  the body, where it is a text of bearable length
 * @property {unknown} json  likewise, parsed
 * @property {Uint8Array | undefined} inflated  the body without its compression
 * @property {string | undefined} declared  what is signed in place of the body's hash, as far as the request says
 * @property {{ region?: string, service?: string, stage?: string, hosts: readonly string[], methods: readonly string[] }} known
 * @property {number} now  epoch milliseconds
 * @property {Pieces} base  what should have been signed
 */

/**
 * What should have been signed.
 *
 * @param {Omit<Evidence, 'base'>} evidence
 * @returns {Pieces}
 */
export function piecesOf({ received, authorization, rules, secret, body, text, declared }) {
  const { scheme, day, region, service } = authorization;
  /** @type {Pieces} */
  const pieces = {
    'method.name': received.method,
    'path.wire': received.path.startsWith('/') ? received.path : `/${received.path}`,
    'path.tidy': rules.path.normalizes ? normalizedPath : asIs,
    'path.spell': rules.path.encoding === 'double' ? doubleEncodedPath : singleEncodedPath,
    'query.change': asIs,
    'query.extra': [],
    'query.spell': spelled,
    'query.order': byNameAndValue,
    'query.write': writeParameter,
    'headers.names': authorization.signedHeaders,
    'headers.listed': authorization.signedHeaders,
    'headers.order': asIs,
    'headers.line': writeHeader,
    'headers.gap': '\n',
    'payload.body': body,
    'payload.source': text,
    'payload.declared': declared,
    'payload.write': asIs,
    'scope.algorithm': scheme.algorithm,
    'scope.amzDate': authorization.amzDate,
    'scope.day': day,
    'scope.region': region,
    'scope.service': service,
    'scope.end': 'aws4_request',
    'key.prefix': 'AWS4',
    'key.secret': secret,
    'key.day': day,
    'key.region': region,
    'key.service': service,
    'key.end': 'aws4_request',
    'key.steps': 'bytes',
  };
  const parameters = signedParameters(received.search, authorization, rules);
  parameters.forEach((pair, i) => (pieces[`query:${i}`] = pair));
  pieces['query.indexes'] = parameters.map((_, i) => `query:${i}`);
  for (const [name, value] of received.headers) pieces[`headers:${name}`] = value;
  return pieces;
}

/**
 * @param {Pieces} pieces
 * @param {Iterable<PartName>} names  of the parts that are wanted
 * @returns {Partial<Parts>}
 */
export function build(pieces, names) {
  /** @type {Partial<Parts>} */
  const parts = {};
  for (const name of names) parts[name] = BUILD[name](pieces);
  return parts;
}

/** @type {Record<PartName, (pieces: Pieces) => string>} */
const BUILD = {
  method: (pieces) => pieces['method.name'],
  path: (pieces) => pieces['path.spell'](pieces['path.tidy'](pieces['path.wire'])),
  query(pieces) {
    const sent = pieces['query.indexes'].map((/** @type {string} */ key) => pieces[key]);
    /** @type {Parameter[]} */
    const kept = pieces['query.change']([
      ...sent.filter((/** @type {unknown} */ pair) => pair),
      ...pieces['query.extra'],
    ]);
    const spell = pieces['query.spell'];
    const all = kept.map(([name, value]) => [spell(name), value === undefined ? undefined : spell(value)]);
    return pieces['query.order'](all).map(pieces['query.write']).join('&');
  },
  headers(pieces) {
    /** @type {[string, string][]} */
    const named = pieces['headers.names'].map((/** @type {string} */ name) => [
      name,
      name === 'content-length' ? lengthOf(pieces) : pieces[`headers:${name}`],
    ]);
    // No signer signs a header that it has no value for.
    const lines = named.filter(([, value]) => value !== undefined);
    const written = pieces['headers.order'](lines).map(pieces['headers.line']).join('\n');
    return `${written}\n${pieces['headers.gap']}${pieces['headers.listed'].join(';')}`;
  },
  payload(pieces) {
    const line = pieces['payload.line'] ?? pieces['payload.plain'];
    if (line !== undefined) return line;
    const isChanged = changesBody(pieces);
    if (!isChanged && pieces['payload.declared'] !== undefined) {
      return pieces['payload.write'](pieces['payload.declared']);
    }
    return pieces['payload.write'](sha256Sync(isChanged ? changedBody(pieces) : pieces['payload.body']));
  },
  scope(pieces) {
    const scope = ['day', 'region', 'service', 'end'].map((name) => pieces[`scope.${name}`]);
    const written = scope.filter((name) => name !== '').join('/');
    return `${pieces['scope.algorithm']}\n${pieces['scope.amzDate']}\n${written}`;
  },
  key(pieces) {
    const names = ['day', 'region', 'service', 'end'].map((name) => pieces[`key.${name}`]);
    return JSON.stringify([pieces['key.prefix'] + pieces['key.secret'], names, pieces['key.steps']]);
  },
};

export const PARTS = /** @type {PartName[]} */ (Object.keys(BUILD));

/**
 * @param {Pieces} pieces
 * @param {Pieces} base
 * @returns {Set<PartName>} that they belong to
 */
export function partsOf(pieces, base) {
  const names = Object.keys(pieces).map(partOf);
  const isLengthSigned = base['headers.names'].includes('content-length');
  return new Set(isLengthSigned && names.includes('payload') ? [...names, 'headers'] : names);
}

/**
 * @param {string} piece
 * @returns {PartName} that it belongs to
 */
export function partOf(piece) {
  return /** @type {PartName} */ (piece.slice(0, piece.search(/[.:]/)));
}

/** @param {Pieces} pieces */
function changesBody(pieces) {
  return BODY_STEPS.some((step) => pieces[`payload.${step}`] !== undefined);
}

/**
 * Whoever signed another body signed its length.
 *
 * @param {Pieces} pieces
 * @returns {string | undefined}
 */
function lengthOf(pieces) {
  const length = pieces['headers:content-length'];
  return length !== undefined && changesBody(pieces) ? String(changedBody(pieces).length) : length;
}

/** Each changes what the one before left. */
const BODY_STEPS = ['bytes', 'text', 'order', 'format', 'escape', 'frame', 'wrap', 'charset'];

/**
 * @param {Pieces} pieces
 * @returns {Uint8Array}
 */
function changedBody(pieces) {
  const [bytes, replaced, order, format, escape, frame, wrap, charset] = BODY_STEPS.map(
    (step) => pieces[`payload.${step}`],
  );
  if (bytes !== undefined) return bytes;
  let text = replaced ?? pieces['payload.source'];
  if (replaced === undefined && (order ?? format) !== undefined) {
    const value = JSON.parse(text);
    text = (format ?? JSON.stringify)((order ?? asIs)(value));
  }
  for (const change of [escape, frame, wrap]) text = (change ?? asIs)(text);
  return (charset ?? utf8)(text);
}

/** @param {string} text */
export function utf8(text) {
  return new TextEncoder().encode(text);
}

/**
 * As on the wire; without a value where no `=` is.
 *
 * @typedef {[name: string, value: string | undefined]} Parameter
 */

/**
 * @param {string} search
 * @param {import('../protocol/authorization.js').ParsedAuthorization} authorization
 * @param {import('../protocol/service-rules.js').ServiceRules} rules
 * @returns {Parameter[]}
 */
function signedParameters(search, { isPresigned }, { signsToken, tokenName }) {
  const all = parametersOf(search);
  if (!isPresigned) return all;
  return all.filter(([name]) => name !== 'X-Amz-Signature' && (signsToken || name !== tokenName));
}

/**
 * @param {string} search
 * @returns {Parameter[]}
 */
export function parametersOf(search) {
  return search
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=');
      return at < 0 ? [part, undefined] : [part.slice(0, at), part.slice(at + 1)];
    });
}

/** @param {string} text */
export function spelled(text) {
  return canonicalEscapes(text.replaceAll('+', ' '));
}

/** @param {Parameter[]} pairs */
export function byNameAndValue(pairs) {
  return pairs.sort((one, other) => compare(one[0], other[0]) || compare(one[1] ?? '', other[1] ?? ''));
}

/** @param {Parameter} parameter */
function writeParameter([name, value = '']) {
  return `${name}=${value}`;
}

/** @param {[string, string]} header */
function writeHeader([name, value]) {
  return `${name}:${value}`;
}

/**
 * @param {string} one
 * @param {string} other
 */
export function compare(one, other) {
  return one < other ? -1 : one > other ? 1 : 0;
}

/**
 * @template T
 * @param {T} it
 * @returns {T}
 */
export function asIs(it) {
  return it;
}
