// Reads the policies in a template: those of roles and users with their boundaries, and that of an API.

import { ConfigError } from '../load-yaml.js';
import { functionOf, logicalIdOf, resolveHead, resolveValue, Unresolved } from './intrinsics.js';
import { MANAGED_BY_AWS } from './managed-policies.js';

/**
 * @typedef {{ policies: (string | object)[], permissionsBoundary?: string | object }} Holder
 * @typedef {{ policies: Record<string, object>, roles: Record<string, Holder>, users: Record<string, Holder> }} Principals
 * @typedef {Principals & { mentionsCalls: boolean, hasClients: boolean }} FoundPrincipals  `mentionsCalls`: whether any
 *   policy is about calls, including those that are left out; `hasClients`: whether any user or role has such a policy
 *
 * @typedef {object} Source
 * @property {import('./document.js').TemplateDocument} document
 * @property {import('./intrinsics.js').Scope} scope
 * @property {'execute-api' | 'lambda'} service  the service of the policies
 * @property {boolean} invokes  whether callers also invoke functions themselves, with `lambda:InvokeFunction`
 * @property {readonly string[]} names  the names of the policies of the config
 * @property {<T>(at: readonly PropertyKey[], resolve: () => T) => T | undefined} attempt  warns if a value cannot be resolved
 * @property {(at: readonly PropertyKey[], message: string) => void} warn
 *
 * @typedef {readonly PropertyKey[]} Path
 */

export class TemplatePolicies {
  #document;
  #scope;
  #service;
  #invokes;
  #names;
  #attempt;
  #warn;
  #mentionsCalls = false;

  /** @param {Source} source */
  constructor({ document, scope, service, invokes, names, attempt, warn }) {
    this.#document = document;
    this.#scope = scope;
    this.#service = service;
    this.#invokes = invokes;
    this.#names = names;
    this.#attempt = attempt;
    this.#warn = warn;
  }

  /**
   * Every role and user, including those whose policies are not about calls: these may not call the API.
   *
   * @param {readonly import('./read-template.js').Resource[]} resources
   * @returns {FoundPrincipals}
   */
  principals(resources) {
    /** @type {Principals & { groups: Record<string, Holder> }} */
    const found = { policies: {}, roles: {}, users: {}, groups: {} };
    for (const resource of resources) {
      const kind = HOLDERS[resource.Type];
      if (kind !== undefined) found[kind][resource.logicalId] = this.#holder(resource);
    }
    for (const { Type, Properties = {}, logicalId } of resources) {
      if (!/^AWS::IAM::(?:Managed|Role|User|Group)?Policy$/.test(Type)) continue;
      const at = ['Resources', logicalId, 'Properties'];
      const [document] = this.#policy(Properties.PolicyDocument, [...at, 'PolicyDocument']);
      if (document === undefined) continue;
      found.policies[logicalId] = document;
      for (const [kind, one, several] of ATTACHED) {
        const names = Properties[one] ?? this.#list(Properties[several], [...at, several]);
        for (const name of [names].flat()) {
          const holder = found[kind][logicalIdOf(name)];
          if (holder !== undefined) holder.policies.push(logicalId);
          else this.#warn(at, `it is attached to ${logicalIdOf(name)}, which is not in this template`);
        }
      }
    }
    for (const { Type, Properties = {}, logicalId } of resources) {
      const at = ['Resources', logicalId, 'Properties'];
      const isUser = Type === 'AWS::IAM::User';
      if (!isUser && Type !== 'AWS::IAM::UserToGroupAddition') continue;
      const users = isUser ? [logicalId] : this.#list(Properties.Users, [...at, 'Users']);
      const groups = isUser ? this.#list(Properties.Groups, [...at, 'Groups']) : [Properties.GroupName];
      for (const group of groups) {
        const policies = found.groups[logicalIdOf(group)]?.policies;
        if (policies === undefined)
          this.#warn(at, `the group ${logicalIdOf(group)} is not in this template: it allows nothing`);
        for (const user of users) found.users[logicalIdOf(user)]?.policies.push(...(policies ?? []));
      }
    }
    const { policies, roles, users } = found;
    const isClient = (/** @type {Holder} */ holder) =>
      holder.policies.some((held) =>
        this.#isAbout(typeof held === 'string' ? (policies[held] ?? ANY) : held),
      );
    // The gateway returns the credentials of the first role.
    const clientsFirst = (/** @type {Record<string, Holder>} */ holders) => {
      const rank = (/** @type {[string, Holder]} */ [, holder]) => (isClient(holder) ? 0 : 1);
      return Object.fromEntries(Object.entries(holders).sort((a, b) => rank(a) - rank(b)));
    };
    return {
      ...{ policies, roles: clientsFirst(roles), users: clientsFirst(users) },
      mentionsCalls: this.#mentionsCalls,
      hasClients: Object.values({ ...roles, ...users }).some(isClient),
    };
  }

