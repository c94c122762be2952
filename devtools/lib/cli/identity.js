// Finds the credentials, the region and the service, and records the source of each.

import { statSync } from 'node:fs';
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
 * @property {boolean} [sigv4a]
 * @property {string} [assumeRole]  ARN
 * @property {string} [roleSessionName]
 * @property {string} [externalId]
 * @property {string} [mfaSerial]
 *
 * @typedef {{ credentials: Credentials, source: string }} Identity
 *
 * @typedef {{ forceRefresh?: boolean }} Hint
 *
 * Looks up the credentials. It may be called again, and keeps credentials that are still valid.
 * @typedef {((hint?: Hint) => Promise<Identity>) & { isStatic?: boolean }} Loader  `isStatic`: the credentials never change
 *
 * The settings for the signature in the request itself, such as `curl --aws-sigv4`.
 * @typedef {import('../requests/index.js').SigningHints} SigningHints
 */

const SDK = '@aws-sdk/credential-providers';

/**
 * The credentials, the region and the service to sign with.
 *
 * @typedef {object} SigningIdentity
 * @property {Credentials} credentials
 * @property {string | undefined} region  for SigV4a: one or several with commas, or `undefined` for the regions of the host
 * @property {string} service
 * @property {string[]} origins  a sentence on the source of each
 */

/**
 * Finds the credentials first, because nothing else matters without them.
 *
 * @param {string} url
 * @param {IdentityOptions} options
 * @param {SigningHints} [hints]
 * @returns {Promise<SigningIdentity>}
 */
export async function resolveIdentity(url, options, hints) {
  const base = credentialsLoader(options, hints);
  await base();
  const { region, service, sources } = await resolveScope(url, options, hints);
  const { credentials, source } = await inRole(base, region, options)();
  return {
    ...{ credentials, region, service },
    origins: [
      `credentials ${credentials.accessKeyId}, from ${source}`,
      `region ${region ?? 'of the host'}, from ${sources.region}`,
      `service ${service}, from ${sources.service}`,
    ],
  };
}

/**
 * The credentials of a command that keeps running: they are fetched again before they expire.
 *
 * @param {IdentityOptions} options
 * @param {string} [region]  in which a role is assumed
 * @returns {Loader}
 */
export function identityLoader(options, region) {
  return inRole(credentialsLoader(options), region, options);
}

/**
 * `--assume-role`
 *
 * @param {Loader} base
 * @param {string | undefined} scopeRegion
 * @param {IdentityOptions} options
 * @returns {Loader}
 */
function inRole(
  base,
  scopeRegion,
  { assumeRole: roleArn, roleSessionName = 'sigv4', externalId, mfaSerial },
) {
  if (roleArn === undefined) {
    const lacking =
      externalId !== undefined ? '--external-id' : mfaSerial !== undefined ? '--mfa-serial' : undefined;
    if (lacking === undefined) return base;
    throw new CliError('usage', `${lacking} belongs to a role: pass --assume-role ARN as well`);
  }
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const isRegion = /^[a-z]{2}(?:-[a-z]+)+-\d$/.test(scopeRegion ?? '');
  const load = once(async () => {
    const { assumeRole } = await import('sigv4-wasm/credentials');
    return assumeRole({
      ...{
        roleArn,
        roleSessionName,
        externalId,
        credentials: async (hint) => (await base(hint)).credentials,
      },
      region: (isRegion ? scopeRegion : undefined) ?? (AWS_REGION || AWS_DEFAULT_REGION || 'us-east-1'),
      ...(mfaSerial !== undefined && { serialNumber: mfaSerial, tokenCode: () => askForCode(mfaSerial) }),
    });
  });
  return async (hint) => {
    const { source } = await base();
    try {
      const credentials = await (await load())(hint);
      return { credentials, source: `the role ${roleArn}, assumed by ${source}` };
    } catch (cause) {
      throw new CliError(
        'config',
        `the role ${roleArn} (--assume-role) cannot be assumed by the credentials from ${source}`,
        { cause },
      );
    }
  };
}

