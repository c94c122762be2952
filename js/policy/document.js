// A policy document, read once: what comes out can be evaluated, and nothing in it was ignored.
//
// Source: "IAM JSON policy element reference" and "Grammar of the IAM JSON policy language" in the IAM user guide.

import { checkNames } from '../protocol/option-names.js';
import { parseConditions } from './conditions.js';
import { invalid, show } from './policy-error.js';
import { parseTemplate } from './pattern.js';
import { parsePrincipals } from './principal.js';

/**
 * @typedef {import('./pattern.js').Template} Template
 *
 * @typedef {Record<string, any>} PolicyDocument  as AWS has it: `{ Version, Statement: [{ Effect, Action, Resource, … }] }`
 *
 * @typedef {'identity' | 'resource'} PolicyType  of a user or role, or of an API
 *
 * @typedef {object} Statement
 * @property {string | undefined} sid
 * @property {'Allow' | 'Deny'} effect
 * @property {Patterns} action
 * @property {Patterns} resource
 * @property {{ test: import('./principal.js').PrincipalTest, isExcluded: boolean } | undefined} principal
 * @property {import('./conditions.js').Condition[]} conditions
 *
 * @typedef {object} Patterns
 * @property {Template[]} templates
 * @property {boolean} isExcluded  it is about what none of them matches
 */

/** A policy that was checked. It does not change with the document that it was made from. */
export class Policy {
  /** @type {readonly Statement[]} */
  #statements;

  /**
   * @param {PolicyType} type
   * @param {readonly Statement[]} statements
   */
  constructor(type, statements) {
    /** @readonly */
    this.type = type;
    this.#statements = statements;
  }

  /**
   * @param {Policy} policy
   * @returns {readonly Statement[]}
   */
  static statementsOf(policy) {
    return policy.#statements;
  }
}

const PARSE_OPTIONS = new Set(['type', 'name']);

/**
 * Checks a policy. AWS ignores some mistakes, such as a condition key that no request has; what is unknown here
 * (an element, an operator) is an error, so that no condition is lost.
 *
 * @param {PolicyDocument | string} document  an object, or its JSON
 * @param {object} [options]
 * @param {PolicyType} [options.type]  `identity` (the default): of a user, group or role. `resource`: of an API, which
 *   says for whom it is (`Principal`) and may shorten resources to `execute-api:/stage/METHOD/path`
 * @param {string} [options.name]  to call it by in errors; `the policy` by default
 * @returns {Policy}
 * @throws {SigV4Error} ERR_SIGV4_POLICY_INVALID: it says which statement and which field is wrong, and what to do
 */
export function parsePolicy(document, options) {
  checkNames(options, PARSE_OPTIONS);
  const { type = 'identity', name = 'the policy' } = options ?? {};
  const { Version = '2008-10-17', Statement, Id } = elementsOf(copyOf(document, name), POLICY_ELEMENTS, name);
  if (!VERSIONS.includes(Version)) {
    throw invalid(`${name}, Version`, `must be "2012-10-17" or "2008-10-17", not ${show(Version)}`);
  }
  if (Id !== undefined && typeof Id !== 'string') throw invalid(`${name}, Id`, 'must be a string');
  const statements = Array.isArray(Statement) ? Statement : [Statement];
  if (Statement === undefined || statements.length === 0) {
    throw invalid(
      name,
      'has no Statement: write one, such as {"Effect": "Allow", "Action": …, "Resource": …}',
    );
  }
  const sids = new Set();
  const parsed = statements.map((statement, index) => {
    const where = `${name}, Statement${Array.isArray(Statement) ? `[${index}]` : ''}`;
    const read = parseStatement(statement, { type, variables: Version === '2012-10-17', where });
    if (read.sid && sids.has(read.sid))
      throw invalid(`${where}.Sid`, `${show(read.sid)} is there twice: rename one`);
    sids.add(read.sid);
    return read;
  });
  return new Policy(type, parsed);
}

const VERSIONS = ['2012-10-17', '2008-10-17'];
const POLICY_ELEMENTS = ['Version', 'Id', 'Statement'];
const STATEMENT_ELEMENTS = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];

/** AWS takes no policy that is longer, of whatever kind: "IAM and AWS STS quotas". White space does not count. */
const LONGEST = 20480;

/**
 * @param {unknown} document
 * @param {string} name
 * @returns {unknown} JSON values only, that nobody else holds
 */
function copyOf(document, name) {
  let json;
  try {
    json = JSON.stringify(typeof document === 'string' ? JSON.parse(document) : document) ?? 'null';
  } catch (cause) {
    throw invalid(name, `is no JSON: ${cause instanceof Error ? cause.message : cause}`);
  }
  if (json.length > LONGEST) {
    throw invalid(name, `has ${json.length} characters, and AWS takes ${LONGEST} at most: split it`);
  }
  if (typeof document === 'string' && countKeys(document) > countKeys(json)) {
    throw invalid(
      name,
      'has the same element twice in one object, of which JSON keeps the last only: join them',
    );
  }
  return JSON.parse(json);
}

/** @param {string} json */
function countKeys(json) {
  return Array.from(json.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)).filter(([, colon]) => colon).length;
}

