// The settings of the gateway: from a config file, a CloudFormation or SAM template, options, or defaults.

import { dirname, resolve } from 'node:path';

import { API_TYPES } from './api-types.js';
import { CONFIG, ROLE, ROUTE_FORM } from './config-schema.js';
import { foreignConfig, foreignFile } from './foreign-configs.js';
import { ConfigError, readDocument } from './load-yaml.js';
import { checkCode } from './lambda/handler-file.js';
import { isTemplate, readTemplate } from './template/read-template.js';

/**
 * @typedef {import('./routes.js').RouteSettings} RouteSettings
 * @typedef {import('zod').output<typeof CONFIG>} Config  a config file with all defaults
 * @typedef {import('zod').output<typeof import('./config-schema.js').FUNCTION>} FunctionSettings
 * @typedef {import('zod').output<typeof import('./config-schema.js').USER>} User
 * @typedef {import('zod').output<typeof ROLE>} Role
 * @typedef {Omit<Config, 'routes' | 'stages' | 'policies' | 'users' | 'roles'> & {
 *   apiId: string,
 *   stages: string[],
 *   routes: RouteSettings[],
 *   policies: Record<string, object>,
 *   users: Record<string, User>,
 *   roles: Record<string, Role>,
 *   warnings: string[],
 *   allowsAll: boolean,
 *   files: string[],
 *   locate?: (path: readonly PropertyKey[]) => string
 * }} Settings  `files`: the files that were read; `locate`: returns the place of a setting in them
 */

/**
 * @param {string | object | undefined} given  the name or the content of a file, or `undefined`
 * @param {Record<string, unknown>} overrides  settings of the command line, for example; `undefined` overrides nothing
 * @returns {Settings}
 * @throws {ConfigError}
 */
export function loadSettings(given, overrides = {}) {
  const foreign = typeof given === 'string' ? foreignFile(given) : undefined;
  if (foreign !== undefined) throw new ConfigError(foreign);
  const document =
    typeof given === 'string'
      ? readDocument(given)
      : { file: 'the config', value: given ?? {}, locate: () => 'the config', repeated: [] };
  const overriding = Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
  const isFromTemplate = isTemplate(document.value);
  if (!isFromTemplate) {
    refuseForeign(document);
    if (document.repeated.length > 0) throw new ConfigError(document.repeated[0]);
  }
  const own = parse(isFromTemplate ? {} : document.value, overriding, document);
  const template = isFromTemplate
    ? document
    : own.template === undefined
      ? undefined
      : readDocument(resolve(dirname(document.file), own.template));
  const ownFiles = typeof given === 'string' ? [document.file] : [];
  if (template === undefined) {
    const settings = { ...complete(own, document), files: ownFiles };
    return typeof given === 'string' ? { ...settings, locate: document.locate } : settings;
  }
  refuseForeign(template);
  const { warnings, mentionsCalls, hasClients, locate, files, ...found } = readTemplate(template, own);
  // The server replaces the template's functions.
  if (own.upstream !== undefined)
    found.routes = found.routes.map((/** @type {RouteSettings} */ { function: _, ...route }) => route);
  const written = isFromTemplate ? {} : document.value;
  const both = {
    ...document,
    locate: (/** @type {readonly PropertyKey[]} */ path) =>
      isIn(written, path) ? document.locate(path) : locate(path),
  };
  // The config file takes precedence over the template.
  const merged = parse({ ...found, ...(isFromTemplate ? {} : withNames(written, found)) }, overriding, both);
  const isOwn = /** @type {const} */ (['users', 'roles']).some((kind) =>
    Object.keys(own[kind]).some((name) => found[kind][name] === undefined),
  );
  const hasPolicies = Object.keys(own.policies).length > 0;
  const settings = complete(merged, both, { warnings, mentionsCalls, hasClients, hasPolicies, isOwn });
  return { ...settings, locate: both.locate, files: [...ownFiles, ...files] };
}

/** @param {import('./load-yaml.js').Document} document */
function refuseForeign(document) {
  const foreign = foreignConfig(document);
  if (foreign !== undefined) throw new ConfigError(foreign);
}

/**
 * Whether the first two keys of a path exist: a section, or a named entry of a section.
 *
 * @param {any} value
 * @param {readonly PropertyKey[]} path
 */
function isIn(value, [section, name]) {
  const found = value?.[section];
  return found !== undefined && (!NAMED.has(section) || name === undefined || found[name] !== undefined);
}

/** Sections that are merged from the config file and the template. @type {ReadonlySet<PropertyKey>} */
const NAMED = new Set(['functions', 'policies', 'users', 'roles']);

/**
 * Merges the policies, roles, users and functions of both. For the same name, the config takes precedence over the template.
 *
 * @param {any} own
 * @param {any} found
 */
function withNames(own, found) {
  const sections = [...NAMED].map((section) => {
    const names = { ...found[section], ...own[section] };
    const both = Object.keys(names).map((name) => [
      name,
      merged(String(section), own[section]?.[name], found[section][name]),
    ]);
    return [section, Object.fromEntries(both)];
  });
  return { ...own, ...Object.fromEntries(sections) };
}

/**
 * @param {string} section
 * @param {any} own  `undefined` if only the template has the entry
 * @param {any} found  `undefined` if only the config has the entry
 */
