// The values of a mismatch that can be shown, without secrets.

import { SESSION_TOKEN_HEADERS } from '../engine/generated/headers.js';
import { partOf } from './signing-inputs.js';
import { REDACTED, withoutToken } from '../protocol/redact-token.js';

/**
 * @param {Pick<import('./search.js').Change, 'pieces' | 'number'>} change
 * @param {import('./signing-inputs.js').Evidence} evidence
 * @param {import('./search.js').MismatchSearch} search
 * @returns {{ expected?: string, signed?: string } | undefined}
 */
export function detailOf({ pieces, number }, evidence, search) {
  if (pieces['payload.types']) return pieces['payload.types'];
  const piece = Object.keys(pieces).find((name) => !HIDDEN.test(name));
  if (piece === undefined) return undefined;
  const show = shownBy(evidence);
  const [expected, signed] = [evidence.base, pieces].map((of) => /** @type {any} */ (of)[piece]);
  if (piece.startsWith('headers:')) {
    const name = piece.slice('headers:'.length);
    if (SECRET_HEADERS.includes(name) || name === evidence.rules.tokenName.toLowerCase()) return undefined;
    return both(expected, signed, (value) => show(`${name}:${value}`));
  }
  if (/^(?:scope|key)\./.test(piece)) return both(expected, signed, show);
  const part = /** @type {import('../engine/mismatch-engine.js').PartName} */ (partOf(piece));
  return both(search.part(part), search.part(part, number), show);
}

/**
 * The header, parameter or JSON key that a change is about.
 *
 * @param {Pick<import('./search.js').Change, 'cause' | 'pieces'>} change
 * @param {import('./signing-inputs.js').Evidence} evidence
 * @returns {string | undefined}
 */
export function nameOf({ cause, pieces }, evidence) {
  if (cause.name !== undefined) return cause.name(evidence);
  if (pieces['payload.name'] !== undefined) return pieces['payload.name'];
  const piece = Object.keys(pieces).find((name) => name.includes(':'));
  if (piece === undefined) return pieces['query.extra']?.[0]?.[0];
  return piece.startsWith('query:')
    ? evidence.parameters[Number(piece.slice('query:'.length))]?.[0]
    : piece.slice('headers:'.length);
}

/**
 * The values without secrets.
 *
 * @template {{ expected?: string, signed?: string }} T
 * @param {T} detail
 * @param {import('./signing-inputs.js').Evidence} evidence
 * @returns {T}
 */
export function shown(detail, evidence) {
  const show = shownBy(evidence);
  const values = Object.entries(detail).filter(([, text]) => text !== undefined);
  return /** @type {T} */ (Object.fromEntries(values.map(([key, text]) => [key, cut(show(text), 0)])));
}

/** Pieces that hold the secret, or the body, or what is said of them. */
const HIDDEN = /^key\.(?:secret|prefix|steps)$|^payload\.(?:plain|name|types)$/;
const SECRET_HEADERS = ['authorization', 'proxy-authorization', 'cookie', 'x-api-key'];

/**
 * @param {string | undefined} expected
 * @param {string | undefined} signed
 * @param {(text: string) => string} show
 */
function both(expected, signed, show) {
  const [one, other] = [expected, signed].map((text) => text !== undefined && show(text));
  // They differed in what is hidden.
  if (one === other) return undefined;
  const from = Math.max(0, firstDifference(one || '', other || '') - SHOWN_BEFORE);
  return {
    ...(one !== false && { expected: cut(one, from) }),
    ...(other !== false && { signed: cut(other, from) }),
  };
}

/**
 * @param {string} one
 * @param {string} other
 */
function firstDifference(one, other) {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  return at;
}

/**
 * @param {string} text
 * @param {number} from
 */
function cut(text, from) {
  if (text.length <= MAX_SHOWN) return text;
  const end = text.length > from + MAX_SHOWN ? '…' : '';
  return `${from > 0 ? '…' : ''}${text.slice(from, from + MAX_SHOWN)}${end}`;
}

/** @param {import('./signing-inputs.js').Evidence} evidence */
function shownBy({ authorization, token, secret }) {
  return (/** @type {string} */ text) =>
    withoutToken(withoutToken(text, authorization.sessionToken ?? ''), token)
      .replaceAll(secret, '<secret>')
      .replace(TOKEN_PARAMETER, `$1${REDACTED}`)
      .replace(SECRET_LINES, '$1:<secret>')
      .replaceAll('\n', '\\n')
      .replace(/[^ -~]/g, '?');
}

/** In whichever form it was signed. */
const TOKEN_PARAMETER = new RegExp(`((?:${SESSION_TOKEN_HEADERS.join('|')})[=:])[^&\\s]*`, 'gi');
const SECRET_LINES = new RegExp(`^(${SECRET_HEADERS.join('|')}): *[^\\n]*`, 'gim');
const MAX_SHOWN = 200;
const SHOWN_BEFORE = 40;
