// Mistakes in JSON that an interceptor changed after it was signed: its keys, and the types of its values.

import {
  camelCase,
  kebabCase,
  parsed,
  pascalCase,
  placesOf,
  renamed,
  replaced,
  snakeCase,
  without,
} from './json.js';

/** @typedef {import('./json.js').Place} Place */

/** @type {import('../search.js').Cause[]} */
export const JSON_KEY_CAUSES = [
  {
    code: 'body-json-key-added',
    part: 'body',
    together: 12,
    summary: 'The JSON arrived with {keyName|a key} that was not signed: something added it after signing.',
    fix: 'Sign the body after every interceptor and transform has run, so that the signed bytes are sent.',
    changes: json((value) => {
      const keys = placesOf(value).filter(([path]) => typeof path[path.length - 1] === 'string');
      // Interceptors mostly append, at the top.
      const likely = [...keys].reverse().sort(([one], [other]) => one.length - other.length);
      const first = likely.slice(0, MAX_TOGETHER);
      return [
        ...likely.map(([path]) => ({
          'payload.order': (/** @type {any} */ it) => without(it, [path]),
          'payload.name': written(path),
        })),
        ...pairsOf(first).map(([[one], [other]]) => ({
          'payload.order': (/** @type {any} */ it) => without(it, [one, other]),
          'payload.name': `${written(one)}, ${written(other)}`,
        })),
      ];
    }),
  },
  {
    code: 'body-json-key-removed',
    part: 'body',
    together: 12,
    summary:
      'The JSON was signed with {keyName|a key} that did not arrive: something removed it after signing.',
    fix: 'Sign the body after every interceptor and transform has run, so that the signed bytes are sent.',
    changes: json((value, evidence) => [...emptied(value), ...moved(value, evidence)]),
  },
  {
    code: 'body-json-type-changed',
    part: 'body',
    together: 12,
    summary:
      '{value|A value in the JSON} was signed as {signed|one type}, but arrived as {expected|another}.',
    fix: 'Sign the body after every interceptor and transform has run, and serialize it once.',
    changes: json((value) => {
      const leaves = placesOf(value);
      const all = CONVERSIONS.flatMap(({ applies, convert, ...types }) =>
        leaves.filter(([, leaf]) => applies(leaf)).length > 1
          ? [
              {
                ...typed(
                  types,
                  leaves.filter(([, leaf]) => applies(leaf)),
                ),
                ...each(applies, convert),
              },
            ]
          : [],
      );
      const single = leaves.flatMap((place) =>
        CONVERSIONS.filter(({ applies }) => applies(place[1])).map(({ convert, ...types }) => ({
          ...typed(types, [place]),
          'payload.order': (/** @type {any} */ it) => replaced(it, place[0], convert(place[1])),
        })),
      );
      return [...all, ...single];
    }),
  },
  {
    code: 'body-json-key-case',
    part: 'body',
    summary: 'The JSON was signed with its keys in another style, such as camelCase for snake_case.',
    fix: 'Convert the keys before you sign, so that the signed bytes are sent.',
    changes: json(() =>
      [camelCase, snakeCase, kebabCase, pascalCase].flatMap((rename) => [
        { 'payload.order': renamed(rename, true) },
        { 'payload.order': renamed(rename, false) },
      ]),
    ),
  },
];

const MAX_TOGETHER = 8;
const MAX_MOVED = 6;

/** What was signed (`signed`) instead of what arrived (`expected`). */
const CONVERSIONS = [
  {
    expected: 'a string',
    signed: 'a number',
    applies: (/** @type {any} */ it) => typeof it === 'string' && it !== '' && String(Number(it)) === it,
    convert: Number,
  },
  {
    expected: 'a number',
    signed: 'a string',
    applies: (/** @type {any} */ it) => typeof it === 'number',
    convert: String,
  },
  {
    expected: 'a string',
    signed: 'a boolean',
    applies: (/** @type {any} */ it) => it === 'true' || it === 'false',
    convert: (/** @type {any} */ it) => it === 'true',
  },
  {
    expected: 'a boolean',
    signed: 'a string',
    applies: (/** @type {any} */ it) => typeof it === 'boolean',
    convert: String,
  },
  {
    expected: 'a number',
    signed: 'a boolean',
    applies: (/** @type {any} */ it) => it === 0 || it === 1,
    convert: Boolean,
  },
  {
    expected: 'a boolean',
    signed: 'a number',
    applies: (/** @type {any} */ it) => typeof it === 'boolean',
    convert: Number,
  },
  {
    expected: 'an empty string',
    signed: 'null',
    applies: (/** @type {any} */ it) => it === '',
    convert: () => null,
  },
  {
    expected: 'null',
    signed: 'an empty string',
    applies: (/** @type {any} */ it) => it === null,
    convert: () => '',
  },
  {
    expected: 'a number',
    signed: 'a date as text',
    applies: (/** @type {any} */ it) =>
      typeof it === 'number' && it > 1e11 && it < 1e14 && Number.isInteger(it),
    convert: (/** @type {any} */ it) => new Date(it).toISOString(),
  },
  {
    expected: 'a number',
    signed: 'a date as text',
    applies: (/** @type {any} */ it) =>
      typeof it === 'number' && it > 1e8 && it < 1e10 && Number.isInteger(it),
    convert: (/** @type {any} */ it) => new Date(it * 1000).toISOString(),
  },
  {
    expected: 'a date as text',
    signed: 'a number',
    applies: isDate,
    convert: (/** @type {any} */ it) => Date.parse(it),
  },
  {
    expected: 'an array',
    signed: 'its only element',
    applies: (/** @type {any} */ it) => Array.isArray(it) && it.length === 1,
    convert: (/** @type {any} */ it) => it[0],
  },
  {
    expected: 'a value',
    signed: 'an array of it',
    applies: (/** @type {any} */ it) => !Array.isArray(it),
    convert: (/** @type {any} */ it) => [it],
  },
  {
    expected: 'a string of JSON',
    signed: 'the value in it',
    applies: (/** @type {any} */ it) =>
      typeof it === 'string' && /^[[{]/.test(it) && parsed(it) !== undefined,
    convert: parsed,
  },
  {
    expected: 'an object',
    signed: 'a string of JSON',
    applies: (/** @type {any} */ it) => typeof it === 'object' && it !== null,
    convert: (/** @type {any} */ it) => JSON.stringify(it),
  },
];

/**
 * Of objects and arrays only.
 *
 * @param {(value: any, evidence: import('../signing-inputs.js').Evidence) => import('../signing-inputs.js').Pieces[]} changes
 * @returns {import('../search.js').Cause['changes']}
 */
function json(changes) {
  return (evidence) =>
    typeof evidence.json === 'object' && evidence.json !== null ? changes(evidence.json, evidence) : [];
}

/**
 * @param {(value: any) => boolean} applies
 * @param {(value: any) => any} convert
 */
function each(applies, convert) {
  /** @type {(value: any) => any} */
  const walk = (value) => {
    if (applies(value)) return convert(value);
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, walk(member)]));
  };
  return { 'payload.order': inside(walk) };
}

