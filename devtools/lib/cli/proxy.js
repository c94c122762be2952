// The command `sigv4 proxy`.

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';

import { labelled } from '../gateway/access-log.js';
import { PAYLOADS, ProxyOptionError } from '../proxy/options.js';
import { startProxy } from '../proxy/proxy.js';
import { TOKEN_HEADER } from '../proxy/token.js';
import { dispatcherFor } from './connection.js';
import { CliError, exitCode } from './exit.js';
import { identityLoader, inferScope, resolveScope } from './identity.js';
import { listenError } from './listen.js';
import { addIdentityOptions, addOptions, count, oneOf, repeated, seconds } from './options.js';
import { checkProfile } from './profiles.js';

/** @typedef {import('../proxy/proxy.js').RunningProxy} RunningProxy */

/** @param {import('commander').Command} command */
export function define(command) {
  command.argument('[upstream...]', 'URL of the server that receives signed requests; several as NAME=URL');
  addOptions(command, 'Upstreams:', [
    [
      '--match <pattern>',
      'Also sign for hosts that clients name, such as *.execute-api.eu-west-1.amazonaws.com; repeatable',
      repeated,
    ],
    ['--sign-host <host>', 'Host to sign and send, if it is not the host of the URL'],
    ['--sigv4a', 'Sign for several regions, with SigV4a; --region is a list, such as us-east-1,eu-*'],
    ['--no-sign', 'Forward requests without a signature'],
  ]);
  addOptions(command, 'Access:', [
    [
      '--token-file <file>',
      'File with the token that clients send; default: SIGV4_PROXY_TOKEN, or a new token',
    ],
    ['--no-token', 'Let every user and program of this machine use your credentials'],
    [
      '--allow-origin <origin>',
      'Pages that may send requests, such as http://localhost:5173; repeatable',
      repeated,
    ],
    ['--allow-host <name>', 'Another name of this proxy, such as host.docker.internal; repeatable', repeated],
    ['--port <number>', 'Port to listen on; 0 for a free one', (option) => count(option).default(8080)],
    ['--host <address>', 'Address to listen on', (option) => option.default('127.0.0.1')],
  ]);
  addOptions(command, 'Requests:', [
    [
      '--payload <mode>',
      'How bodies are signed: auto, signed (their hash), unsigned, chunks (S3)',
      (option) => oneOf(PAYLOADS)(option).default('auto'),
    ],
    [
      '--max-body <bytes>',
      'Limit for bodies that must be hashed before they are sent; default: 67108864',
      bytes,
    ],
    ['-H, --header <header>', "Set a header; replaces the client's; repeatable", repeated],
    ['--strip <name>', 'Do not forward this header; repeatable', repeated],
    [
      '--copy-header <name=new>',
      'Forward a copy of a header, such as authorization=x-original-authorization; repeatable',
      repeated,
    ],
    ['--timeout <seconds>', 'Time until the response begins; default: 300', seconds],
    ['--quiet', 'Print no line for each request'],
  ]);
  addOptions(command, 'Connection to upstreams:', [
    ['--cacert <file>', 'File with the certificates of CAs'],
    ['-k, --insecure', 'Accept any certificate'],
    ['-x, --proxy <url>', 'Proxy; default: from http_proxy and https_proxy'],
    ['--connect-timeout <seconds>', 'Time to connect; default: 10', seconds],
  ]);
  addIdentityOptions(command);
  return command.addHelpText(
    'after',
    `
Examples:
  sigv4 proxy https://search-logs-abc123.eu-west-1.es.amazonaws.com
  sigv4 proxy logs=https://search-logs-abc123.eu-west-1.es.amazonaws.com files=https://bucket.s3.eu-west-1.amazonaws.com
  sigv4 proxy --match '*.execute-api.eu-west-1.amazonaws.com' --profile work`,
  );
}

/** @param {any} argv @param {string[]} upstreams */
export async function handler(argv, upstreams) {
  const { port, host, sign, quiet } = argv;
  checkProfile(argv);
  const named = await Promise.all(upstreams.map((text) => upstreamOf(text, argv, upstreams.length > 1)));
  const load = sign ? identityLoader(argv, named[0]?.region ?? argv.region) : undefined;
  // Find the credentials now, so that errors appear here and not at the first request.
  const first = await load?.();
  const options = {
    upstream: named,
    ...{ match: argv.match, port, host, sign, payload: argv.payload, sigv4a: argv.sigv4a },
    credentials: load && (load.isStatic ? first?.credentials : kept(load)),
    region: argv.region ?? (process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION),
    service: argv.service,
    token: argv.token === false ? /** @type {const} */ (false) : await readToken(argv.tokenFile),
    ...{
      allowOrigin: argv.allowOrigin,
      allowHost: argv.allowHost,
      maxBodyBytes: argv.maxBody,
      strip: argv.strip,
    },
    timeoutMs: argv.timeout === undefined ? undefined : argv.timeout * 1000,
    headers: pairsIn(argv.header, ':', '--header', 'Name: value'),
    copyHeaders: pairsIn(argv.copyHeader, '=', '--copy-header', 'name=new-name'),
    dispatcher: await dispatcherFor({ connectTimeout: 10, ...argv }, named[0]?.url ?? 'https://example.com'),
    ...(!quiet && { log: print }),
  };
  const running = await startProxy(options).catch((error) => {
    throw error instanceof ProxyOptionError
      ? new CliError('usage', error.message)
      : listenError(error, `${host}:${port}`);
  });
  introduce(running, argv, first).forEach(print);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await running.close();
  await options.dispatcher.destroy();
  return exitCode('ok');
}

