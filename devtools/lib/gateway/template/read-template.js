// Reads the API of a CloudFormation or SAM template, its routes, and its users and roles.
//
// Sources: CloudFormation template reference, and AWS SAM specification.

import { API_TYPES, hostInAws, partitionOf } from '../api-types.js';
import { ConfigError } from '../load-yaml.js';
import { holds, logicalIdOf, resolveHead, resolveValue, Unresolved } from './intrinsics.js';
import { addGenerated } from './sam-resources.js';
import { isApiResource, isImplicitApi, TemplateApis } from './apis.js';
import { Expander, TemplateDocument } from './document.js';
import { functionIn, functionSettings } from './functions.js';
import { TemplatePolicies } from './policies.js';

/**
 * @typedef {import('./intrinsics.js').Scope} Scope
 * @typedef {import('./apis.js').FoundApi} FoundApi
 * @typedef {{ logicalId: string, Type: string, Properties: any, Metadata?: any, Condition?: string }} Resource
 * @typedef {readonly PropertyKey[]} Path
 *
 * @typedef {object} Wanted  of the config
 * @property {string} region
 * @property {string} account
 * @property {string} apiId
 * @property {string} [api]
 * @property {string} [stage]
 * @property {Record<string, string | number>} parameters
 * @property {Record<string, object>} policies
 * @property {object} [resourcePolicy]
 *
 * @typedef {object} OfTemplate
 * @property {string[]} warnings
 * @property {boolean} mentionsCalls  whether any policy is about calls
 * @property {boolean} hasClients  whether any user or role has such a policy
 * @property {(path: Path) => string} locate  returns the place of a setting
 *
 * @typedef {OfTemplate & { [setting: string]: any }} Found  settings in the form of a config file
 */

/** @param {any} value */
export function isTemplate(value) {
  return typeof value?.Resources === 'object' && value.Resources !== null;
}

/**
 * @param {import('../load-yaml.js').Document} document
 * @param {Wanted} wanted
 * @returns {Found}
 * @throws {ConfigError}
 */
export function readTemplate(document, wanted) {
  if (!isTemplate(document.value))
    throw new ConfigError(`${document.locate([])}: this is not a template: it has no Resources`);
  const reader = new TemplateReader(document, wanted);
  try {
    return reader.read();
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    const { name, message } = /** @type {Error} */ (cause);
    // A self-reference overflows the stack; parts of a template may have any type.
    const why = name === 'RangeError' ? 'something in it refers to itself' : message;
    throw new ConfigError(`${reader.place()}: CloudFormation would refuse this template: ${why}`, {
      cause,
    });
  }
}

/** About ten times the steps of the largest template without nested functions. They take a second or two. */
const MAX_STEPS = 10_000_000;

class TemplateReader {
  /** @type {string[]} */
  #warnings = [];
  #document;
  #wanted;
  /** @type {Scope} */
  #scope;
  #steps = 0;
  /** The place that is being read. @type {Path} */
  #at = ['Resources'];