  /** @param {import('./read-template.js').Resource} resource */
  #holder({ logicalId, Properties = {} }) {
    const at = ['Resources', logicalId, 'Properties'];
    const inline = this.#list(Properties.Policies, [...at, 'Policies']).flatMap((policy, i) =>
      this.#policy(policy?.PolicyDocument, [...at, 'Policies', i, 'PolicyDocument']),
    );
    const arns = this.#list(Properties.ManagedPolicyArns, [...at, 'ManagedPolicyArns']);
    const managed = arns.flatMap((arn, i) => this.#managed(arn, [...at, 'ManagedPolicyArns', i]));
    const limit = Properties.PermissionsBoundary;
    const permissionsBoundary =
      limit === undefined ? undefined : this.#boundary(limit, [...at, 'PermissionsBoundary']);
    return { policies: [...managed, ...inline], ...(permissionsBoundary && { permissionsBoundary }) };
  }

  /**
   * @param {any} value
   * @param {Path} at
   * @returns {any[]} without items that a condition removes
   */
  #list(value, at) {
    const list = this.#attempt(at, () => resolveHead(value, this.#scope)) ?? [];
    return [list].flat().flatMap((item, i) => {
      const head = this.#attempt([...at, i], () => (isChoice(item) ? resolveHead(item, this.#scope) : item));
      return head === undefined ? [] : [head].flat();
    });
  }

  /**
   * @param {any} arn
   * @param {Path} at
   * @returns {(string | object)[]}
   */
  #managed(arn, at) {
    const resolved = this.#attempt(at, () => resolveValue(arn, this.#scope));
    if (typeof resolved !== 'string') return [];
    const name = resolved.slice(resolved.lastIndexOf('/') + 1);
    if (isOfAws(resolved)) {
      const known = Object.hasOwn(MANAGED_BY_AWS, name);
      if (!known)
        this.#warn(at, `this gateway does not know the AWS managed policy ${name}: it allows nothing`);
      const policy = known ? MANAGED_BY_AWS[name] : undefined;
      return policy === undefined ? [] : [policy];
    }
    if (this.#names.includes(name)) return [name];
    const { Type, Properties } = this.#document.value.Resources[name] ?? {};
    if (Type === 'AWS::IAM::ManagedPolicy') return this.#keepsOf(Properties?.PolicyDocument) ? [name] : [];
    const fix = `it allows nothing, unless a config file has it as policies.${name}`;
    this.#warn(at, `${resolved} is not in this template: ${fix}`);
    return [];
  }

  /**
   * Reads a permissions boundary. Its unknown parts allow nothing here.
   *
   * @param {any} arn
   * @param {Path} at
   * @returns {string | object | undefined} a policy, or its name; `undefined` if a condition removes it
   */
  #boundary(arn, at) {
    const value = this.#attempt(at, () => [resolveValue(arn, this.#scope)]);
    if (value !== undefined && value[0] === undefined) return undefined;
    const resolved = String(value?.[0] ?? '');
    const name = resolved.slice(resolved.lastIndexOf('/') + 1);
    if (isOfAws(resolved)) {
      const known = Object.hasOwn(MANAGED_BY_AWS, name) ? MANAGED_BY_AWS[name] : undefined;
      return known ?? this.#allowsNothing();
    }
    if (this.#names.includes(name)) return name;
    const { Type, Properties } = this.#document.value.Resources[name] ?? {};
    if (Type === 'AWS::IAM::ManagedPolicy')
      return this.#keepsOf(Properties?.PolicyDocument) ? name : this.#allowsNothing();
    const fix = name && `, unless a config file has it as policies.${name}`;
    this.#warn(at, `${resolved || 'the boundary'} is not in this template: it allows nothing${fix}`);
    return this.#allowsNothing();
  }

  /** The replacement for a boundary that is not about calls. */
  #allowsNothing() {
    return {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', NotAction: `${this.#service}:*`, Resource: '*' },
    };
  }

  /**
   * The statements of a policy that are about calls.
   *
   * @param {any} given
   * @param {Path} at
   * @param {(statement: any) => boolean} [isKept]
   * @returns {object[]} one policy, or none if it has no such statement
   */
  #policy(given, at, isKept = (statement) => this.#isKept(statement)) {
    const document = this.#required(given, at);
    const statements = [this.#required(document?.Statement, [...at, 'Statement']) ?? []].flat();
    this.#mentionsCalls ||= this.#isAbout(document);
    const kept = statements.flatMap((item, i) => {
      const where = [...at, 'Statement', i];
      const statement = this.#required(item, where);
      if (statement === undefined || !isKept(statement)) return [];
      try {
        return [resolveValue(statement, this.#scope)];
      } catch (error) {
        if (!(error instanceof Unresolved)) throw error;
        const place = [...where, ...error.path];
        if (error.isMalformed) throw new ConfigError(`${this.#document.locate(place)}: ${error.message}`);
        // Without this statement, the gateway would allow more than AWS.
        if (statement.Effect !== 'Allow')
          throw new ConfigError(
            `${this.#document.locate(place)}: this statement with Effect Deny cannot be evaluated: ${error.message}`,
          );
        this.#warn(place, `its statement is left out: ${error.message}`);
        return [];
      }
    });
    return kept.length === 0 ? [] : [{ Version: document.Version ?? '2012-10-17', Statement: kept }];
  }

  /**
   * Reads a part of a policy that may deny something.
   *
   * @param {any} value
   * @param {Path} at
   * @returns {any}
   * @throws {ConfigError}
   */
  #required(value, at) {
    try {
      return functionOf(value) === undefined ? value : resolveHead(value, this.#scope);
    } catch (error) {
      if (!(error instanceof Unresolved)) throw error;
      throw new ConfigError(`${this.#document.locate([...at, ...error.path])}: ${error.message}`);
    }
  }

  /** @param {any} document */
  #keepsOf(document) {
    return [document?.Statement ?? []].flat().some((statement) => this.#isKept(statement));
  }

  /** @param {any} document */
  #isAbout(document) {
    return [document?.Statement ?? []].flat().some((statement) => this.#isAboutCalls(statement));
  }

  /** @param {any} statement */
  #isKept(statement) {
    return this.#isAboutCalls(statement) || (this.#invokes && this.#isAboutCalls(statement, 'lambda'));
  }

  /**
   * @param {any} statement
   * @param {string} [asked]  the service of the calls
   */
  #isAboutCalls(statement, asked = this.#service) {
    if (statement?.NotAction !== undefined || functionOf(statement) !== undefined) return true;
    return [statement?.Action ?? []].flat().some((action) => {
      if (typeof action !== 'string') return true;
      const [service] = action.split(':', 1);
      const pattern = service
        .replace(/[^\w*?]/g, '\\$&')
        .replace(/\*+/g, '.*')
        .replaceAll('?', '.');
      return new RegExp(`^${pattern}$`, 'i').test(asked);
    });
  }

  /**
   * @param {import('./apis.js').FoundApi} api
   * @returns {object | undefined}
   */
  ofApi({ logicalId, policy, policyAt: at = ['Resources', logicalId, 'Properties', 'Policy'] }) {
    // The Serverless Framework removes a policy with `""`.
    if (policy === undefined || policy === '') return undefined;
    const [kept] = this.#policy(typeof policy === 'string' ? this.#json(policy, at) : policy, at, () => true);
    if (kept !== undefined) return kept;
    this.#warn(at, 'all statements of this policy are left out: it allows nothing');
    return ALLOWS_NO_CALLER;
  }

  /**
   * @param {string} text
   * @param {Path} at
   */
  #json(text, at) {
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new ConfigError(`${this.#document.locate(at)}: the policy is not JSON`, { cause });
    }
  }
}

/** The policy of an API or a function that allows no one: it names an account that does not exist. */
export const ALLOWS_NO_CALLER = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: { AWS: '000000000000' }, Action: '*', Resource: '*' },
};

/** A policy of the config file, which counts as one about calls. */
const ANY = { Statement: { Action: '*' } };

/** @type {Record<string, 'roles' | 'users' | 'groups' | undefined>} */
const HOLDERS = { 'AWS::IAM::Role': 'roles', 'AWS::IAM::User': 'users', 'AWS::IAM::Group': 'groups' };

/** The properties that attach a policy to one principal, and to several. */
const ATTACHED = /** @type {const} */ ([
  ['roles', 'RoleName', 'Roles'],
  ['users', 'UserName', 'Users'],
  ['groups', 'GroupName', 'Groups'],
]);

/** @param {any} value */
function isChoice(value) {
  return functionOf(value) === 'Fn::If' || value?.Ref === 'AWS::NoValue';
}

/** @param {string} arn */
function isOfAws(arn) {
  return /^arn:[\w-]+:iam::aws:policy\//.test(arn);
}
