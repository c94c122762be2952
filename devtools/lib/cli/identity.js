// The credentials, the region and the service, and where each of them comes from.

import { createRequire } from 'node:module';
import { createInterface } from 'node:readline/promises';

import { inferEndpoint } from 'sigv4-wasm';

import { CliError } from './exit.js';
import { readText } from './input.js';

/**
 * @typedef {import('sigv4-wasm').Credentials} Credentials
 *
 * @typedef {object} IdentityOptions
 * @property {string} [credentials]
 * @property {string} [profile]
 * @property {string} [region]
 * @property {string} [service]
 *
 * @typedef {{ credentials: Credentials, source: string }} Identity
 *
 * What a request says about its own signature, such as `curl --aws-sigv4`.
 * @typedef {import('../requests/index.js').SigningHints} SigningHints
 */

const SDK = '@aws-sdk/credential-providers';

/**
 * Who signs, and for what.
 *
 * @typedef {object} SigningIdentity
 * @property {Credentials} credentials
 * @property {string} region
 * @property {string} service
 * @property {string[]} origins  a sentence on where each of them comes from
 */

/**
 * The credentials first: without them, nothing else matters.
 *
 * @param {string} url
 * @param {IdentityOptions} options
 * @param {SigningHints} [hints]
 * @returns {Promise<SigningIdentity>}
 */
export async function resolveIdentity(url, options, hints) {
  const { credentials, source } = await resolveCredentials(options, hints);
  const { region, service, sources } = await resolveScope(url, options, hints);
  return {
    ...{ credentials, region, service },
    origins: [
      `credentials ${credentials.accessKeyId}, from ${source}`,
      `region ${region}, from ${sources.region}`,
      `service ${service}, from ${sources.service}`,
    ],
  };
}

/**
 * In the order of the AWS CLI: the command line, then the environment, then profiles and the other sources of the AWS SDK.
 *
 * @param {IdentityOptions} options
 * @param {SigningHints} [hints]
 * @returns {Promise<Identity>}
 */
export async function resolveCredentials({ credentials: file, profile }, hints = {}) {
  if (file !== undefined)
    return { credentials: parseCredentials(await readText(file), file), source: nameOf(file) };
  if (profile !== undefined) return fromSdk(profile, '--profile');
  const { accessKeyId, secretAccessKey, sessionToken } = hints;
  if (accessKeyId && secretAccessKey) {
    return { credentials: { accessKeyId, secretAccessKey, sessionToken }, source: 'the request' };
  }
  return fromEnvironment() ?? fromSdk(process.env.AWS_PROFILE, 'AWS_PROFILE');
}

/** @returns {Identity | undefined} */
function fromEnvironment() {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = process.env;
  if (!accessKeyId && !secretAccessKey) return undefined;
  if (!accessKeyId || !secretAccessKey) {
    const missing = accessKeyId ? 'AWS_SECRET_ACCESS_KEY' : 'AWS_ACCESS_KEY_ID';
    throw new CliError(
      'config',
      `${missing} is not set, but the other key variable is: set both, or neither`,
    );
  }
  const sessionToken = process.env.AWS_SESSION_TOKEN || undefined;
  return { credentials: { accessKeyId, secretAccessKey, sessionToken }, source: 'the environment' };
}

/**
 * Takes the shapes in which credentials are printed as JSON: by a credential process and `aws configure
 * export-credentials`; by `aws sts …`, below `Credentials`; and as the AWS SDK holds them.
 *
 * @param {string} text
 * @param {string} file
 * @returns {Credentials}
 */
function parseCredentials(text, file) {
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    // Not the parser's message, which quotes the text.
    throw new CliError(
      'read',
      `${nameOf(file)} is not JSON: pass what \`aws sts …\` or a credential process prints`,
    );
  }
  const found = Object.fromEntries(
    Object.entries(json?.Credentials ?? json ?? {}).map(([name, value]) => [
      name.charAt(0).toLowerCase() + name.slice(1),
      value,
    ]),
  );
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = found;
  if (!accessKeyId || !secretAccessKey) {
    throw new CliError('config', `${nameOf(file)} has no AccessKeyId with a SecretAccessKey`);
  }
  return { accessKeyId, secretAccessKey, sessionToken, expiration: expiration && new Date(expiration) };
}

/**
 * @param {string | undefined} profile
 * @param {string} namedBy  where it was named
 * @returns {Promise<Identity>}
 */