  /**
   * @param {import('../load-yaml.js').Document} document
   * @param {Wanted} wanted
   */
  constructor(document, wanted) {
    this.#document = new TemplateDocument(document);
    this.#warnings.push(...document.repeated);
    this.#wanted = wanted;
    const { region, account, parameters } = wanted;
    this.#scope = {
      conditions: new Map(),
      template: document.value,
      parameters,
      environment: { region, account },
      resource: (logicalId, attribute) => this.#reference(logicalId, attribute),
      spend: (steps) => this.#spend(steps),
    };
  }

  /** @returns {string} the place of the reader */
  place() {
    return this.#document.locate(this.#at);
  }

  /** @returns {Found} */
  read() {
    const expander = new Expander(this.#document, this.#scope, (at, message) => this.#warn(at, message));
    const template = expander.template();
    this.#document.value = template;
    this.#scope.template = template;
    this.#scope.conditions.clear();
    this.#checkParameters(template.Parameters);
    addGenerated(template, {
      document: this.#document,
      head: (value, at) => this.#attempt(at, () => resolveHead(value, this.#scope)),
      warn: (at, message) => this.#warn(at, message),
    });
    const resources = this.#resources(template.Resources);
    const apis = new TemplateApis({
      document: this.#document,
      scope: this.#scope,
      resources,
      expanded: (value, at) => expander.value(value, at),
      attempt: (at, resolve) => this.#attempt(at, resolve),
      warn: (at, message) => this.#warn(at, message),
    });
    const api = this.#chosen(apis.all());
    for (const { route, auth, at } of api.routes) {
      if (auth === 'other')
        this.#warn(at, `${route} has an authorizer that is not IAM: it responds with 401`, '');
    }
    if (api.routes.length === 0)
      throw new ConfigError(`${this.#placeOf(api.logicalId)}: ${api.logicalId} has no routes`);
    const { routes, functions } = this.#functions(api);
    const policies = new TemplatePolicies({
      document: this.#document,
      scope: this.#scope,
      service: API_TYPES[api.type].service,
      invokes: routes.some((/** @type {any} */ { callerInvokes }) => callerInvokes !== undefined),
      names: Object.keys(this.#wanted.policies),
      attempt: (at, resolve) => this.#attempt(at, resolve),
      warn: (at, message) => this.#warn(at, message),
    });
    // A config file may replace the policy by one that can be evaluated here.
    const resourcePolicy = this.#wanted.resourcePolicy === undefined ? policies.ofApi(api) : undefined;
    return {
      ...{ type: api.type, stages: this.#stages(api), routes, cors: api.cors, functions },
      ...(api.type === 'function-url' && { functionName: this.#functionName(api) }),
      ...(resourcePolicy && { resourcePolicy }),
      ...policies.principals(resources),
      warnings: [...new Set(this.#warnings)],
      files: this.#document.files,
      locate: (/** @type {Path} */ path) => this.#locate(path, api),
    };
  }

  /**
   * @param {Path} setting
   * @param {FoundApi} api
   */
  #locate([section, key = ''], { logicalId, routes, policyAt }) {
    const resource = ['Resources', logicalId];
    if (section === 'routes') return this.#document.locate(routes[Number(key)]?.at ?? resource);
    if (section === 'resourcePolicy') return this.#document.locate(policyAt ?? resource);
    const isNamed = Object.hasOwn(this.#document.value.Resources, key);
    return this.#document.locate(isNamed ? ['Resources', key] : resource);
  }

  /** @param {any} declared  `Parameters` */
  #checkParameters(declared) {
    const names = Object.keys(declared ?? {});
    const unknown = Object.keys(this.#wanted.parameters).find((name) => !names.includes(name));
    if (unknown === undefined) return;
    const known =
      names.length > 0 ? `the template has ${names.join(', ')}` : 'the template has no parameters';
    throw new ConfigError(
      `${this.#document.locate(['Parameters'])}: there is no parameter ${unknown}: ${known}`,
    );
  }

  /**
   * @param {Record<string, any>} all
   * @returns {Resource[]} without those whose condition does not hold
   */
  #resources(all) {
    return Object.entries(all)
      .map(([logicalId, resource]) => ({ logicalId, .../** @type {any} */ (resource) }))
      .filter((resource) => this.#isThere(resource));
  }

  /** @param {Resource} resource */
  #isThere({ logicalId, Type, Condition }) {
    if (Condition === undefined) return true;
    const at = ['Resources', logicalId, 'Condition'];
    const is = this.#attempt(at, () => holds(Condition, this.#scope));
    // The resource may deny or limit something.
    if (is === undefined && /^AWS::IAM::/.test(Type))
      throw new ConfigError(/** @type {string} */ (this.#warnings.pop()));
    return is ?? false;
  }

  /**
   * @param {FoundApi[]} apis
   * @returns {FoundApi}
   */
  #chosen(apis) {
    const { api: wanted } = this.#wanted;
    const named = apis.filter(({ logicalId }) => logicalId === wanted);
    const found =
      wanted === undefined ? apis : named.length > 0 ? named : apis.filter(({ name }) => name === wanted);
    if (found.length === 1) return found[0];
    const names = apis.map(({ logicalId, type }) => `${logicalId} (${API_TYPES[type].label})`).join(', ');
    const stacks = apis.length > 0 ? '' : this.#nestedStacks();
    const which = names ? `it has ${names}: select one with --api, or with 'api'` : `it has no API${stacks}`;
    throw new ConfigError(`${this.#document.locate(['Resources'])}: ${which}`);
  }

  /** @returns {string} the remedy, if the API may be in a nested stack */
  #nestedStacks() {
    const { Resources } = this.#document.value;
    const files = Object.values(Resources).flatMap((/** @type {any} */ resource) => {
      const { TemplateURL, Location } = resource?.Properties ?? {};
      const isStack = /^AWS::(?:CloudFormation::Stack|Serverless::Application)$/.test(resource?.Type);
      const file = resource?.Metadata?.['aws:asset:path'] ?? TemplateURL ?? Location;
      return isStack && typeof file === 'string' ? [file] : [];
    });
    return files.length === 0
      ? ''
      : `, but nested stacks: pass the template of one, such as ${files.join(', ')}`;
  }

  /** @param {FoundApi} api */
  #stages({ logicalId, stages }) {
    const { stage } = this.#wanted;
    if (stage === undefined || stages.includes(stage)) return stage === undefined ? stages : [stage];
    throw new ConfigError(
      `${this.#placeOf(logicalId)}: ${logicalId} has no stage ${stage}: it has ${stages.join(', ')}`,
    );
  }

  // --- functions --------------------------------------------------------------------------------------------------

  /**
   * The functions of the routes. A route is echoed if its function cannot run here.
   *
   * @param {FoundApi} api
   */
  #functions(api) {
    const { Resources, Globals } = this.#document.value;
    /** @type {Record<string, object>} */
    const functions = {};
    const refused = new Set();
    const routes = api.routes.map(({ integration, at: _, ...route }) => {
      const name = functionIn(integration, Resources);
      if (name === undefined) return route;
      if (route.auth === 'iam' && this.#isByCaller(integration, name))
        Object.assign(route, {
          callerInvokes: this.#attempt(['Resources', name], () => this.#reference(name, 'Arn')),
        });
      if (refused.has(name)) return route;
      if (functions[name] === undefined) {
        const at = ['Resources', name];
        const resolved = (/** @type {any} */ value) =>
          this.#attempt(at, () => resolveValue(value, this.#scope));
        const { file } = this.#document;
        const outcome = functionSettings(Resources[name], Globals?.Function, file, resolved);
        if ('problem' in outcome) {
          refused.add(name);
          if (outcome.problem) this.#warn(at, `${outcome.problem}. Its routes are echoed`);
          return route;
        }
        const { PayloadFormatVersion, payloadFormatVersion = PayloadFormatVersion } = integration;
        const version = resolved(payloadFormatVersion);
        const role = this.#roleOf(name);
        functions[name] = {
          ...outcome.settings,
          ...(version !== undefined && { payloadFormat: String(version) }),
          ...(role !== undefined && { role }),
        };
      }
      return { ...route, function: name };
    });
    return { routes, functions };
  }

  /**
   * Whether the API invokes a function with the credentials of the caller.
   *
   * @param {any} integration
   * @param {string} name  of the function
   */
  #isByCaller(integration, name) {
    const { CredentialsArn, Credentials = CredentialsArn, credentials = Credentials } = integration;
    const given = this.#attempt(['Resources', name], () => resolveValue(credentials, this.#scope));
    return /^arn:[\w-]+:iam::\*:user\/\*$/.test(given);
  }

  /**
   * @param {FoundApi} api  a function URL
   * @returns {string} the name of its function in ARNs
   */
  #functionName({ routes: [{ integration }], qualifier }) {
    const at = ['Resources', integration.uri];
    const name = this.#attempt(at, () => this.#reference(integration.uri)) ?? integration.uri;
    return qualifier === undefined ? String(name) : `${name}:${qualifier}`;
  }

  /**
   * @param {string} name  of a function
   * @returns {string | undefined} its role, or the role that SAM makes for it
   */
  #roleOf(name) {
    const { Resources } = this.#document.value;
    const { Properties } = Resources[name];
    const role = Properties?.Role === undefined ? `${name}Role` : logicalIdOf(Properties.Role);
    return Resources[role]?.Type === 'AWS::IAM::Role' ? role : undefined;
  }

  // --- values -----------------------------------------------------------------------------------------------------

  /**
   * The value of `Ref` and `Fn::GetAtt` for a resource: a placeholder if only AWS knows it.
   *
   * @param {string} logicalId
   * @param {string} [attribute]
   */
  #reference(logicalId, attribute) {
    const { apiId, account, region } = this.#wanted;
    const { Resources } = this.#scope.template;
    const { Type, Properties } = (Object.hasOwn(Resources, logicalId) && Resources[logicalId]) || {};
    if (Type === undefined && !isImplicitApi(logicalId))
      throw new Unresolved(`there is no parameter or resource ${logicalId}`);
    const type = String(Type);
    const arn = `arn:${partitionOf(region)}`;
    if (
      /^AWS::IAM::/.test(type) &&
      (attribute === 'Arn' || (attribute === undefined && type === 'AWS::IAM::ManagedPolicy'))
    ) {
      const kind = type.slice('AWS::IAM::'.length).toLowerCase().replace('managed', '');
      return `${arn}:iam::${account}:${kind}/${logicalId}`;
    }
    const isFunction = /^AWS::(?:Lambda|Serverless)::Function$/.test(type);
    if (isFunction && (attribute === undefined || attribute === 'Arn')) {
      const name = resolveValue(Properties?.FunctionName ?? logicalId, this.#scope);
      return attribute === undefined ? name : `${arn}:lambda:${region}:${account}:function:${name}`;
    }
    const ownId = this.#isChosen(logicalId) ? apiId : `${apiId}-${logicalId}`.toLowerCase();
    if (type === 'AWS::Lambda::Url') {
      const target = Properties?.TargetFunctionArn;
      if (attribute === 'FunctionUrl')
        return `https://${hostInAws({ type: 'function-url', apiId: ownId, region })}/`;
      if (attribute === undefined || attribute === 'FunctionArn') return resolveValue(target, this.#scope);
    }
    if (isApiResource(type) || isImplicitApi(logicalId)) {
      if (attribute === undefined || attribute === 'ApiId' || attribute === 'RestApiId') return ownId;
      if (attribute === 'ApiEndpoint') return `https://${hostInAws({ type: 'http', apiId: ownId, region })}`;
    }
    if (/::Stage$/.test(type) && attribute === undefined)
      return resolveValue(Properties?.StageName, this.#scope);
    if (attribute === undefined) return logicalId;
    if (attribute === 'Arn') return `${arn}:local:${region}:${account}:${logicalId}`;
    throw new Unresolved(`only AWS knows ${logicalId}.${attribute}`);
  }

  /** @param {string} logicalId */
  #isChosen(logicalId) {
    const { api } = this.#wanted;
    if (api === undefined || api === logicalId) return true;
    const { Resources } = this.#scope.template;
    return !Object.hasOwn(Resources, api) && Resources[logicalId]?.Properties?.Name === api;
  }

  /** @param {number} steps */
  #spend(steps) {
    this.#steps += steps;
    if (this.#steps <= MAX_STEPS) return;
    const why = `its functions make more than ${MAX_STEPS} values and characters`;
    throw new ConfigError(`${this.place()}: the template cannot be resolved: ${why}`);
  }

  /**
   * @template T
   * @param {Path} at
   * @param {() => T} resolve
   * @returns {T | undefined}
   */
  #attempt(at, resolve) {
    this.#at = at;
    try {
      return resolve();
    } catch (error) {
      if (!(error instanceof Unresolved)) throw error;
      const place = [...at, ...error.path];
      if (error.isMalformed)
        throw new ConfigError(
          `${this.#document.locate(place)}: CloudFormation would refuse this template: ${error.message}`,
        );
      this.#warn(place, error.message);
      return undefined;
    }
  }

  /** @param {string} logicalId */
  #placeOf(logicalId) {
    return this.#document.locate(['Resources', logicalId]);
  }

  /**
   * @param {Path} at
   * @param {string} message
   * @param {string} [name]  of the subject
   */
  #warn(at, message, name = this.#document.nameOf(at)) {
    this.#warnings.push(`${this.#document.locate(at)}: ${name ? `${name}: ` : ''}${message}`);
  }
}
