// One request and its attempts: signed again for the server's clock, for retries and for redirects.

import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';

import { CliError } from './exit.js';
import { collect } from './input.js';
import { redirected } from './redirects.js';
import { connectionError, send } from './send.js';
import { prepare } from './signing.js';

/**
 * @typedef {object} Exchange  the last one
 * @property {import('./input.js').CliRequest} request
 * @property {import('./send.js').Wire} wire
 * @property {import('./send.js').ServerResponse} answer
 * @property {import('sigv4-wasm/explain').Explanation} [explanation]  of a refusal
 * @property {number} [clockOffset]  how far the server's clock is ahead, in milliseconds, if that is the cause
 * @property {number} redirects
 * @property {number} retries
 *
 * @typedef {object} ExchangeOptions
 * @property {any} argv
 * @property {import('./identity.js').SigningIdentity} identity
 * @property {import('undici').Dispatcher} dispatcher
 * @property {import('./cookies.js').Cookies} cookies
 * @property {Date} [date]  that was asked for
 * @property {AbortSignal} [signal]
 * @property {(text: string) => string} redact
 * @property {(text: string) => void} note
 * @property {(text: string) => void} [verbose]
 * @property {(answer: import('./send.js').ServerResponse) => Promise<void>} onRedirect  shows a response that is followed
 */

/**
 * @param {import('./input.js').CliRequest} first
 * @param {ExchangeOptions} options
 * @returns {Promise<Exchange>}
 */
export async function exchangeOf(first, options) {
  const { argv, cookies } = options;
  let request = first;
  let isSigned = true;
  let retries = 0;
  for (let redirects = 0; ; redirects += 1) {
    const last = await retried(request, { ...options, isSigned });
    retries += last.retries;
    await cookies.learn(request.url, last.answer.headers);
    const next = argv.location ? redirected(request, last.answer, argv) : undefined;
    if (next === undefined) return { ...last, redirects, retries };
    if (redirects >= (argv.maxRedirs ?? MAX_REDIRECTS)) {
      throw new CliError(
        'redirects',
        `more than ${argv.maxRedirs ?? MAX_REDIRECTS} redirects (--max-redirs)`,
      );
    }
    await options.onRedirect(last.answer);
    // A chain that has left the origin stays unsigned, wherever it leads.
    if (isSigned && !next.isSameOrigin) {
      options.note(
        `sigv4: the redirect leads to ${new URL(next.request.url).origin}, and the request is sent there without a signature: to sign it, run the command with that URL`,
      );
    }
    isSigned &&= next.isSameOrigin;
    request = next.request;
  }
}

/** As curl's. */
const MAX_REDIRECTS = 50;

/**
 * @param {import('./input.js').CliRequest} request
 * @param {ExchangeOptions & { isSigned: boolean }} options
 * @returns {Promise<Omit<Exchange, 'redirects'>>}
 */
async function retried(request, options) {
  const { retry = 0, retryDelay, retryMaxTime = Infinity } = options.argv;
  const began = performance.now();
  for (let retries = 0; ; retries += 1) {
    /** @type {any} */
    let outcome;
    try {
      outcome = await withClock(request, options);
    } catch (error) {
      outcome = { error };
    }
    const isLast = retries >= retry || !isTransient(outcome, options.argv);
    const asked = retryAfter(outcome.answer?.headers ?? []);
    const delay = asked ?? retryDelay ?? Math.min(2 ** retries, 600);
    if (isLast || (performance.now() - began) / 1000 + delay > retryMaxTime) {
      if ('error' in outcome) throw outcome.error;
      return { ...outcome, retries };
    }
    outcome.answer?.body.on('error', () => {}).destroy();
    const what = outcome.answer === undefined ? outcome.error.message : `status ${outcome.answer.status}`;
    options.note(`sigv4: ${what}: retrying in ${delay} s (${retry - retries} left)`);
    await wait(delay * 1000, undefined, { signal: options.signal }).catch((error) => {
      throw connectionError(error.cause ?? error, request.url);
    });
  }
}

/** Source: curl(1), `--retry`. */
const TRANSIENT = [408, 429, 500, 502, 503, 504];

/**
 * @param {{ answer?: import('./send.js').ServerResponse, error?: any }} outcome
 * @param {{ retryConnrefused?: boolean, retryAllErrors?: boolean }} options
 */
function isTransient({ answer, error }, { retryConnrefused, retryAllErrors }) {
  if (answer !== undefined)
    return TRANSIENT.includes(answer.status) || (retryAllErrors && answer.status >= 400);
  if (!(error instanceof CliError) || !['connect', 'timeout'].includes(error.ending)) return false;
  const { code } = /** @type {any} */ (error.cause ?? {});
  return error.ending === 'timeout' || retryAllErrors || (retryConnrefused && code === 'ECONNREFUSED');
}

