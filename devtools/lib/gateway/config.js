// The settings of the gateway: from a config file, a CloudFormation or SAM template, options, or defaults.

import { dirname, resolve } from 'node:path';

import { z } from 'zod';

import { ConfigError, readDocument } from './load-yaml.js';
import { handlerFile } from './lambda/functions.js';
import { isTemplate, readTemplate } from './template.js';

/**
 * @typedef {import('./routes.js').RouteSettings} RouteSettings
 * @typedef {z.output<typeof CONFIG>} Config  of a file, with all defaults
 * @typedef {z.output<typeof FUNCTION>} FunctionSettings
 * @typedef {Omit<Config, 'routes' | 'stages' | 'policies' | 'users' | 'roles'> & {
 *   apiId: string,
 *   stages: string[],
 *   routes: RouteSettings[],
 *   policies: Record<string, object>,
 *   users: Record<string, z.output<typeof USER>>,
 *   roles: Record<string, z.output<typeof ROLE>>,
 *   warnings: string[],
 *   allowsAll: boolean
 * }} Settings
 */

/** "Quotas for configuring and running …", API Gateway developer guide. */
const LIMITS = { bodyBytes: 10_485_760, timeoutMs: 29_000, rate: 10_000, burst: 5_000, functionMs: 3000 };

const ROUTE_KEY =
  /^(?:(?:ANY|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT) \/\S*|\$default|\$connect|\$disconnect)$/;

const UPSTREAM = z
  .string()
  .regex(/^(?:https?|wss?):\/\/[^\s/]+/, 'must be a URL that begins with http://, https://, ws:// or wss://');

const NAME = z.string().regex(/^[\w+=,.@-]{1,64}$/, 'must be a name that IAM accepts');

const DOCUMENT = z.looseObject({ Statement: z.unknown() });

const POLICY = z.union([NAME, DOCUMENT], {
  error: 'must be the name of a policy, or a policy document with a Statement',
});

const KEY = {
  accessKeyId: z
    .string()
    .regex(/^\w{3,128}$/, 'must be letters and digits')
    .optional(),
  secretAccessKey: z.string().min(1).optional(),
};

const USER = z.strictObject({
  policies: z.array(POLICY).default([]),
  permissionsBoundary: POLICY.optional(),
  accessKeys: z
    .array(z.strictObject(KEY).refine(isWholeKey, 'needs both accessKeyId and secretAccessKey, or neither'))
    .default([{}]),
});

const ROLE = z.strictObject({
  policies: z.array(POLICY).default([]),
  permissionsBoundary: POLICY.optional(),
  sessions: z
    .array(
      z
        .strictObject({
          ...KEY,
          name: NAME.optional(),
          sessionToken: z.string().min(1).optional(),
          expiration: z.iso.datetime({ offset: true }).transform(toDate).optional(),
          // Session policies, as `AssumeRole` takes them.
          policies: z.array(POLICY).default([]),
        })
        .refine(isWholeSession, 'needs all of accessKeyId, secretAccessKey and sessionToken, or none'),
    )
    .prefault([{}]),
});

/** A Lambda function: a handler file, code, or a server that takes Lambda's invoke call. */
const FUNCTION = z
  .strictObject({
    // As in Lambda: the file without its extension, and the export.
    handler: z
      .string()
      .regex(/^[^\0]+\.[\w$]+$/, 'must be a file and its export, such as src/orders.handler')
      .default('index.handler'),
    code: z.string().optional(),
    endpoint: z
      .string()
      .regex(
        /^https?:\/\/[^\s/]+/,
        'must be a URL, such as http://127.0.0.1:3001 of `sam local start-lambda`',
      )
      .optional(),
    // Of HTTP APIs. REST APIs have one format.
    payloadFormat: z.enum(['1.0', '2.0']).default('2.0'),
    timeoutMs: z.int().min(1).max(900_000).default(LIMITS.functionMs),
    memoryMb: z.int().min(128).max(10_240).default(128),
    environment: z.record(z.string(), z.coerce.string()).default({}),
    role: NAME.optional(),
  })
  .refine(({ code, endpoint }) => code === undefined || endpoint === undefined, 'has both code and endpoint');

const CORS = z.strictObject({
  allowOrigins: z.array(z.string()).default(['*']),
  allowMethods: z.array(z.string()).default(['*']),
  // The headers of a signed request, not all of which are in API Gateway's own default.
  allowHeaders: z
    .array(z.string())
    .default(['authorization', 'content-type', 'x-amz-content-sha256', 'x-amz-date', 'x-amz-security-token']),
  exposeHeaders: z.array(z.string()).default([]),
  allowCredentials: z.boolean().default(false),
  maxAge: z.int().min(0).optional(),
  // Default: HTTP APIs yes; REST APIs no, so that browsers report a 403 as an error of CORS, as with AWS.
  onErrors: z.boolean().optional(),
});