function merged(section, own, found) {
  if (section === 'policies' || !isObject(own) || !isObject(found)) return own ?? found;
  if (section !== 'functions') return { ...found, ...own };
  const { code, archive, handler, ...rest } = found;
  const isElsewhere = ['code', 'archive', 'handler', 'endpoint'].some((key) => key in own);
  const environment = { ...found.environment, ...own.environment };
  return { ...(isElsewhere ? rest : found), ...own, environment };
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, any>}
 */
function isObject(value) {
  return typeof value === 'object' && value !== null;
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
 * @param {import('zod').core.$ZodIssue} issue
 * @param {(path: readonly PropertyKey[]) => string} locate
 * @returns {string}
 */
function describe(issue, locate) {
  // If a value may have several forms, find the one that was meant.
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const nearest = issue.errors.flat().find(({ code }) => code === 'unrecognized_keys');
    if (nearest) return describe({ ...nearest, path: [...issue.path, ...nearest.path] }, locate);
  }
  if (issue.code === 'unrecognized_keys') {
    const [key] = issue.keys;
    return `${locate([...issue.path, key])}: ${nameOf([...issue.path, key])} is not a known key`;
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
 * @typedef {object} OfTemplate
 * @property {string[]} warnings
 * @property {boolean} mentionsCalls  whether any policy of the template is about calls
 * @property {boolean} hasClients  whether any user or role of the template has such a policy
 * @property {boolean} hasPolicies  whether the config has policies
 * @property {boolean} isOwn  whether the config has its own users or roles
 */

/**
 * @param {Config} config
 * @param {import('./load-yaml.js').Document} document
 * @param {OfTemplate} [template]
 * @returns {Omit<Settings, 'files'>}
 */
function complete(config, document, template) {
  const { file, locate } = document;
  const { service, ...defaults } = API_TYPES[config.type];
  const roles = rolesOf(config, service, template);
  const settings = {
    ...config,
    stages: stagesOf(config, document),
    routes: config.routes ?? defaults.routes.map((route) => ({ route, auth: /** @type {const} */ ('iam') })),
    roles: roles.all,
    warnings: template?.warnings ?? [],
    allowsAll: roles.allowsAll,
  };
  /** @type {readonly RouteSettings[]} */
  const routes = settings.routes;
  const named = [...routes.map((route) => route.function), settings.function];
  for (const [i, name] of named.entries()) {
    if (name === undefined || Object.hasOwn(config.functions, name)) continue;
    const path = i < settings.routes.length ? ['routes', i, 'function'] : ['function'];
    throw new ConfigError(`${locate(path)}: ${nameOf(path)}: there is no function '${name}'`);
  }
  for (const [i, { route }] of routes.entries()) {
    if (config.type === 'websocket' || /[/$]/.test(route)) continue;
    const path = ['routes', i, 'route'];
    throw new ConfigError(`${locate(path)}: ${nameOf(path)}: ${ROUTE_FORM}`);
  }
  for (const [name, own] of Object.entries(settings.functions)) {
    if (own.code !== undefined || own.endpoint !== undefined) continue;
    const key = own.archive === undefined ? 'handler' : 'archive';
    own[key] = resolve(dirname(file), /** @type {string} */ (own[key]));
    try {
      checkCode(own);
    } catch (cause) {
      const path = ['functions', name, key];
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
  if (settings.resourcePolicy !== undefined && !defaults.hasResourcePolicy) {
    const at = ['resourcePolicy'];
    throw new ConfigError(
      `${locate(at)}: resourcePolicy: only a REST API or a function URL has one, and this is of type ${config.type}`,
    );
  }
  return settings;
}

/**
 * The roles of the config. If no role or user has a policy about calls, another role is added. It has all policies, or may call
 * everything if there are none.
 *
 * @param {Config} config
 * @param {string} service
 * @param {OfTemplate} [template]
 */
function rolesOf({ users, roles, policies }, service, template) {
  const holders = Object.values({ ...users, ...roles });
  const isNamed = template === undefined ? holders.length > 0 : template.isOwn || template.hasClients;
  if (isNamed) return { all: roles, allowsAll: false };
  const names = Object.keys(policies);
  // If statements had to be left out, the role must not be allowed to call everything.
  const allowsAll =
    template === undefined ? names.length === 0 : !template.mentionsCalls && !template.hasPolicies;
  if (!allowsAll && names.length === 0 && holders.length > 0) return { all: roles, allowsAll };
  const everything = { Effect: 'Allow', Action: [`${service}:*`, 'lambda:InvokeFunction'], Resource: '*' };
  const held = allowsAll ? [{ Version: '2012-10-17', Statement: everything }] : names;
  return { all: { developer: ROLE.parse({ policies: held }), ...roles }, allowsAll };
}

/**
 * @param {Config} config
 * @param {import('./load-yaml.js').Document} document
 * @returns {string[]}
 */
function stagesOf({ type, stages, stage }, { locate }) {
  if (stage === undefined) return stages ?? API_TYPES[type].stages;
  if (stages === undefined || stages.includes(stage)) return [stage];
  throw new ConfigError(
    `${locate(['stages'])}: there is no stage ${stage}: the API has ${stages.join(', ')}`,
  );
}

/**
 * @param {User | Role} holder
 * @returns {(readonly [policy: string | object | undefined, ...path: PropertyKey[]])[]} each policy with its place
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
