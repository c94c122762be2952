// Policies in wasm: a document crosses once and becomes a number, a decision crosses as a flat record. See
// src/wasm/policy.rs.

import { compile, compileSync } from '#module/policy';

import { SigV4Error } from './errors.js';
import { FLAG } from './generated/policy-flags.js';
import { ModuleInstance } from './module-instance.js';
import { initSync, parse } from '../wasm/policy.js';

/**
 * A policy in the module.
 *
 * @typedef {object} Kept
 * @property {number} number
 * @property {number} generation  of the instance that has it
 *
 * @typedef {object} Question
 * @property {number[][]} policies  numbers: of the caller, of the session, of the permissions boundary, of the API
 * @property {boolean} isAccess  whether policies other than the caller's count as well
 * @property {string} [principal]
 * @property {string} action
 * @property {string} resource
 * @property {string[]} context  of each key: the key, how many values it has, and these
 *
 * @typedef {object} Verdict
 * @property {number} decision  0: allow, 1: explicit deny, 2: implicit deny, 3: there are no policies of this kind
 * @property {number} policy  the position of the policy whose statement decided, from 1; 0 for none
 * @property {number} statement  likewise
 *
 * @typedef {object} Evaluated
 * @property {number} decision
 * @property {number} kind  the kind of policies that decided, as an index of `verdicts`
 * @property {Verdict[]} verdicts  of the policies of the caller, of the permissions boundary, of the session, of the API
 * @property {Record<string, object> | undefined} details
 */

/** What `evaluate` returns instead of a length. */
const RECORD_INVALID = -1;
export const ACTION_INVALID = -2;
export const RESOURCE_INVALID = -3;

/**
 * How many policies are kept if their release cannot be observed. Beyond that, the module starts again, and policies in use are
 * parsed again.
 */
const MOST_KEPT_UNWATCHED = 1000;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A document crosses as a JavaScript value, which takes the code that wasm-bindgen writes around the module. */
const policyModule = /** @type {ModuleInstance<import('../wasm/policy.js').InitOutput>} */ (
  /* @__PURE__ */ new ModuleInstance({ compile, compileSync, instantiate: (module) => initSync({ module }) })
);

/** See `Outcome` in src/wasm/policy.rs. */
let outcome = new Uint32Array(0);
/** Where each verdict is in it. */
const VERDICTS = [2, 5, 8, 11];
const OUTCOME_LENGTH = 14;
/** How many policies an instance keeps. */
const kept = { generation: 0, count: 0 };
/** @type {FinalizationRegistry<Kept> | undefined} */
let registry;

/** That of the instance that runs, which is started if there is none. */
export function currentGeneration() {
  policyModule.readySync();
  // Starts it again after a trap.
  return policyModule.exports && policyModule.generation;
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
    if (kept.generation !== generation) Object.assign(kept, { generation, count: 0 });
    kept.count++;
    return { number, generation };
  } catch (cause) {
    if (typeof cause === 'string') throw new SigV4Error('ERR_SIGV4_POLICY_INVALID', cause);
    throw policyModule.failed(cause);
  }
}

/** Before another policy is kept: policies that nobody releases must be removed at some time. */
export function makeRoom() {
  const isFull = kept.generation === policyModule.generation && kept.count >= MOST_KEPT_UNWATCHED;
  if (isFull && typeof FinalizationRegistry === 'undefined') policyModule.discard();
}

/** @param {Kept} policy */
export function releasePolicy({ number, generation }) {
  if (generation !== policyModule.generation) return;
  policyModule.exports.release(number);
  kept.count--;
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
 * @returns {Evaluated | number} or what is wrong: {@link ACTION_INVALID}, {@link RESOURCE_INVALID}
 */
export function evaluateRecord({ policies, isAccess, principal, action, resource, context }) {
  const fields = [...policies.map(String), principal ?? '', action, resource, ...context];
  const flags = (isAccess ? FLAG.isAccess : 0) | (principal === undefined ? 0 : FLAG.hasPrincipal);
  try {
    let status = call(fields, flags);
    // A text has what ends a field.
    if (status === RECORD_INVALID) status = call(fields.map(escape), flags | FLAG.escaped);
    if (status < 0) return status;
    const details = status === 0 ? undefined : JSON.parse(read(status));
    const [decision, kind] = outcome;
    policyModule.release();
    return { decision, kind, verdicts: VERDICTS.map(verdictAt), details };
  } catch (cause) {
    throw policyModule.failed(cause);
  }
}

/**
 * @param {string[]} fields
 * @param {number} flags
 */
function call(fields, flags) {
  const text = `${fields.join('\0')}\0`;
  const { written } = encoder.encodeInto(text, policyModule.buffer(text.length * 3));
  const { exports } = policyModule;
  const status = exports.evaluate(written, fields.length, flags);
  // Memory that has grown is another buffer.
  if (outcome.buffer !== exports.memory.buffer) {
    outcome = new Uint32Array(exports.memory.buffer, exports.outcome() >>> 0, OUTCOME_LENGTH);
  }
  return status;
}

/** @param {string} field */
function escape(field) {
  return field.replace(/[\0\x01]/g, (character) => (character === '\0' ? '\x010' : '\x011'));
}

/** @param {number} length  of what was written instead of the record */
function read(length) {
  return decoder.decode(policyModule.buffer(length).subarray(0, length));
}

/**
 * @param {number} at
 * @returns {Verdict}
 */
function verdictAt(at) {
  return { decision: outcome[at], policy: outcome[at + 1], statement: outcome[at + 2] };
}