const CONFIG = z.strictObject({
  template: z.string().optional(),
  api: z.string().optional(),
  parameters: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  type: z.enum(['rest', 'http', 'websocket']).default('rest'),
  region: z
    .string()
    .regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'must be a region, such as eu-west-1')
    .default('us-east-1'),
  account: z
    .string({ error: "must be text: quote it, '123456789012'" })
    .regex(/^\d{12}$/, 'must be 12 digits')
    .default('123456789012'),
  apiId: z
    .string()
    .regex(/^[a-z0-9]+$/, 'must be lower-case letters and digits')
    .default('local'),
  stages: z
    .array(z.string().regex(/^(?:\$default|[\w-]{1,128})$/, 'must be letters, digits, _ and -'))
    .min(1)
    .optional(),
  routes: z
    .array(
      z.strictObject({
        route: z.string().regex(ROUTE_KEY, 'must be as in `GET /orders/{id}`, `ANY /{proxy+}` or `$default`'),
        auth: z.enum(['iam', 'none', 'other']).default('iam'),
        upstream: UPSTREAM.optional(),
        function: NAME.optional(),
      }),
    )
    .min(1)
    .optional(),
  upstream: UPSTREAM.optional(),
  function: NAME.optional(),
  functions: z.record(NAME, FUNCTION).default({}),
  cors: z
    .union([
      z.literal(true).transform(() => CORS.parse({})),
      z.literal(false).transform(() => undefined),
      CORS,
    ])
    .optional(),
  throttle: z
    .strictObject({
      rate: z.number().positive().default(LIMITS.rate),
      burst: z.int().positive().default(LIMITS.burst),
    })
    .prefault({}),
  timeoutMs: z.int().min(50).max(300_000).default(LIMITS.timeoutMs),
  maxBodyBytes: z
    .int()
    .min(0)
    .max(100 * 1024 * 1024)
    .default(LIMITS.bodyBytes),
  // Lifetime of the credentials from GET /_sigv4/credentials/{role}.
  sessionSeconds: z.number().positive().default(3600),
  policies: z.record(NAME, DOCUMENT).default({}),
  // Of a REST API.
  resourcePolicy: DOCUMENT.optional(),
  users: z.record(NAME, USER).default({}),
  roles: z.record(NAME, ROLE).default({}),
});

const DEFAULTS = {
  rest: { stages: ['prod'], routes: ['ANY /', 'ANY /{proxy+}'] },
  http: { stages: ['$default'], routes: ['$default'] },
  websocket: { stages: ['prod'], routes: ['$connect', '$default'] },
};

const ALLOW_ALL = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: 'execute-api:*', Resource: '*' },
};

/**
 * @param {string | object | undefined} given  name of a file, the content of one, or `undefined`
 * @param {Record<string, unknown>} overrides  such as those of the command line; `undefined` is none
 * @returns {Settings}
 * @throws {ConfigError}
 */
export function loadSettings(given, overrides = {}) {
  const document =
    typeof given === 'string'
      ? readDocument(given)
      : { file: 'the config', value: given ?? {}, locate: () => 'the config' };
  const overriding = Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
  const isFromTemplate = isTemplate(document.value);
  const own = parse(isFromTemplate ? {} : document.value, overriding, document);
  const template = isFromTemplate
    ? document
    : own.template === undefined
      ? undefined
      : readDocument(resolve(dirname(document.file), own.template));
  if (template === undefined) return complete(own, [], document);
  const { warnings, ...found } = readTemplate(template, own);
  // A server in place of the template's functions.
  if (own.upstream !== undefined)
    found.routes = found.routes.map((/** @type {RouteSettings} */ { function: _, ...route }) => route);
  // The config file takes precedence over the template.
  const merged = parse(
    { ...found, ...(isFromTemplate ? {} : withNames(document.value, found)) },
    overriding,
    document,
  );
  return complete(merged, warnings, document);
}

/**
 * Policies, roles and functions of both.
 *
 * @param {any} own
 * @param {any} found
 */
function withNames(own, found) {
  const { policies, users, roles, functions } = found;
  return {
    ...own,
    functions: { ...functions, ...own.functions },
    policies: { ...policies, ...own.policies },
    users: { ...users, ...own.users },
    roles: { ...roles, ...own.roles },
  };
}

/**
 * @param {any} value
 * @param {Record<string, unknown>} overriding
 * @param {import('./load-yaml.js').Document} document
 * @returns {Config}
 */
function parse(value, overriding, { locate }) {
  const result = CONFIG.safeParse({ ...value, ...overriding });
  if (result.success) return result.data;
  throw new ConfigError(result.error.issues.map((issue) => describe(issue, locate)).join('\n'));
}

