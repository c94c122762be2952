// The query.

import { parameter, SPELLED, spelled } from '../signing-inputs.js';
import { DECODED } from './path.js';

/**
 * @typedef {import('../signing-inputs.js').Parameter} Parameter
 * @typedef {import('../signing-inputs.js').Evidence} Evidence
 * @typedef {import('../signing-inputs.js').Step} Step
 */

/** @type {import('../search.js').Cause[]} */
export const QUERY_CAUSES = [
  {
    code: 'query-left-out',
    part: 'query',
    summary: 'The client did not sign the query.',
    fix: 'Pass the query to the signer as well: the whole URL that is sent.',
    changes: () => [{ 'query.change': 'empty' }],
  },
  {
    code: 'query-unsorted',
    part: 'query',
    summary: 'The client signed the parameters in the order in which they are sent.',
    fix: 'Sort the parameters by name, then by value, when you sign.',
    changes: () => [{ 'query.order': 'asSent' }, { 'query.order': 'asSent', 'query.spell': [] }],
  },
  {
    code: 'query-sorted-otherwise',
    part: 'query',
    summary:
      'The client did not sort the parameters by their encoded names and then by their encoded values.',
    fix: 'Sort the encoded parameters by code point: by name first, then by value.',
    changes: ({ parameters }) => {
      const names = [...parameters, ...LOST].map(([name]) => spelled(name));
      const byLocale = [...new Set(names)].sort((one, other) => one.localeCompare(other, 'en'));
      return [...ORDERS, /** @type {const} */ (['listed', byLocale])].map((order) => ({
        'query.order': order,
      }));
    },
  },
  {
    code: 'query-plus-for-space',
    part: 'query',
    summary: 'The client signed a space in the query as "+".',
    fix: 'Encode a space as %20 when you sign the query.',
    changes: () => [spell(...SPELLED, ['replace', '%20', '+'])],
  },
  {
    code: 'query-plus-kept',
    part: 'query',
    summary: 'The client signed a "+" in the query as a plus, but servers read it as a space.',
    fix: 'Write a plus as %2B and a space as %20 in the URL, before you sign and send it.',
    changes: () => [
      spell('escapes'),
      spell('escapes', ['replace', '%2B', '+']),
      spell(...SPELLED, ['replace', '%2B', '%20']),
    ],
  },
  {
    code: 'query-as-sent',
    part: 'query',
    summary: 'The client signed the query as it stands in the URL, without encoding its characters.',
    fix: 'Decode each name and value, then encode every byte except A-Z, a-z, 0-9, "-", ".", "_" and "~".',
    changes: () => [spell()],
  },
  {
    code: 'query-encoded-twice',
    part: 'query',
    summary: 'The client signed the query encoded twice: it was already encoded when the signer received it.',
    fix: 'Pass the parameters to the signer decoded, or pass the whole URL.',
    changes: () => [spell(...SPELLED, ['replace', '%', '%25'], 'escapes')],
  },
  {
    code: 'query-encoded-as-component',
    part: 'query',
    summary: "The client signed the query with !'()* unescaped, as encodeURIComponent leaves them.",
    fix: "Escape !'()* as well when you sign the query.",
    changes: () => [spell(...SPELLED, ['decode', "!'()*"])],
  },
  {
    code: 'query-encoded-as-form',
    part: 'query',
    summary:
      'The client signed the query encoded as a form: "+" for a space, %7E for "~", and "*" unescaped.',
    fix: 'Do not sign the output of URLSearchParams or URLEncoder: escape as RFC 3986 defines it.',
    changes: () => [
      spell(...AS_FORM),
      spell(...AS_FORM, ['replace', '+', '%20']),
      spell(...SPELLED, ['replace', '~', '%7E']),
    ],
  },
  {
    code: 'query-encoded-as-axios-does',
    part: 'query',
    summary:
      'The client signed the query with ":", "$", ",", "[" and "]" unescaped and "+" for a space, as axios writes params.',
    fix: 'Use an adapter that signs the URL as it is sent, such as sigv4-wasm/axios.',
    changes: () => [
      spell(...SPELLED, ['decode', "!'()*:$,[]"], ['replace', '%20', '+']),
      spell(...SPELLED, ['decode', "!'()*:$,"], ['replace', '%20', '+']),
      spell(...SPELLED, ['decode', '[]']),
    ],
  },
  {
    code: 'query-reserved-kept',
    part: 'query',
    summary: 'The client signed the query with characters such as "/", ":" or "@" unescaped.',
    fix: 'Escape every byte except A-Z, a-z, 0-9, "-", ".", "_" and "~" when you sign the query.',
    changes: () =>
      ['/', '/?:@', '/:', "/?:@!$'()*,;", ";,/?:@&=+$!'()*#"].map((characters) =>
        spell(...SPELLED, ['decode', characters]),
      ),
  },
  {
    code: 'query-decoded',
    part: 'query',
    summary: 'The client signed the decoded query.',
    fix: 'Encode names and values when you sign.',
    changes: () => [spell(['replace', '+', ' '], DECODED), spell(DECODED)],
  },
  {
    code: 'query-escape-case',
    part: 'query',
    summary: 'The client signed the escapes in the query with lower-case digits.',
    fix: 'Write escapes with upper-case digits when you sign the query.',
    changes: () => [spell(...SPELLED, 'lowerEscapes')],
  },
  {
    code: 'query-without-equals',
    part: 'query',
    summary: 'The client signed a parameter that has no value without "=".',
    fix: 'Sign a parameter that has no value as "name=".',
    changes: () => [{ 'query.write': 'noEqualsWithoutValue' }, { 'query.write': 'noEqualsWithEmptyValue' }],
  },
  {
    code: 'query-empty-dropped',
    part: 'query',
    summary: 'The client left out parameters without a value when it signed the query.',
    fix: 'Sign every parameter that is sent; sign those without a value as "name=".',
    changes: () => [{ 'query.change': 'withoutEmpty' }, { 'query.change': 'withoutUndefined' }],
  },
  {
    code: 'query-repeated-dropped',
    part: 'query',
    summary: 'The client signed only one of several parameters with the same name.',
    fix: 'Sign every value of a repeated parameter: keep parameters as pairs, not as an object.',
    changes: () => [{ 'query.change': 'lastOfEachName' }, { 'query.change': 'firstOfEachName' }],
  },
  {
    code: 'query-repeated-joined',
    part: 'query',
    summary:
      'The client signed the values of a repeated parameter as one, joined with commas, or the reverse.',
    fix: 'Sign an array the way the HTTP client writes it.',
    changes: () => [{ 'query.change': 'joinRepeated' }, { 'query.change': 'splitAtCommas' }],
  },
  {
    code: 'query-array-brackets',
    part: 'query',
    summary: 'Arrays arrived with brackets after their names but were signed without, or the reverse.',
    fix: 'Configure how the client serializes arrays (axios: paramsSerializer.indexes) to match what is signed.',
    changes: () => [
      { 'query.change': 'withoutBrackets' },
      { 'query.change': 'withBrackets' },
      { 'query.change': 'withIndexes' },
    ],
  },
  {
    code: 'query-parameter-added',
    part: 'query',
    summary: '{parameter|A parameter} was added to the URL after it was signed.',
    fix: 'Add parameters before you sign; nothing may change the URL after that.',
    changes: ({ parameters }) => {
      const sent = [...parameters.entries()].filter(([, [name]]) => !/^X-Amz-/.test(name));
      const tracking = sent.filter(([, [name]]) => TRACKING.test(name));
      const last = [...sent].reverse().slice(0, MAX_ADDED);
      return [
        ...(tracking.length > 0 ? [dropped(tracking)] : []),
        ...last.map((it) => dropped([it])),
        ...(sent.length > 0 ? [dropped(sent)] : []),
      ];
    },
  },
  {
    code: 'query-parameter-lost',
    part: 'query',
    summary: '{parameter|A parameter} was signed but did not arrive.',
    fix: 'Check whether a proxy, cache or redirect drops parameters, and sign what is sent.',
    changes: ({ received, parameters }) => {
      const operation = received.method === 'PUT' ? 'PutObject' : 'GetObject';
      const names = new Set(parameters.map(([name]) => name));
      const lost = /** @type {Parameter[]} */ ([['x-id', operation], ...LOST]);
      return lost.filter(([name]) => !names.has(name)).map((pair) => ({ 'query.extra': [pair] }));
    },
  },
  {
    code: 'query-names-lower-case',
    part: 'query',
    summary: 'The client signed the names of the parameters in lower case.',
    fix: 'Sign the names as they are sent: case matters.',
    changes: () => [{ 'query.change': 'lowerCaseNames' }],
  },
  {
    code: 'expires-changed',
    part: 'query',
    summary: 'X-Amz-Expires was changed after the URL was presigned.',
    fix: 'Presign a new URL with the lifetime that you need, at most 604800 seconds.',
    changes: ({ authorization, parameters }) => {
      const sent = [...parameters.entries()].find(([, [name]]) => name === 'X-Amz-Expires');
      if (!authorization.isPresigned || sent === undefined) return [];
      const [at] = sent;
      return [
        ...LIFETIMES.map((seconds) => parameter(at, ['X-Amz-Expires', String(seconds)])),
        dropped([sent]),
      ];
    },
  },
];

