// Texts of a policy that hold wildcards and variables.
//
// Source: "IAM JSON policy elements: Resource" and "Variables and tags" in the IAM user guide.

import { invalid, show } from './policy-error.js';
import { Unevaluated } from './unevaluated.js';

/**
 * @typedef {import('./context.js').Context} Context
 *
 * @typedef {{ key: string, name: string, fallback: string | undefined }} Variable  `name`: the key as the policy writes it
 * @typedef {string | symbol} Unit  one character, or a wildcard
 * @typedef {(Unit | Variable)[]} Template
 */

const MANY = Symbol('*');
const ONE = Symbol('?');

/** @type {Map<string, Unit>} */
const WILDCARDS = new Map([
  ['*', MANY],
  ['?', ONE],
]);

/**
 * @param {string} text
 * @param {object} means  what else than characters is in it
 * @param {boolean} means.wildcards
 * @param {boolean} means.variables  of Version 2012-10-17
 * @param {string} where
 * @returns {Template}
 * @throws {SigV4Error} ERR_SIGV4_POLICY_INVALID
 */
export function parseTemplate(text, { wildcards, variables }, where) {
  /** @param {RegExpMatchArray} match */
  const unitOf = ([token, inner]) => {
    if (token.length < 2 || !variables) return (wildcards && WILDCARDS.get(token)) || Array.from(token);
    if (SPECIAL.has(inner)) return inner;
    const variable = VARIABLE.exec(inner ?? '');
    if (variable) {
      const name = variable[1].trim();
      return { key: name.toLowerCase(), name, fallback: variable[2] };
    }
    throw invalid(
      where,
      `has a variable that is none: ${show(text)}. Write \${aws:username}, \${aws:username, 'default'}, \${*}, \${?} or ` +
        `\${$} for the characters themselves, or Version 2008-10-17, in which nothing is a variable`,
    );
  };
  return Array.from(text.matchAll(TOKEN), unitOf).flat();
}

const TOKEN = /\$\{(?:([^}]*)\})?|[^]/gu;
const SPECIAL = new Set(['*', '?', '$']);
/** Its prefix may be the name of an identity provider: `oidc.eks.eu-west-1.amazonaws.com/id/X:sub`. */
const VARIABLE = /^([^\s:,']+:[^,']+)(?:, *'([^']*)')?$/;

/**
 * @param {Template} template
 * @param {Context} context
 * @returns {Unit[] | Unevaluated}
 */
export function resolve(template, context) {
  /** @type {Unit[]} */
  const units = [];
  for (const part of template) {
    if (typeof part !== 'object') {
      units.push(part);
      continue;
    }
    const { key, name, fallback } = part;
    const values = context.get(key) ?? [];
    const value = values.length > 1 ? undefined : (values[0] ?? fallback);
    if (value === undefined) {
      const number = values.length > 1 ? 'several values' : 'no value';
      return new Unevaluated(name, `the variable \${${name}} takes one value, and the request has ${number}`);
    }
    // One by one: what is in the request is no wildcard.
    for (const character of value) units.push(character);
  }
  return units;
}

/**
 * @param {Template} template
 * @returns {Unit[]} with anything in place of its variables
 */
export function loosen(template) {
  return template.map((part) => (typeof part === 'object' ? MANY : part));
}

/**
 * Goes back to the last `*` only, so the time is the product of both lengths at most, however many there are.
 *
 * @param {Unit[]} pattern
 * @param {string[]} text  characters
 */
export function matches(pattern, text) {
  let at = 0;
  let many = -1;
  let resumeAt = 0;
  for (let index = 0; index < text.length;) {
    const unit = pattern[at];
    if (unit === MANY) {
      many = at++;
      resumeAt = index;
    } else if (unit === ONE || unit === text[index]) {
      at++;
      index++;
    } else if (many >= 0) {
      at = many + 1;
      index = ++resumeAt;
    } else {
      return false;
    }
  }
  while (pattern[at] === MANY) at++;
  return at === pattern.length;
}

/**
 * @param {Template} template
 * @returns {boolean}
 */
export function hasVariables(template) {
  return template.some((part) => typeof part === 'object');
}
