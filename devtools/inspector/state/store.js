// The state of the page, in memory only. It is neither stored nor put into a URL.

import { batch, computed, effect, signal } from '@preact/signals';

import { changesBetween } from '../model/changes.js';
import { authorizationOf } from '../model/authorization.js';
import { credentialsIn, withoutCredentials } from '../model/credentials.js';
import { isoNow, isoOf } from '../model/dates.js';
import { graphOf, relatives } from '../model/graph.js';
import { inspect } from '../model/inspection.js';
import { parserState } from '../model/javascript-parser.js';
import { locate } from '../model/locate.js';
import { amzDateIn, canonicalRequestIn, isAnswer, isCanonicalRequest, readRequests } from '../model/paste.js';
import { SAMPLE_CREDENTIALS, SAMPLE_REQUEST } from './sample.js';

/**
 * @typedef {import('../model/inspection.js').Inspection} Inspection
 * @typedef {import('../model/inspection.js').Settings} Settings
 * @typedef {import('../model/paste.js').ReadRequest} ParsedRequest
 */

/** The text of the request. */
export const source = signal(SAMPLE_REQUEST);
/** Which entry of an archive. */
export const entry = signal(0);
/** @type {import('@preact/signals').Signal<Settings>} */
export const settings = signal({
  ...SAMPLE_CREDENTIALS,
  ...{ region: '', service: '', date: isoNow(), placement: 'headers', expiresIn: 3600 },
  algorithm: 'AWS4-HMAC-SHA256',
});
/** The response of the server. */
export const refusal = signal('');
/** Whether the request is the user's, not the first one of the page. */
export const isOwn = signal(false);

/** The time, to say for how long a signature is valid. */
export const clock = signal(Date.now());
setInterval(() => (clock.value = Date.now()), 5000);

/** The requests in the text, or what is wrong with it. */
export const parsed = computed(() => {
  try {
    return (lastRead = { requests: readRequests(source.value), error: undefined });
  } catch (error) {
    // Code is read again when its parser is there.
    if (parserState.value === 'waiting') return lastRead;
    return { requests: [], error: /** @type {Error} */ (error).message };
  }
});
/** @type {{ requests: ParsedRequest[], error: string | undefined }} */
let lastRead = { requests: [], error: undefined };

/** @type {import('@preact/signals').ReadonlySignal<ParsedRequest | undefined>} */
export const request = computed(
  () => parsed.value.requests[Math.min(entry.value, parsed.value.requests.length - 1)],
);

/** What the request says about its signature, as soon as it was read. @type {import('@preact/signals').Signal<import('../model/authorization.js').Authorization | undefined>} */
export const authorization = signal(undefined);
effect(() => {
  const current = request.value;
  readAuthorization(current).then((found) => {
    if (current === request.peek()) authorization.value = found;
  });
});

/**
 * @param {ParsedRequest | undefined} signed
 * @returns {Promise<import('../model/authorization.js').Authorization | undefined>} `undefined` also for what cannot be read,
 *   of which {@link failure} tells
 */
async function readAuthorization(signed) {
  return signed && authorizationOf(signed).catch(() => undefined);
}

/** The last successful inspection. @type {import('@preact/signals').Signal<Inspection | undefined>} */
export const inspection = signal(undefined);
/** The error of the current one. @type {import('@preact/signals').Signal<string | undefined>} */
export const failure = signal(undefined);

/** Whether the steps are those of a version before the current text. */
export const isOld = computed(() => parsed.value.error !== undefined || failure.value !== undefined);

export const graph = computed(() => inspection.value && graphOf(inspection.value));

/** Where the parts stand in the text. */
export const located = computed(() =>
  request.value === undefined ? [] : locate(source.value, request.value),
);

/** The version to compare with. @type {import('@preact/signals').Signal<{ source: string, graph: import('../model/graph.js').Graph } | undefined>} */
export const pinned = signal(undefined);
let willPin = true;

export const changes = computed(() =>
  graph.value === undefined ? undefined : changesBetween(pinned.value?.graph, graph.value),
);

/** The part under the pointer or the focus. @type {import('@preact/signals').Signal<string | undefined>} */
export const hovered = signal(undefined);
/** The part that stays lit until it is pressed again. @type {import('@preact/signals').Signal<string | undefined>} */
export const held = signal(undefined);

export const lit = computed(() => {
  const id = hovered.value ?? held.value;
  const part = id === undefined ? undefined : graph.value?.parts.get(id);
  return part && graph.value ? { part, ...relatives(graph.value, part.id) } : undefined;
});

