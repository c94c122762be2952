// A policy document that the core has parsed once. It can be evaluated, and no part of it was ignored.

import { SigV4Error } from '../engine/errors.js';
import { MAX_POLICY_CHARACTERS } from '../engine/generated/limits.js';
import {
  currentGeneration,
  forgetOwner,
  keepPolicy,
  makeRoom,
  releasePolicy,
  releaseWith,
} from '../engine/policy-engine.js';
import { checkNames } from '../protocol/option-names.js';
import { invalid } from './policy-error.js';

/**
 * @typedef {Record<string, any>} PolicyDocument  as AWS has it: `{ Version, Statement: [{ Effect, Action, Resource, … }] }`
 *
 * @typedef {'identity' | 'resource'} PolicyType  of a user or role, or of an API
 */

/**
 * A parsed policy. Later changes of its document have no effect.
 *
 * The core keeps it until it is disposed of or garbage-collected.
 */
export class Policy {
  #name;
  /** Its JSON; `undefined` after it was disposed of. @type {string | undefined} */
  #json;
  /** @type {(string | undefined)[]} */
  #sids;
  #kept;

  /**
   * @param {PolicyType} type
   * @param {string} name
   * @param {string} json
   */
  constructor(type, name, json) {
    const document = JSON.parse(json);
    makeRoom();
    this.#kept = keepPolicy(document, type === 'resource', name);
    releaseWith(this, this.#kept);
    /** @readonly */
    this.type = type;
    this.#name = name;
    this.#json = json;
    this.#sids = [document.Statement].flat().map((/** @type {{ Sid?: string }} */ { Sid }) => Sid);
  }

  /** Removes the policy from the core. Evaluating it is an error afterwards. */
  dispose() {
    if (this.#json === undefined) return;
    this.#json = undefined;
    forgetOwner(this.#kept);
    releasePolicy(this.#kept);
  }

  /** See {@link Policy.dispose}. */
  [Symbol.dispose]() {
    this.dispose();
  }

  /**
   * Its number in the core. After a restart of the core, the policy is parsed again.
   *
   * @param {Policy} policy
   * @param {string} name  of the argument
   * @returns {number}
   */
  static numberOf(policy, name) {
    if (policy.#json === undefined) {
      throw new SigV4Error('ERR_SIGV4_OPTION_INVALID', `${name} was disposed of: parse it again`);
    }
    if (policy.#kept.generation !== currentGeneration()) {
      const kept = keepPolicy(JSON.parse(policy.#json), policy.type === 'resource', policy.#name);
      Object.assign(policy.#kept, kept);
    }
    return policy.#kept.number;
  }

  /**
   * @param {Policy} policy
   * @param {number} statement  its place
   */
  static sidOf(policy, statement) {
    return policy.#sids[statement];
  }
}

const PARSE_OPTIONS = new Set(['type', 'name']);

/**
 * Parses and checks a policy. AWS ignores some mistakes, such as a condition key that no request has. Here, an unknown element or
 * operator is an error, so that no condition is lost.
 *
 * @example
 *   const policy = parsePolicy(text); // once; evaluatePolicies takes it as often as you like
 *
 * @param {PolicyDocument | string} document  an object, or its JSON
 * @param {object} [options]
 * @param {PolicyType} [options.type] `identity` (the default): the policy of a user, group or role. `resource`: the policy of an
 *   API, which has a `Principal` and may shorten resources to `execute-api:/stage/METHOD/path`
 * @param {string} [options.name]  the name of the policy in errors; default: `the policy`
 * @returns {Policy}
 * @throws {SigV4Error} ERR_SIGV4_POLICY_INVALID: the message names the statement and the field, and says what to do;
 *   ERR_SIGV4_WASM_UNAVAILABLE
 */
export function parsePolicy(document, options) {
  checkNames(options, PARSE_OPTIONS);
  const { type = 'identity', name = 'the policy' } = options ?? {};
  return new Policy(type, name, jsonOf(document, name));
}

/** By their text, with their type before it: documents may change, and their text is then another. */
const parsed = /** @type {Map<string, Policy>} */ (new Map());
const MOST_PARSED = 100;

/**
 * The same, of a document that may come again.
 *
 * @param {PolicyType} type
 * @param {PolicyDocument | string} document
 * @param {string} name
 * @returns {Policy}
 */
export function parsedDocument(type, document, name) {
  const text = typeof document === 'string' ? document : jsonOf(document, name);
  const key = `${type} ${text}`;
  const known = parsed.get(key);
  if (known !== undefined) return known;
  const policy = new Policy(type, name, jsonOf(document, name));
  if (text.length > MAX_POLICY_CHARACTERS) return policy;
  const [oldest] = parsed.keys();
  if (parsed.size >= MOST_PARSED) parsed.delete(oldest);
  parsed.set(key, policy);
  return policy;
}

/**
 * @param {unknown} document
 * @param {string} name
 * @returns {string} without white space
 */
function jsonOf(document, name) {
  let json;
  try {
    json = JSON.stringify(typeof document === 'string' ? JSON.parse(document) : document) ?? 'null';
  } catch (cause) {
    throw invalid(name, `is not JSON: ${cause instanceof Error ? cause.message : cause}`);
  }
  if (json.length > MAX_POLICY_CHARACTERS) {
    throw invalid(
      name,
      `has ${json.length} characters, and AWS takes ${MAX_POLICY_CHARACTERS} at most: split it`,
    );
  }
  if (typeof document === 'string' && countKeys(document) > countKeys(json)) {
    throw invalid(
      name,
      'has the same element twice in one object, and JSON keeps only the last one: merge them',
    );
  }
  return json;
}

/** @param {string} json */
function countKeys(json) {
  return Array.from(json.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)).filter(([, colon]) => colon).length;
}
