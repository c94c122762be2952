// Who a statement of a resource policy is about.
//
// Source: "AWS JSON policy elements: Principal" in the IAM user guide.

import { invalid, show } from './policy-error.js';

/**
 * @typedef {'named' | 'account' | undefined} PrincipalMatch  `account`: a principal of an account that is named as a whole,
 *   which may then decide itself
 * @typedef {(caller: string | undefined) => PrincipalMatch} PrincipalTest  of an ARN; undefined without credentials
 */

/**
 * @param {unknown} element  `"*"` or `{ AWS: … }`
 * @param {string} where
 * @returns {PrincipalTest}
 * @throws {SigV4Error} ERR_SIGV4_POLICY_INVALID
 */
export function parsePrincipals(element, where) {
  if (element === '*') return () => 'named';
  const [[type, value] = [], ...others] = Object.entries(Object(element));
  if (type !== 'AWS' || others.length > 0) {
    throw invalid(where, 'must be "*" or {"AWS": …}: nobody else signs requests to an API');
  }
  const values = Array.isArray(value) ? value : [value];
  if (values.length === 0) throw invalid(`${where}.AWS`, 'has nobody in it: name somebody, or "*"');
  const tests = values.map((one) => parsePrincipal(one, `${where}.AWS`));
  return (caller) => {
    const found = tests.map((test) => test(caller));
    return found.includes('named') ? 'named' : found.find((match) => match !== undefined);
  };
}

/**
 * @param {unknown} value
 * @param {string} where
 * @returns {PrincipalTest}
 */
function parsePrincipal(value, where) {
  if (value === '*') return () => 'named';
  const text = typeof value === 'string' ? value : '';
  const [, id, ofRoot] = /^(?:(\d{12})|arn:[\w-]+:iam::(\d{12}):root)$/.exec(text) ?? [];
  const account = id ?? ofRoot;
  if (account !== undefined) {
    return (caller) => {
      if (caller === undefined || accountOf(caller) !== account) return undefined;
      return caller.endsWith(':root') ? 'named' : 'account';
    };
  }
  const name = NAME.exec(text);
  if (!name) {
    const example = 'arn:aws:iam::123456789012:role/name';
    throw invalid(
      where,
      `must be "*", an account, or an ARN such as ${example} without wildcards, not ${show(value)}`,
    );
  }
  const [, start, path] = name;
  const session = start.includes(':iam:') && path.startsWith('role/') ? sessionsOf(text) : undefined;
  return (caller) => (caller === text || (session && caller?.startsWith(session)) ? 'named' : undefined);
}

const NAME = /^(arn:[\w-]+:(?:iam|sts)::\d{12}:)((?:user|role|assumed-role|federated-user)\/[\w+=,.@/-]+)$/;

/**
 * How the ARNs of the sessions of a role begin: they have its name, not its path.
 *
 * @param {string} role
 */
function sessionsOf(role) {
  const name = role.slice(role.lastIndexOf('/') + 1);
  return `${role.slice(0, role.indexOf(':role/')).replace(':iam:', ':sts:')}:assumed-role/${name}/`;
}

/**
 * @param {string} arn
 * @returns {string}
 */
export function accountOf(arn) {
  return arn.split(':')[4] ?? '';
}
