// The API, its routes, and who may call them, as a CloudFormation or SAM template has them.
//
// Sources: CloudFormation template reference, and AWS SAM specification.

import { ConfigError } from './load-yaml.js';
import { holds, logicalIdOf, resolveValue, Unresolved } from './intrinsics.js';
import { httpCors, openApiRoutes, samCors, samResourcePolicy } from './template-api.js';
import { TemplatePolicies } from './template-policies.js';
import { functionIn, functionSettings, integrationOf } from './template-functions.js';

/**
 * @typedef {import('./intrinsics.js').Scope} Scope
 * @typedef {{ logicalId: string, Type: string, Properties: any, Metadata?: any, Condition?: string }} Resource
 * @typedef {{ route: string, auth: 'iam' | 'none' | 'other', integration?: any }} FoundRoute  `integration`: what names its
 *   function
 *
 * @typedef {object} FoundApi
 * @property {string} logicalId
 * @property {'rest' | 'http' | 'websocket'} type
 * @property {string[]} stages
 * @property {FoundRoute[]} routes
 * @property {object | undefined} cors
 * @property {any} [policy]  of a REST API, as the template has it
 *
 * @typedef {object} Wanted  of the config
 * @property {string} region
 * @property {string} account
 * @property {string} apiId
 * @property {string} [api]
 * @property {Record<string, string | number>} parameters
 * @property {Record<string, object>} policies
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
    const { type, stages, cors } = api;
    if (api.routes.length === 0)
      throw new ConfigError(`${this.#document.file}: ${api.logicalId} has no routes`);
    const { routes, functions } = this.#functions(api.routes);
    const policies = new TemplatePolicies({
      document: this.#document,
      scope: this.#scope,
      names: Object.keys(this.#wanted.policies),
      attempt: (at, resolve) => this.#attempt(at, resolve),
      warn: (at, message) => this.#warn(at, message),
    });
    const resourcePolicy = policies.ofApi(api);
    return {
      ...{ type, stages, routes, cors, functions },
      ...(resourcePolicy && { resourcePolicy }),
      ...policies.principals(this.#resources),
      warnings: this.#warnings,
    };
  }

  // --- functions --------------------------------------------------------------------------------------------------

  /**
   * The functions behind the routes. A route whose function cannot be run here is echoed.
   *
   * @param {FoundRoute[]} found
   */
  #functions(found) {
    const { Resources, Globals } = this.#document.value;
    /** @type {Record<string, object>} */
    const functions = {};
    const refused = new Set();
    const routes = found.map(({ integration, ...route }) => {
      const name = functionIn(integration, Resources);
      if (name === undefined || refused.has(name)) return route;
      if (functions[name] === undefined) {
        const resource = Resources[name];
        const { file } = this.#document;
        const outcome = functionSettings(resource, Globals?.Function, file, (value) =>
          this.#resolved(value, { logicalId: name, ...resource }),
        );
        if ('problem' in outcome) {
          refused.add(name);
          if (outcome.problem) this.#warn(['Resources', name], `${outcome.problem}. Its routes are echoed`);
          return route;
        }
        const { PayloadFormatVersion, payloadFormatVersion = PayloadFormatVersion } = integration;
        const version = this.#resolved(payloadFormatVersion, { logicalId: name, ...resource });
        const role = Resources[name].Properties?.Role;
        functions[name] = {
          ...outcome.settings,
          ...(version !== undefined && { payloadFormat: String(version) }),
          ...(role !== undefined && { role: logicalIdOf(role) }),
        };
      }
      return { ...route, function: name };
    });
    return { routes, functions };
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
    for (const api of apis.filter(({ type }) => type === 'rest')) api.policy = this.#policyOf(api.logicalId);
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
      api.routes.push({ route, auth, integration: { ...event, uri: logicalId } });
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
   * @param {string} logicalId  of a REST API
   * @returns {any}
   */
  #policyOf(logicalId) {
    const template = this.#document.value;
    const { Type, Properties = {} } = template.Resources[logicalId] ?? {};
    if (Type === 'AWS::ApiGateway::RestApi')
      return Properties.Policy ?? Properties.Body?.['x-amazon-apigateway-policy'];
    const ofSam = Properties.Auth?.ResourcePolicy ?? template.Globals?.Api?.Auth?.ResourcePolicy;
    const { policy, leftOut } = samResourcePolicy(ofSam);
    for (const name of leftOut)
      this.#warn(['Resources', logicalId], `its ResourcePolicy has ${name}, which is about VPCs: left out`);
    return policy ?? Properties.DefinitionBody?.['x-amazon-apigateway-policy'];
  }

  /**
   * @param {Resource} resource
   * @param {(value: any) => FoundApi | undefined} find
   */
  #addRoute(resource, find) {
    const { ApiId, RouteKey, AuthorizationType, Target } = resource.Properties ?? {};
    const route = this.#resolved(RouteKey, resource);
    // A WebSocket API asks who it is when a client connects, and not again.
    const auth = authOf(this.#resolved(AuthorizationType, resource));
    const integration = integrationOf(Target, this.#document.value.Resources);
    if (route !== undefined) find(ApiId)?.routes.push({ route, auth, integration });
  }

  /**
   * @param {Resource} resource
   * @param {(value: any) => FoundApi | undefined} find
   */
  #addMethod(resource, find) {
    const { RestApiId, ResourceId, HttpMethod, AuthorizationType, Integration } = resource.Properties ?? {};
    const path = this.#attempt(['Resources', resource.logicalId], () => this.#pathOf(ResourceId));
    if (path === undefined) return;
    const auth = authOf(this.#resolved(AuthorizationType, resource));
    find(RestApiId)?.routes.push({ route: `${HttpMethod} ${path}`, auth, integration: Integration });
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
        ? [
            {
              route: resolved(Properties.RouteKey) ?? '$default',
              auth: /** @type {const} */ ('none'),
              integration: Properties.Target,
            },
          ]
        : []),
    ],
    cors: httpCors(resolved(Properties.CorsConfiguration)),
  }),
};

/** @param {any} authorizer  of SAM, or the AuthorizationType of CloudFormation */
function authOf(authorizer) {
  if (authorizer === 'AWS_IAM') return 'iam';
  return authorizer === undefined || authorizer === null || authorizer === 'NONE' ? 'none' : 'other';
}
