// `sigv4 gateway`

import { once } from 'node:events';

import { labelled } from '../gateway/access-log.js';
import { API_TYPES } from '../gateway/api-types.js';
import { ConfigError } from '../gateway/load-yaml.js';
import { startGateway } from '../gateway/gateway.js';
import { CliError, exitCode } from './exit.js';
import { listenError } from './listen.js';
import { addOptions, count, oneOf } from './options.js';

/** @typedef {import('../gateway/gateway.js').RunningGateway} RunningGateway */

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
    ['--port <number>', 'Port to listen on; 0 for a free one', (option) => count(option).default(3000)],
    ['--host <address>', 'Address to listen on', (option) => option.default('127.0.0.1')],
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
export async function handler({ config, port, host, quiet, ...settings }) {
  const { type, upstream, api, region, stage, parameter: given } = settings;
  const parameters = Object.keys(given).length > 0 ? given : undefined;
  const running = await startGateway({
    config,
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
  introduce(running).forEach(print);
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
 * @returns {string[]} lines
 */
function introduce({ origin, settings, accessKeys, credentialsEndpoint, inspector }) {
  const { type, region, account, apiId, stages, routes, warnings, allowsAll } = settings;
  const url = stages[0] === '$default' ? origin : `${origin}/${stages[0]}`;
  const { label, service } = API_TYPES[type];
  const shown = type === 'websocket' ? url.replace('http', 'ws') : url;
  const notes = [
    ...warnings,
    ...(allowsAll
      ? ['no user or role has a policy about calls, so there is a role developer that may call everything']
      : []),
  ];
  const lines = [
    `${shown}  ${label} ${apiId} in ${region}, account ${account}`,
    labelled('routes', routes.map(({ route, auth }) => `${route} (${auth})`).join(', ')),
    labelled('to', destination(settings)),
    labelled('page', inspector.url),
    ...notes.map((note) => labelled('note', note)),
  ];
  // Such as the roles of functions that call nothing here. The policy of the API may still name them.
  /** @param {import('../gateway/principals.js').AccessKey} key */
  const isIdle = ({ principal: { kind, policies } }) =>
    kind === 'role' && policies.length === 0 && settings.resourcePolicy === undefined;
  const idle = accessKeys.filter(isIdle).map(({ principal }) => principal.name);
  if (idle.length > 0) {
    const where = `${credentialsEndpoint.uri}/ROLE`;
    lines.push(labelled('note', `without a policy about calls: ${idle.join(', ')} (credentials: ${where})`));
  }
  for (const key of accessKeys.filter((one) => one.isGenerated && !isIdle(one))) {
    lines.push('', `# ${key.principal.arn}`, ...exportsOf(key));
  }
  return [
    ...lines,
    '',
    '# Or credentials that the AWS SDKs renew on their own:',
    `export AWS_CONTAINER_CREDENTIALS_FULL_URI=${credentialsEndpoint.uri}`,
    `export AWS_CONTAINER_AUTHORIZATION_TOKEN=${credentialsEndpoint.token}`,
    '',
    '# Then:',
    `sigv4 ${type === 'websocket' ? 'presign' : 'request'} ${shown} --region ${region} --service ${service}`,
    '',
  ];
}

/** @param {import('../gateway/config.js').Settings} settings */
function destination({ upstream, function: all, functions }) {
  const names = Object.keys(functions).join(', ');
  const rest = all === undefined ? (upstream ?? (names ? '' : 'an echo')) : '';
  return [names && `the functions ${names}`, rest].filter(Boolean).join(', ');
}

/** @param {import('../gateway/principals.js').Credentials} credentials */
function exportsOf({ accessKeyId, secretAccessKey, sessionToken }) {
  return [
    `export AWS_ACCESS_KEY_ID=${accessKeyId}`,
    `export AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
    sessionToken ? `export AWS_SESSION_TOKEN=${sessionToken}` : 'unset AWS_SESSION_TOKEN',
  ];
}
