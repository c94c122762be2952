// `sigv4 gateway`

import { once } from 'node:events';

import { labelled } from '../gateway/access-log.js';
import { API_TYPES } from '../gateway/api-types.js';
import { ConfigError } from '../gateway/load-yaml.js';
import { startGateway } from '../gateway/gateway.js';
import { CliError, exitCode } from './exit.js';
import { listenError } from './listen.js';
import { addOptions, count, oneOf } from './options.js';

/**
 * @typedef {import('../gateway/gateway.js').RunningGateway} RunningGateway
 * @typedef {import('../gateway/config.js').Settings} Settings
 */

/** @param {import('commander').Command} command */
export function define(command) {
  addOptions(command, 'Options:', [
    ['--config <file>', 'Config file, or CloudFormation or SAM template, in YAML or JSON'],
    ['--api <id>', 'Logical ID or name of the API or function URL, if the template has several'],
    ['--stage <name>', 'Stage to serve; default: all'],
    [
      '--parameter <name=value>',
      'Parameter of the template; repeatable',
      (option) => option.argParser(parameter).default({}),
    ],
    ['--type <type>', 'Type of the API; default: rest', oneOf(Object.keys(API_TYPES))],
    [
      '--upstream <url>',
      'URL of the server that receives accepted requests; default: the gateway echoes them',
    ],
    ['--region <region>', 'Region of the API; default: us-east-1'],
    [
      '--port <number>',
      'Port to listen on; 0 for a free one',
      (option) => count(option).default(DEFAULT_PORT),
    ],
    ['--host <address>', 'Address to listen on', (option) => option.default('127.0.0.1')],
    ['--watch', 'Load the config again when it, its template or the code of a function changes'],
    ['--quiet', 'Print no access log'],
  ]);
  return command.addHelpText(
    'after',
    `
Examples:
  sigv4 gateway                                                       one role that may call everything, and an echo
  sigv4 gateway --config template.yaml --upstream http://127.0.0.1:8080`,
  );
}

/** @param {any} argv */
export async function handler({ config, port, host, watch, quiet, ...settings }) {
  const { type, upstream, api, region, stage, parameter: given } = settings;
  const parameters = Object.keys(given).length > 0 ? given : undefined;
  /** @type {Set<string>} */
  const shown = new Set();
  const running = await startGateway({
    config,
    watch,
    onReload: (error) => reloaded(running, shown, error).forEach(print),
    port,
    host,
    settings: { type, upstream, api, region, stage, parameters },
    // Not an option: all users of the machine can see the command line.
    token: process.env.SIGV4_GATEWAY_TOKEN || undefined,
    ...(!quiet && { log: print }),
  }).catch((error) => {
    throw error instanceof ConfigError
      ? new CliError('config', error.message)
      : listenError(error, `${host}:${port}`);
  });
  introduce(running, shown).forEach(print);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await running.close();
  return exitCode('ok');
}

/**
 * @param {string} text  `Name=value`
 * @param {Record<string, string>} before
 */
function parameter(text, before) {
  const [, name, value] = /^(\w+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined)
    throw new CliError('usage', `--parameter takes a name and a value, such as Stage=dev, not '${text}'`);
  return { ...before, [name]: value };
}

/** @param {string} line */
function print(line) {
  console.log(line);
}

/**
 * @param {RunningGateway} running
 * @param {Set<string>} shown  gets the access keys that are printed
 * @returns {string[]} lines
 */
function introduce(running, shown) {
  const { url, settings, credentialsEndpoint, inspector } = running;
  const { type, region, account, apiId } = settings;
  const hasRole = Object.keys(settings.roles).length > 0;
  return [
    `${url}  ${API_TYPES[type].label} ${apiId} in ${region}, account ${account}`,
    ...described(running),
    labelled('page', inspector.url),
    ...exportsOf(running, shown),
    '',
    ...(hasRole
      ? [
          '# Or credentials that the AWS SDKs renew on their own:',
          `export AWS_CONTAINER_CREDENTIALS_FULL_URI=${credentialsEndpoint.uri}`,
          `export AWS_CONTAINER_AUTHORIZATION_TOKEN=${credentialsEndpoint.token}`,
          '',
        ]
      : []),
    '# Then:',
    exampleOf(url, settings),
    '',
  ];
}

/**
 * @param {RunningGateway} running
 * @param {Set<string>} shown
 * @param {Error} [error]
 * @returns {string[]} lines
 */
