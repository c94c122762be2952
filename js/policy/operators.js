// The condition operators.
//
// Source: "IAM JSON policy elements: Condition operators" in the IAM user guide.

import { contains, parseAddress, parseRange } from './ip-range.js';
import { invalid, show } from './policy-error.js';
import { hasVariables, matches, parseTemplate, resolve } from './pattern.js';
import { Unevaluated } from './unevaluated.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('./pattern.js').Template} Template
 * @typedef {import('./pattern.js').Unit} Unit
 *
 * @typedef {(actual: string, context: Context, key: string) => boolean | Unevaluated} Test  whether a value of the
 *   request is as the policy has it
 * @typedef {object} Expected  a value of the policy
 * @property {string} text
 * @property {boolean} variables  whether it may have some
 * @property {string} where
 *
 * @typedef {object} Operator
 * @property {(expected: Expected) => Test} testOf
 * @property {boolean} isNegated  whether it holds when no test passes
 */

/** @type {(testOf: Operator['testOf']) => Operator} */
const is = (testOf) => ({ testOf, isNegated: false });
/** @type {(testOf: Operator['testOf']) => Operator} */
const isNot = (testOf) => ({ testOf, isNegated: true });

/**
 * By their names, without what may stand before and after. `Null` is none of them: it compares nothing.
 *
 * @type {Map<string, Operator>}
 */
export const OPERATORS = new Map([
  ['StringEquals', is(string({}))],
  ['StringNotEquals', isNot(string({}))],
  ['StringEqualsIgnoreCase', is(string({ ignoresCase: true }))],
  ['StringNotEqualsIgnoreCase', isNot(string({ ignoresCase: true }))],
  ['StringLike', is(string({ wildcards: true }))],
  ['StringNotLike', isNot(string({ wildcards: true }))],
  ['NumericEquals', is(number((actual, expected) => actual === expected))],
  ['NumericNotEquals', isNot(number((actual, expected) => actual === expected))],
  ['NumericLessThan', is(number((actual, expected) => actual < expected))],
  ['NumericLessThanEquals', is(number((actual, expected) => actual <= expected))],
  ['NumericGreaterThan', is(number((actual, expected) => actual > expected))],
  ['NumericGreaterThanEquals', is(number((actual, expected) => actual >= expected))],
  ['DateEquals', is(date((actual, expected) => actual === expected))],
  ['DateNotEquals', isNot(date((actual, expected) => actual === expected))],
  ['DateLessThan', is(date((actual, expected) => actual < expected))],
  ['DateLessThanEquals', is(date((actual, expected) => actual <= expected))],
  ['DateGreaterThan', is(date((actual, expected) => actual > expected))],
  ['DateGreaterThanEquals', is(date((actual, expected) => actual >= expected))],
  ['Bool', is(parsed(parseBool, 'true or false', Object.is))],
  ['BinaryEquals', is(parsed(parseBase64, 'Base64', Object.is))],
  ['IpAddress', is(address())],
  ['NotIpAddress', isNot(address())],
  // AWS: "ArnEquals and ArnLike behave identically."
  ['ArnEquals', is(arn)],
  ['ArnLike', is(arn)],
  ['ArnNotEquals', isNot(arn)],
  ['ArnNotLike', isNot(arn)],
]);

/**
 * @param {{ wildcards?: boolean, ignoresCase?: boolean }} how
 * @returns {Operator['testOf']}
 */
function string({ wildcards = false, ignoresCase = false }) {
  /** @param {string} value */
  const fold = (value) => (ignoresCase ? value.toLowerCase() : value);
  return ({ text, variables, where }) => {
    const template = parseTemplate(text, { wildcards, variables }, where);
    return (actual, context) => {
      const pattern = resolve(template, context);
      if (pattern instanceof Unevaluated) return pattern;
      const units = pattern.map((unit) => (typeof unit === 'string' ? fold(unit) : unit));
      return matches(units, Array.from(actual, fold));
    };
  };
}

/**
 * Each of the six fields is compared for itself.
 *
 * @type {Operator['testOf']}
 */
