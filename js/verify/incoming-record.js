// The record of an incoming request that crosses into wasm, and the errors that come back.

import { coreError } from '../engine/errors.js';
import {
  HEADER_NAME_INVALID,
  HEADER_VALUE_INVALID,
  METHOD_INVALID,
  RECORD_INVALID,
  STATUS_NUMBERS,
} from '../engine/generated/errors.js';
import { FLAG } from '../engine/generated/verify-flags.js';
import { epochMillis } from '../protocol/amz-date.js';
import { Refusal } from '../protocol/verification-error.js';
import { invalidity } from './incoming-request.js';

/**
 * @typedef {import('../engine/incoming-crossing.js').WrittenRejection} WrittenRejection
 * @typedef {import('../engine/incoming-crossing.js').IncomingRecord} CrossingRecord
 */

/** What crosses of a request, and why it could not. @implements {CrossingRecord} */
export class IncomingRecord {
  #opened;

  /**
   * @param {import('./incoming-request.js').OpenedRequest} opened
   * @param {Pick<import('./settings.js').Settings, 'fields' | 'flags' | 'now' | 'maxSkewSeconds'>} settings
   */
  constructor(opened, { fields, flags, now, maxSkewSeconds }) {
    const { method, target, form, lines } = opened;
    let text = `${fields}${method}\0`;
    for (const [name, value] of lines) text += `${name}\0${value}\0`;
    this.#opened = opened;
    this.fields = text;
    this.headerCount = lines.length;
    this.target = target;
    this.flags = form === 'line' ? flags : flags | (form === 'url' ? FLAG.targetUrl : FLAG.targetOfPlatform);
    this.now = epochMillis(now);
    this.maxSkewSeconds = maxSkewSeconds;
  }

  checkLatin1() {
    const invalid = invalidity(this.#opened);
    if (invalid !== undefined) throw invalid;
  }

  /** @param {number} status */
  errorOf(status) {
    const number = /** @type {import('../engine/errors.js').CoreErrorNumber} */ (
      (-1 - status) % STATUS_NUMBERS
    );
    return (OF_REQUEST.has(number) ? invalidity(this.#opened) : undefined) ?? coreError(number, {});
  }
}

/** Errors of the core about requests that cannot have been received, to which details are added here. @type {Set<number>} */
const OF_REQUEST = new Set([HEADER_NAME_INVALID, HEADER_VALUE_INVALID, METHOD_INVALID, RECORD_INVALID]);

/**
 * @template {object | string} T
 * @param {T | WrittenRejection} outcome
 * @returns {T}
 */
export function accepted(outcome) {
  if (typeof outcome === 'object' && 'code' in outcome) throw refusalOf(outcome);
  return /** @type {T} */ (outcome);
}

/** @param {WrittenRejection} rejection */
export function refusalOf({ code, message, status, type, details }) {
  return new Refusal(code, message, [status, type], details);
}
