// Parses the policies of the settings, and records their owners and names.

import { parsePolicy } from 'sigv4-wasm/policy';

import { ConfigError } from './load-yaml.js';
import { Principals } from './principals.js';

/** @typedef {import('sigv4-wasm/policy').Policy} Policy */

/**
 * @param {import('./config.js').Settings} settings
 * @param {Principals} [previous]  of the previous config
 * @returns {Principals}
 * @throws {ConfigError}
 */
export function principalsOf(settings, previous) {
  const principals = new Principals(settings, previous);
  const { locate } = settings;
  const parsed = Object.fromEntries(
    Object.entries(settings.policies).map(([name, policy]) => [
      name,
      checkedPolicy(policy, `policies.${name}`, { locate }),
    ]),
  );
  const resolveOne = (/** @type {string | object} */ policy, /** @type {string} */ name) =>
    typeof policy === 'string' ? parsed[policy] : checkedPolicy(policy, name, { locate });
  const resolve = (/** @type {readonly (string | object)[]} */ held, /** @type {string} */ owner) =>
    held.map((policy, i) => resolveOne(policy, `${owner}.policies[${i}]`));
  /** @type {(holder: { policies: readonly (string | object)[], permissionsBoundary?: string | object }, name: string) => import('./principals.js').Permissions} */
  const permissionsOf = ({ policies, permissionsBoundary: limit }, name) => ({
    policies: resolve(policies, name),
    ...(limit && { permissionsBoundary: resolveOne(limit, `${name}.permissionsBoundary`) }),
  });
  for (const [name, user] of Object.entries(settings.users)) {
    principals.addUser(name, permissionsOf(user, `users.${name}`), user.accessKeys);
  }
  for (const [name, role] of Object.entries(settings.roles)) {
    const sessions = role.sessions.map(({ policies, ...session }, i) => ({
      ...session,
      policies: resolve(policies, `roles.${name}.sessions[${i}]`),
    }));
    principals.addRole(name, permissionsOf(role, `roles.${name}`), sessions);
  }
  if (previous) principals.takeIssued(previous);
  return principals;
}

/**
 * The policy of an API or a function.
 *
 * @param {import('./config.js').Settings} settings
 * @returns {Policy | undefined}
 * @throws {ConfigError}
 */
export function resourcePolicyOf({ resourcePolicy, locate }) {
  return resourcePolicy && checkedPolicy(resourcePolicy, 'resourcePolicy', { type: 'resource', locate });
}

/**
 * @param {object} policy
 * @param {string} name
 * @param {{ type?: 'identity' | 'resource', locate?: (path: readonly PropertyKey[]) => string }} options
 * @returns {Policy}
 */
function checkedPolicy(policy, name, { type = 'identity', locate }) {
  try {
    const parsed = parsePolicy(policy, { name, type });
    names.set(parsed, name);
    return parsed;
  } catch (cause) {
    const { message } = /** @type {Error} */ (cause);
    const path = name
      .split(/[.[\]]+/)
      .filter(Boolean)
      .map((key) => (/^\d+$/.test(key) ? Number(key) : key));
    throw new ConfigError(locate ? `${locate(path)}: ${message}` : message, { cause });
  }
}

/**
 * @param {Policy} policy
 * @returns {string | undefined} its place, such as `roles.shop.policies[0]`
 */
export function nameOf(policy) {
  return names.get(policy);
}

/** @type {WeakMap<Policy, string>} */
const names = new WeakMap();
