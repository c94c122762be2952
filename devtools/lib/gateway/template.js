// The API, its routes, and who may call them, as a CloudFormation or SAM template has them.
//
// Sources: CloudFormation template reference, and AWS SAM specification.

import { ConfigError } from './load-yaml.js';
import { holds, resolveValue, Unresolved } from './intrinsics.js';
import { httpCors, openApiRoutes, samCors } from './template-api.js';

/**
 * @typedef {import('./intrinsics.js').Scope} Scope
 * @typedef {{ logicalId: string, Type: string, Properties: any, Condition?: string }} Resource
 *
 * @typedef {object} FoundApi
 * @property {string} logicalId
 * @property {'rest' | 'http' | 'websocket'} type
 * @property {string[]} stages
 * @property {{ route: string, auth: 'iam' | 'none' | 'other' }[]} routes
 * @property {object | undefined} cors
 *
 * @typedef {{ region: string, account: string, apiId: string, api?: string, parameters: Record<string, string | number> }} Wanted
 */

/** @param {any} value */
export function isTemplate(value) {
  return typeof value?.Resources === 'object' && value.Resources !== null;
}

/**
 * @param {import('./load-yaml.js').Document} document
 * @param {Wanted} wanted
 * @returns {{ warnings: string[], [setting: string]: any }} settings as a config file has them
 * @throws {ConfigError}
 */
export function readTemplate(document, wanted) {
  if (!isTemplate(document.value))
    throw new ConfigError(`${document.file}: this is not a template: it has no Resources`);
  try {
    return new TemplateReader(document, wanted).read();
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    const { name, message } = /** @type {Error} */ (cause);
    // What refers to itself takes the stack; arguments of functions may be anything.
    const why = name === 'RangeError' ? 'something in it refers to itself' : message;
    throw new ConfigError(`${document.file}: CloudFormation would not take this template: ${why}`, { cause });
  }
}

/** Some ten times what the largest template without nested functions takes. That many take a second or two. */
const MAX_STEPS = 10_000_000;

class TemplateReader {
  /** @type {string[]} */
  #warnings = [];
  #document;
  #wanted;
  #scope;
  #steps = 0;
  /** @type {Resource[]} */
  #resources;

  /**
   * @param {import('./load-yaml.js').Document} document
   * @param {Wanted} wanted
   */
  constructor(document, wanted) {
    this.#document = document;
    this.#wanted = wanted;
    const template = document.value;
    const { region, account, parameters } = wanted;
    /** @type {Scope} */
    this.#scope = {
      conditions: new Map(),
      template,
      parameters,
      environment: { region, account },
      resource: (logicalId, attribute) => this.#reference(logicalId, attribute),
      spend: (steps) => this.#spend(steps),
    };
    this.#resources = Object.entries(template.Resources)
      .map(([logicalId, resource]) => ({ logicalId, .../** @type {any} */ (resource) }))
      .filter((resource) => this.#isThere(resource));
  }

