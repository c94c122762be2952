// The query.

import { canonicalEscapes } from '../../engine/canonical-form.js';
import { asIs, compare, spelled } from '../signing-inputs.js';
import { decoded, decodedOnly } from './path.js';

/**
 * @typedef {import('../signing-inputs.js').Parameter} Parameter
 * @typedef {import('../signing-inputs.js').Evidence} Evidence
 */

/** @type {import('../search.js').Cause[]} */
export const QUERY_CAUSES = [
  {
    code: 'query-left-out',
    part: 'query',
    summary: 'The client did not sign the query.',
    fix: 'Pass the query to the signer as well: the whole URL that is sent.',
    changes: () => [{ 'query.change': () => [] }],
  },
  {
    code: 'query-unsorted',
    part: 'query',
    summary: 'The client signed the parameters in the order in which they are sent.',
    fix: 'Sort the parameters by name, then by value, when you sign.',
    changes: () => [{ 'query.order': asIs }, { 'query.order': asIs, 'query.spell': asIs }],
  },
  {
    code: 'query-sorted-otherwise',
    part: 'query',
    summary:
      'The client did not sort the parameters by their encoded names and then by their encoded values.',
    fix: 'Sort the encoded parameters by code point: by name first, then by value.',
    changes: () => [...ORDERS].map((order) => ({ 'query.order': order })),
  },
  {
    code: 'query-plus-for-space',
    part: 'query',
    summary: 'The client signed a space in the query as "+".',
    fix: 'Encode a space as %20 when you sign the query.',
    changes: () => [spell((text) => spelled(text).replaceAll('%20', '+'))],
  },
  {
    code: 'query-plus-kept',
    part: 'query',
    summary: 'The client signed a "+" in the query as a plus, but servers read it as a space.',
    fix: 'Write a plus as %2B and a space as %20 in the URL, before you sign and send it.',
    changes: () => [
      spell(canonicalEscapes),
      spell((text) => canonicalEscapes(text).replaceAll('%2B', '+')),
      spell((text) => spelled(text).replaceAll('%2B', '%20')),
    ],
  },
  {
    code: 'query-as-sent',
    part: 'query',
    summary: 'The client signed the query as it stands in the URL, without encoding its characters.',
    fix: 'Decode each name and value, then encode every byte except A-Z, a-z, 0-9, "-", ".", "_" and "~".',
    changes: () => [spell(asIs)],
  },
  {
    code: 'query-encoded-twice',
    part: 'query',
    summary: 'The client signed the query encoded twice: it was already encoded when the signer received it.',
    fix: 'Pass the parameters to the signer decoded, or pass the whole URL.',
    changes: () => [spell((text) => canonicalEscapes(spelled(text).replaceAll('%', '%25')))],
  },
  {
    code: 'query-encoded-as-component',
    part: 'query',
    summary: "The client signed the query with !'()* unescaped, as encodeURIComponent leaves them.",
    fix: "Escape !'()* as well when you sign the query.",
    changes: () => [spell((text) => decodedOnly(spelled(text), /[!'()*]/))],
  },
  {
    code: 'query-encoded-as-form',
    part: 'query',
    summary:
      'The client signed the query encoded as a form: "+" for a space, %7E for "~", and "*" unescaped.',
    fix: 'Do not sign the output of URLSearchParams or URLEncoder: escape as RFC 3986 defines it.',
    changes: () => [
      spell((text) => asForm(spelled(text))),
      spell((text) => asForm(spelled(text)).replaceAll('+', '%20')),
      spell((text) => spelled(text).replaceAll('~', '%7E')),
    ],
  },
  {
    code: 'query-encoded-as-axios-does',
    part: 'query',
    summary:
      'The client signed the query with ":", "$", ",", "[" and "]" unescaped and "+" for a space, as axios writes params.',
    fix: 'Use an adapter that signs the URL as it is sent, such as sigv4-wasm/axios.',
    changes: () => [
      spell((text) => decodedOnly(spelled(text), /[!'()*:$,[\]]/).replaceAll('%20', '+')),
      spell((text) => decodedOnly(spelled(text), /[!'()*:$,]/).replaceAll('%20', '+')),
      spell((text) => decodedOnly(spelled(text), /[[\]]/)),
    ],
  },
  {
    code: 'query-reserved-kept',
    part: 'query',
    summary: 'The client signed the query with characters such as "/", ":" or "@" unescaped.',
    fix: 'Escape every byte except A-Z, a-z, 0-9, "-", ".", "_" and "~" when you sign the query.',
    changes: () =>
      [/[/]/, /[/?:@]/, /[/:]/, /[/?:@!$'()*,;]/, /[;,/?:@&=+$!'()*#]/].map((which) =>
        spell((text) => decodedOnly(spelled(text), which)),
      ),
  },
  {
    code: 'query-decoded',
    part: 'query',
    summary: 'The client signed the decoded query.',
    fix: 'Encode names and values when you sign.',
    changes: () => [spell((text) => decoded(text.replaceAll('+', ' '))), spell(decoded)],
  },
  {
    code: 'query-escape-case',
    part: 'query',
    summary: 'The client signed the escapes in the query with lower-case digits.',
    fix: 'Write escapes with upper-case digits when you sign the query.',
    changes: () => [spell((text) => spelled(text).replace(/%../g, (escape) => escape.toLowerCase()))],
  },
  {
    code: 'query-without-equals',
    part: 'query',
    summary: 'The client signed a parameter that has no value without "=".',
    fix: 'Sign a parameter that has no value as "name=".',
    changes: () => [
      {
        'query.write': (/** @type {Parameter} */ [name, value]) =>
          value === undefined ? name : `${name}=${value}`,
      },
      { 'query.write': (/** @type {Parameter} */ [name, value]) => (value ? `${name}=${value}` : name) },
    ],
  },
  {
    code: 'query-empty-dropped',
    part: 'query',
    summary: 'The client left out parameters without a value when it signed the query.',
    fix: 'Sign every parameter that is sent; sign those without a value as "name=".',
    changes: () => [
      { 'query.change': (/** @type {Parameter[]} */ pairs) => pairs.filter(([, value]) => value) },
      {
        'query.change': (/** @type {Parameter[]} */ pairs) =>
          pairs.filter(([, value]) => value !== undefined),
      },
    ],
  },
  {
    code: 'query-repeated-dropped',
    part: 'query',
    summary: 'The client signed only one of several parameters with the same name.',
    fix: 'Sign every value of a repeated parameter: keep parameters as pairs, not as an object.',
    changes: () => [
      { 'query.change': (/** @type {Parameter[]} */ pairs) => [...new Map(pairs)] },
      { 'query.change': (/** @type {Parameter[]} */ pairs) => [...new Map([...pairs].reverse())] },
    ],
  },
  {
    code: 'query-repeated-joined',
    part: 'query',
    summary:
      'The client signed the values of a repeated parameter as one, joined with commas, or the reverse.',
    fix: 'Sign an array the way the HTTP client writes it.',
    changes: () => [
      { 'query.change': joinRepeated },
      {
        'query.change': (/** @type {Parameter[]} */ pairs) =>
          pairs.flatMap(([name, value]) => (value ?? '').split(/,|%2C/i).map((one) => [name, one])),
      },
    ],
  },
  {
    code: 'query-array-brackets',
    part: 'query',
    summary: 'Arrays arrived with brackets after their names but were signed without, or the reverse.',
    fix: 'Configure how the client serializes arrays (axios: paramsSerializer.indexes) to match what is signed.',
    changes: () => [withoutBrackets, withBrackets, withIndexes].map((change) => ({ 'query.change': change })),
  },
  {
    code: 'query-parameter-added',
    part: 'query',
    summary: '{parameter|A parameter} was added to the URL after it was signed.',
    fix: 'Add parameters before you sign; nothing may change the URL after that.',
    changes: ({ base }) => {
      const sent = base['query.indexes'].filter((/** @type {string} */ key) => !/^X-Amz-/.test(base[key][0]));
      const tracking = sent.filter((/** @type {string} */ key) => TRACKING.test(base[key][0]));
      return [
        ...(tracking.length > 0 ? [dropped(tracking)] : []),
        ...[...sent]
          .reverse()
          .slice(0, MAX_ADDED)
          .map((/** @type {string} */ key) => dropped([key])),
        ...(sent.length > 0 ? [dropped(sent)] : []),
      ];
    },
  },
  {
    code: 'query-parameter-lost',
    part: 'query',
    summary: '{parameter|A parameter} was signed but did not arrive.',
    fix: 'Check whether a proxy, cache or redirect drops parameters, and sign what is sent.',
    changes: ({ received, base }) => {
      const operation = received.method === 'PUT' ? 'PutObject' : 'GetObject';
      const names = new Set(base['query.indexes'].map((/** @type {string} */ key) => base[key][0]));
      return [['x-id', operation], ...LOST]
        .filter(([name]) => !names.has(name))
        .map((pair) => ({ 'query.extra': [pair] }));
    },
  },
  {
    code: 'query-names-lower-case',
    part: 'query',
    summary: 'The client signed the names of the parameters in lower case.',
    fix: 'Sign the names as they are sent: case matters.',
    changes: () => [
      {
        'query.change': (/** @type {Parameter[]} */ pairs) =>
          pairs.map(([name, value]) => [name.toLowerCase(), value]),
      },
    ],
  },
  {
    code: 'expires-changed',
    part: 'query',
    summary: 'X-Amz-Expires was changed after the URL was presigned.',
    fix: 'Presign a new URL with the lifetime that you need, at most 604800 seconds.',
    changes: ({ authorization, base }) => {
      const key = base['query.indexes'].find((/** @type {string} */ at) => base[at][0] === 'X-Amz-Expires');
      if (!authorization.isPresigned || key === undefined) return [];
      return [...LIFETIMES.map((seconds) => ({ [key]: ['X-Amz-Expires', String(seconds)] })), dropped([key])];
    },
  },
];

/** What the SDK, jQuery, caches and lists add. */
const LOST = /** @type {Parameter[]} */ ([
  ...['_', 'v', 't', 'ts', 'cb', 'nocache'].map((name) => [name, '']),
  ['x-id', 'HeadObject'],
  ['x-id', 'DeleteObject'],
  ['x-id', 'UploadPart'],
  ['list-type', '2'],
  ['X-Amz-Content-Sha256', 'UNSIGNED-PAYLOAD'],
  ['X-Amz-Expires', '86400'],
  ['x-amz-checksum-mode', 'ENABLED'],
]);

/** Whoever adds a parameter mostly adds it at the end. */
const MAX_ADDED = 20;

/** Those of campaigns: what mail programs and social networks put behind links. */
const TRACKING = /^(?:utm_\w+|fbclid|gclid|msclkid|dclid|mc_[ce]id|igshid|ref|_ga|_gl)$/;

const LIFETIMES = [
  ...[3600, 900, 300, 60, 86_400, 604_800, 600, 1800, 7200, 120, 10, 30, 5, 1, 20, 180, 240, 43_200],
  ...[1200, 2700, 10_800, 14_400, 18_000, 21_600, 28_800, 36_000, 172_800, 259_200, 432_000, 604_799],
];

/** @param {Parameter[]} pairs */
const byWholeText = (pairs) =>
  pairs.sort((one, other) => compare(`${one[0]}=${one[1] ?? ''}`, `${other[0]}=${other[1] ?? ''}`));
/** @param {Parameter[]} pairs */
const byNameOnly = (pairs) => pairs.sort((one, other) => compare(one[0], other[0]));
/** @param {Parameter[]} pairs */
const byNameIgnoringCase = (pairs) =>
  pairs.sort((one, other) => compare(one[0].toLowerCase(), other[0].toLowerCase()));
/** @param {Parameter[]} pairs */
const byDecodedName = (pairs) =>
  pairs.sort(
    (one, other) =>
      compare(decoded(one[0]), decoded(other[0])) || compare(decoded(one[1] ?? ''), decoded(other[1] ?? '')),
  );
/** @param {Parameter[]} pairs */
const byLocale = (pairs) => pairs.sort((one, other) => one[0].localeCompare(other[0], 'en'));
const ORDERS = [byWholeText, byNameOnly, byNameIgnoringCase, byDecodedName, byLocale];

/** @param {(text: string) => string} change */
function spell(change) {
  return { 'query.spell': change };
}

/** @param {string} text  escaped */
function asForm(text) {
  return text.replaceAll('%20', '+').replaceAll('~', '%7E').replaceAll('%2A', '*');
}

/** @param {string[]} keys  pieces */
function dropped(keys) {
  return Object.fromEntries(keys.map((key) => [key, undefined]));
}

/** @param {Parameter[]} pairs */
function joinRepeated(pairs) {
  /** @type {Map<string, string>} */
  const joined = new Map();
  for (const [name, value = ''] of pairs) {
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before},${value}`);
  }
  return [...joined];
}

/** @param {Parameter[]} pairs */
function withoutBrackets(pairs) {
  return pairs.map(([name, value]) => [name.replace(/(?:\[|%5B)\d*(?:\]|%5D)$/i, ''), value]);
}

/** @param {Parameter[]} pairs */
function withBrackets(pairs) {
  const plain = withoutBrackets(pairs);
  const names = plain.map(([name]) => name);
  return plain.map(([name, value]) => [
    names.indexOf(String(name)) === names.lastIndexOf(String(name)) ? name : `${name}[]`,
    value,
  ]);
}

/** @param {Parameter[]} pairs */
function withIndexes(pairs) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  return withBrackets(pairs).map(([name, value]) => {
    const text = String(name);
    if (!text.endsWith('[]')) return [name, value];
    const count = counts.get(text) ?? 0;
    counts.set(text, count + 1);
    return [`${text.slice(0, -2)}[${count}]`, value];
  });
}