/**
 * @param {z.core.$ZodIssue} issue
 * @param {(path: readonly PropertyKey[]) => string} locate
 * @returns {string}
 */
function describe(issue, locate) {
  // Of the shapes that a value may have, find the one that was meant.
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const nearest = issue.errors.flat().find(({ code }) => code === 'unrecognized_keys');
    if (nearest) return describe({ ...nearest, path: [...issue.path, ...nearest.path] }, locate);
  }
  if (issue.code === 'unrecognized_keys') {
    const [key] = issue.keys;
    return `${locate([...issue.path, key])}: ${nameOf([...issue.path, key])} is not known here`;
  }
  return `${locate(issue.path)}: ${nameOf(issue.path) || 'the config'}: ${issue.message}`;
}

/** @param {readonly PropertyKey[]} path */
function nameOf(path) {
  return path
    .map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i ? '.' : ''}${String(key)}`))
    .join('');
}

/**
 * @param {Config} config
 * @param {string[]} warnings
 * @param {import('./load-yaml.js').Document} document
 * @returns {Settings}
 */
function complete(config, warnings, { file, locate }) {
  const defaults = DEFAULTS[config.type];
  const hasPrincipals = Object.keys({ ...config.users, ...config.roles }).length > 0;
  const names = Object.keys(config.policies);
  const allowsAll = !hasPrincipals && names.length === 0;
  const settings = {
    ...config,
    stages: config.stages ?? defaults.stages,
    routes: config.routes ?? defaults.routes.map((route) => ({ route, auth: /** @type {const} */ ('iam') })),
    roles: hasPrincipals
      ? config.roles
      : { developer: ROLE.parse({ policies: allowsAll ? [ALLOW_ALL] : names }) },
    warnings,
    allowsAll,
  };
  /** @type {readonly RouteSettings[]} */
  const routes = settings.routes;
  const named = [...routes.map((route) => route.function), settings.function];
  for (const [i, name] of named.entries()) {
    if (name === undefined || Object.hasOwn(config.functions, name)) continue;
    const path = i < settings.routes.length ? ['routes', i, 'function'] : ['function'];
    throw new ConfigError(`${locate(path)}: ${nameOf(path)}: there is no function '${name}'`);
  }
  for (const [name, own] of Object.entries(settings.functions)) {
    if (own.code !== undefined || own.endpoint !== undefined) continue;
    own.handler = resolve(dirname(file), own.handler);
    try {
      handlerFile(own.handler.slice(0, own.handler.lastIndexOf('.')));
    } catch (cause) {
      const path = ['functions', name, 'handler'];
      const { message } = /** @type {Error} */ (cause);
      throw new ConfigError(`${locate(path)}: ${nameOf(path)}: ${message}`, { cause });
    }
  }
  for (const kind of /** @type {const} */ (['users', 'roles'])) {
    for (const [name, holder] of Object.entries(settings[kind])) {
      for (const [held, ...path] of policiesOf(holder)) {
        if (typeof held !== 'string' || Object.hasOwn(config.policies, held)) continue;
        const at = [kind, name, ...path];
        throw new ConfigError(`${locate(at)}: ${nameOf(at)}: there is no policy '${held}'`);
      }
    }
  }
  if (settings.resourcePolicy !== undefined && config.type !== 'rest') {
    const at = ['resourcePolicy'];
    throw new ConfigError(
      `${locate(at)}: resourcePolicy: only a REST API has one, and this is of type ${config.type}`,
    );
  }
  return settings;
}

/**
 * @param {z.output<typeof USER> | z.output<typeof ROLE>} holder
 * @returns {(readonly [policy: string | object | undefined, ...path: PropertyKey[]])[]} each policy, and where it is
 */
function policiesOf({ policies, permissionsBoundary, ...holder }) {
  const sessions = 'sessions' in holder ? holder.sessions : [];
  return [
    ...policies.map((policy, i) => /** @type {const} */ ([policy, 'policies', i])),
    [permissionsBoundary, 'permissionsBoundary'],
    ...sessions.flatMap((session, at) =>
      session.policies.map((policy, i) => /** @type {const} */ ([policy, 'sessions', at, 'policies', i])),
    ),
  ];
}

/** @param {Record<string, unknown>} key */
function isWholeKey({ accessKeyId, secretAccessKey }) {
  return (accessKeyId === undefined) === (secretAccessKey === undefined);
}

/** @param {Record<string, unknown>} session */
function isWholeSession({ accessKeyId, sessionToken, secretAccessKey }) {
  return [accessKeyId, sessionToken].every(
    (part) => (part === undefined) === (secretAccessKey === undefined),
  );
}

/** @param {string} text */
function toDate(text) {
  return new Date(text);
}
