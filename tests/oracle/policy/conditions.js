// The Condition element: tests of what is known of a request, all of which must hold.
//
// Source: "IAM JSON policy elements: Condition", "Condition operators" and "Multivalued context keys" in the IAM user guide.

import { invalid, show } from './invalid.js';
import { OPERATORS } from './operators.js';
import { Unevaluated } from './unevaluated.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('./operators.js').Test} Test
 * @typedef {(context: Context) => boolean | Unevaluated} Condition
 */

/**
 * @param {unknown} element
 * @param {boolean} variables  whether values may have some
 * @param {string} where
 * @returns {Condition[]}
 * @throws {SigV4Error} ERR_SIGV4_POLICY_INVALID
 */
export function parseConditions(element, variables, where) {
  // "This condition block is empty and it does not affect the policy": "Policy check reference" of IAM Access Analyzer.
  if (JSON.stringify(element) === '{}') return [];
  return fieldsOf(
    element,
    where,
    'operators, such as {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}',
  ).flatMap(([operator, keys]) => {
    const place = `${where}.${operator}`;
    const conditionOf = parseOperator(operator, place);
    return fieldsOf(keys, place, 'condition keys and their values, such as {"aws:username": "ana"}').map(
      ([key, values]) => {
        const field = `${place}["${key}"]`;
        // The prefix may be the name of an identity provider, with dots, slashes and colons.
        if (!/^[^\s:]+:./.test(key)) {
          throw invalid(field, 'is not a condition key: write its prefix as well, such as aws:SourceIp');
        }
        return conditionOf(key, textsOf(values, field), variables, field);
      },
    );
  });
}

/**
 * @param {string} name
 * @param {string} where
 * @returns {(key: string, values: string[], variables: boolean, where: string) => Condition}
 */
function parseOperator(name, where) {
  const [, set, base, ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(name) ?? [];
  if (base === 'Null' && !ifExists) return nullOperator(set);
  const operator = OPERATORS.get(base);
  if (operator === undefined) {
    const [similar] = [...OPERATORS.keys(), 'Null'].filter(
      (known) => known.toLowerCase() === base?.toLowerCase(),
    );
    throw invalid(
      where,
      `is not a condition operator: ${similar ? `write ${similar}` : `use one of ${KNOWN}`}`,
    );
  }
  const { testOf, isNegated } = operator;
  const isTrueOfMissing = ifExists ? true : set ? set === 'ForAllValues' : isNegated;
  return (key, expected, variables, where) => {
    const tests = expected.map((text) => testOf({ text, variables, where }));
    const lowerCaseKey = key.toLowerCase();
    return (context) => {
      const values = context.get(lowerCaseKey) ?? [];
      if (values.length === 0) return isTrueOfMissing;
      // AWS: "Set operators are required for multivalued context keys".
      if (!set && values.length > 1) return false;
      const results = values.map((value) => tests.map((test) => test(value, context, key)));
      const unevaluated = results.flat().find((result) => result instanceof Unevaluated);
      if (unevaluated !== undefined) return unevaluated;
      /** @param {(boolean | Unevaluated)[]} ofValue */
      const passes = (ofValue) => ofValue.includes(true) !== isNegated;
      return set === 'ForAllValues' ? results.every(passes) : results.some(passes);
    };
  };
}

const KNOWN = [...OPERATORS.keys(), 'Null'].join(', ');

/**
 * With a set operator, it asks each value whether it is there, as all operators do: without a value, `ForAllValues` is true,
 * and `ForAnyValue` is false. AWS's policy simulator agreed with PMapper, which tests this.
 *
 * @param {string} [set]
 * @returns {ReturnType<typeof parseOperator>}
 */
function nullOperator(set) {
  return (key, values, _, where) => {
    const wanted = values.map((value) => value.toLowerCase());
    const wrong = wanted.findIndex((value) => value !== 'true' && value !== 'false');
    if (wrong >= 0)
      throw invalid(where, `must be true (the key is missing) or false, not ${show(values[wrong])}`);
    const lowerCaseKey = key.toLowerCase();
    return (context) => {
      const isMissing = !context.get(lowerCaseKey)?.length;
      return isMissing && set ? set === 'ForAllValues' : wanted.includes(String(isMissing));
    };
  };
}

/**
 * @param {unknown} value
 * @param {string} where
 * @param {string} of  what it holds
 * @returns {[string, unknown][]}
 */
function fieldsOf(value, where, of) {
  const fields = typeof value === 'object' && value && !Array.isArray(value) ? Object.entries(value) : [];
  if (fields.length === 0) throw invalid(where, `must be an object of ${of}: write some, or leave it out`);
  return fields;
}

/**
 * @param {unknown} value
 * @param {string} where
 * @returns {string[]}
 */
function textsOf(value, where) {
  const values = Array.isArray(value) ? value : [value];
  const wrong = values.findIndex((one) => !['string', 'number', 'boolean'].includes(typeof one));
  if (wrong >= 0 || values.length === 0) {
    throw invalid(where, `must be a string, number or boolean, or a list of them, not ${show(value)}`);
  }
  return values.map(String);
}
