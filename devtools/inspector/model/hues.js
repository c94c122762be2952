// One colour for each part of a request, the same wherever the part goes. A part with several inputs has a stripe for each.

/** In the order of the stripes. */
export const HUES = /** @type {const} */ ([
  ...['method', 'path', 'query', 'header', 'body', 'time', 'scope', 'key'],
]);

/** @typedef {typeof HUES[number]} Hue */

/** @type {Record<Hue, string>} */
export const HUE_NAMES = {
  ...{ method: 'method', path: 'path', query: 'query', header: 'headers', body: 'body' },
  ...{ time: 'time', scope: 'region and service', key: 'credentials' },
};

/**
 * The first that fits; a part without one has the colours of what it is made of.
 *
 * @type {[RegExp, Hue | undefined][]}
 */
const ROWS = [
  [/^request\.header\.authorization$|^string\.algorithm$/, undefined],
  [/^request\.header\.x-amz-date$/, 'time'],
  [/^request\.header\.x-amz-content-sha256$/, 'body'],
  [/^request\.header\.x-amz-(?:security|s3session)-token$/, 'key'],
  [/^(?:request|canonical)\.method$/, 'method'],
  [/^(?:request|canonical)\.path$/, 'path'],
  [/^(?:canonical\.header\.x-amz-date|string\.time|scope\.date|sent\.date|time)$/, 'time'],
  [/^canonical\.query\.x-amz-date$/, 'time'],
  [/^canonical\.header\.x-amz-content-sha256$/, 'body'],
  [/^canonical\.(?:header|query)\.x-amz-(?:security|s3session)-token$/, 'key'],
  [/^(?:request|canonical)\.query(?:\.|$)/, 'query'],
  [/^(?:request\.host|(?:request|canonical)\.header\.|(?:canonical|sent)\.signed-headers$)/, 'header'],
  [/^(?:request\.body|canonical\.payload)$/, 'body'],
  [/^(?:region|service|scope\.(?:region|service|end))$/, 'scope'],
  [/^(?:access-key|secret|token|sent\.(?:credential|token))$/, 'key'],
];

/**
 * @param {string} id  of a part
 * @param {ReadonlyMap<string, { from: string[] }>} parts
 * @param {Map<string, Hue[]>} known  what was found before
 * @returns {Hue[]}  in order; none for what is the same in every request
 */
export function huesOf(id, parts, known) {
  const hues = known.get(id) ?? find(id, parts, known);
  known.set(id, hues);
  return hues;
}

/**
 * @param {string} id
 * @param {ReadonlyMap<string, { from: string[] }>} parts
 * @param {Map<string, Hue[]>} known
 */
function find(id, parts, known) {
  const row = ROWS.find(([pattern]) => pattern.test(id));
  if (row !== undefined) return row[1] === undefined ? [] : [row[1]];
  const found = new Set((parts.get(id)?.from ?? []).flatMap((origin) => huesOf(origin, parts, known)));
  return HUES.filter((hue) => found.has(hue));
}