/**
 * @param {IdentityOptions} options
 * @param {SigningHints} [hints]
 * @returns {Promise<Identity>}
 */
export async function resolveCredentials(options, hints) {
  return credentialsLoader(options, hints)();
}

/**
 * In the order of the AWS CLI: the command line, then the environment, then profiles and the other sources of the AWS SDK.
 *
 * @param {IdentityOptions} options
 * @param {SigningHints} [hints]
 * @returns {Loader}
 */
function credentialsLoader({ credentials: file, profile }, hints = {}) {
  if (file !== undefined) return /^https?:\/\//i.test(file) ? fromServer(file) : fromFile(file);
  if (profile !== undefined) return fromProfile(profile, '--profile');
  const { accessKeyId, secretAccessKey, sessionToken } = hints;
  if (accessKeyId && secretAccessKey) {
    const credentials = { accessKeyId, secretAccessKey, sessionToken };
    return Object.assign(async () => ({ credentials, source: 'the request' }), { isStatic: true });
  }
  const { AWS_PROFILE } = process.env;
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
  if (AWS_ACCESS_KEY_ID || AWS_SECRET_ACCESS_KEY)
    return Object.assign(async () => fromEnvironment(), { isStatic: true });
  return AWS_PROFILE ? fromProfile(AWS_PROFILE, 'AWS_PROFILE') : fromChain();
}