function arn({ text, variables, where }) {
  const template = parseTemplate(
    text === '*' ? 'arn:*:*:*:*:*' : text,
    { wildcards: true, variables },
    where,
  );
  if (!hasVariables(template) && fieldsOf(template) === undefined) {
    throw invalid(
      where,
      `must be an ARN, which has six fields (or "*"), not ${show(text)}: use arn:aws:iam::*:role/x`,
    );
  }
  return (actual, context, key) => {
    const pattern = resolve(template, context);
    if (pattern instanceof Unevaluated) return pattern;
    const expected = fieldsOf(pattern);
    if (expected === undefined) {
      const [{ name }] = template.filter((part) => typeof part === 'object');
      return new Unevaluated(name, `with its value, ${show(text)} is not an ARN`);
    }
    const fields = actual.startsWith('arn:') ? fieldsOf(Array.from(actual)) : undefined;
    if (fields === undefined) return unreadable(actual, 'an ARN', key);
    return expected.every((field, index) => matches(field, fields[index]));
  };
}

/**
 * @template T
 * @param {T[]} arn
 * @returns {T[][] | undefined} the six fields, of which the last may hold colons
 */
function fieldsOf(arn) {
  /** @type {T[][]} */
  const fields = [[]];
  for (const unit of arn) {
    if (unit === ':' && fields.length < 6) fields.push([]);
    else fields.at(-1)?.push(unit);
  }
  return fields.length === 6 ? fields : undefined;
}

/**
 * What is not text.
 *
 * @template T
 * @param {(text: string) => T | undefined} parse
 * @param {string} form  of what `parse` takes, for the error
 * @param {(actual: T, expected: T) => boolean} holds
 * @param {{ parse: (text: string) => T | undefined, form: string }} [actual]  of a value of the request, where it is another
 * @returns {Operator['testOf']}
 */
function parsed(parse, form, holds, { parse: parseActual, form: formOfActual } = { parse, form }) {
  return ({ text, where }) => {
    const expected = parse(text);
    if (expected === undefined) throw invalid(where, `must be ${form}, not ${show(text)}`);
    return (value, _, key) => {
      const actual = parseActual(value);
      return actual === undefined ? unreadable(value, formOfActual, key) : holds(actual, expected);
    };
  };
}

/**
 * @param {string} value
 * @param {string} form
 * @param {string} key
 */
function unreadable(value, form, key) {
  return new Unevaluated(key, `the request has ${show(value)} there, which is not ${form}`);
}

/** @param {(actual: number, expected: number) => boolean} holds */
function number(holds) {
  return parsed(parseNumber, 'a number such as 10 or 2.5', holds);
}

/** @param {(actual: number, expected: number) => boolean} holds */
function date(holds) {
  const form = 'a date with its time zone such as 2026-02-03T04:05:06Z, or seconds since 1970';
  return parsed(parseDate, form, holds);
}

function address() {
  const form = 'an IP address, or a range such as 192.0.2.0/24 or 2001:db8::/32';
  return parsed(parseRange, form, (actual, expected) => contains(expected, actual), {
    parse: parseAddress,
    form: 'an IP address',
  });
}

/** @param {string} text */
function parseNumber(text) {
  return /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

/**
 * @param {string} text  ISO 8601 as in the W3C's note on it, or seconds
 * @returns {number | undefined} epoch milliseconds
 */
function parseDate(text) {
  if (/^-?\d{5,}$/.test(text)) return Number(text) * 1000;
  const [, year, month = '01', day = '01'] = DATE.exec(text) ?? [];
  const daysOfMonth = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  const time = year === undefined || Number(day) > daysOfMonth ? NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

const DATE = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?)?)?$/;

/** @param {string} text */
function parseBool(text) {
  const value = text.toLowerCase();
  return value === 'true' ? true : value === 'false' ? false : undefined;
}

/** @param {string} text */
function parseBase64(text) {
  return /^(?:[\w+/]{4})*(?:[\w+/]{2}==|[\w+/]{3}=)?$/.test(text) && !text.includes('_') ? text : undefined;
}
