// Resolves the intrinsic functions of CloudFormation whose values depend only on the template.
//
// Source: "Intrinsic function reference", CloudFormation template reference; `Fn::Length`, `Fn::ToJsonString` and the default of
// `Fn::FindInMap`: "AWS::LanguageExtensions transform".

import { partitionOf } from '../api-types.js';
import { cidrBlocks } from './cidr.js';

/** The error of a value that is known only to a deployed stack, or is malformed. */
export class Unresolved extends Error {
  /** The path of the value, relative to the one that was being resolved. @type {PropertyKey[]} */
  path = [];

  /**
   * @param {string} message
   * @param {{ isMalformed?: boolean }} [details]  `isMalformed`: not even AWS could resolve it
   */
  constructor(message, { isMalformed = false } = {}) {
    super(message);
    this.isMalformed = isMalformed;
  }
}

/**
 * @typedef {object} Scope
 * @property {any} template
 * @property {Record<string, string | number>} parameters
 * @property {{ region: string, account: string }} environment
 * @property {(logicalId: string, attribute?: string) => unknown} resource  the result of `Ref` and `Fn::GetAtt`; throws
 *   `Unresolved`
 * @property {Map<string, boolean>} conditions  the values so far. They are cached, because each condition may refer to another one twice
 * @property {(steps: number) => void} spend  throws after too many steps: nested functions can double their result at each
 *   level
 */

/**
 * @param {any} value
 * @param {Scope} scope
 * @returns {any} the value without functions; values that are `AWS::NoValue` are removed
 * @throws {Unresolved}
 */
export function resolveValue(value, scope) {
  scope.spend(typeof value === 'string' ? 1 + value.length : 1);
  if (Array.isArray(value)) {
    return value
      .map((item, i) => within(i, () => resolveValue(item, scope)))
      .filter((item) => item !== undefined);
  }
  if (typeof value !== 'object' || value === null) return value;
  const name = functionOf(value);
  if (name !== undefined) {
    const resolve = FUNCTIONS[name];
    if (resolve === undefined) throw new Unresolved(`${name} cannot be resolved without AWS`);
    return within(name, () => called(name, resolve, value[name], scope));
  }
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, within(key, () => resolveValue(item, scope))])
      .filter(([, item]) => item !== undefined),
  );
}

/**
 * Resolves only the function at the top of a value, such as `Fn::If` around a list. Functions inside stay as they are.
 *
 * @param {any} value
 * @param {Scope} scope
 * @returns {any}
 * @throws {Unresolved}
 */
export function resolveHead(value, scope) {
  let head = value;
  while (functionOf(head) === 'Fn::If') {
    scope.spend(1);
    const [condition, yes, no] = head['Fn::If'];
    head = holds(condition, scope) ? yes : no;
  }
  return functionOf(head) === undefined ? head : resolveValue(head, scope);
}

/**
 * @param {any} value
 * @returns {string | undefined} the name of the function that the value is
 */
export function functionOf(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const [name, ...others] = Object.keys(value);
  if (name === undefined) return undefined;
  if (others.length === 0) return name === 'Ref' || name.startsWith('Fn::') ? name : undefined;
  // An AWS::Include that could not be read, among other keys.
  return 'Fn::Transform' in value ? 'Fn::Transform' : undefined;
}

/**
 * @template T
 * @param {PropertyKey} key
 * @param {() => T} resolve
 * @returns {T}
 */
function within(key, resolve) {
  try {
    return resolve();
  } catch (error) {
    if (error instanceof Unresolved) error.path.unshift(key);
    throw error;
  }
}

/**
 * @param {string} name
 * @param {(argument: any, scope: Scope) => any} resolve
 * @param {any} argument
 * @param {Scope} scope
 */
function called(name, resolve, argument, scope) {
  try {
    return resolve(argument, scope);
  } catch (error) {
    // Templates may contain arguments of any type.
    if (!(error instanceof TypeError)) throw error;
    throw new Unresolved(`${name} has arguments that CloudFormation refuses`, { isMalformed: true });
  }
}

