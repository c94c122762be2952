// The requests of the gateway that served this page, or that the page's server forwards to.

import { batch, computed, signal } from '@preact/signals';

import { fromBase64, textOrBytes } from '../../lib/requests/bytes.js';
import { reported } from './diagnosis.js';
import { load, refusal, source } from './store.js';

/**
 * @typedef {object} Exchange
 * @property {number} number  as in the log of the gateway
 * @property {string} id
 * @property {string} at  ISO 8601
 * @property {number} durationMs
 * @property {{ method: string, url: string, headers: [string, string][], body?: string, truncated: boolean }} request
 * @property {{ status: number, headers: [string, string][], body: string, truncated: boolean }} response
 * @property {string} [principal]
 * @property {boolean} allowed
 * @property {{ code: string, type: string, message: string }} [refusal]
 * @property {import('sigv4-wasm/explain').Mismatch[]} [mismatches]
 * @property {{ summary: string, fix: string }} [hint]  if no mismatch has them
 * @property {{ decision: string }} [policy]
 */

/** Newest first; `undefined` without a gateway. @type {import('@preact/signals').Signal<Exchange[] | undefined>} */
export const exchanges = signal(undefined);
export const isConnected = signal(false);
/** Whether the gateway needs a token that the address of this page does not have. */
export const isLocked = signal(false);
/** The selected request. @type {import('@preact/signals').Signal<string | undefined>} */
export const chosen = signal(undefined);

/** The search text of the list. */
export const search = signal('');
/** @type {import('@preact/signals').Signal<'all' | 'refused' | 'allowed'>} */
export const show = signal('all');

export const shownExchanges = computed(() => {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  return (exchanges.value ?? []).filter((exchange) => {
    if (show.value !== 'all' && exchange.allowed !== (show.value === 'allowed')) return false;
    const text = searchable(exchange);
    return words.every((word) => text.includes(word));
  });
});

/** @param {Exchange} exchange */
function searchable({ number, request, response, principal, refusal, mismatches = [], hint }) {
  const reasons = [
    refusal?.message,
    refusal?.code,
    hint?.summary,
    ...mismatches.map(({ summary }) => summary),
  ];
  return [`#${number}`, request.method, request.url, response.status, principal, ...reasons]
    .join(' ')
    .toLowerCase();
}

/**
 * Looks for a gateway and follows it, unless the page is a static file on a web site. Waits for a known gateway that is down.
 */
export async function follow() {
  if (!/^(?:localhost|[\d.]+|\[.*\])$/.test(location.hostname)) return;
  // After the #, so that it is not sent to servers and does not appear in logs.
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  const query = token === null ? '' : `?token=${encodeURIComponent(token)}`;
  const answer = await fetch(`/_sigv4/health${query}`).catch(() => undefined);
  const health = answer?.ok ? await answer.json().catch(() => undefined) : undefined;
  // Of `sigv4 inspect --gateway`: there is none at that address.
  if (answer?.status === 502) exchanges.value ??= [];
  if (health?.ok !== true) {
    if (exchanges.value !== undefined) setTimeout(follow, RETRY_MS);
    return;
  }
  isLocked.value = health.isLocked === true;
  if (isLocked.value) {
    exchanges.value ??= [];
    addEventListener('hashchange', follow, { once: true });
    return;
  }
  listen(query);
}

/** @param {string} query  with the token */
function listen(query) {
  const events = new EventSource(`/_sigv4/events${query}`);
  events.addEventListener('open', async () => {
    isConnected.value = true;
    const { requests } = await (await fetch(`/_sigv4/requests${query}`)).json();
    for (const exchange of [...requests].reverse()) add(exchange);
    exchanges.value ??= [];
  });
  events.addEventListener('error', () => {
    isConnected.value = false;
    // After a response that is not a stream, the browser does not reconnect by itself.
    if (events.readyState === EventSource.CLOSED) setTimeout(follow, RETRY_MS);
  });
  events.addEventListener('request', ({ data }) => add(JSON.parse(data)));
}

/** A refused request arrives again when it is explained. @param {Exchange} exchange */
function add(exchange) {
  const known = exchanges.value ?? [];
  const isKnown = known.some(({ id }) => id === exchange.id);
  exchanges.value = isKnown
    ? known.map((one) => (one.id === exchange.id ? exchange : one))
    : [exchange, ...known].slice(0, KEPT);
  if (exchange.id === chosen.value && reported.value?.source === source.value) report(exchange);
}

/** @param {Exchange} exchange */
function report({ mismatches, hint }) {
  reported.value = { source: source.value, mismatches, hint };
}

/** Shows one in the page. @param {Exchange} exchange */
export function choose(exchange) {
  batch(() => {
    load(requestText(exchange));
    refusal.value = exchange.allowed ? '' : responseText(exchange);
    report(exchange);
    chosen.value = exchange.id;
  });
}

/** @param {Exchange} exchange */
function requestText({ request: { method, url, headers, body = '' } }) {
  const content = textOrBytes(fromBase64(body));
  if (typeof content === 'string') {
    return [`${method} ${url} HTTP/1.1`, ...headerLines(headers), '', content].join('\n');
  }
  // Bytes that are not text need another format.
  const host = headers.find(([name]) => name.toLowerCase() === 'host')?.[1];
  const request = {
    ...{ method, url: `http://${host}${url}` },
    headers: headers.map(([name, value]) => ({ name, value })),
    postData: { mimeType: '', text: body, encoding: 'base64' },
  };
  return JSON.stringify({ request }, null, 2);
}

/** @param {Exchange} exchange */
function responseText({ response: { status, headers, body } }) {
  const content = textOrBytes(fromBase64(body));
  return [`HTTP/1.1 ${status}`, ...headerLines(headers), '', typeof content === 'string' ? content : ''].join(
    '\n',
  );
}

/** @param {[string, string][]} headers */
function headerLines(headers) {
  return headers.map(([name, value]) => `${name}: ${value}`);
}

const KEPT = 200;
const RETRY_MS = 2000;
