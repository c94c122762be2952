// Finds the APIs of a template, with their routes and integrations.
//
// Sources: CloudFormation template reference; AWS SAM specification.

import { logicalIdOf, resolveValue, Unresolved } from './intrinsics.js';
import { functionUrls } from './function-urls.js';
import { definitionOf } from './definition.js';
import { authOf, httpCors, mockCors, openApiRoutes, samCors, samResourcePolicy } from './openapi.js';
import { integrationOf } from './functions.js';

/**
 * @typedef {import('../api-types.js').ApiType} ApiType
 * @typedef {import('./read-template.js').Resource} Resource
 * @typedef {readonly PropertyKey[]} Path
 * @typedef {{ route: string, auth: 'iam' | 'none' | 'other', integration?: any, at: Path }} FoundRoute  `integration`: the value
 *   that names its function; `at`: its place
 *
 * @typedef {object} FoundApi
 * @property {string} logicalId
 * @property {ApiType} type
 * @property {unknown} [name]
 * @property {string[]} stages
 * @property {FoundRoute[]} routes
 * @property {object | undefined} cors
 * @property {any} [policy]  the policy of a REST API or a function, as in the template
 * @property {Path} [policyAt]
 * @property {unknown} [qualifier]  the qualifier of the function, if this is a function URL
 *
 * @typedef {object} Reader  the template and its reader
 * @property {import('./document.js').TemplateDocument} document
 * @property {import('./intrinsics.js').Scope} scope
 * @property {readonly Resource[]} resources
 * @property {(value: any, at: Path) => any} expanded  expands includes and loops
 * @property {<T>(at: Path, resolve: () => T) => T | undefined} attempt  warns if a value cannot be resolved
 * @property {(at: Path, message: string) => void} warn
 */

/** The stages of APIs for which the template names none. */
const STAGE = { rest: 'prod', http: '$default', websocket: 'prod', 'function-url': '$default' };

/** The implicit APIs, which no resource declares: name, type and stage. @type {[string, 'rest' | 'http', string][]} */
const IMPLICIT = [
  ['ServerlessRestApi', 'rest', 'Prod'],
  ['ServerlessHttpApi', 'http', '$default'],
];

/** @param {string} logicalId */
export function isImplicitApi(logicalId) {
  return IMPLICIT.some(([id]) => id === logicalId);
}

/** @type {Record<string, { api: string, implicit: string, globals: string }>} */
const EVENTS = {
  Api: { api: 'RestApiId', implicit: 'ServerlessRestApi', globals: 'Api' },
  HttpApi: { api: 'ApiId', implicit: 'ServerlessHttpApi', globals: 'HttpApi' },
};

/** The types of resources that are APIs: the type of each, and its properties. */
const API_RESOURCES = /** @type {const} */ ({
  'AWS::Serverless::Api': { type: 'rest', globals: 'Api' },
  'AWS::Serverless::HttpApi': { type: 'http', globals: 'HttpApi' },
  'AWS::ApiGateway::RestApi': { type: 'rest', globals: undefined },
  'AWS::ApiGatewayV2::Api': { type: 'http', globals: undefined },
});

/** @param {string} type  of a resource */
export function isApiResource(type) {
  return Object.hasOwn(API_RESOURCES, type) || type === 'AWS::Lambda::Url';
}

export class TemplateApis {
  #reader;
  /** @type {Map<string, FoundApi>} */
  #byId = new Map();

  /** @param {Reader} reader */
  constructor(reader) {
    this.#reader = reader;
  }

