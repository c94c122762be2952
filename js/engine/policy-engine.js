// Policies in wasm: a document crosses once and becomes a number, a decision crosses as a flat record. See
// src/wasm/policy.rs.

import { compileSync } from '#module/policy';

import { unavailable } from './engine.js';
import { SigV4Error } from './errors.js';
import { FLAG } from './generated/policy-flags.js';
import { evaluate, initSync, outcome, parse, release, reserve } from '../wasm/policy.js';

/**
 * A policy that the module has.
 *
 * @typedef {object} Kept
 * @property {number} number
 * @property {number} generation  of the instance that has it
 *
 * @typedef {object} Question
 * @property {number[]} identityPolicies  numbers
 * @property {number} [resourcePolicy]
 * @property {boolean} isAccess  whether it is also about the policy of an API
 * @property {string} [principal]
 * @property {string} action
 * @property {string} resource
 * @property {string[]} context  of each key: the key, how many values it has, and these
 *
 * @typedef {object} Verdict
 * @property {number} decision  0: allow, 1: explicit deny, 2: implicit deny
 * @property {number} policy  where the statement is that decided, from 1 on; 0 for none
 * @property {number} statement  likewise
 *
 * @typedef {object} Answer
 * @property {number} decision
 * @property {Verdict} identity
 * @property {Verdict} resource
 * @property {{ identity?: object, resource?: object } | undefined} details
 */

/** What `evaluate` returns in place of a length. */
const RECORD_INVALID = -1;
export const ACTION_INVALID = -2;
export const RESOURCE_INVALID = -3;

/**
 * Where nobody tells when a policy is of no more use, so many are kept: then the module starts afresh, and those that are
 * still in use are parsed once more.
 */
const MOST_KEPT_UNWATCHED = 1000;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** @type {WebAssembly.Module | undefined} */
let module;
/** Of the instance that runs, or of the last one; a policy of another one is not in it. */
let generation = 0;
/** @type {{ readonly buffer: ArrayBuffer } | undefined} */
let memory;
let view = new Uint8Array(0);
let verdicts = new Uint32Array(0);
let kept = 0;
/** @type {FinalizationRegistry<Kept> | undefined} */
let registry;

/** The instance that runs, which is started where there is none. */
export function currentGeneration() {
  if (memory !== undefined) return generation;
  try {
    module ??= compileSync();
    ({ memory } = initSync({ module }));
    generation++;
    kept = 0;
    lookAgain();
  } catch (cause) {
    memory = undefined;
    throw unavailable(cause);
  }
  return generation;
}

/**
 * @param {unknown} document  values of JSON
 * @param {boolean} isOfApi
 * @param {string} name
 * @returns {Kept}
 * @throws {SigV4Error} ERR_SIGV4_POLICY_INVALID
 */
export function keepPolicy(document, isOfApi, name) {
  const generation = currentGeneration();
  try {
    const number = parse(document, isOfApi, name);
    kept++;
    return { number, generation };
  } catch (cause) {
    if (typeof cause === 'string') throw new SigV4Error('ERR_SIGV4_POLICY_INVALID', cause);
    throw stopped(cause);
  }
}

/** Before another policy is kept: what nobody will release has to go some time. */
export function makeRoom() {
  if (kept >= MOST_KEPT_UNWATCHED && typeof FinalizationRegistry === 'undefined') memory = undefined;
}

/** @param {Kept} policy */
export function releasePolicy({ number, generation: of }) {
  if (memory === undefined || of !== generation) return;
  release(number);
  kept--;
}

/**
 * Releases what is kept once its owner is gone.
 *
 * @param {object} owner
 * @param {Kept} policy  which may change
 */
export function releaseWith(owner, policy) {
  if (typeof FinalizationRegistry === 'undefined') return;
  registry ??= new FinalizationRegistry(releasePolicy);
  registry.register(owner, policy, policy);
}

/** @param {Kept} policy  that was released */
export function forgetOwner(policy) {
  registry?.unregister(policy);
}

/**
 * @param {Question} question  of numbers in the current instance
 * @returns {Answer | number} or what is wrong: {@link ACTION_INVALID}, {@link RESOURCE_INVALID}
 */
export function evaluateRecord({ identityPolicies, resourcePolicy, isAccess, principal, ...rest }) {
  const fields = [
    identityPolicies.join(),
    resourcePolicy === undefined ? '' : String(resourcePolicy),
    principal ?? '',
    rest.action,
    rest.resource,
    ...rest.context,
  ];
  const flags = (isAccess ? FLAG.isAccess : 0) | (principal === undefined ? 0 : FLAG.hasPrincipal);
  try {
    let status = call(fields, flags);
    // A text has what ends a field.
    if (status === RECORD_INVALID) status = call(fields.map(escape), flags | FLAG.escaped);
    if (status < 0) return status;
    const details = status === 0 ? undefined : JSON.parse(read(status));
    const answer = { decision: verdicts[0], identity: verdictAt(1), resource: verdictAt(4), details };
    if (view.length > MOST_KEPT_BYTES) memory = undefined;
    return answer;
  } catch (cause) {
    throw stopped(cause);
  }
}

/**
 * @param {string[]} fields
 * @param {number} flags
 */
function call(fields, flags) {
  const text = `${fields.join('\0')}\0`;
  if (view.length < text.length * 3) reserveAtLeast(text.length * 3);
  const { written } = encoder.encodeInto(text, view);
  const status = evaluate(written, fields.length, flags);
  if (verdicts.length === 0) lookAgain();
  return status;
}

/** @param {string} field */
function escape(field) {
  return field.replace(/[\0\x01]/g, (character) => (character === '\0' ? '\x010' : '\x011'));
}

/** @param {number} length  of what was written in place of the record */
function read(length) {
  if (view.length < length) lookAgain(length);
  return decoder.decode(view.subarray(0, length));
}

/** @param {number} length */
function reserveAtLeast(length) {
  lookAgain(Math.max(length, MIN_BUFFER_BYTES));
}

const MIN_BUFFER_BYTES = 4096;
/** A request with so much text is an attack; wasm gives no memory back, so the module starts afresh after it. */
const MOST_KEPT_BYTES = 1024 * 1024;

/**
 * Memory that has grown is another buffer.
 *
 * @param {number} [length]
 */
function lookAgain(length = MIN_BUFFER_BYTES) {
  const pointer = reserve(length);
  const { buffer } = /** @type {{ buffer: ArrayBuffer }} */ (memory);
  view = new Uint8Array(buffer, pointer, length);
  verdicts = new Uint32Array(buffer, outcome(), 7);
}

/**
 * @param {number} at
 * @returns {Verdict}
 */
function verdictAt(at) {
  return { decision: verdicts[at], policy: verdicts[at + 1], statement: verdicts[at + 2] };
}

/**
 * After a trap the memory is in any state: the next call starts a fresh instance.
 *
 * @param {unknown} cause
 */
function stopped(cause) {
  if (cause instanceof SigV4Error) return cause;
  memory = undefined;
  return new SigV4Error(
    'ERR_SIGV4_LIMIT_EXCEEDED',
    `the policy module stopped (${String(cause)}), most likely as it got no more memory: evaluate a smaller request, or ` +
      'this one once more',
    { cause },
  );
}
