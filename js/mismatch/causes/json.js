// The JSON formats of other serializers, and changes of JSON.

/**
 * @typedef {string | number} Step  a key of an object, or an index of an array
 * @typedef {[path: Step[], value: any]} Place
 */

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

/**
 * Every value in it but the whole, those at the top first.
 *
 * @param {any} value
 * @returns {Place[]}
 */
export function placesOf(value) {
  /** @type {Place[]} */
  const found = [];
  /** @type {Place[]} */
  let level = [[[], value]];
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0 && found.length < MAX_PLACES; depth++) {
    level = level.flatMap(([path, holder]) =>
      typeof holder !== 'object' || holder === null
        ? []
        : stepsOf(holder).map((step) => /** @type {Place} */ ([[...path, step], holder[step]])),
    );
    found.push(...level);
  }
  return found.slice(0, MAX_PLACES);
}

/**
 * @param {any} holder
 * @returns {any[]}
 */
function stepsOf(holder) {
  return Array.isArray(holder) ? [...holder.keys()] : Object.keys(holder);
}

/**
 * @param {any} value
 * @param {Step[]} path
 * @param {any} instead  a key whose value is `REMOVED` goes
 * @returns {any}
 */
export function replaced(value, [step, ...rest], instead) {
  if (typeof value !== 'object' || value === null) return value; // It went with what held it.
  const inner = rest.length === 0 ? instead : replaced(value[step], rest, instead);
  if (Array.isArray(value)) return value.map((it, i) => (i === step ? inner : it));
  const members = Object.entries(value).map(([key, member]) => [key, key === step ? inner : member]);
  return Object.fromEntries(members.filter(([, member]) => member !== REMOVED));
}
const REMOVED = Symbol('removed');

/**
 * @param {any} value
 * @param {Step[][]} paths
 */
export function without(value, paths) {
  return paths.reduce((it, path) => replaced(it, path, REMOVED), value);
}

/** More would take the time of all else. */
const MAX_PLACES = 100;
const MAX_DEPTH = 4;

/**
 * @param {string} text
 * @returns {any} `undefined` for what is not JSON
 */
export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * @param {(key: string) => string} rename
 * @param {boolean} isDeep
 * @returns {(value: any) => any}
 */
export function renamed(rename, isDeep) {
  /** @type {(value: any, depth?: number) => any} */
  const walk = (value, depth = 0) => {
    if (Array.isArray(value)) return value.map((it) => walk(it, depth));
    if (typeof value !== 'object' || value === null || (!isDeep && depth > 0)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [rename(key), walk(member, depth + 1)]),
    );
  };
  return walk;
}

/** @param {string} key */
export function camelCase(key) {
  return key
    .replace(/[-_]+(.)/g, (_, letter) => letter.toUpperCase())
    .replace(/^[A-Z]/, (it) => it.toLowerCase());
}

/** @param {string} key */
export function pascalCase(key) {
  return camelCase(key).replace(/^[a-z]/, (it) => it.toUpperCase());
}

/** @param {string} key */
export function snakeCase(key) {
  return camelCase(key).replace(/[A-Z]/g, (it) => `_${it.toLowerCase()}`);
}

/** @param {string} key */
export function kebabCase(key) {
  return camelCase(key).replace(/[A-Z]/g, (it) => `-${it.toLowerCase()}`);
}