  read() {
    const apis = this.#apis();
    const { api: name } = this.#wanted;
    const api = name === undefined ? apis[0] : apis.find(({ logicalId }) => logicalId === name);
    if (api === undefined || (name === undefined && apis.length > 1)) {
      const names = apis.map(({ logicalId }) => logicalId).join(', ');
      const which = names ? `it has ${names}: say which with 'api'` : 'it has no API';
      throw new ConfigError(`${this.#document.file}: ${which}`);
    }
    for (const { route, auth } of api.routes) {
      if (auth === 'other') this.#warn([], `${route} has an authorizer that is not IAM: it answers 401`);
    }
    const { type, stages, routes, cors } = api;
    if (routes.length === 0) throw new ConfigError(`${this.#document.file}: ${api.logicalId} has no routes`);
    return { type, stages, routes, cors, ...this.#principals(), warnings: this.#warnings };
  }

  // --- APIs -------------------------------------------------------------------------------------------------------

  /** @returns {FoundApi[]} */
  #apis() {
    /** @type {FoundApi[]} */
    const apis = this.#resources.flatMap((resource) => {
      const read = Object.hasOwn(API_TYPES, resource.Type) ? API_TYPES[resource.Type] : undefined;
      return read === undefined ? [] : [read(resource, (value) => this.#resolved(value, resource))];
    });
    for (const [logicalId, type, stage] of IMPLICIT) {
      apis.push({ logicalId, type, stages: [stage], routes: [], cors: undefined });
    }
    const byId = new Map(apis.map((api) => [api.logicalId, api]));
    for (const resource of this.#resources) {
      const find = (/** @type {any} */ value) => byId.get(logicalIdOf(value));
      if (resource.Type === 'AWS::Serverless::Function') this.#addEvents(resource, find);
      if (resource.Type === 'AWS::ApiGatewayV2::Route') this.#addRoute(resource, find);
      if (resource.Type === 'AWS::ApiGateway::Method') this.#addMethod(resource, find);
      if (/^AWS::ApiGateway(V2)?::(Stage|Deployment)$/.test(resource.Type)) {
        const { StageName, RestApiId, ApiId } = resource.Properties ?? {};
        const stage = this.#resolved(StageName, resource);
        if (stage !== undefined) find(RestApiId ?? ApiId)?.stages.push(String(stage));
      }
    }
    return apis
      .filter(({ logicalId, routes }) => !IMPLICIT.some(([id]) => id === logicalId) || routes.length > 0)
      .map(({ stages, ...api }) => ({
        ...api,
        stages: stages.length > 0 ? [...new Set(stages)] : [STAGE[api.type]],
      }));
  }

  /**
   * @param {Resource} resource
   * @param {(value: any) => FoundApi | undefined} find
   */
  #addEvents({ logicalId, Properties }, find) {
    for (const [name, { Type, Properties: event = {} }] of Object.entries(
      /** @type {Record<string, any>} */ (Properties?.Events ?? {}),
    )) {
      const kind = EVENTS[Type];
      if (kind === undefined) continue;
      const at = ['Resources', logicalId, 'Properties', 'Events', name];
      const api = find(event[kind.api] ?? { Ref: kind.implicit });
      if (api === undefined) {
        this.#warn(at, 'its API is not in this template');
        continue;
      }
      const { Path, Method } =
        this.#attempt(at, () => resolveValue({ Path: event.Path, Method: event.Method }, this.#scope)) ?? {};
      const route = Path === undefined ? '$default' : `${String(Method ?? 'any').toUpperCase()} ${Path}`;
      const auth = authOf(event.Auth?.Authorizer ?? this.#defaultAuthorizer(api, kind.globals));
      api.routes.push({ route, auth });
    }
  }