async function fromSdk(profile, namedBy) {
  const sdk = await import(SDK).catch((error) => {
    if (error.code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  });
  if (sdk === undefined) throw new CliError('config', withoutSdk(profile, namedBy));
  const options = { profile, mfaCodeProvider: askForCode };
  // The chain would try other sources if the profile has none.
  const provider = profile ? sdk.fromIni(options) : sdk.fromNodeProviderChain(options);
  try {
    return {
      credentials: await provider(),
      source: profile ? `the profile ${profile} (${namedBy})` : 'the AWS SDK',
    };
  } catch (cause) {
    const what = profile ? `the profile ${profile} (${namedBy}) provides no credentials` : NONE;
    throw new CliError('config', what, { cause });
  }
}

/**
 * @param {string | undefined} profile
 * @param {string} namedBy
 */
function withoutSdk(profile, namedBy) {
  const install = `install ${SDK} beside sigv4-wasm-devtools (npm install ${SDK})`;
  return profile
    ? `the profile ${profile} (${namedBy}) cannot be read: ${install}, or pass --credentials <(aws configure ` +
        `export-credentials --profile ${profile})`
    : `${NONE}, or, for profiles and SSO, ${install}`;
}

const NONE =
  'no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN), or pass --credentials FILE';

/** @param {string} serial  of the MFA device */
async function askForCode(serial) {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(`MFA code for ${serial}: `);
  } finally {
    terminal.close();
  }
}

/**
 * The host comes before the environment: `AWS_REGION` says where the user works, not where this host is.
 *
 * @param {string} url
 * @param {IdentityOptions} options
 * @param {SigningHints} [hints]
 * @returns {Promise<{ region: string, service: string, sources: Record<'region' | 'service', string> }>}
 */
export async function resolveScope(url, options, hints = {}) {
  const inferred = inferScope(url);
  const { region = hints.region, service = hints.service ?? inferred.service, profile } = options;
  const { AWS_REGION, AWS_DEFAULT_REGION, AWS_PROFILE } = process.env;
  /** @type {[source: string, find: () => string | undefined | Promise<string | undefined>][]} */
  const sources = [
    [originOf('region', options, hints), () => region ?? inferred.region],
    ['AWS_REGION', () => AWS_REGION],
    ['AWS_DEFAULT_REGION', () => AWS_DEFAULT_REGION],
    ['the profile', () => regionOfProfile(profile ?? AWS_PROFILE ?? 'default')],
  ];
  for (const [source, find] of sources) {
    const found = await find();
    if (!found) continue;
    if (!service) throw cannotInfer('service', url);
    return {
      region: found,
      service,
      sources: { region: source, service: originOf('service', options, hints) },
    };
  }
  throw cannotInfer('region', url);
}

/**
 * @param {string} url
 * @returns {{ region?: string, service?: string }} as far as they can be inferred from the host
 */
export function inferScope(url) {
  const { host, protocol } = new URL(url);
  const { region, service } = inferEndpoint(host, { webSocket: protocol === 'wss:' || protocol === 'ws:' });
  // `*`: the host takes SigV4a only, which the signer says.
  return { region: region === '*' ? undefined : region, service };
}

/**
 * @param {'region' | 'service'} name
 * @param {IdentityOptions} options
 * @param {SigningHints} hints
 */
function originOf(name, options, hints) {
  if (options[name] !== undefined) return `--${name}`;
  return hints[name] === undefined ? 'the host' : 'the request';
}

/**
 * @param {'region' | 'service'} name
 * @param {string} url
 */
function cannotInfer(name, url) {
  const code = name === 'region' ? 'ERR_SIGV4_REGION_REQUIRED' : 'ERR_SIGV4_SERVICE_REQUIRED';
  const also = name === 'region' ? ', or set AWS_REGION' : ', such as execute-api';
  return new CliError(
    'config',
    `${code}: cannot infer the ${name} from the host ${new URL(url).host}: pass --${name}${also}`,
  );
}

/**
 * Uses the loader of the AWS SDK, wherever the installed version has it.
 *
 * @param {string} profile
 * @returns {Promise<string | undefined>}
 */
async function regionOfProfile(profile) {
  for (const name of ['@smithy/core/config', '@smithy/shared-ini-file-loader']) {
    try {
      const { loadSharedConfigFiles } = createRequire(import.meta.resolve(SDK))(name);
      const { configFile, credentialsFile } = await loadSharedConfigFiles();
      return configFile[profile]?.region ?? credentialsFile[profile]?.region;
    } catch {
      // Not installed, or not there in this version.
    }
  }
  return undefined;
}

/** @param {string} file */
function nameOf(file) {
  return file === '-' ? 'standard input' : `the file ${file}`;
}
