// What the properties of an API in a template say: its routes in OpenAPI, and its CORS in both spellings.

/**
 * @param {any} body  OpenAPI
 * @returns {{ route: string, auth: 'iam' | 'none' | 'other', integration?: any }[]}
 */
export function openApiRoutes(body) {
  const schemes = body?.components?.securitySchemes ?? body?.securityDefinitions ?? {};
  const authOf = (/** @type {object[]} */ security) => {
    const names = security.flatMap(Object.keys);
    if (names.length === 0) return 'none';
    return names.some((name) => schemes[name]?.['x-amazon-apigateway-authtype'] === 'awsSigv4')
      ? 'iam'
      : 'other';
  };
  // Once: there may be many of both.
  const inherited = authOf(body?.security ?? []);
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
          route: path === '/$default' ? '$default' : `${name} ${path}`,
          auth,
          integration: referred(operation?.['x-amazon-apigateway-integration'], body),
        };
      }),
  );
}

/**
 * What `$ref` stands for: `#/components/x-amazon-apigateway-integrations/NAME`.
 *
 * @param {any} value
 * @param {any} body
 */
function referred(value, body) {
  const path = /^#\/(.*)$/.exec(value?.$ref)?.[1].split('/') ?? [];
  return path.length === 0 ? value : path.reduce((at, name) => at?.[name], body);
}

const OPENAPI_METHOD = /^(?:get|put|post|delete|options|head|patch|x-amazon-apigateway-any-method)$/;

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
 * `ResourcePolicy` of SAM, as SAM makes a policy of it: see `ApiAuth` and `ResourcePolicyStatement` in its specification.
 *
 * @param {any} given
 * @returns {{ policy: { Version: string, Statement: object[] } | undefined, leftOut: string[] }}
 */
export function samResourcePolicy(given) {
  const statements = Object.entries(given ?? {}).flatMap(([name, value]) => {
    if (name === 'CustomStatements') return [value].flat();
    return SAM_STATEMENTS[name]?.([value].flat()) ?? [];
  });
  const leftOut = Object.keys(given ?? {}).filter((name) => /Vpc/.test(name));
  return {
    policy: statements.length === 0 ? undefined : { Version: '2012-10-17', Statement: statements },
    leftOut,
  };
}

const INVOKE = { Action: 'execute-api:Invoke', Resource: 'execute-api:/*' };

/** @param {string} operator */
const byAddress = (operator) => (/** @type {any[]} */ list) => [
  { Effect: 'Allow', Principal: '*', ...INVOKE },
  { Effect: 'Deny', Principal: '*', ...INVOKE, Condition: { [operator]: { 'aws:SourceIp': list } } },
];

/** @type {Record<string, (list: any[]) => object[]>} */
const SAM_STATEMENTS = {
  AwsAccountWhitelist: (list) => [{ Effect: 'Allow', Principal: { AWS: list }, ...INVOKE }],
  AwsAccountBlacklist: (list) => [{ Effect: 'Deny', Principal: { AWS: list }, ...INVOKE }],
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