function reloaded(running, shown, error) {
  if (error !== undefined) {
    const [first, ...rest] = error.message.split('\n');
    return [
      labelled('reload', first),
      ...rest.map((line) => labelled('', line)),
      labelled('', 'Not loaded: the gateway goes on with the files as they were before.'),
    ];
  }
  return [labelled('reload', 'done'), ...described(running), ...exportsOf(running, shown)];
}

/**
 * @param {RunningGateway} running
 * @returns {string[]} lines: what is where, and what to know
 */
function described({ settings, accessKeys, credentialsEndpoint }) {
  const { routes, warnings, allowsAll } = settings;
  // A template says itself which of its routes these are.
  const others = routes
    .filter(({ auth, route }) => auth === 'other' && !warnings.some((warning) => warning.includes(route)))
    .map(({ route }) => route);
  const idle = accessKeys.filter((key) => isIdle(key, settings)).map(({ principal }) => principal.name);
  const notes = [
    ...warnings,
    ...(allowsAll
      ? ['no user or role has a policy about calls, so there is a role developer that may call everything']
      : []),
    ...(idle.length > 0
      ? [`without a policy about calls: ${idle.join(', ')} (credentials: ${credentialsEndpoint.uri}/ROLE)`]
      : []),
    ...(others.length > 0 ? [`${others.join(', ')}: ${OTHER_AUTHORIZER}`] : []),
  ];
  return [
    labelled('routes', routes.map(({ route, auth }) => `${route} (${auth})`).join(', ')),
    labelled('to', destination(settings)),
    ...notes.map((note) => labelled('note', note)),
  ];
}

const OTHER_AUTHORIZER =
  'the authorizer is not IAM. The gateway runs no Lambda or JWT authorizer: it responds with 401';

/** @param {Settings} settings */
function destination({ upstream, function: all, functions }) {
  const names = Object.keys(functions).join(', ');
  const rest = all === undefined ? (upstream ?? (names ? '' : 'an echo')) : '';
  return [names && `the functions ${names}`, rest].filter(Boolean).join(', ');
}

/**
 * @param {RunningGateway} running
 * @param {Set<string>} shown
 * @returns {string[]} lines that set the keys that the gateway generated and that were not printed before
 */
function exportsOf({ accessKeys, settings }, shown) {
  const keys = accessKeys.filter(
    (key) => key.isGenerated && !shown.has(key.accessKeyId) && !isIdle(key, settings),
  );
  return keys.flatMap(({ accessKeyId, secretAccessKey, sessionToken, principal }) => {
    shown.add(accessKeyId);
    return [
      '',
      `# ${principal.arn}`,
      `export AWS_ACCESS_KEY_ID=${accessKeyId}`,
      `export AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
      sessionToken ? `export AWS_SESSION_TOKEN=${sessionToken}` : 'unset AWS_SESSION_TOKEN',
    ];
  });
}

/**
 * Such as the roles of functions that call nothing here. The policy of the API may still name them.
 *
 * @param {import('../gateway/principals.js').AccessKey} key
 * @param {Settings} settings
 */
function isIdle({ principal: { kind, policies } }, { resourcePolicy }) {
  return kind === 'role' && policies.length === 0 && resourcePolicy === undefined;
}

/**
 * A command whose request has a route: one of GET, if there is one.
 *
 * @param {string} url
 * @param {Settings} settings
 */
function exampleOf(url, { type, region, routes }) {
  const scope = `--region ${region} --service ${API_TYPES[type].service}`;
  if (type === 'websocket') return `sigv4 presign ${url} ${scope}`;
  const signed = routes.filter(({ auth }) => auth !== 'other');
  const found = ['GET', 'ANY', '$default', '']
    .map((method) => signed.find(({ route }) => route.startsWith(method)))
    .find((route) => route !== undefined);
  const [, method = 'ANY', path = '/'] = /^([A-Z]+) (\/.*)$/.exec(found?.route ?? '') ?? [];
  const target = url + path.replace(/\{[^{}]*\}/g, '1').replace(/^\/$/, '');
  return `sigv4 request ${/^(?:GET|ANY)$/.test(method) ? '' : `${method} `}${target} ${scope}`;
}

/** Beside that of `sigv4 inspect`, and not one of `sam local` and serverless-offline, which have 3000 to 3002. */
const DEFAULT_PORT = 8403;
