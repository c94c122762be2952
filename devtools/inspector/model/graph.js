// The graph of a signature: every piece, with its inputs.

import { huesOf } from './hues.js';
import { CANONICAL, SECTIONS } from './sections.js';

/**
 * @typedef {import('./inspection.js').Inspection} Inspection
 *
 * @typedef {object} Part
 * @property {string} id  the same after a change, so that both can be compared
 * @property {string} name  what it is
 * @property {string} text
 * @property {string[]} from  the parts that it is made of
 * @property {string} [how]  in what way, for a reader
 * @property {import('./hues.js').Hue[]} [hues]  its colours
 * @property {'secret' | ''} [kind]  `secret`: hidden until asked for
 *
 * Parts that stand in one line.
 * @typedef {object} Line
 * @property {string} label
 * @property {Part[]} parts
 * @property {string} [separator]  between them
 * @property {string} [note]  how it is made, where that is worth a line
 *
 * @typedef {object} Section
 * @property {string} id
 * @property {string} title
 * @property {string} about  what it is, in a sentence
 * @property {Line[]} lines
 *
 * @typedef {object} Graph
 * @property {Section[]} sections
 * @property {Map<string, Part>} parts  by id
 */

/**
 * @param {Inspection} inspection
 * @returns {Graph}
 */
export function graphOf(inspection) {
  const sections = SECTIONS.map((section) => section(inspection));
  const all = sections.flatMap(partsOf);
  const parts = new Map(all.map((part) => [part.id, part]));
  const canonical = partsOf(sections[1]).map(({ id }) => id);
  for (const part of all) {
    // Missing parts have no edges.
    part.from = part.from
      .flatMap((id) => (id === CANONICAL ? canonical : [id]))
      .filter((id) => parts.has(id));
  }
  const known = new Map();
  for (const part of all) part.hues ??= huesOf(part.id, parts, known);
  return { sections, parts };
}

/** @param {Section} section */
export function partsOf({ lines }) {
  return lines.flatMap(({ parts }) => parts);
}

/**
 * Everything that a part is made of, and everything that is made of it.
 *
 * @param {Graph} graph
 * @param {string} id
 * @returns {{ origins: Set<string>, results: Set<string> }}
 */
export function relatives({ parts }, id) {
  const origins = reach(id, (one) => parts.get(one)?.from ?? []);
  const results = reach(id, (one) =>
    [...parts.values()].filter(({ from }) => from.includes(one)).map((part) => part.id),
  );
  return { origins, results };
}

/**
 * @param {string} start
 * @param {(id: string) => string[]} next
 */
function reach(start, next) {
  /** @type {Set<string>} */
  const reached = new Set();
  const open = [...next(start)];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    open.push(...next(id));
  }
  return reached;
}