/**
 * The whole stays what it is.
 *
 * @param {(value: any) => any} walk
 */
function inside(walk) {
  return (/** @type {any} */ value) =>
    Array.isArray(value)
      ? value.map(walk)
      : Object.fromEntries(Object.entries(value).map(([key, member]) => [key, walk(member)]));
}

/**
 * @param {{ expected: string, signed: string }} types
 * @param {Place[]} places
 */
function typed({ expected, signed }, places) {
  const names = places.slice(0, 3).map(([path]) => written(path));
  return {
    'payload.name': names.join(', ') + (places.length > 3 ? ', …' : ''),
    'payload.types': { expected, signed },
  };
}

/**
 * Removed keys without a value, which are known if other objects of the same list have them.
 *
 * @param {any} value
 */
function emptied(value) {
  const lists = [[[], value], ...placesOf(value)].filter(([, list]) => isListOfObjects(list));
  return lists.slice(0, 4).flatMap(([path, list]) => {
    const [widest] = [...list].sort((one, other) => Object.keys(other).length - Object.keys(one).length);
    const keys = Object.keys(widest);
    const missing = keys.filter((key) => list.some((/** @type {any} */ one) => !Object.hasOwn(one, key)));
    if (missing.length === 0) return [];
    return [null, ''].map((empty) => {
      const filled = list.map((/** @type {any} */ one) =>
        Object.fromEntries(
          [...new Set([...keys, ...Object.keys(one)])].map((key) => [
            key,
            Object.hasOwn(one, key) ? one[key] : empty,
          ]),
        ),
      );
      return {
        'payload.order': (/** @type {any} */ it) => (path.length === 0 ? filled : replaced(it, path, filled)),
        'payload.name': missing.slice(0, 3).join(', '),
      };
    });
  });
}

/** @param {any} list */
function isListOfObjects(list) {
  return (
    Array.isArray(list) &&
    list.length > 1 &&
    list.every((it) => typeof it === 'object' && it !== null && !Array.isArray(it))
  );
}

/**
 * Keys that an interceptor moved: from the body into the query, or into a header.
 *
 * @param {any} value
 * @param {import('../signing-inputs.js').Evidence} evidence
 */
function moved(value, { received }) {
  if (Array.isArray(value)) return [];
  const keys = Object.keys(value);
  const headers = received.lines.filter(([name]) => !STANDARD.test(name));
  const given = [
    ...new URLSearchParams(received.search),
    ...headers.flatMap(([name, text]) => [
      [name, text],
      [camelCase(name.replace(/^x-/, '')), text],
    ]),
  ].filter(([name]) => !Object.hasOwn(value, name) && !/^X-Amz-/i.test(name));
  return given.slice(0, MAX_MOVED).flatMap(([name, text]) => {
    const values = parsed(text) === undefined ? [text] : [text, parsed(text)];
    // Where it stood is not known: at the end, most likely, or at the start.
    const orders = [
      [...keys, name],
      [name, ...keys],
    ];
    return values.flatMap((one) =>
      orders.map((order) => ({
        'payload.order': (/** @type {any} */ it) =>
          Object.fromEntries(order.map((key) => [key, key === name ? one : it[key]])),
        'payload.name': name,
      })),
    );
  });
}
/** What no interceptor takes out of a body. */
const STANDARD =
  /^(?::|(?:accept|connection|content|sec|x-amz|x-forwarded|authorization$|host$|user-agent$|date$|te$|transfer-encoding$|cookie$))/;

/** @param {Place[]} places */
function pairsOf(places) {
  return places.flatMap((one, i) => places.slice(i + 1).map((other) => /** @type {const} */ ([one, other])));
}

/** @param {Place[0]} path */
function written(path) {
  return path.join('.');
}

/** @param {any} it */
function isDate(it) {
  if (typeof it !== 'string' || !/^\d{4}-\d\d-\d\dT/.test(it)) return false;
  const millis = Date.parse(it);
  return !Number.isNaN(millis) && new Date(millis).toISOString() === it;
}
