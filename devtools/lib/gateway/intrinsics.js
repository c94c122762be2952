// The intrinsic functions of CloudFormation, as far as the template alone determines them.
//
// Source: "Intrinsic function reference", CloudFormation template reference.

/** A value that only a deployed stack has. */
export class Unresolved extends Error {}

/**
 * @typedef {object} Scope
 * @property {any} template
 * @property {Record<string, string | number>} parameters
 * @property {{ region: string, account: string }} environment
 * @property {(logicalId: string, attribute?: string) => unknown} resource  what `Ref` and `Fn::GetAtt` give; throws
 *   `Unresolved`
 * @property {Map<string, boolean>} conditions  the values known so far: each condition may refer to another one twice
 * @property {(steps: number) => void} spend  throws after too many steps: nested functions can double their result at each
 *   level
 */

/**
 * @param {any} value
 * @param {Scope} scope
 * @returns {any} without functions; what `AWS::NoValue` stood for is left out
 * @throws {Unresolved}
 */
export function resolveValue(value, scope) {
  scope.spend(typeof value === 'string' ? 1 + value.length : 1);
  if (Array.isArray(value)) {
    return value.map((item) => resolveValue(item, scope)).filter((item) => item !== undefined);
  }
  if (typeof value !== 'object' || value === null) return value;
  const [name, ...others] = Object.keys(value);
  if (others.length === 0 && (name === 'Ref' || name.startsWith('Fn::'))) {
    const resolve = FUNCTIONS[name];
    if (resolve !== undefined) return resolve(value[name], scope);
    throw new Unresolved(`${name} cannot be resolved without AWS`);
  }
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, resolveValue(item, scope)])
      .filter(([, item]) => item !== undefined),
  );
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
  'Fn::Select': ([index, list], scope) => resolveValue(list, scope)[Number(resolveValue(index, scope))],
  'Fn::FindInMap': (argument, scope) => {
    const [map, ...keys] = argument.map((/** @type {any} */ item) => resolveValue(item, scope));
    const found = keys.reduce(
      (/** @type {any} */ at, /** @type {string} */ key) => at?.[key],
      scope.template.Mappings?.[map],
    );
    if (found === undefined) throw new Unresolved(`the mapping ${map} has no ${keys.join('.')}`);
    return resolveValue(found, scope);
  },
  'Fn::Base64': (text, scope) => Buffer.from(textOf(resolveValue(text, scope), scope)).toString('base64'),
  'Fn::If': ([condition, yes, no], scope) => resolveValue(holds(condition, scope) ? yes : no, scope),
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
    'AWS::Partition': region.startsWith('cn-')
      ? 'aws-cn'
      : region.startsWith('us-gov-')
        ? 'aws-us-gov'
        : 'aws',
    'AWS::URLSuffix': region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com',
    'AWS::StackName': 'local',
    'AWS::StackId': `arn:aws:cloudformation:${region}:${account}:stack/local/00000000-0000-0000-0000-000000000000`,
    'AWS::NotificationARNs': [],
    'AWS::NoValue': undefined,
  };
  if (name in pseudo) return pseudo[name];
  if (name in parameters) return parameters[name];
  const parameter = template.Parameters?.[name];
  if (parameter === undefined) return resource(name);
  if (parameter.Default !== undefined) return parameter.Default;
  throw new Unresolved(`the parameter ${name} has no default: set it under 'parameters'`);
}

/**
 * @param {string} name
 * @param {Scope} scope
 * @returns {boolean}
 */
export function holds(name, scope) {
  const known = scope.conditions.get(name);
  if (known !== undefined) return known;
  const condition = scope.template.Conditions?.[name];
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