/** @param {string} id @returns {'self' | 'origin' | 'result' | undefined} of a part, for the one that is lit */
export function roleOf(id) {
  if (lit.value === undefined) return undefined;
  const { part, origins, results } = lit.value;
  if (part.id === id) return 'self';
  if (origins.has(id)) return 'origin';
  return results.has(id) ? 'result' : undefined;
}

/** Keeps a part selected, until it is selected again. @param {string} id */
export function hold(id) {
  held.value = held.value === id ? undefined : id;
}

/** Announced to screen readers. */
export const announcement = signal('');

let latest = 0;
effect(() => {
  const [current, chosen] = [request.value, settings.value];
  const turn = (latest += 1);
  if (current === undefined) return;
  inspect(current, chosen).then(
    (result) => turn === latest && batch(() => settle(result)),
    (error) => turn === latest && (failure.value = error.message),
  );
});

/** @param {Inspection} result */
function settle(result) {
  const { secretAccessKey, sessionToken } = inspection.value ?? {};
  const isSameSecret = result.secretAccessKey === secretAccessKey && result.sessionToken === sessionToken;
  inspection.value = result;
  failure.value = undefined;
  // Other credentials change everything, which is not worth showing.
  if (willPin || (!isSameSecret && pinned.value?.source === source.value)) pin();
}

/** Compares with this version from now on. */
export function pin() {
  willPin = false;
  pinned.value = graph.value && { source: source.value, graph: graph.value };
}

/** Back to the version that is compared with. */
export function unpin() {
  if (pinned.value !== undefined) source.value = pinned.value.source;
}

/**
 * Takes a text as a new request, not as a change to the current one; or as credentials, if it has some, or as the answer of
 * a server.
 *
 * @param {string} text
 */
export function load(text) {
  const isCredentials = loadCredentials(text);
  const rest = isCredentials ? withoutCredentials(text) : text;
  if (isCredentials && rest === '') return;
  if (isAnswer(rest)) return loadAnswer(rest);
  const amzDate = isCanonicalRequest(rest) ? amzDateIn(rest) : undefined;
  replaceRequest(rest, { date: amzDate === undefined ? isoNow() : isoOf(amzDate) });
}

/**
 * @param {string} text
 * @param {Partial<Settings>} chosen
 */
export function replaceRequest(text, chosen) {
  batch(() => {
    willPin = true;
    isOwn.value = true;
    source.value = text;
    entry.value = 0;
    held.value = undefined;
    change({ region: '', service: '', algorithm: 'AWS4-HMAC-SHA256', ...chosen });
    takeHints();
  });
}

/** The request that the server shows in it, too, unless there is one already. @param {string} text */
function loadAnswer(text) {
  const canonical = canonicalRequestIn(text);
  batch(() => {
    if (canonical !== undefined && !isOwn.value && isCanonicalRequest(canonical)) load(canonical.trim());
    refusal.value = text;
    announcement.value = 'Read as the response of the server.';
  });
}

/** @param {number} index  of the archive */
export function chooseEntry(index) {
  batch(() => {
    willPin = true;
    entry.value = index;
    takeHints();
  });
}

/** What the request brings along: the credentials of curl's options, the answer in a HAR. */
function takeHints() {
  const { signing, response } = request.value ?? {};
  const given = Object.entries(signing ?? {}).filter(
    ([, value]) => value !== undefined && !value.startsWith('$'),
  );
  change(Object.fromEntries(given));
  refusal.value = response !== undefined && response.status >= 400 ? response.body : '';
}

/**
 * A secret or a token that the user gives: of a signed request, it belongs to the key that this was signed with.
 *
 * @param {'secretAccessKey' | 'sessionToken'} name
 * @param {string} value
 */
export function giveCredential(name, value) {
  const { accessKeyId } = authorization.value ?? {};
  const isOther = accessKeyId !== undefined && accessKeyId !== settings.value.accessKeyId;
  change({ ...(isOther && { accessKeyId, secretAccessKey: '', sessionToken: '' }), [name]: value });
}

/**
 * @param {string} text
 * @returns {boolean} whether it holds credentials
 */
export function loadCredentials(text) {
  const found = credentialsIn(text);
  if (found === undefined) return false;
  change(found);
  announcement.value = `Now using the credentials of ${found.accessKeyId}. They stay in this page.`;
  return true;
}

/** @param {Partial<Settings>} some */
export function change(some) {
  settings.value = { ...settings.value, ...some };
}
