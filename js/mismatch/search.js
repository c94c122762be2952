// Tries every known mistake, then every two of them.

import { build, PARTS, partsOf } from './signing-inputs.js';
import { hashOf } from './candidate-signature.js';

/**
 * @typedef {import('./signing-inputs.js').Evidence} Evidence
 * @typedef {import('./signing-inputs.js').Parts} Parts
 * @typedef {import('./signing-inputs.js').Pieces} Pieces
 *
 * A mistake that clients are known to make.
 * @typedef {object} Cause
 * @property {string} code  stable
 * @property {'method' | 'path' | 'query' | 'headers' | 'body' | 'token' | 'scope' | 'secret' | 'date'} part
 * @property {string} summary  with `{signed}`, `{expected}` and other values of `written` in find.js, each with what
 *   stands there if it is not known
 * @property {string} fix
 * @property {(evidence: Evidence) => string} [name]  what it is about, where the pieces do not say so
 * @property {(evidence: Evidence) => Iterable<Pieces>} changes  what may have been signed instead: the pieces that differ;
 *   the likeliest first
 * @property {number} [together]  how many of them are tried with those of other causes; default all
 *
 * @typedef {object} Change
 * @property {Cause} cause
 * @property {Pieces} pieces
 * @property {number} rank  how many likelier changes its cause has
 * @property {Partial<Parts>} parts  as they are with these pieces
 * @property {string | undefined} hash  of the canonical request, where it is another
 * @property {import('./candidate-signature.js').IsSigned | undefined} isSigned  where scope or key are others
 */

/**
 * @param {Iterable<Cause>} causes  the likeliest first
 * @param {Evidence} evidence
 * @param {Awaited<ReturnType<typeof import('./candidate-signature.js').signatureOf>>} signature
 * @param {number} deadline  when to give up, by `performance.now()`
 * @returns {Promise<Pick<Change, 'cause' | 'pieces' | 'parts'>[]>} one change, two, or none
 */
export async function search(causes, evidence, signature, deadline) {
  const base = /** @type {Parts} */ (build(evidence.base, PARTS));
  const hash = hashOf(base);
  const isSigned = signature(base);
  const pace = new Pace(deadline);
  /** @type {Change[]} */
  const tried = [];
  const seen = new Set([JSON.stringify(base)]);
  for (const { cause, pieces, rank } of byRank(causes, evidence)) {
    if (pace.isDue() && (await pace.isOver())) return [];
    const parts = build({ ...evidence.base, ...pieces }, partsOf(pieces, evidence.base));
    const whole = { ...base, ...parts };
    // What changes nothing here, or what another mistake does alike, need not be tried again.
    const id = JSON.stringify(whole);
    if (id === JSON.stringify(base) ? Object.keys(pieces).length > 0 : seen.has(id)) continue;
    seen.add(id);
    const change = {
      ...{ cause, pieces, rank, parts },
      hash: isOfRequest(parts) ? hashOf(whole) : undefined,
      isSigned: isOfKey(parts) ? signature(whole) : undefined,
    };
    if ((change.isSigned ?? isSigned)(change.hash ?? hash)) return [change];
    if (rank < (cause.together ?? Infinity)) tried.push(change);
  }
  // In this order, two that are likely come before one that is not.
  for (const [i, second] of tried.entries()) {
    for (let at = 0; at < i; at++) {
      if (pace.isDue() && (await pace.isOver())) return [];
      const first = tried[at];
      if (first.rank >= FAR && second.rank >= FAR) continue;
      const parts = together(first, second, evidence.base);
      if (parts === undefined) continue;
      const sign = first.isSigned && second.isSigned ? signature({ ...base, ...parts }) : undefined;
      const signed = first.hash && second.hash ? hashOf({ ...base, ...parts }) : undefined;
      const isProof = sign ?? first.isSigned ?? second.isSigned ?? isSigned;
      if (isProof(signed ?? first.hash ?? second.hash ?? hash)) return [first, second];
    }
  }
  return [];
}

/** @param {Partial<Parts>} parts */
function isOfKey({ scope, key }) {
  return scope !== undefined || key !== undefined;
}

/** @param {Partial<Parts>} parts */
function isOfRequest({ scope: _, key: __, ...parts }) {
  return Object.keys(parts).length > 0;
}

/**
 * The first change of every cause, then the second: what a cause has many of, such as regions, comes last.
 *
 * @param {Iterable<Cause>} causes
 * @param {Evidence} evidence
 */
function byRank(causes, evidence) {
  const ranked = [...causes].flatMap((cause) =>
    [...cause.changes(evidence)].map((pieces, rank) => ({ cause, pieces, rank })),
  );
  return ranked.sort((one, other) => one.rank - other.rank);
}

/**
 * @param {Change} first
 * @param {Change} second
 * @param {Pieces} base
 * @returns {Partial<Parts> | undefined} `undefined` if both change the same piece
 */
function together(first, second, base) {
  const shared = [];
  for (const name in second.parts) if (name in first.parts) shared.push(name);
  const apart = { ...first.parts, ...second.parts };
  if (shared.length === 0) return apart;
  for (const piece in second.pieces) if (piece in first.pieces) return undefined;
  const names = /** @type {import('./signing-inputs.js').PartName[]} */ (shared);
  return { ...apart, ...build({ ...base, ...first.pieces, ...second.pieces }, names) };
}

/** Lets others work now and then, and knows when the time is out. */
class Pace {
  #deadline;
  #pauseAt = performance.now() + SLICE_MILLIS;

  /** @param {number} deadline */
  constructor(deadline) {
    this.#deadline = deadline;
  }

  isDue() {
    const now = performance.now();
    return now >= this.#pauseAt || now >= this.#deadline;
  }

  async isOver() {
    await new Promise(pause);
    const now = performance.now();
    this.#pauseAt = now + SLICE_MILLIS;
    return now >= this.#deadline;
  }
}

/** @param {(value: unknown) => void} resume */
function pause(resume) {
  const { setImmediate } = /** @type {any} */ (globalThis);
  // A timer waits for a millisecond at least, in browsers for four. But browsers have nothing else, and in Next.js's edge
  // runtime there is a function that throws.
  try {
    setImmediate(resume);
  } catch {
    setTimeout(resume);
  }
}

/** Two changes that are both unlikely are not tried together: from this rank on. */
const FAR = 6;
/** How long others wait at most, but for the time that one candidate takes. */
const SLICE_MILLIS = 10;