  /**
   * @param {FoundApi} api
   * @param {string} globals
   */
  #defaultAuthorizer({ logicalId }, globals) {
    const template = this.#document.value;
    const own = template.Resources[logicalId]?.Properties?.Auth;
    return own?.DefaultAuthorizer ?? template.Globals?.[globals]?.Auth?.DefaultAuthorizer;
  }

  /**
   * @param {Resource} resource
   * @param {(value: any) => FoundApi | undefined} find
   */
  #addRoute(resource, find) {
    const { ApiId, RouteKey, AuthorizationType } = resource.Properties ?? {};
    const route = this.#resolved(RouteKey, resource);
    // A WebSocket API asks who it is when a client connects, and not again.
    const auth = authOf(this.#resolved(AuthorizationType, resource));
    if (route !== undefined) find(ApiId)?.routes.push({ route, auth });
  }

  /**
   * @param {Resource} resource
   * @param {(value: any) => FoundApi | undefined} find
   */
  #addMethod(resource, find) {
    const { RestApiId, ResourceId, HttpMethod, AuthorizationType } = resource.Properties ?? {};
    const path = this.#attempt(['Resources', resource.logicalId], () => this.#pathOf(ResourceId));
    if (path === undefined) return;
    const auth = authOf(this.#resolved(AuthorizationType, resource));
    find(RestApiId)?.routes.push({ route: `${HttpMethod} ${path}`, auth });
  }

  /**
   * @param {any} id  `!Ref` of a resource of the API, or `!GetAtt` of its root
   * @returns {string}
   */
  #pathOf(id) {
    const logicalId = logicalIdOf(id);
    if (id?.['Fn::GetAtt']) return '/';
    const resource = this.#document.value.Resources[logicalId]?.Properties;
    if (resource === undefined) throw new Unresolved(`there is no resource ${logicalId}`);
    const parent = this.#pathOf(resource.ParentId);
    return `${parent === '/' ? '' : parent}/${resolveValue(resource.PathPart, this.#scope)}`;
  }

  // --- who may call them ------------------------------------------------------------------------------------------

  #principals() {
    /** @type {Record<string, object>} */
    const policies = {};
    /** @type {Record<string, { policies: (string | object)[] }>} */
    const roles = {};
    /** @type {Record<string, { policies: (string | object)[] }>} */
    const users = {};
    for (const { Type, Properties = {}, logicalId } of this.#resources) {
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
      holders[logicalId] = { policies: [...managed, ...inline] };
    }
    for (const { Type, Properties = {}, logicalId } of this.#resources) {
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
    const clients = (/** @type {Record<string, { policies: (string | object)[] }>} */ all) =>
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
   * The statements of a policy that are about APIs.
   *
   * @param {any} document
   * @param {PropertyKey[]} at
   * @returns {object[]} one policy, or none if it has no such statement
   */
  #policy(document, at) {
    const statements = [document?.Statement ?? []].flat();
    const kept = statements.flatMap((statement, i) => {
      if (!isAboutApis(statement)) return [];
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

  // --- values -----------------------------------------------------------------------------------------------------

  /** @param {Resource} resource */
  #isThere({ Condition, logicalId }) {
    if (Condition === undefined) return true;
    return this.#attempt(['Resources', logicalId, 'Condition'], () => holds(Condition, this.#scope)) ?? false;
  }

  /**
   * The value of `Ref` and `Fn::GetAtt` for a resource: a placeholder if only AWS knows it.
   *
   * @param {string} logicalId
   * @param {string} [attribute]
   */
  #reference(logicalId, attribute) {
    const { apiId, account, region } = this.#wanted;
    const type =
      this.#document.value.Resources[logicalId]?.Type ?? IMPLICIT.find(([id]) => id === logicalId)?.[0];
    if (type === undefined) throw new Unresolved(`there is no parameter or resource ${logicalId}`);
    if (
      /^AWS::IAM::/.test(type) &&
      (attribute === 'Arn' || (attribute === undefined && type === 'AWS::IAM::ManagedPolicy'))
    ) {
      const kind = type.slice('AWS::IAM::'.length).toLowerCase().replace('managed', '');
      return `arn:aws:iam::${account}:${kind}/${logicalId}`;
    }
    if (API_TYPES[type] !== undefined || IMPLICIT.some(([id]) => id === logicalId)) {
      if (attribute === undefined || attribute === 'ApiId' || attribute === 'RestApiId') {
        return this.#isChosen(logicalId) ? apiId : `${apiId}-${logicalId}`.toLowerCase();
      }
    }
    if (/::Stage$/.test(type) && attribute === undefined) {
      return resolveValue(this.#document.value.Resources[logicalId].Properties?.StageName, this.#scope);
    }
    if (attribute === undefined) return logicalId;
    if (attribute === 'Arn') return `arn:aws:local:${region}:${account}:${logicalId}`;
    throw new Unresolved(`only AWS knows ${logicalId}.${attribute}`);
  }

  /** @param {string} logicalId */
  #isChosen(logicalId) {
    const { api } = this.#wanted;
    return api === undefined || api === logicalId;
  }

  /** @param {number} steps */
  #spend(steps) {
    this.#steps += steps;
    if (this.#steps <= MAX_STEPS) return;
    const why = `its functions make more than ${MAX_STEPS} values and characters`;
    throw new ConfigError(`${this.#document.file}: the template cannot be resolved: ${why}`);
  }

  /**
   * @param {any} value
   * @param {Resource} resource  that it is of
   */
  #resolved(value, { logicalId }) {
    return this.#attempt(['Resources', logicalId], () => resolveValue(value, this.#scope));
  }

  /**
   * @template T
   * @param {PropertyKey[]} at
   * @param {() => T} resolve
   * @returns {T | undefined}
   */
  #attempt(at, resolve) {
    try {
      return resolve();
    } catch (error) {
      if (!(error instanceof Unresolved)) throw error;
      this.#warn(at, error.message);
      return undefined;
    }
  }

  /**
   * @param {PropertyKey[]} at
   * @param {string} message
   */
  #warn(at, message) {
    const name = at.slice(1).join('.');
    this.#warnings.push(`${this.#document.locate(at)}: ${name ? `${name}: ` : ''}${message}`);
  }
}

