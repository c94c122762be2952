// How the sections of the page write their lines and parts.

/**
 * @typedef {import('../graph.js').Line} Line
 * @typedef {import('../graph.js').Part} Part
 */

/** Stands for all parts of the canonical request. */
export const CANONICAL = 'canonical';

/**
 * @param {string} id
 * @param {string} name
 * @param {string} text
 * @param {string[]} [from]
 * @returns {Part}
 */
export function part(id, name, text, from = []) {
  return { id, name, text, from };
}

/**
 * @param {string} label
 * @param {Part} only
 * @returns {Line}
 */
export function line(label, only) {
  return { label, parts: [only] };
}

/**
 * A line that also says how it is made.
 *
 * @param {string} label
 * @param {Part} only
 * @returns {Line}
 */
export function made(label, only) {
  return { label, parts: [only], note: only.how };
}

/** @param {boolean} isAbsent @param {Line} one */
export function lineUnless(isAbsent, one) {
  return isAbsent ? [] : [one];
}

/**
 * Numbers those with the same name.
 *
 * @param {[string, string][]} pairs
 */
export function repeatable(pairs) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  return pairs.map(([name, value]) => {
    const key = name.toLowerCase();
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return { id: count === 1 ? key : `${key}#${count}`, key, name, value };
  });
}

/** @param {string} pair @returns {[string, string]} */
export function pairOf(pair) {
  const at = pair.indexOf('=');
  return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
}

/** @param {string} pair */
export function nameOf(pair) {
  return decode(pairOf(pair)[0]);
}

/** @param {string} text */
export function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @param {string[]} missing */
export function needs(missing) {
  return `needs ${missing.join(' and ')}`;
}