  /** @returns {FoundApi[]} */
  all() {
    const { resources } = this.#reader;
    for (const resource of resources) {
      if (Object.hasOwn(API_RESOURCES, resource.Type))
        this.#byId.set(resource.logicalId, this.#api(resource));
    }
    for (const [logicalId, type, stage] of IMPLICIT) {
      const { Auth, Cors, CorsConfiguration } = this.#globals(
        EVENTS[type === 'rest' ? 'Api' : 'HttpApi'].globals,
      );
      const at = ['Globals', type === 'rest' ? 'Api' : 'HttpApi'];
      const cors =
        type === 'rest' ? samCors(this.#value(Cors, at)) : httpCors(this.#value(CorsConfiguration, at));
      this.#byId.set(logicalId, { logicalId, type, stages: [stage], routes: [], cors });
      if (type === 'rest')
        this.#addSamPolicy(logicalId, Auth?.ResourcePolicy, [...at, 'Auth', 'ResourcePolicy']);
    }
    for (const resource of resources) this.#add(resource);
    for (const api of functionUrls(this.#reader)) this.#byId.set(api.logicalId, api);
    return [...this.#byId.values()]
      .filter(({ logicalId, routes }) => !isImplicitApi(logicalId) || routes.length > 0)
      .map(({ stages, ...api }) => ({
        ...api,
        stages: stages.length > 0 ? [...new Set(stages)] : [STAGE[api.type]],
      }));
  }

  /**
   * @param {Resource} resource
   * @returns {FoundApi}
   */
  #api(resource) {
    const { logicalId, Type } = resource;
    const { type, globals } = API_RESOURCES[/** @type {keyof typeof API_RESOURCES} */ (Type)];
    const properties = { ...(globals && this.#globals(globals)), ...resource.Properties };
    const at = ['Resources', logicalId, 'Properties'];
    const value = (/** @type {string} */ name) => this.#value(properties[name], [...at, name]);
    const definition = definitionOf(resource, this.#reader);
    const isSam = globals !== undefined;
    const isWebSocket = properties.ProtocolType === 'WEBSOCKET';
    const fallback = isSam ? authOf(this.#value(this.#defaultAuthorizer(logicalId, globals), at)) : 'none';
    const routes = definition === undefined ? [] : openApiRoutes(definition.body, definition.at, fallback);
    // The shortest form of an API: a route to one function.
    if (properties.Target !== undefined) {
      const route = String(value('RouteKey') ?? '$default');
      routes.push({ route, auth: 'none', integration: properties.Target, at: [...at, 'Target'] });
    }
    const body = definition?.body;
    const cors = isSam && type === 'rest' ? samCors(value('Cors')) : httpCors(value('CorsConfiguration'));
    const stage = isSam ? value('StageName') : undefined;
    /** @type {FoundApi} */
    const api = {
      ...{ logicalId, routes, type: isWebSocket ? 'websocket' : type },
      name: this.#value(properties.Name ?? body?.info?.title, at),
      stages: isSam ? [String(stage ?? STAGE[type])] : [],
      cors: cors ?? (type === 'http' ? httpCors(corsOf(body)) : undefined),
    };
    if (type === 'rest') {
      const own = properties.Policy ?? body?.['x-amazon-apigateway-policy'];
      const where = properties.Policy
        ? [...at, 'Policy']
        : [...(definition?.at ?? at), 'x-amazon-apigateway-policy'];
      if (own !== undefined) Object.assign(api, { policy: own, policyAt: where });
      this.#byId.set(logicalId, api);
      if (isSam) {
        const isOwn = resource.Properties?.Auth?.ResourcePolicy !== undefined;
        const given = resource.Properties?.Auth?.ResourcePolicy ?? this.#globals('Api').Auth?.ResourcePolicy;
        const there = isOwn
          ? [...at, 'Auth', 'ResourcePolicy']
          : ['Globals', 'Api', 'Auth', 'ResourcePolicy'];
        this.#addSamPolicy(logicalId, given, there);
      }
    }
    return api;
  }

  /** @param {Resource} resource */
  #add(resource) {
    const { Type, Properties = {}, logicalId } = resource;
    if (Type === 'AWS::Serverless::Function') this.#addEvents(resource);
    if (Type === 'AWS::ApiGatewayV2::Route') this.#addRoute(resource);
    if (Type === 'AWS::ApiGateway::Method') this.#addMethod(resource);
    if (/^AWS::ApiGateway(V2)?::(Stage|Deployment)$/.test(Type)) {
      const { StageName, RestApiId, ApiId } = Properties;
      const stage = this.#value(StageName, ['Resources', logicalId, 'Properties', 'StageName']);
      if (stage !== undefined) this.#find(RestApiId ?? ApiId)?.stages.push(String(stage));
    }
  }

  /** @param {Resource} resource  a function of SAM */
  #addEvents({ logicalId, Properties }) {
    const { attempt, scope } = this.#reader;
    for (const [name, { Type, Properties: event = {} }] of Object.entries(
      /** @type {Record<string, any>} */ (Properties?.Events ?? {}),
    )) {
      const kind = EVENTS[Type];
      if (kind === undefined) continue;
      const at = ['Resources', logicalId, 'Properties', 'Events', name];
      const api = this.#owner(event[kind.api] ?? { Ref: kind.implicit }, at);
      if (api === undefined) continue;
      const found = attempt([...at, 'Properties'], () =>
        resolveValue({ Path: event.Path, Method: event.Method }, scope),
      );
      if (found === undefined) continue;
      const { Path, Method } = found;
      const isDefault = Path === undefined || Path === '$default' || Path === '/$default';
      const route = isDefault ? '$default' : `${methodOf(Method)} ${Path}`;
      const auth = authOf(
        this.#value(event.Auth?.Authorizer ?? this.#defaultAuthorizer(api.logicalId, kind.globals), [
          ...at,
          'Properties',
          'Auth',
        ]),
      );
      // The event replaces the same route of the definition.
      api.routes = api.routes.filter((one) => one.route !== route);
      const credentials =
        Type === 'Api' && auth === 'iam' ? this.#invokeRole(api.logicalId, event.Auth) : undefined;
      api.routes.push({ route, auth, integration: { ...event, uri: logicalId, credentials }, at });
      const there = [...at, 'Properties', 'Auth', 'ResourcePolicy'];
      if (api.type === 'rest') this.#addSamPolicy(api.logicalId, event.Auth?.ResourcePolicy, there, route);
    }
  }

  /**
   * Whose credentials a REST API of SAM uses to invoke the function of an event: those of the caller, unless the template says
   * otherwise. See `_get_invoke_role` in swagger.py of aws/serverless-application-model.
   *
   * @param {string} logicalId  of the API
   * @param {any} own  `Auth` of the event
   */
  #invokeRole(logicalId, own) {
    const ofApi = {
      ...this.#globals('Api').Auth,
      ...this.#reader.document.value.Resources[logicalId]?.Properties?.Auth,
    };
    if (own?.Authorizer !== 'AWS_IAM' && own !== undefined) return undefined;
    const role = own && 'InvokeRole' in own ? (own.InvokeRole ?? 'NONE') : ofApi.InvokeRole;
    if (role === undefined || role === 'CALLER_CREDENTIALS') return CALLER;
    return role === 'NONE' ? undefined : role;
  }

  /**
   * The policy of a REST API of SAM, with the additions of an event for its route.
   *
   * @param {string} logicalId  of the API
   * @param {any} given  `ResourcePolicy`
   * @param {Path} at
   * @param {string} [route]
   */
  #addSamPolicy(logicalId, given, at, route) {
    const api = this.#byId.get(logicalId);
    if (api === undefined || given === undefined) return;
    const { policy, leftOut } = samResourcePolicy(given, route);
    for (const name of leftOut)
      this.#reader.warn([...at, name], 'this is left out, because it is about VPCs');
    if (policy === undefined) return;
    const before = typeof api.policy === 'object' ? [api.policy.Statement ?? []].flat() : [];
    api.policy = { ...policy, Statement: [...before, ...policy.Statement] };
    api.policyAt ??= at;
  }

