// The signed parts of a request, in the pieces that a mistake may change. The core builds the canonical request from them, except
// for the payload: this file has the ways in which clients change a body.

import { canonicalEscapes } from '../engine/mismatch-texts.js';

/**
 * @typedef {import('../engine/mismatch-record.js').CorePieces} CorePieces
 * @typedef {import('../engine/mismatch-record.js').Parameter} Parameter
 * @typedef {import('../engine/mismatch-record.js').Payload} Payload
 * @typedef {import('../engine/mismatch-record.js').Step} Step
 *
 * The value that a client hashed as its body, or used instead of the hash. Of the steps from `bytes` to `charset`, each changes
 * what the one before it made.
 * @typedef {{
 *   'payload.line'?: string,
 *   'payload.plain'?: string,
 *   'payload.write'?: (hash: string) => string,
 *   'payload.bytes'?: Uint8Array,
 *   'payload.text'?: string,
 *   'payload.order'?: (json: any) => unknown,
 *   'payload.format'?: (json: unknown) => string,
 *   'payload.escape'?: (text: string) => string,
 *   'payload.frame'?: (text: string) => string,
 *   'payload.wrap'?: (text: string) => string,
 *   'payload.charset'?: (text: string) => Uint8Array,
 *   'payload.name'?: string,
 *   'payload.types'?: { expected: string, signed: string },
 * }} PayloadPieces
 *
 * The pieces in which a candidate differs.
 * @typedef {CorePieces & PayloadPieces} Pieces
 *
 * What should have been signed.
 * @typedef {CorePieces & { 'headers.names': readonly string[], 'path.spell': readonly Step[] }} Base
 *
 * The request and the known data about its sender, which causes use.
 * @typedef {object} Evidence
 * @property {import('./received-request.js').ReceivedRequest} received
 * @property {import('./received-request.js').Authorization} authorization
 * @property {import('../protocol/service-rules.js').ServiceRules} rules  of the service in the scope
 * @property {string} secret
 * @property {string} token  the session token that belongs to the secret, or empty
 * @property {Date | undefined} expiration  of both
 * @property {Uint8Array} body
 * @property {string | undefined} text  the body, if it is a text that is not too long
 * @property {unknown} json  likewise, parsed
 * @property {Uint8Array | undefined} inflated  the body without its compression
 * @property {string | undefined} declared  what is signed instead of the body's hash, as far as the request says
 * @property {{ region?: string, service?: string, stage?: string, hosts: readonly string[], methods: readonly string[] }} known
 * @property {number} now  epoch milliseconds
 * @property {import('../engine/mismatch-engine.js').Examination['wrong']} wrong  with the request, except for its signature
 * @property {readonly Parameter[]} parameters  that are signed, as they were sent: the pieces `query:0` and so on
 * @property {Base} base
 */

/** As the core spells a query. */
export const SPELLED = /** @type {const} */ ([['replace', '+', ' '], 'escapes']);

/**
 * What should have been signed.
 *
 * @param {Omit<Evidence, 'base'>} evidence
 * @returns {Base}
 */
export function piecesOf({ received, authorization, rules, secret, parameters }) {
  const { scheme, day, region, service } = authorization;
  /** @type {Base} */
  const pieces = {
    'method.name': received.method,
    'path.wire': [received.path.startsWith('/') ? received.path : `/${received.path}`],
    'path.tidy': rules.path.normalizes ? ['normalize'] : [],
    'path.spell': [rules.path.encoding],
    'query.spell': SPELLED,
    'headers.names': authorization.signedHeaders,
    'headers.listed': authorization.signedHeaders,
    'headers.gap': '\n',
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
  };
  parameters.forEach((pair, i) => (pieces[`query:${i}`] = pair));
  for (const [name, value] of [...received.headers].sort(([one], [other]) => (one < other ? -1 : 1)))
    pieces[`headers:${name}`] = value;
  return pieces;
}

/**
 * @param {string} piece
 * @returns {string} the part that it belongs to
 */
export function partOf(piece) {
  return piece.slice(0, piece.search(/[.:]/));
}

/** @param {string} text */
export function spelled(text) {
  return canonicalEscapes(text.replaceAll('+', ' '));
}

/**
 * @param {string} name
 * @param {string | undefined} value
 * @returns {Pieces}
 */
export function header(name, value) {
  return /** @type {Pieces} */ ({ [`headers:${name}`]: value });
}

/**
 * @param {number} at  the index among the sent parameters
 * @param {Parameter} [instead]  none: it was not signed
 * @returns {Pieces}
 */
export function parameter(at, instead) {
  return /** @type {Pieces} */ ({ [`query:${at}`]: instead });
}
