// Tries every known mistake, then every pair of them, then every three of the likeliest. The core computes their signatures.

import { changesPayload, payloadOf, withoutPayload } from './payload.js';

/**
 * @typedef {import('./signing-inputs.js').Evidence} Evidence
 * @typedef {import('./signing-inputs.js').Pieces} Pieces
 * @typedef {import('../engine/mismatch-engine.js').MismatchSearch} MismatchSearch
 *
 * A mistake that clients are known to make.
 * @typedef {object} Cause
 * @property {string} code  stable
 * @property {'method' | 'path' | 'query' | 'headers' | 'body' | 'token' | 'scope' | 'secret' | 'date'} part
 * @property {string} summary  with `{signed}`, `{expected}` and other values of `written` in find-mismatch.js, each with what
 *   stands there if it is not known
 * @property {string} fix
 * @property {(evidence: Evidence) => string} [name]  the name of the changed part, if the pieces do not show it
 * @property {(evidence: Evidence) => Iterable<Pieces>} changes  the pieces that differ, the likeliest first
 * @property {number} [together]  how many of them are combined with other causes; default: all
 *
 * @typedef {object} Change
 * @property {Cause} cause
 * @property {Pieces} pieces
 * @property {number} number  in the search
 */

/**
 * @param {Iterable<Cause>} causes  the likeliest first
 * @param {Evidence} evidence
 * @param {MismatchSearch} search
 * @param {(...pieces: Pieces[]) => boolean} isProof  whether what the core found is: if it cannot compare itself
 * @param {number} deadline  the time limit, by `performance.now()`
 * @returns {Promise<Change[]>} one change, two, three, or none
 */
export async function findChanges(causes, evidence, search, isProof, deadline) {
  const pace = new Pace(deadline);
  /** @type {Change[]} */
  const changes = [];
  /** Those that change the payload, and are tried with others. @type {Change[]} */
  const bodies = [];
  for (const { cause, pieces, rank } of byRank(causes, evidence)) {
    if (pace.isDue() && (await pace.isOver())) return [];
    const payload = changesPayload(pieces) ? payloadOf(evidence, pieces) : undefined;
    const change = { cause, pieces, number: changes.length };
    changes.push(change);
    const isFound = search.add(withoutPayload(pieces), payload, rank, rank < (cause.together ?? Infinity));
    if (isFound && isProof(pieces)) return [change];
    if (payload !== undefined && isFound !== undefined) bodies.push(change);
  }
  /** @param {(budget: number) => import('../engine/mismatch-engine.js').Progress} work */
  const found = async (work) => {
    for (;;) {
      if (pace.isDue() && (await pace.isOver())) return [];
      const progress = pace.timed(work);
      if (progress === 'done') return undefined;
      if (progress === 'paused') continue;
      const together = search.found().map((number) => changes[number]);
      if (isProof(...together.map(({ pieces }) => pieces))) return together;
    }
  };
  // In this order, two that are likely come before one that is not.
  for (const second of changes) {
    if (bodies.includes(second)) {
      for (const first of bodies) {
        if (first.number >= second.number) break;
        if (!search.combines(first.number, second.number) || collide(first.pieces, second.pieces)) continue;
        if (pace.isDue() && (await pace.isOver())) return [];
        const payload = payloadOf(evidence, { ...first.pieces, ...second.pieces });
        search.addPayload(first.number, second.number, payload);
      }
    }
    const together = await found((budget) => search.pairs(second.number, budget));
    if (together !== undefined) return together;
  }
  return (await found((budget) => search.triples(budget))) ?? [];
}

/**
 * The first change of every cause, then the second, so that causes with many changes, such as regions, do not delay the others.
 * Changes are created only when needed, because most searches end before that.
 *
 * @param {Iterable<Cause>} causes
 * @param {Evidence} evidence
 */
function* byRank(causes, evidence) {
  /** @type {{ cause: Cause, all: Pieces[] }[]} */
  let left = [];
  for (const cause of causes) {
    const all = [...cause.changes(evidence)];
    if (all.length > 0) yield { cause, pieces: all[0], rank: 0 };
    left.push({ cause, all });
  }
  for (let rank = 1; left.length > 0; rank++) {
    left = left.filter(({ all }) => rank < all.length);
    for (const { cause, all } of left) yield { cause, pieces: all[rank], rank };
  }
}

/**
 * @param {Pieces} one
 * @param {Pieces} other
 */
function collide(one, other) {
  return Object.keys(one).some((name) => name in other);
}

/** Yields to other work regularly, and watches the time limit. */
class Pace {
  #deadline;
  #pauseAt = performance.now() + SLICE_MILLIS;
  /** How many blocks are hashed together. */
  #budget = FIRST_BUDGET;

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

  /**
   * Lets the core work for one slice, and measures how much it does.
   *
   * @param {(budget: number) => import('../engine/mismatch-engine.js').Progress} work
   */
  timed(work) {
    const startedAt = performance.now();
    const progress = work(this.#budget);
    if (progress === 'paused') {
      const speed = WORK_MILLIS / Math.max(performance.now() - startedAt, 0.1);
      this.#budget = Math.max(MIN_BUDGET, Math.round(this.#budget * Math.min(speed, 2)));
    }
    return progress;
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

/** How long other work waits at most, apart from the time of one candidate. */
const SLICE_MILLIS = 8;
/** How long the core works at a time: with what is left of a slice, at most 10 milliseconds. */
const WORK_MILLIS = 2;
/** One to two milliseconds of wasm; as plain JavaScript ten times as much. */
const FIRST_BUDGET = 4000;
const MIN_BUDGET = 100;