/** @returns {Identity} */
function fromEnvironment() {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = process.env;
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
 * Reads a file again after another program has written it. Standard input and pipes can be read only once.
 *
 * @param {string} file
 * @returns {Loader}
 */
function fromFile(file) {
  /** @type {Credentials | undefined} */
  let last;
  let writtenAt = 0;
  return async () => {
    const stats = file === '-' ? undefined : statSync(file, { throwIfNoEntry: false });
    const isNewer = stats !== undefined && stats.isFile() && stats.mtimeMs !== writtenAt;
    if (last === undefined || isNewer) last = parseCredentials(await readText(file), file);
    writtenAt = stats?.mtimeMs ?? 0;
    return { credentials: last, source: nameOf(file) };
  };
}

/** @param {string} url @returns {Loader} */
function fromServer(url) {
  const load = once(async () => (await import('sigv4-wasm/credentials')).fromHttp(url));
  const source = `the server ${URL.canParse(url) ? new URL(url).host : url}`;
  return async (hint) => {
    try {
      return { credentials: await (await load())(hint), source };
    } catch (cause) {
      throw new CliError('config', `${source} (--credentials) provides no credentials`, { cause });
    }
  };
}

/**
 * Accepts the JSON forms of credentials: the output of a credential process and of `aws configure export-credentials`; that of
 * `aws sts …`, below `Credentials`; and the form of the AWS SDK.
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
    // The parser's message is left out, because it quotes the text.
    throw new CliError(
      'read',
      `${nameOf(file)} is not JSON: pass the output of \`aws sts …\` or of a credential process`,
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
 * @param {string} profile
 * @param {string} namedBy  the option or variable that named it
 * @returns {Loader}
 */
function fromProfile(profile, namedBy) {
  const load = once(async () =>
    (await import('sigv4-wasm/credentials/node')).fromIni({ profile, tokenCode: askForCode }),
  );
  const loadWithSdk = once(async () => (await loadSdk())?.fromIni({ profile, mfaCodeProvider: askForCode }));
  const source = `the profile ${profile} (${namedBy})`;
  return async (hint) => {
    try {
      return { credentials: await (await load())(hint), source };
    } catch (cause) {
      const { message } = /** @type {Error} */ (cause);
      // IAM Identity Center is left to the AWS SDK.
      const withSdk = /\b(?:sso_|login_session)/.test(message) ? await loadWithSdk() : undefined;
      if (withSdk !== undefined) return fromSdk(withSdk, source, hint);
      const fix = /@aws-sdk\//.test(message)
        ? `: install ${SDK} beside sigv4-wasm-devtools (npm install ${SDK}), or pass --credentials <(aws configure ` +
          `export-credentials --profile ${profile})`
        : '';
      throw new CliError('config', `${source} provides no credentials${fix}`, { cause });
    }
  };
}

/** If no source is named: the default profile, containers, instances; then the AWS SDK, if it is installed. @returns {Loader} */
function fromChain() {
  const load = once(async () =>
    (await import('sigv4-wasm/credentials/node')).fromNodeChain({ tokenCode: askForCode }),
  );
  const loadWithSdk = once(async () =>
    (await loadSdk())?.fromNodeProviderChain({ mfaCodeProvider: askForCode }),
  );
  return async (hint) => {
    try {
      return { credentials: await (await load())(hint), source: 'the default profile or this machine' };
    } catch (cause) {
      const withSdk = await loadWithSdk();
      if (withSdk === undefined) throw new CliError('config', NONE, { cause });
      return fromSdk(withSdk, 'the AWS SDK', hint);
    }
  };
}

/** @returns {Promise<any>} `undefined` if it is not installed */
async function loadSdk() {
  return import(SDK).catch((error) => {
    if (error.code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  });
}

/**
 * @param {(hint?: Hint) => Promise<Credentials>} load
 * @param {string} source
 * @param {Hint} [hint]
 * @returns {Promise<Identity>}
 */
async function fromSdk(load, source, hint) {
  try {
    return { credentials: await load(hint), source };
  } catch (cause) {
    throw new CliError('config', source === 'the AWS SDK' ? NONE : `${source} provides no credentials`, {
      cause,
    });
  }
}

/**
 * @template T
 * @param {() => Promise<T>} make
 * @returns {() => Promise<T>}
 */
function once(make) {
  /** @type {Promise<T> | undefined} */
  let made;
  return () => (made ??= make());
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
 * The host takes precedence over the environment: `AWS_REGION` is the region where the user works, not that of this host.
 *
 * @param {string} url
 * @param {IdentityOptions} options
 * @param {SigningHints} [hints]
 * @returns {Promise<{ region: string | undefined, service: string, sources: Record<'region' | 'service', string> }>}
 */
export async function resolveScope(url, options, hints = {}) {
  const inferred = inferScope(url);
  const { region = hints.region, service = hints.service ?? inferred.service, profile } = options;
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  /** @type {[source: string, find: () => string | undefined | Promise<string | undefined>][]} */
  const sources = [
    [originOf('region', options, hints), () => region ?? inferred.region],
    ['AWS_REGION', () => AWS_REGION],
    ['AWS_DEFAULT_REGION', () => AWS_DEFAULT_REGION],
    ['the profile', () => regionOfProfile(profile)],
  ];
  // A signature for several regions uses those of the host, not the region where the user works.
  if (options.sigv4a && region === undefined && service) {
    return {
      region: undefined,
      service,
      sources: { region: 'the host', service: originOf('service', options, hints) },
    };
  }
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
 * @returns {{ region?: string, service?: string }} what can be inferred from the host
 */
export function inferScope(url) {
  const { host, protocol } = new URL(url);
  const { region, service } = inferEndpoint(host, { webSocket: protocol === 'wss:' || protocol === 'ws:' });
  // `*`: the host accepts only SigV4a, and the signer reports that.
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
 * @param {string | undefined} profile  default: from the environment
 * @returns {Promise<string | undefined>}
 */
async function regionOfProfile(profile) {
  const { regionFromIni } = await import('sigv4-wasm/credentials/node');
  return regionFromIni({ profile }).catch(() => undefined);
}

/** @param {string} file */
function nameOf(file) {
  return file === '-' ? 'standard input' : `the file ${file}`;
}
