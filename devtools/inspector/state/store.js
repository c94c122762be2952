// The state of the page, in memory only: nothing of it is stored or put into an address.

import { batch, computed, effect, signal } from '@preact/signals';

import { parseRequests } from '../../lib/requests/index.js';
import { changesBetween } from '../model/changes.js';
import { authorizationOf } from '../model/authorization.js';
import { credentialsIn, withoutCredentials } from '../model/credentials.js';
import { isoNow } from '../model/dates.js';
import { graphOf, relatives } from '../model/graph.js';
import { inspect } from '../model/inspection.js';
import { SAMPLE_CREDENTIALS, SAMPLE_DATE, SAMPLE_REQUEST } from './sample.js';

/**
 * @typedef {import('../model/inspection.js').Inspection} Inspection
 * @typedef {import('../model/inspection.js').Settings} Settings
 * @typedef {import('../../lib/requests/index.js').ParsedRequest} ParsedRequest
 */

/** The text of the request. */
export const source = signal(SAMPLE_REQUEST);
/** Which entry of an archive. */
export const entry = signal(0);
/** @type {import('@preact/signals').Signal<Settings>} */
export const settings = signal({
  ...SAMPLE_CREDENTIALS,
  ...{ region: '', service: '', date: SAMPLE_DATE, placement: 'headers', expiresIn: 3600 },
});
/** The response of the server. */
export const refusal = signal('');

/** The requests in the text, or what is wrong with it. */
export const parsed = computed(() => {
  try {
    return { requests: parseRequests(source.value), error: undefined };
  } catch (error) {
    return { requests: [], error: /** @type {Error} */ (error).message };
  }
});

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

/** The last one that worked out. @type {import('@preact/signals').Signal<Inspection | undefined>} */
export const inspection = signal(undefined);
/** Why the current one does not. @type {import('@preact/signals').Signal<string | undefined>} */
export const failure = signal(undefined);

/** Whether the steps are those of a version before the current text. */
export const isOld = computed(() => parsed.value.error !== undefined || failure.value !== undefined);

export const graph = computed(() => inspection.value && graphOf(inspection.value));

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
 * Takes a text as a new request, not as a change to the current one; or as credentials, if it has some.
 *
 * @param {string} text
 */
export function load(text) {
  const isCredentials = loadCredentials(text);
  const rest = isCredentials ? withoutCredentials(text) : text;
  if (isCredentials && rest === '') return;
  batch(() => {
    willPin = true;
    source.value = rest;
    entry.value = 0;
    held.value = undefined;
    change({ date: isoNow(), region: '', service: '' });
    takeHints();
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
  const current = request.value;
  const { signing, response } = current ?? {};
  const given = Object.fromEntries(
    Object.entries(signing ?? {}).filter(([, value]) => value !== undefined && !value.startsWith('$')),
  );
  const knownId = settings.peek().accessKeyId;
  readAuthorization(current).then((found) => {
    const { accessKeyId } = found ?? {};
    if (current !== request.peek() || accessKeyId === undefined || accessKeyId === knownId) return;
    // The secret of another key would only say that all is wrong.
    change({ accessKeyId, secretAccessKey: '', sessionToken: '', ...given });
  });
  change(given);
  refusal.value = response !== undefined && response.status >= 400 ? response.body : '';
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
