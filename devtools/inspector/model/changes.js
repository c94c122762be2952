// The differences between two versions of a signature.

/**
 * @typedef {import('./graph.js').Graph} Graph
 *
 * @typedef {object} Change
 * @property {string | undefined} was  `undefined` if the part is new
 * @property {number} start  where the text begins to differ
 * @property {number} end  and where it ends to, counted from its end
 */

/**
 * @param {Graph | undefined} before
 * @param {Graph} after
 * @returns {{ changes: Map<string, Change>, removed: import('./graph.js').Part[] }}
 */
export function changesBetween(before, after) {
  /** @type {Map<string, Change>} */
  const changes = new Map();
  if (before === undefined) return { changes, removed: [] };
  for (const [id, { text }] of after.parts) {
    const was = before.parts.get(id)?.text;
    if (was !== text) changes.set(id, { was, ...difference(was ?? '', text) });
  }
  return { changes, removed: [...before.parts.values()].filter(({ id }) => !after.parts.has(id)) };
}

/**
 * @param {string} before
 * @param {string} after
 */
function difference(before, after) {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  return { start, end };
}
