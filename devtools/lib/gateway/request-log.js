// The last requests and their responses, for the inspector, without secrets.

import { EventEmitter } from 'node:events';

import { hiderOf, isTokenHeader, withoutTokens } from '../redaction.js';
import { pairs } from './integration.js';

/**
 * @typedef {object} Exchange  the form in which `GET /_sigv4/requests` returns an exchange
 * @property {number} number  1 for the first request; as in the log and in the header `x-sigv4-request` of the response
 * @property {string} id
 * @property {string} at  ISO 8601
 * @property {number} durationMs
 * @property {{ method: string, url: string, headers: [string, string][], body?: string, truncated: boolean }} request
 * @property {{ status: number, headers: [string, string][], body: string, truncated: boolean }} response  bodies are base64
 * @property {string} [principal]  ARN
 * @property {boolean} allowed
 * @property {{ code: string, type: string, message: string }} [refusal]
 * @property {object[]} [mismatches]  the results of `findMismatch`
 * @property {{ summary: string, fix: string }} [hint]  cause and fix, if no mismatch has them
 * @property {object[]} [likely]  likely causes, if nothing is proved: the likeliest first
 * @property {object} [policy]
 * @property {string} [stage]
 * @property {string} [route]
 *
 * @typedef {object} Entry  the form in which an exchange is stored, with its secrets
 * @property {number} number
 * @property {string} id
 * @property {Date} at
 * @property {number} durationMs
 * @property {import('./request.js').GatewayRequest} request
 * @property {import('./gateway-error.js').GatewayResponse} answer
 * @property {import('./gateway-error.js').GatewayError} [failure]
 * @property {Partial<import('./authorizer.js').Authorized>} authorized
 * @property {Finding[]} [mismatches]
 * @property {Finding[]} [likely]
 * @property {{ summary: string, fix: string }} [hint]
 * @property {string} [stage]
 * @property {string} [route]
 *
 * @typedef {{ code: string, summary: string, fix: string }} Finding
 */

const MAX_ENTRIES = 200;
/** How many bytes of a body are kept. */
export const RECORDED_BYTES = 65_536;

/** Emits `request` with each entry, and again when it has been explained. @extends {EventEmitter<{ request: [Entry] }>} */
export class RequestLog extends EventEmitter {
  /** In order of arrival. @type {Entry[]} */
  #entries = [];
  #secrets;

  /** @param {() => Iterable<string>} secrets  the secrets that must not be shown */
  constructor(secrets) {
    super();
    this.setMaxListeners(0);
    this.#secrets = secrets;
  }

  /** @param {Entry} entry */
  add(entry) {
    const { stream: _, ...answer } = entry.answer;
    const kept = {
      ...entry,
      // These are copies: a slice would keep the whole body in memory.
      request: { ...entry.request, rawBody: cut(entry.request.rawBody) },
      answer: { ...answer, body: cut(answer.body) },
    };
    // Most requests are answered in order of arrival.
    const before = this.#entries.findLastIndex(({ number }) => number < entry.number);
    this.#entries.splice(before + 1, 0, kept);
    if (this.#entries.length > MAX_ENTRIES) this.#entries.shift();
    this.emit('request', kept);
  }

  /**
   * @param {string} id
   * @param {Pick<Entry, 'mismatches' | 'likely' | 'hint'>} explanation
   */
  explain(id, explanation) {
    const entry = this.#entries.find((one) => one.id === id);
    if (entry === undefined) return;
    Object.assign(entry, explanation);
    this.emit('request', entry);
  }

  /** @returns {Exchange[]} newest first */
  list() {
    const hide = this.#hider();
    return this.#entries.map((entry) => toExchange(entry, hide)).reverse();
  }

  /**
   * @param {string} id  or number
   * @returns {Exchange | undefined}
   */
  find(id) {
    const entry = this.#entries.find((one) => one.id === id || String(one.number) === id);
    return entry && this.show(entry);
  }

  /**
   * @param {Entry} entry
   * @returns {Exchange}
   */
  show(entry) {
    return toExchange(entry, this.#hider());
  }

  /** @returns {(text: string) => string} */
  #hider() {
    const hide = hiderOf(Array.from(this.#secrets(), (secret) => /** @type {const} */ ([secret, HIDDEN])));
    return (text) => withoutTokens(hide(text), HIDDEN);
  }
}

/**
 * @param {Entry} entry
 * @param {(text: string) => string} hide
 * @returns {Exchange}
 */
function toExchange(entry, hide) {
  const { number, id, at, durationMs, request, answer, failure, authorized, stage, route } = entry;
  const { mismatches, likely, hint } = entry;
  const hideHeader = (/** @type {[string, string]} */ [name, value]) =>
    /** @type {[string, string]} */ ([name, isTokenHeader(name) ? HIDDEN : hide(value)]);
  const hideBody = (/** @type {Buffer} */ bytes) =>
    Buffer.from(hide(bytes.toString('latin1')), 'latin1').toString('base64');
  const { method, url, rawHeaders, rawBody } = request;
  return {
    number,
    id,
    at: at.toISOString(),
    durationMs,
    request: {
      method,
      url: hide(url),
      headers: pairs(rawHeaders).map(hideHeader),
      ...(rawBody.length > 0 && { body: hideBody(rawBody) }),
      truncated: isCut(rawBody),
    },
    response: {
      status: answer.status,
      headers: answer.headers.map(hideHeader),
      body: hideBody(answer.body),
      truncated: isCut(answer.body),
    },
    ...(authorized.principal && { principal: authorized.principal.arn }),
    allowed: failure === undefined,
    ...(failure && { refusal: { code: failure.code, type: failure.type, message: hide(failure.message) } }),
    ...(authorized.policy && { policy: authorized.policy }),
    ...(failure?.fix && { hint: { summary: hide(failure.message), fix: failure.fix } }),
    ...(hint && { hint }),
    ...(mismatches && { mismatches }),
    ...(likely && { likely }),
    ...(stage && { stage }),
    ...(route && { route }),
  };
}

/** @param {Buffer} bytes */
function cut(bytes) {
  return bytes.length > RECORDED_BYTES ? Buffer.from(bytes.subarray(0, RECORDED_BYTES + 1)) : bytes;
}

/** @param {Buffer} bytes */
function isCut(bytes) {
  return bytes.length > RECORDED_BYTES;
}

/** The text that replaces a secret. */
export const HIDDEN = '(hidden)';