/** How long credentials without an expiration are kept, in milliseconds. */
const KEEP_MS = 5000;

/**
 * A provider for the signer, which calls it for each request if the credentials do not expire.
 *
 * @param {import('./identity.js').Loader} load
 */
function kept(load) {
  /** @type {import('./identity.js').Credentials | undefined} */
  let last;
  let until = 0;
  return (/** @type {import('./identity.js').Hint} */ { forceRefresh } = {}) => {
    if (last !== undefined && !forceRefresh && Date.now() < until) return last;
    return load({ forceRefresh }).then(({ credentials }) => {
      last = credentials;
      until = Date.now() + KEEP_MS;
      return credentials;
    });
  };
}

/** @param {string} line */
function print(line) {
  console.log(line);
}

/** @param {import('commander').Option} option */
function bytes(option) {
  return option.argParser((text) => {
    if (/^\d{1,12}$/.test(text)) return Number(text);
    throw new CliError('usage', `--max-body ${JSON.stringify(text)} is not a number of bytes`);
  });
}

/**
 * @param {string} text  a URL, or `NAME=URL`
 * @param {any} argv
 * @param {boolean} isOneOfSeveral
 */
async function upstreamOf(text, argv, isOneOfSeveral) {
  const [, name, url] = /^(?:([\w.-]+)=)?(https?:\/\/.*)$/is.exec(text) ?? [];
  if (url === undefined || !URL.canParse(url))
    throw new CliError('usage', `${JSON.stringify(text)} is not an http: or https: URL, nor NAME=URL`);
  if (isOneOfSeveral && argv.signHost !== undefined)
    throw new CliError('usage', '--sign-host applies to one upstream: start a proxy for each');
  const upstream = { url, host: argv.signHost, ...(name !== undefined && { name }) };
  if (!argv.sign) return { ...upstream, region: undefined, service: undefined };
  const signed = argv.signHost === undefined ? url : `https://${argv.signHost}`;
  // With one upstream, the options count; with several, only for hosts from which nothing can be inferred.
  const own = isOneOfSeveral ? inferScope(signed) : {};
  const scope = { region: own.region ?? argv.region, service: own.service ?? argv.service };
  const { region, service } = await resolveScope(signed, { ...argv, ...scope });
  return { ...upstream, region, service };
}

/**
 * The token is not an option, because all users of the machine can see the command line.
 *
 * @param {string} [file]
 * @returns {Promise<string | undefined>}
 */
async function readToken(file) {
  if (file === undefined) return process.env.SIGV4_PROXY_TOKEN || undefined;
  const text = await readFile(file, 'utf8').catch((/** @type {NodeJS.ErrnoException} */ error) => {
    throw new CliError('read', `the file ${file} (--token-file) cannot be read (${error.code})`);
  });
  return text.trim();
}

/**
 * @param {string[] | undefined} list
 * @param {string} separator
 * @param {string} option
 * @param {string} form
 * @returns {Record<string, string> | undefined}
 */
function pairsIn(list, separator, option, form) {
  const pairs = list?.map((text) => {
    const at = text.indexOf(separator);
    if (at < 1)
      throw new CliError('usage', `${option} ${JSON.stringify(text)} does not have the form ${form}`);
    return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  });
  return pairs && Object.fromEntries(pairs);
}

/**
 * @param {RunningProxy} running
 * @param {{ match?: string[], token?: boolean, sign: boolean, port: number }} argv
 * @param {import('./identity.js').Identity} [identity]
 * @returns {string[]} lines
 */
function introduce({ origin, token, page, upstreams }, { match = [], sign }, identity) {
  const isSingle = upstreams.length === 1 && match.length === 0;
  const { port } = new URL(origin);
  const scope = ({ service = 'a service', region = 'the region of the host' }) =>
    sign ? `${service} in ${region}` : 'not signed';
  const lines = [
    origin,
    ...upstreams.map((one) => labelled('to', `${one.url}  ${scope(one)}`)),
    ...(isSingle ? [] : upstreams.map(({ name }) => labelled('as', `http://${name}.localhost:${port}`))),
    ...match.map((pattern) => labelled('match', pattern)),
    ...(identity ? [labelled('keys', `${identity.credentials.accessKeyId}, from ${identity.source}`)] : []),
    labelled('page', page),
  ];
  if (token === undefined) {
    const note = 'no token is required: every user and program of this machine can use these credentials';
    return [...lines, labelled('note', sign ? note : 'no token is required'), ''];
  }
  const url = isSingle ? `${origin}/` : `http://${upstreams[0]?.name ?? 'HOST'}.localhost:${port}/`;
  return [
    ...lines,
    '',
    '# For clients:',
    `export SIGV4_PROXY_TOKEN=${token}`,
    `curl -H "${TOKEN_HEADER}: $SIGV4_PROXY_TOKEN" ${url}`,
    '',
  ];
}
