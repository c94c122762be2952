// The value that a client hashed as the body, or signed instead of the hash.

import { sha256Sync } from '../engine/mismatch-texts.js';

/**
 * @typedef {import('./signing-inputs.js').Pieces} Pieces
 * @typedef {import('./signing-inputs.js').PayloadPieces} PayloadPieces
 * @typedef {import('../engine/mismatch-record.js').Payload} Payload
 * @typedef {Pick<import('./signing-inputs.js').Evidence, 'body' | 'text' | 'json' | 'declared'>} Sent
 */

/**
 * @param {Sent} sent
 * @param {PayloadPieces} pieces
 * @returns {Payload}
 */
export function payloadOf(sent, pieces) {
  const body = BODY_STEPS.some((step) => pieces[step] !== undefined) ? changedBody(sent, pieces) : undefined;
  const write = pieces['payload.write'] ?? asIs;
  const hash = () => (body === undefined && sent.declared) || sha256Sync(body ?? sent.body);
  const line = pieces['payload.line'] ?? pieces['payload.plain'] ?? write(hash());
  return { line, length: body?.length };
}

/** @param {Pieces} pieces */
export function changesPayload(pieces) {
  return Object.keys(pieces).some((name) => name.startsWith('payload.'));
}

/**
 * The pieces that the core knows.
 *
 * @param {Pieces} pieces
 * @returns {import('../engine/mismatch-record.js').CorePieces}
 */
export function withoutPayload(pieces) {
  const others = Object.entries(pieces).filter(([name]) => !name.startsWith('payload.'));
  return /** @type {import('../engine/mismatch-record.js').CorePieces} */ (Object.fromEntries(others));
}

/** Each changes the result of the previous one. */
const BODY_STEPS = /** @type {const} */ ([
  'payload.bytes',
  'payload.text',
  'payload.order',
  'payload.format',
  'payload.escape',
  'payload.frame',
  'payload.wrap',
  'payload.charset',
]);

/**
 * @param {Sent} sent
 * @param {PayloadPieces} pieces
 * @returns {Uint8Array}
 */
function changedBody({ text: source = '', json }, pieces) {
  if (pieces['payload.bytes'] !== undefined) return pieces['payload.bytes'];
  const { 'payload.text': replaced, 'payload.order': order, 'payload.format': format } = pieces;
  let text = replaced ?? source;
  if (replaced === undefined && (order ?? format) !== undefined) {
    text = (format ?? JSON.stringify)((order ?? asIs)(json));
  }
  for (const step of /** @type {const} */ (['payload.escape', 'payload.frame', 'payload.wrap'])) {
    text = (pieces[step] ?? asIs)(text);
  }
  return (pieces['payload.charset'] ?? utf8)(text);
}

/** @param {string} text */
export function utf8(text) {
  return encoder.encode(text);
}

const encoder = new TextEncoder();

/**
 * @template T
 * @param {T} it
 * @returns {T}
 */
function asIs(it) {
  return it;
}