/** What an API is called that no resource declares, its type and its stage. @type {[string, 'rest' | 'http', string][]} */
const IMPLICIT = [
  ['ServerlessRestApi', 'rest', 'Prod'],
  ['ServerlessHttpApi', 'http', '$default'],
];

/** The stage, if the template names none. */
const STAGE = { rest: 'prod', http: '$default', websocket: 'prod' };

/** @type {Record<string, { api: string, implicit: string, globals: string }>} */
const EVENTS = {
  Api: { api: 'RestApiId', implicit: 'ServerlessRestApi', globals: 'Api' },
  HttpApi: { api: 'ApiId', implicit: 'ServerlessHttpApi', globals: 'HttpApi' },
};

/** @type {Record<string, (resource: Resource, resolved: (value: any) => any) => FoundApi>} */
const API_TYPES = {
  'AWS::Serverless::Api': ({ logicalId, Properties = {} }, resolved) => ({
    logicalId,
    type: 'rest',
    stages: [String(resolved(Properties.StageName) ?? STAGE.rest)],
    routes: openApiRoutes(Properties.DefinitionBody),
    cors: samCors(resolved(Properties.Cors)),
  }),
  'AWS::Serverless::HttpApi': ({ logicalId, Properties = {} }, resolved) => ({
    logicalId,
    type: 'http',
    stages: [String(resolved(Properties.StageName) ?? STAGE.http)],
    routes: openApiRoutes(Properties.DefinitionBody),
    cors: httpCors(resolved(Properties.CorsConfiguration)),
  }),
  'AWS::ApiGateway::RestApi': ({ logicalId, Properties = {} }) => ({
    logicalId,
    type: 'rest',
    stages: [],
    routes: openApiRoutes(Properties.Body),
    cors: undefined,
  }),
  'AWS::ApiGatewayV2::Api': ({ logicalId, Properties = {} }, resolved) => ({
    logicalId,
    type: Properties.ProtocolType === 'WEBSOCKET' ? 'websocket' : 'http',
    stages: [],
    routes: [
      ...openApiRoutes(Properties.Body),
      ...(Properties.Target
        ? [{ route: resolved(Properties.RouteKey) ?? '$default', auth: /** @type {const} */ ('none') }]
        : []),
    ],
    cors: httpCors(resolved(Properties.CorsConfiguration)),
  }),
};

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

/** @param {any} authorizer  of SAM, or the AuthorizationType of CloudFormation */
function authOf(authorizer) {
  if (authorizer === 'AWS_IAM') return 'iam';
  return authorizer === undefined || authorizer === null || authorizer === 'NONE' ? 'none' : 'other';
}

/** @param {any} statement */
function isAboutApis(statement) {
  if (statement?.NotAction !== undefined) return true;
  return [statement?.Action ?? []]
    .flat()
    .some((action) => typeof action !== 'string' || /^(execute-api:|\*)/i.test(action));
}

/**
 * @param {any} value  `!Ref X`, `!GetAtt X.y`, `!Sub ${X}`, or the name
 * @returns {string}
 */
function logicalIdOf(value) {
  const [argument] = typeof value === 'object' && value !== null ? Object.values(value) : [value];
  return String(Array.isArray(argument) ? argument[0] : argument)
    .replace(/^\$\{(.*)\}$/, '$1')
    .split('.')[0];
}
