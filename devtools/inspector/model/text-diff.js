// Two texts, character by character.
//
// Source: E. W. Myers, "An O(ND) Difference Algorithm and Its Variations", Algorithmica 1, 1986.

/**
 * @typedef {{ kind: 'same' | 'removed' | 'added', text: string }} Segment
 *
 * @param {string} before
 * @param {string} after
 * @returns {Segment[]}  hashes, and texts that have little in common, as wholes
 */
export function diffText(before, after) {
  if (before === after) return before === '' ? [] : [{ kind: 'same', text: before }];
  if (HEX.test(before) && HEX.test(after)) return whole(before, after);
  const [a, b] = [[...before], [...after]];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a[a.length - 1 - end] === b[b.length - 1 - end]) {
    end += 1;
  }
  const middle = edits(a.slice(start, a.length - end), b.slice(start, b.length - end));
  return slidLeft(
    joined([
      { kind: 'same', text: a.slice(0, start).join('') },
      ...middle,
      { kind: 'same', text: end === 0 ? '' : a.slice(-end).join('') },
    ]),
  );
}

/**
 * Of the places where a change may be, the leftmost: `%[25]20` reads better than `%2[52]0`.
 *
 * @param {Segment[]} segments
 */
function slidLeft(segments) {
  for (let i = 1; i < segments.length - 1; i += 1) {
    const [before, edit, after] = segments.slice(i - 1, i + 2);
    if (edit.kind === 'same' || before.kind !== 'same' || after.kind !== 'same') continue;
    while (before.text.length > 1 && before.text.at(-1) === edit.text.at(-1)) {
      const moved = /** @type {string} */ (before.text.at(-1));
      before.text = before.text.slice(0, -1);
      edit.text = moved + edit.text.slice(0, -1);
      after.text = moved + after.text;
    }
  }
  return segments;
}

/** @param {string} before @param {string} after @returns {Segment[]} */
function whole(before, after) {
  return joined([
    { kind: 'removed', text: before },
    { kind: 'added', text: after },
  ]);
}

/**
 * @param {string[]} a
 * @param {string[]} b
 * @returns {Segment[]}
 */
function edits(a, b) {
  if (a.length === 0 || b.length === 0) return whole(a.join(''), b.join(''));
  /** The furthest in `a` on each diagonal, after each number of edits. @type {Map<number, number>[]} */
  const rounds = [];
  let furthest = new Map([[1, 0]]);
  for (let count = 0; count <= Math.min(a.length + b.length, MAX_EDITS); count += 1) {
    rounds.push(new Map(furthest));
    for (let k = -count; k <= count; k += 2) {
      const down = k === -count || (k !== count && at(furthest, k - 1) < at(furthest, k + 1));
      let x = down ? at(furthest, k + 1) : at(furthest, k - 1) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
      furthest.set(k, x);
      if (x >= a.length && x - k >= b.length) return traced(a, b, rounds);
    }
    furthest = new Map(furthest);
  }
  return whole(a.join(''), b.join(''));
}

/**
 * The way back.
 *
 * @param {string[]} a
 * @param {string[]} b
 * @param {Map<number, number>[]} rounds
 */
function traced(a, b, rounds) {
  /** @type {Segment[]} */
  const segments = [];
  let [x, y] = [a.length, b.length];
  for (let count = rounds.length - 1; count >= 0; count -= 1) {
    const furthest = rounds[count];
    const k = x - y;
    const down = k === -count || (k !== count && at(furthest, k - 1) < at(furthest, k + 1));
    const fromX = at(furthest, down ? k + 1 : k - 1);
    const fromY = fromX - (down ? k + 1 : k - 1);
    while (x > Math.max(fromX, 0) && y > Math.max(fromY, 0)) {
      segments.unshift({ kind: 'same', text: a[x - 1] });
      [x, y] = [x - 1, y - 1];
    }
    if (count === 0) break;
    segments.unshift(down ? { kind: 'added', text: b[fromY] } : { kind: 'removed', text: a[fromX] });
    [x, y] = [fromX, fromY];
  }
  return segments;
}

/** @param {Map<number, number>} furthest @param {number} k */
function at(furthest, k) {
  return furthest.get(k) ?? -1;
}

/** @param {Segment[]} segments */
function joined(segments) {
  /** @type {Segment[]} */
  const result = [];
  for (const { kind, text } of segments) {
    const last = result.at(-1);
    if (text === '') continue;
    if (last?.kind === kind) last.text += text;
    else result.push({ kind, text });
  }
  return result;
}

/**
 * Characters that cannot be seen, as signs for them.
 *
 * @param {string} text
 */
export function visible(text) {
  return text.replace(/[ \t\r\n\u00a0\u200b\ufeff]/g, (character) => SIGNS[character]);
}

/** @type {Record<string, string>} */
const SIGNS = {
  ...{ ' ': '·', '\t': '⇥', '\r': '␍', '\n': '⏎\n' },
  ...{ '\u00a0': '[NBSP]', '\u200b': '[ZWSP]', '\ufeff': '[BOM]' },
};

const HEX = /^[0-9a-f]{32,}$/;
const MAX_EDITS = 400;
