// Reads properties of an API in a template: its routes in OpenAPI, and both forms of its CORS settings.

import { functionOf } from './intrinsics.js';

/**
 * @param {any} body  OpenAPI
 * @param {readonly PropertyKey[]} at  the path of the body
 * @param {'iam' | 'none' | 'other'} [fallback]  the authorizer of operations that name none
 * @returns {import('./apis.js').FoundRoute[]}
 */
export function openApiRoutes(body, at, fallback = 'none') {
  const schemes = body?.components?.securitySchemes ?? body?.securityDefinitions ?? {};
  const authOf = (/** @type {object[]} */ security) => {
    const names = security.flatMap(Object.keys);
    if (names.length === 0) return 'none';
    // In SAM, AWS_IAM needs no security scheme.
    return names.some(
      (name) => name === 'AWS_IAM' || schemes[name]?.['x-amazon-apigateway-authtype'] === 'awsSigv4',
    )
      ? 'iam'
      : 'other';
  };
  // Computed once, because there may be many of both.
  const inherited = body?.security === undefined ? fallback : authOf(body.security);
  return Object.entries(body?.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(/** @type {Record<string, any>} */ (methods))
      .filter(([method]) => OPENAPI_METHOD.test(method))
      .map(([method, operation]) => {
        const isIam = operation?.['x-amazon-apigateway-auth']?.type === 'AWS_IAM';
        const own = operation?.security === undefined ? inherited : authOf(operation.security);
        /** @type {'iam' | 'none' | 'other'} */
        const auth = isIam ? 'iam' : own;
        const name = method === 'x-amazon-apigateway-any-method' ? 'ANY' : method.toUpperCase();
        return {
          // SAM writes this without the slash.
          route: /^\/?\$default$/.test(path) ? '$default' : `${name} ${path}`,
          auth,
          integration: referred(operation?.['x-amazon-apigateway-integration'], body),
          at: [...at, 'paths', path, method],
        };
      }),
  );
}

/**
 * Resolves a `$ref` such as `#/components/x-amazon-apigateway-integrations/NAME`.
 *
 * @param {any} value
 * @param {any} body
 */
function referred(value, body) {
  const path = /^#\/(.*)$/.exec(value?.$ref)?.[1].split('/') ?? [];
  return path.length === 0 ? value : path.reduce((at, name) => at?.[name], body);
}

/**
 * The CORS settings of a mock integration of `OPTIONS`.
 *
 * @param {any} responses  its `IntegrationResponses`
 */
export function mockCors(responses) {
  const [{ ResponseParameters } = /** @type {any} */ ({})] = [responses ?? []].flat();
  const header = (/** @type {string} */ name) =>
    ResponseParameters?.[`method.response.header.Access-Control-${name}`];
  const AllowOrigin = header('Allow-Origin');
  if (AllowOrigin === undefined) return undefined;
  return samCors({
    AllowOrigin,
    AllowMethods: header('Allow-Methods'),
    AllowHeaders: header('Allow-Headers'),
    AllowCredentials: /true/.test(header('Allow-Credentials')) || undefined,
    MaxAge: header('Max-Age'),
  });
}

const OPENAPI_METHOD = /^(?:get|put|post|delete|options|head|patch|x-amazon-apigateway-any-method)$/;

/** @param {any} authorizer  of SAM, or the AuthorizationType of CloudFormation */
export function authOf(authorizer) {
  if (authorizer === 'AWS_IAM') return 'iam';
  return authorizer === undefined || authorizer === null || authorizer === 'NONE' ? 'none' : 'other';
}

/** @param {any} cors  `Cors` of SAM: an origin in quotes, or an object of such texts */
export function samCors(cors) {
  if (cors === undefined) return undefined;
  const { AllowOrigin, AllowMethods, AllowHeaders, AllowCredentials, MaxAge } =
    typeof cors === 'string' ? { AllowOrigin: cors } : cors;
  const list = (/** @type {any} */ text) =>
    text &&
    String(text)
      .replace(/^'|'$/g, '')
      .split(/\s*,\s*/);
  return defined({
    allowOrigins: list(AllowOrigin),
    allowMethods: list(AllowMethods),
    allowHeaders: list(AllowHeaders),
    allowCredentials: AllowCredentials,
    maxAge: MaxAge === undefined ? undefined : Number(String(MaxAge).replaceAll("'", '')),
  });
}

/**
 * The policy that SAM makes of `ResourcePolicy`: see `ApiAuth` and `ResourcePolicyStatement` in its specification.
 *
 * @param {any} given
 * @param {string} [route]  of the event that has the policy; without a route, the policy is for the whole API
 * @returns {{ policy: { Version: string, Statement: object[] } | undefined, leftOut: string[] }}
 */
export function samResourcePolicy(given, route) {
  const Resource = route === undefined ? 'execute-api:/*' : resourceOf(route);
  const statements = Object.entries(given ?? {}).flatMap(([name, value]) => {
    if (name === 'CustomStatements') return [value].flat();
    const list = functionOf(value) === undefined ? [value].flat() : value;
    return SAM_STATEMENTS[name]?.(list).map((one) => ({ ...INVOKE, Resource, ...one })) ?? [];
  });
  const leftOut = Object.keys(given ?? {}).filter((name) => /Vpc/.test(name));
  return {
    policy: statements.length === 0 ? undefined : { Version: '2012-10-17', Statement: statements },
    leftOut,
  };
}

/** @param {string} route */
function resourceOf(route) {
  const [method, path] = route.split(' ');
  return `execute-api:/*/${method === 'ANY' ? '*' : method}${path.replace(/\{[^}]*\}/g, '*')}`;
}

const INVOKE = { Action: 'execute-api:Invoke' };

/** @param {string} operator */
const byAddress = (operator) => (/** @type {any} */ list) => [
  { Effect: 'Allow', Principal: '*' },
  { Effect: 'Deny', Principal: '*', Condition: { [operator]: { 'aws:SourceIp': list } } },
];

/** Statements by name; a function makes them. @type {Record<string, (list: any) => object[]>} */
const SAM_STATEMENTS = {
  AwsAccountWhitelist: (list) => [{ Effect: 'Allow', Principal: { AWS: list } }],
  AwsAccountBlacklist: (list) => [{ Effect: 'Deny', Principal: { AWS: list } }],
  IpRangeWhitelist: byAddress('NotIpAddress'),
  IpRangeBlacklist: byAddress('IpAddress'),
};

/** @param {any} cors  `CorsConfiguration` of an HTTP API */
export function httpCors(cors) {
  if (cors === undefined || typeof cors === 'boolean') return cors || undefined;
  const { AllowOrigins, AllowMethods, AllowHeaders, ExposeHeaders, AllowCredentials, MaxAge } = cors;
  return defined({
    allowOrigins: AllowOrigins,
    allowMethods: AllowMethods,
    allowHeaders: AllowHeaders,
    exposeHeaders: ExposeHeaders,
    allowCredentials: AllowCredentials,
    maxAge: MaxAge,
  });
}

/** @param {Record<string, unknown>} object */
function defined(object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
