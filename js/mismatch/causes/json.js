// JSON as others write it.

/**
 * As Python's json.dumps.
 *
 * @param {string} comma
 * @param {string} colon
 * @returns {(value: unknown) => string}
 */
export function pythonJson(comma, colon) {
  /** @type {(value: any) => string} */
  const write = (value) => {
    if (Array.isArray(value)) return `[${value.map(write).join(comma)}]`;
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    const members = Object.entries(value).map(
      ([key, member]) => `${JSON.stringify(key)}${colon}${write(member)}`,
    );
    return `{${members.join(comma)}}`;
  };
  return write;
}

/**
 * @param {unknown} value
 * @returns {unknown}
 */
export function sortedKeys(value) {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(members.map(([key, member]) => [key, sortedKeys(member)]));
}

/**
 * @param {string[]} keys
 * @returns {(value: any) => unknown}
 */
export function reordered(keys) {
  return (value) => Object.fromEntries(keys.map((key) => [key, value[key]]));
}

/**
 * All orders of up to five keys; of more, the reversed one.
 *
 * @param {string[]} keys
 * @returns {string[][]}
 */
export function permutations(keys) {
  if (keys.length > MAX_KEYS) return [[...keys].reverse()];
  if (keys.length < 2) return [keys];
  return keys.flatMap((key, i) =>
    permutations(keys.filter((_, at) => at !== i)).map((rest) => [key, ...rest]),
  );
}
const MAX_KEYS = 5;

/**
 * @param {unknown} value
 * @returns {value is Record<string, string>} or numbers and the like, which a form writes as text
 */
export function isFlat(value) {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((member) => typeof member !== 'object')
  );
}
