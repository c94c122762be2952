// The policies in a template: of roles and users, what limits them, and of a REST API.

import { ConfigError } from './load-yaml.js';
import { logicalIdOf, resolveValue, Unresolved } from './intrinsics.js';

/**
 * @typedef {{ policies: (string | object)[], permissionsBoundary?: string | object }} Holder
 *
 * @typedef {object} Source
 * @property {import('./load-yaml.js').Document} document
 * @property {import('./intrinsics.js').Scope} scope
 * @property {readonly string[]} names  of the policies of the config
 * @property {<T>(at: PropertyKey[], resolve: () => T) => T | undefined} attempt  warns of what cannot be resolved
 * @property {(at: PropertyKey[], message: string) => void} warn
 */

export class TemplatePolicies {
  #document;
  #scope;
  #names;
  #attempt;
  #warn;

  /** @param {Source} source */
  constructor({ document, scope, names, attempt, warn }) {
    this.#document = document;
    this.#scope = scope;
    this.#names = names;
    this.#attempt = attempt;
    this.#warn = warn;
  }

  /** @param {readonly import('./template.js').Resource[]} resources */
  principals(resources) {
    /** @type {Record<string, object>} */
    const policies = {};
    /** @type {Record<string, Holder>} */
    const roles = {};
    /** @type {Record<string, Holder>} */
    const users = {};
    for (const { Type, Properties = {}, logicalId } of resources) {
      const holders = Type === 'AWS::IAM::Role' ? roles : Type === 'AWS::IAM::User' ? users : undefined;
      if (holders === undefined) continue;
      const inline = (Properties.Policies ?? []).flatMap(
        (/** @type {any} */ { PolicyDocument }, /** @type {number} */ i) =>
          this.#policy(PolicyDocument, [
            'Resources',
            logicalId,
            'Properties',
            'Policies',
            i,
            'PolicyDocument',
          ]),
      );
      const managed = (Properties.ManagedPolicyArns ?? []).flatMap(
        (/** @type {any} */ arn, /** @type {number} */ i) =>
          this.#managed(arn, ['Resources', logicalId, 'Properties', 'ManagedPolicyArns', i]),
      );
      const limit = Properties.PermissionsBoundary;
      const at = ['Resources', logicalId, 'Properties', 'PermissionsBoundary'];
      const permissionsBoundary = limit === undefined ? undefined : this.#boundary(limit, at);
      holders[logicalId] = {
        policies: [...managed, ...inline],
        ...(permissionsBoundary && { permissionsBoundary }),
      };
    }
    for (const { Type, Properties = {}, logicalId } of resources) {
      if (Type !== 'AWS::IAM::ManagedPolicy' && Type !== 'AWS::IAM::Policy') continue;
      const [document] = this.#policy(Properties.PolicyDocument, [
        'Resources',
        logicalId,
        'Properties',
        'PolicyDocument',
      ]);
      if (document === undefined) continue;
      policies[logicalId] = document;
      for (const [names, holders] of /** @type {const} */ ([
        [Properties.Roles, roles],
        [Properties.Users, users],
      ])) {
        for (const name of names ?? []) holders[logicalIdOf(name)]?.policies.push(logicalId);
      }
    }
    // Roles that may not call the API are not its clients, such as that of the Lambda function behind it.
    const clients = (/** @type {Record<string, Holder>} */ all) =>
      Object.fromEntries(Object.entries(all).filter(([, { policies: held }]) => held.length > 0));
    return { policies, roles: clients(roles), users: clients(users) };
  }

  /**
   * @param {any} arn
   * @param {PropertyKey[]} at
   * @returns {(string | object)[]}
   */
  #managed(arn, at) {
    const resolved = this.#attempt(at, () => String(resolveValue(arn, this.#scope)));
    if (resolved === undefined) return [];
    const name = resolved.slice(resolved.lastIndexOf('/') + 1);
    if (resolved.includes(':iam::aws:')) return MANAGED_BY_AWS[name] ?? [];
    const { Type, Properties } = this.#document.value.Resources[name] ?? {};
    if (Type === 'AWS::IAM::ManagedPolicy') return this.#isAbout(Properties?.PolicyDocument) ? [name] : [];
    this.#warn(at, `${resolved} is not in this template: left out`);
    return [];
  }

  /**
   * A permissions boundary. What is not known of it allows nothing here.
   *
   * @param {any} arn
   * @param {PropertyKey[]} at
   * @returns {string | object} a policy, or its name
   */
  #boundary(arn, at) {
    const resolved = this.#attempt(at, () => String(resolveValue(arn, this.#scope))) ?? '';
    const name = resolved.slice(resolved.lastIndexOf('/') + 1);
    if (resolved.includes(':iam::aws:')) return MANAGED_BY_AWS[name]?.[0] ?? ALLOWS_NO_API;
    if (this.#names.includes(name)) return name;
    const { Type, Properties } = this.#document.value.Resources[name] ?? {};
    if (Type === 'AWS::IAM::ManagedPolicy')
      return this.#isAbout(Properties?.PolicyDocument) ? name : ALLOWS_NO_API;
    const fix = name && `, unless a config file has it as policies.${name}`;
    this.#warn(at, `${resolved || 'the boundary'} is not in this template: it allows nothing${fix}`);
    return ALLOWS_NO_API;
  }

  /**
   * The statements of a policy that are about APIs.
   *
   * @param {any} document
   * @param {PropertyKey[]} at
   * @param {(statement: any) => boolean} [isKept]
   * @returns {object[]} one policy, or none if it has no such statement
   */
  #policy(document, at, isKept = isAboutApis) {
    const statements = [document?.Statement ?? []].flat();
    const kept = statements.flatMap((statement, i) => {
      if (!isKept(statement)) return [];
      try {
        return [resolveValue(statement, this.#scope)];
      } catch (error) {
        if (!(error instanceof Unresolved)) throw error;
        const where = [...at, 'Statement', i];
        // Without it, more would be allowed here than in AWS.
        if (statement.Effect !== 'Allow')
          throw new ConfigError(`${this.#document.locate(where)}: ${error.message}`);
        this.#warn(where, `left out: ${error.message}`);
        return [];
      }
    });
    return kept.length === 0 ? [] : [{ Version: document.Version ?? '2012-10-17', Statement: kept }];
  }

  /** @param {any} document */
  #isAbout(document) {
    return [document?.Statement ?? []].flat().some(isAboutApis);
  }

  /**
   * @param {import('./template.js').FoundApi} api
   * @returns {object | undefined}
   */
  ofApi({ logicalId, policy }) {
    if (policy === undefined) return undefined;
    const at = ['Resources', logicalId, 'Properties', 'Policy'];
    const document = typeof policy === 'string' ? JSON.parse(policy) : policy;
    const [kept] = this.#policy(document, at, () => true);
    if (kept !== undefined) return kept;
    throw new ConfigError(`${this.#document.locate(at)}: nothing is left of the policy of ${logicalId}`);
  }
}

/** Of AWS's own policies, those that are about calling APIs. @type {Record<string, object[]>} */
const MANAGED_BY_AWS = Object.fromEntries(
  [
    [
      'AmazonAPIGatewayInvokeFullAccess',
      ['execute-api:Invoke', 'execute-api:ManageConnections'],
      'arn:aws:execute-api:*:*:*',
    ],
    ['AdministratorAccess', '*', '*'],
    ['PowerUserAccess', '*', '*'],
  ].map(([name, Action, Resource]) => [
    name,
    [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }] }],
  ]),
);

/** Stands for a boundary that says nothing of calling APIs. */
const ALLOWS_NO_API = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', NotAction: 'execute-api:*', Resource: '*' },
};

/** @param {any} statement */
function isAboutApis(statement) {
  if (statement?.NotAction !== undefined) return true;
  return [statement?.Action ?? []]
    .flat()
    .some((action) => typeof action !== 'string' || /^(execute-api:|\*)/i.test(action));
}