/** @param {[string, string][]} headers @returns {number | undefined} in seconds */
function retryAfter(headers) {
  const [, value] = headers.find(([name]) => name.toLowerCase() === 'retry-after') ?? [];
  if (value === undefined) return undefined;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

/**
 * @param {import('./input.js').CliRequest} request
 * @param {ExchangeOptions & { isSigned: boolean }} options
 */
async function withClock(request, options) {
  const first = await attempt(request, 0, options);
  if (first.clockOffset === undefined || options.date !== undefined) return first;
  options.note(
    `sigv4: the clock of this machine is ${inWords(first.clockOffset)}: signed again with the server's time`,
  );
  return attempt(request, first.clockOffset, options);
}

/**
 * @param {import('./input.js').CliRequest} given
 * @param {number} clockOffset  in milliseconds
 * @param {ExchangeOptions & { isSigned: boolean }} options
 * @returns {Promise<Omit<Exchange, 'redirects' | 'retries'>>}
 */
async function attempt(given, clockOffset, options) {
  const { argv, identity, isSigned, date, dispatcher, signal, redact, verbose } = options;
  const cookie = await options.cookies.header(given.url, isSigned);
  const hasOwn = given.headers.some(([name]) => name.toLowerCase() === 'cookie');
  const request =
    cookie === '' || hasOwn
      ? given
      : { ...given, headers: [...given.headers, /** @type {[string, string]} */ (['Cookie', cookie])] };
  const prepared = isSigned ? await prepare(request, argv, identity) : undefined;
  const at = date ?? new Date(Date.now() + clockOffset);
  const wire = await (prepared?.sign(at) ?? unsigned(request));
  const onHead = verbose && ((/** @type {string} */ head) => verbose(prefixed('>', head)));
  const answer = await send(wire, request.headers, { dispatcher, signal, onHead });
  verbose?.(prefixed('<', headOf(answer)));
  if (prepared === undefined || !REFUSED.includes(answer.status)) return { request, wire, answer };
  return { request, wire, ...(await explained(answer, wire, await prepared.trace(at), redact)) };
}

/** @param {import('./input.js').CliRequest} request @returns {import('./send.js').Wire} */
function unsigned({ headers, ...request }) {
  /** @type {Record<string, string>} */
  const record = {};
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    record[key] = key in record ? `${record[key]}, ${value}` : value;
  }
  return { ...request, headers: record };
}

/** Of which there is an explanation. */
export const REFUSED = [401, 403];

/**
 * Reads a refusal and explains it.
 *
 * @param {import('./send.js').ServerResponse} answer
 * @param {import('./send.js').Wire} wire
 * @param {import('sigv4-wasm/trace').SigningTrace} signed
 * @param {(text: string) => string} redact
 */
async function explained(answer, { method, url }, signed, redact) {
  const { explainResponse } = await import('sigv4-wasm/explain');
  // Byte for byte, except for the session token, which it may repeat.
  const bytes = Buffer.from(
    redact((await collect(answer.body, 'the response')).toString('latin1')),
    'latin1',
  );
  const { status, headers } = answer;
  const response = { status, headers, body: bytes.toString(), url: url.split('?')[0], request: { method } };
  const explanation = await explainResponse(response, { signed });
  return {
    answer: { ...answer, body: Readable.from([bytes]) },
    explanation,
    clockOffset: clockOffsetOf(explanation),
  };
}

/**
 * How far the server's clock is ahead of ours, in milliseconds, if that is the cause.
 *
 * @param {import('sigv4-wasm/explain').Explanation} explanation
 */
function clockOffsetOf({ clockSkewSeconds, serverTime }) {
  return clockSkewSeconds === undefined || !serverTime ? undefined : serverTime.getTime() - Date.now();
}

/** @param {number} offset  in milliseconds */
function inWords(offset) {
  const seconds = Math.round(Math.abs(offset) / 1000);
  return `${seconds} s ${offset > 0 ? 'behind' : 'ahead'}`;
}

/** @param {import('./send.js').ServerResponse} answer */
export function headOf({ version, status, statusText, headers }) {
  const lines = [
    `HTTP/${version} ${status} ${statusText}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  // No control characters, which a terminal might interpret.
  return lines.map((line) => line.replace(/[\x00-\x08\x0a-\x1f\x7f-\x9f]/g, '?')).join('\r\n');
}

/**
 * @param {string} mark
 * @param {string} head
 */
function prefixed(mark, head) {
  return head.replaceAll('\r', '').replace(/^/gm, `${mark} `);
}