/** What the SDK, jQuery, caches and lists add. */
/** @type {Parameter[]} */
const LOST = [
  ...['_', 'v', 't', 'ts', 'cb', 'nocache'].map((name) => /** @type {const} */ ([name, ''])),
  ['x-id', 'HeadObject'],
  ['x-id', 'DeleteObject'],
  ['x-id', 'UploadPart'],
  ['list-type', '2'],
  ['X-Amz-Content-Sha256', 'UNSIGNED-PAYLOAD'],
  ['X-Amz-Expires', '86400'],
  ['x-amz-checksum-mode', 'ENABLED'],
];

/** Parameters are mostly added at the end. */
const MAX_ADDED = 20;

/** Those of campaigns: what mail programs and social networks put behind links. */
const TRACKING = /^(?:utm_\w+|fbclid|gclid|msclkid|dclid|mc_[ce]id|igshid|ref|_ga|_gl)$/;

const LIFETIMES = [
  ...[3600, 900, 300, 60, 86_400, 604_800, 600, 1800, 7200, 120, 10, 30, 5, 1, 20, 180, 240, 43_200],
  ...[1200, 2700, 10_800, 14_400, 18_000, 21_600, 28_800, 36_000, 172_800, 259_200, 432_000, 604_799],
];

const ORDERS = /** @type {const} */ (['byWholeText', 'byName', 'byNameIgnoringCase', 'byDecodedName']);

/** @type {Step[]} */
const AS_FORM = [...SPELLED, ['replace', '%20', '+'], ['replace', '~', '%7E'], ['replace', '%2A', '*']];

/**
 * @param {...Step} steps
 * @returns {import('../signing-inputs.js').Pieces}
 */
function spell(...steps) {
  return { 'query.spell': steps };
}

/**
 * @param {[at: number, parameter: Parameter][]} sent
 * @returns {import('../signing-inputs.js').Pieces}
 */
function dropped(sent) {
  return Object.assign({}, ...sent.map(([at]) => parameter(at)));
}