/**
 * @param {unknown} value
 * @param {{ type: PolicyType, variables: boolean, where: string }} options
 * @returns {Statement}
 */
function parseStatement(value, { type, variables, where }) {
  const elements = elementsOf(value, STATEMENT_ELEMENTS, where);
  const { Sid, Effect, Condition } = elements;
  if (Sid !== undefined && typeof Sid !== 'string')
    throw invalid(`${where}.Sid`, `must be a string, not ${show(Sid)}`);
  if (Effect !== 'Allow' && Effect !== 'Deny') {
    throw invalid(`${where}.Effect`, `must be "Allow" or "Deny", not ${show(Effect)}`);
  }
  const place = Sid ? `${where} (${show(Sid)})` : where;
  return {
    sid: Sid,
    effect: Effect,
    action: patternsOf(elements, 'Action', place, (text, field) => {
      if (!/^(?:\*|[\w-]+:[\w*?]+)$/.test(text)) {
        throw invalid(field, `must be an action such as "execute-api:Invoke", or "*", not ${show(text)}`);
      }
      return parseTemplate(text.toLowerCase(), { wildcards: true, variables: false }, field);
    }),
    resource: patternsOf(elements, 'Resource', place, (text, field) =>
      parseTemplate(checkResource(text, type, field), { wildcards: true, variables }, field),
    ),
    principal: principalOf(elements, type, Effect, place),
    conditions: Condition === undefined ? [] : parseConditions(Condition, variables, `${place}.Condition`),
  };
}

/**
 * @param {Record<string, unknown>} elements
 * @param {'Action' | 'Resource'} name
 * @param {string} where
 * @param {(text: string, where: string) => Template} parse
 * @returns {Patterns}
 */
function patternsOf(elements, name, where, parse) {
  const element = oneOf(elements, name, where);
  const field = `${where}.${element}`;
  const value = elements[element];
  const texts = Array.isArray(value) ? value : [value];
  if (texts.length === 0)
    throw invalid(field, 'is empty: write what it is about, or leave the statement out');
  const templates = texts.map((text) => {
    if (typeof text !== 'string')
      throw invalid(field, `must be a string or a list of strings, not ${show(text)}`);
    return parse(text, field);
  });
  return { templates, isExcluded: element !== name };
}

/**
 * @param {string} text
 * @param {PolicyType} type
 * @param {string} where
 * @returns {string} a whole pattern
 */
function checkResource(text, type, where) {
  if (text === '*') return text;
  if (type === 'resource' && text.startsWith('execute-api:/')) return text;
  // The key of a variable has a colon, too.
  const fields = text.replace(/\$\{[^}]*\}/g, '').split(':').length;
  if (!text.startsWith('arn:') || (type === 'resource' && fields < 6 && !text.endsWith('*'))) {
    const example = 'arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/GET/orders';
    const short = type === 'resource' ? ', execute-api:/prod/GET/orders' : '';
    throw invalid(where, `must be "*"${short} or an ARN such as ${example}, not ${show(text)}`);
  }
  // "If you specify an incomplete ARN in an identity-based policy, AWS automatically completes it with wildcards".
  return type === 'identity' ? text + ':*'.repeat(Math.max(0, 6 - fields)) : text;
}

/**
 * @param {Record<string, unknown>} elements
 * @param {PolicyType} type
 * @param {'Allow' | 'Deny'} effect
 * @param {string} where
 * @returns {Statement['principal']}
 */
function principalOf(elements, type, effect, where) {
  if (type === 'identity') {
    const [found] = ['Principal', 'NotPrincipal'].filter((name) => elements[name] !== undefined);
    if (found === undefined) return undefined;
    throw invalid(
      `${where}.${found}`,
      'is for policies of an API only: whom this is for follows from where it is attached',
    );
  }
  const element = oneOf(elements, 'Principal', where);
  const isExcluded = element === 'NotPrincipal';
  if (isExcluded && effect === 'Allow') {
    throw invalid(
      `${where}.${element}`,
      'with "Allow" would let in everybody else: AWS has it with "Deny" only',
    );
  }
  return { test: parsePrincipals(elements[element], `${where}.${element}`), isExcluded };
}

/**
 * @param {Record<string, unknown>} elements
 * @param {string} name
 * @param {string} where
 */
function oneOf(elements, name, where) {
  const [found, ...others] = [name, `Not${name}`].filter((one) => elements[one] !== undefined);
  if (found === undefined) throw invalid(where, `has no ${name}: write what it is about`);
  if (others.length > 0) throw invalid(where, `has both ${name} and Not${name}: leave one out`);
  return found;
}

/**
 * @param {unknown} value
 * @param {string[]} known
 * @param {string} where
 * @returns {Record<string, any>}
 */
function elementsOf(value, known, where) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(where, `must be an object with ${known.join(', ')}, not ${show(value)}`);
  }
  for (const name of Object.keys(value)) {
    if (known.includes(name)) continue;
    const similar = known.find((one) => one.toLowerCase() === name.toLowerCase());
    throw invalid(where, `has an unknown element ${show(name)}: write one of ${similar ?? known.join(', ')}`);
  }
  return value;
}