/** @type {Record<string, (argument: any, scope: Scope) => any>} */
const FUNCTIONS = {
  Ref: (name, scope) => reference(name, scope),
  'Fn::GetAtt': (argument, scope) => {
    const [logicalId, attribute] = typeof argument === 'string' ? argument.split(/\.(.*)/s) : argument;
    return scope.resource(logicalId, resolveValue(attribute, scope));
  },
  'Fn::Sub': (argument, scope) => {
    const [text, own = {}] = Array.isArray(argument) ? argument : [argument];
    return text
      .replace(/\$\{([^!{}][^{}]*)\}/g, (/** @type {string} */ _, /** @type {string} */ name) => {
        if (Object.hasOwn(own, name)) return textOf(resolveValue(own[name], scope), scope);
        const [logicalId, attribute] = name.split(/\.(.*)/s);
        const value = attribute === undefined ? reference(name, scope) : scope.resource(logicalId, attribute);
        return textOf(value, scope);
      })
      .replaceAll('${!', '${');
  },
  'Fn::Join': ([separator, list], scope) =>
    resolveValue(list, scope)
      .map((/** @type {any} */ item, /** @type {number} */ i) =>
        textOf(i === 0 ? item : separator + item, scope),
      )
      .join(''),
  'Fn::Split': ([separator, text], scope) => textOf(resolveValue(text, scope), scope).split(separator),
  'Fn::Select': ([index, list], scope) => {
    const items = resolveValue(list, scope);
    const at = Number(resolveValue(index, scope));
    if (at in items) return items[at];
    throw new Unresolved(`Fn::Select asks for item ${at} of a list of ${items.length}`);
  },
  'Fn::FindInMap': ([map, first, second, options], scope) => {
    const keys = [map, first, second].map((item) => resolveValue(item, scope));
    const found = keys.reduce(
      (at, key) => (at && Object.hasOwn(at, key) ? at[key] : undefined),
      scope.template.Mappings ?? {},
    );
    if (found !== undefined) return resolveValue(found, scope);
    if (options?.DefaultValue !== undefined) return resolveValue(options.DefaultValue, scope);
    throw new Unresolved(`the mapping ${keys[0]} has no ${keys.slice(1).join('.')}`);
  },
  'Fn::Base64': (text, scope) => Buffer.from(textOf(resolveValue(text, scope), scope)).toString('base64'),
  'Fn::If': ([condition, yes, no], scope) => resolveValue(holds(condition, scope) ? yes : no, scope),
  // Three zones, because only AWS knows how many an account has.
  'Fn::GetAZs': (region, scope) =>
    ['a', 'b', 'c'].map((letter) => `${resolveValue(region, scope) || scope.environment.region}${letter}`),
  'Fn::Cidr': (argument, scope) => {
    const [block, count, bits] = resolveValue(argument, scope);
    try {
      return cidrBlocks(String(block), Number(count), bits === undefined ? undefined : Number(bits));
    } catch (error) {
      throw new Unresolved(`Fn::Cidr: ${/** @type {Error} */ (error).message}`);
    }
  },
  'Fn::Length': (list, scope) => {
    const items = resolveValue(list, scope);
    if (Array.isArray(items)) return items.length;
    throw new Unresolved('Fn::Length takes a list');
  },
  'Fn::ToJsonString': (value, scope) => textOf(JSON.stringify(resolveValue(value, scope)), scope),
  'Fn::Transform': ({ Name, Parameters }) => {
    const where = typeof Parameters?.Location === 'string' ? ` of ${Parameters.Location}` : '';
    throw new Unresolved(`the transform ${Name}${where} is not applied here`);
  },
};

/**
 * @param {unknown} value
 * @param {Scope} scope
 */
function textOf(value, { spend }) {
  const text = String(value);
  spend(text.length);
  return text;
}

/**
 * @param {string} name  of a pseudo parameter, a parameter, or a resource
 * @param {Scope} scope
 */
function reference(name, { template, parameters, environment, resource }) {
  const { region, account } = environment;
  /** @type {Record<string, unknown>} */
  const pseudo = {
    'AWS::Region': region,
    'AWS::AccountId': account,
    'AWS::Partition': partitionOf(region),
    'AWS::URLSuffix': region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com',
    'AWS::StackName': 'local',
    'AWS::StackId': `arn:${partitionOf(region)}:cloudformation:${region}:${account}:stack/local/00000000-0000-0000-0000-000000000000`,
    'AWS::NotificationARNs': [],
    'AWS::NoValue': undefined,
  };
  if (Object.hasOwn(pseudo, name)) return pseudo[name];
  const parameter = ownOf(template.Parameters, name);
  if (Object.hasOwn(parameters, name)) return ofType(parameters[name], parameter?.Type);
  if (parameter === undefined) return resource(name);
  const fix = `set it with --parameter ${name}=VALUE, or under 'parameters'`;
  // The default is a name in the Parameter Store, not a value.
  if (/^AWS::SSM::Parameter::Value</.test(parameter.Type))
    throw new Unresolved(`only AWS knows the value of the parameter ${name}: ${fix}`);
  if (parameter.Default !== undefined) return ofType(parameter.Default, parameter.Type);
  throw new Unresolved(`the parameter ${name} has no default: ${fix}`);
}

/**
 * @param {any} value  of a parameter
 * @param {unknown} type
 */
function ofType(value, type) {
  return /List\b/.test(String(type)) && !Array.isArray(value) ? String(value).split(/\s*,\s*/) : value;
}

/**
 * @param {any} object
 * @param {string} key
 */
function ownOf(object, key) {
  return object && Object.hasOwn(object, key) ? object[key] : undefined;
}

/**
 * @param {string} name
 * @param {Scope} scope
 * @returns {boolean}
 */
export function holds(name, scope) {
  const known = scope.conditions.get(name);
  if (known !== undefined) return known;
  const condition = ownOf(scope.template.Conditions, name);
  if (condition === undefined) throw new Unresolved(`there is no condition ${name}`);
  const value = evaluate(condition, scope);
  scope.conditions.set(name, value);
  return value;
}

/**
 * @param {any} condition
 * @param {Scope} scope
 * @returns {boolean}
 */
function evaluate(condition, scope) {
  const [[name, argument]] = Object.entries(condition);
  const all = () => argument.map((/** @type {any} */ one) => evaluate(one, scope));
  switch (name) {
    case 'Condition':
      return holds(argument, scope);
    case 'Fn::Equals': {
      const [a, b] = argument.map((/** @type {any} */ one) => resolveValue(one, scope));
      return String(a) === String(b);
    }
    case 'Fn::And':
      return all().every(Boolean);
    case 'Fn::Or':
      return all().some(Boolean);
    case 'Fn::Not':
      return !all()[0];
    default:
      throw new Unresolved(`${name} cannot be resolved without AWS`);
  }
}

/**
 * @param {any} value  `!Ref X`, `!GetAtt X.y`, `!Sub ${X}`, or the name
 * @returns {string}
 */
export function logicalIdOf(value) {
  const [argument] = typeof value === 'object' && value !== null ? Object.values(value) : [value];
  return String(Array.isArray(argument) ? argument[0] : argument)
    .replace(/^\$\{(.*)\}$/, '$1')
    .split('.')[0];
}