  /**
   * @param {string} logicalId
   * @param {string} globals
   */
  #defaultAuthorizer(logicalId, globals) {
    const own = this.#reader.document.value.Resources[logicalId]?.Properties?.Auth;
    return own?.DefaultAuthorizer ?? this.#globals(globals).Auth?.DefaultAuthorizer;
  }

  /** @param {Resource} resource */
  #addRoute({ logicalId, Properties = {} }) {
    const { ApiId, RouteKey, AuthorizationType, Target } = Properties;
    const at = ['Resources', logicalId, 'Properties'];
    const route = this.#value(RouteKey, [...at, 'RouteKey']);
    // A WebSocket API authorizes a client only when it connects.
    const auth = authOf(this.#value(AuthorizationType, [...at, 'AuthorizationType']));
    const integration = integrationOf(Target, this.#reader.document.value.Resources);
    if (route !== undefined)
      this.#owner(ApiId, at)?.routes.push({ route: String(route), auth, integration, at });
  }

  /** @param {Resource} resource */
  #addMethod({ logicalId, Properties = {} }) {
    const { RestApiId, ResourceId, HttpMethod, AuthorizationType, Integration } = Properties;
    const at = ['Resources', logicalId, 'Properties'];
    const path = this.#reader.attempt([...at, 'ResourceId'], () => this.#pathOf(ResourceId));
    const method = this.#value(HttpMethod, [...at, 'HttpMethod']);
    const api = this.#owner(RestApiId, at);
    if (path === undefined || method === undefined || api === undefined) return;
    const auth = authOf(this.#value(AuthorizationType, [...at, 'AuthorizationType']));
    if (method === 'OPTIONS' && Integration?.Type === 'MOCK') {
      // The form in which Serverless and the CDK write CORS. The gateway answers preflights itself.
      const cors = mockCors(this.#value(Integration.IntegrationResponses, [...at, 'Integration']));
      if (cors !== undefined) {
        api.cors ??= cors;
        return;
      }
    }
    api.routes.push({ route: `${methodOf(method)} ${path}`, auth, integration: Integration, at });
  }

  /**
   * @param {any} id  `!Ref` of a resource of the API, or `!GetAtt` of its root
   * @param {number} [depth]
   * @returns {string}
   */
  #pathOf(id, depth = 0) {
    const logicalId = logicalIdOf(id);
    if (id?.['Fn::GetAtt'] !== undefined) return '/';
    const resource = this.#reader.document.value.Resources[logicalId]?.Properties;
    if (resource === undefined) throw new Unresolved(`there is no resource ${logicalId}`);
    if (depth > MAX_DEPTH) throw new Unresolved(`${logicalId} is its own parent`, { isMalformed: true });
    const parent = this.#pathOf(resource.ParentId, depth + 1);
    return `${parent === '/' ? '' : parent}/${resolveValue(resource.PathPart, this.#reader.scope)}`;
  }

  /**
   * @param {any} value  a reference to an API
   * @param {Path} at
   * @returns {FoundApi | undefined}
   */
  #owner(value, at) {
    const api = this.#find(value);
    if (api === undefined) this.#reader.warn(at, 'its API is not in this template: the route is left out');
    return api;
  }

  /** @param {any} value  a reference to an API */
  #find(value) {
    return this.#byId.get(logicalIdOf(value));
  }

  /**
   * @param {any} value
   * @param {Path} at
   */
  #value(value, at) {
    const { attempt, scope } = this.#reader;
    return value === undefined ? undefined : attempt(at, () => resolveValue(value, scope));
  }

  /** @param {string} section  of `Globals` */
  #globals(section) {
    return this.#reader.document.value.Globals?.[section] ?? {};
  }
}

/** The credentials of an integration that stand for the caller. */
const CALLER = 'arn:aws:iam::*:user/*';

/** The maximum depth of the path of a resource. */
const MAX_DEPTH = 100;

/** @param {any} body  OpenAPI */
function corsOf(body) {
  const cors = body?.['x-amazon-apigateway-cors'];
  if (typeof cors !== 'object' || cors === null) return undefined;
  return Object.fromEntries(
    Object.entries(cors).map(([name, value]) => [name[0].toUpperCase() + name.slice(1), value]),
  );
}

/** @param {unknown} method  of an event or a resource */
function methodOf(method) {
  const name = String(method ?? 'ANY').toUpperCase();
  return name === '*' || name === 'X-AMAZON-APIGATEWAY-ANY-METHOD' ? 'ANY' : name;
}
