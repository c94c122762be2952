// Credentials of a profile in `~/.aws`.

import { SigV4Error } from '../../engine/errors.js';
import { assumeRole } from '../assume-role.js';
import { fromEnv } from '../from-env.js';
import { fromInstanceMetadata } from '../from-instance-metadata.js';
import { environment, failed, notFound, provider } from '../provider.js';
import { runCredentialProcess } from './credential-process.js';
import { fromContainer } from './from-container.js';
import { fromWebIdentity } from './from-web-identity.js';
import { chosenProfile, readProfiles } from './profiles.js';

const SOURCE = 'fromIni';

/** Files are read again after this time at the latest. */
export const KEEP_FILES_MS = 60_000;

/**
 * @typedef {import('./profiles.js').Profile} Profile
 *
 * @typedef {object} IniOptions
 * @property {(serialNumber: string) => string | Promise<string>} [tokenCode]  what the MFA device shows, where a profile has
 *   `mfa_serial`
 * @property {string} [region]  of STS, where neither the profile nor the environment names one
 */

/**
 * Credentials of a profile: static keys; a role, with `source_profile` or `credential_source`; `credential_process`;
 * `web_identity_token_file`. A profile that signs in through IAM Identity Center (SSO) or `aws login` is refused: the AWS SDK
 * has providers for these.
 *
 * The files are read once a minute at most.
 *
 * Source: "Using shared config and credentials files", AWS SDKs and tools reference guide.
 *
 * @example
 *   const signer = new Signer({ credentials: fromIni({ profile: 'reader' }) });
 *
 * @param {IniOptions & import('./profiles.js').ProfileOptions & import('../request.js').RequestOptions} [options]
 *   `timeoutMs`: default 10000, and 1000 for metadata services
 * @returns {import('../provider.js').Provider}
 * @throws {SigV4Error} from the provider: `ERR_SIGV4_CREDENTIALS_NOT_FOUND` if there is no default profile, or the profile has
 *   no credentials; `ERR_SIGV4_CREDENTIALS_PROVIDER`
 */
export function fromIni(options = {}) {
  const load = async () => {
    const name = chosenProfile(options);
    const profiles = await readProfiles(options);
    if (name !== undefined && !profiles.has(name)) throw failed(SOURCE, `there is no profile ${name}`);
    return resolve(name ?? 'default', { profiles, options, visited: [] });
  };
  return provider(SOURCE, load, KEEP_FILES_MS);
}

/**
 * The region of the environment, or of a profile.
 *
 * @example
 *   const region = await regionFromIni({ profile: 'reader' });
 *
 * @param {import('./profiles.js').ProfileOptions} [options]
 * @returns {Promise<string>}
 * @throws {SigV4Error} `ERR_SIGV4_REGION_REQUIRED` where none of them names one
 */
export async function regionFromIni(options = {}) {
  const env = environment();
  const name = chosenProfile(options) ?? 'default';
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION || (await readProfiles(options)).get(name)?.region;
  if (region) return region;
  throw new SigV4Error(
    'ERR_SIGV4_REGION_REQUIRED',
    `neither AWS_REGION nor AWS_DEFAULT_REGION is set, and the profile ${name} has no region`,
  );
}

/**
 * @typedef {object} Search
 * @property {Map<string, Profile>} profiles
 * @property {Parameters<typeof fromIni>[0] & {}} options
 * @property {string[]} visited  those that were a `source_profile` on the way here
 */

/**
 * @param {string} name
 * @param {Search} search
 * @returns {Promise<object>}
 */
async function resolve(name, search) {
  const { profiles, options, visited } = search;
  const profile = profiles.get(name);
  if (profile === undefined) {
    throw visited.length > 0
      ? failed(SOURCE, `there is no profile ${name}, which another profile names as its source_profile`)
      : notFound(SOURCE, `there is no profile ${name}`);
  }
  const isSource = visited.length > 0;
  for (const [isKind, credentialsOf] of KINDS) {
    if (isKind(profile, isSource)) return credentialsOf(profile, name, search);
  }
  const sso = Object.keys(profile).find((key) => /^(?:sso_|login_session$)/.test(key));
  if (sso !== undefined) {
    throw failed(
      SOURCE,
      `the profile ${name} has ${sso}, and only the AWS SDK can sign in with that: pass fromIni of @aws-sdk/credential-providers`,
    );
  }
  throw (isSource ? failed : notFound)(SOURCE, `the profile ${name} has no credentials`);
}

/**
 * The kinds of profiles, in the order in which the AWS SDK for JavaScript looks for them.
 *
 * @type {[isKind: (profile: Profile, isSource: boolean) => unknown, credentialsOf: (profile: Profile, name: string, search: Search) => object | Promise<object>][]}
 */
const KINDS = [
  // A role whose source is its own keys ends here.
  [(profile, isSource) => isSource && hasKeys(profile), keysOf],
  [
    (profile) => profile.role_arn && Boolean(profile.source_profile) !== Boolean(profile.credential_source),
    roleOf,
  ],
  [(profile, isSource) => isSource && profile.credential_source, sourceOf],
  [hasKeys, keysOf],
  [(profile) => profile.web_identity_token_file && profile.role_arn, webIdentityOf],
  [
    (profile) => profile.credential_process,
    ({ credential_process: command }, _, { options }) =>
      runCredentialProcess(SOURCE, command, options.signal),
  ],
];

/** @param {Profile} profile */
function hasKeys(profile) {
  return profile.aws_access_key_id && profile.aws_secret_access_key;
}

/** @param {Profile} profile */
function keysOf(profile) {
  return {
    accessKeyId: profile.aws_access_key_id,
    secretAccessKey: profile.aws_secret_access_key,
    sessionToken: profile.aws_session_token,
  };
}

/**
 * @param {Profile} profile
 * @param {string} name
 * @param {Search} search
 */
async function roleOf(profile, name, search) {
  const { options, visited, profiles } = search;
  const { tokenCode } = options;
  const { source_profile: source, mfa_serial: serialNumber, duration_seconds: duration } = profile;
  if (source !== undefined && visited.includes(source)) {
    throw failed(SOURCE, `source_profile refers back to itself: ${[...visited, source].join(', ')}`);
  }
  if (serialNumber !== undefined && tokenCode === undefined) {
    throw failed(SOURCE, `the profile ${name} has mfa_serial: pass the option tokenCode`);
  }
  const credentials =
    source === undefined
      ? await sourceOf(profile, name, search)
      : await resolve(source, { profiles, options, visited: [...visited, source] });
  return assumeRole({
    ...requestOptions(profile, options),
    credentials,
    roleArn: profile.role_arn,
    roleSessionName: profile.role_session_name,
    externalId: profile.external_id,
    durationSeconds: duration === undefined ? 3600 : Number(duration),
    serialNumber,
    tokenCode: serialNumber === undefined ? undefined : () => tokenCode?.(serialNumber) ?? '',
  })();
}

/**
 * @param {Profile} profile
 * @param {string} name
 * @param {Search} search
 */
function sourceOf({ credential_source: source }, name, { options }) {
  if (Object.hasOwn(SOURCES, source)) return SOURCES[source](options)();
  throw failed(
    SOURCE,
    `credential_source of the profile ${name} must be one of ${Object.keys(SOURCES).join(', ')}`,
  );
}

/** @type {Record<string, (options: Search['options']) => import('../provider.js').Provider>} */
const SOURCES = {
  Environment: () => fromEnv(),
  Ec2InstanceMetadata: fromInstanceMetadata,
  EcsContainer: fromContainer,
};

/**
 * @param {Profile} profile
 * @param {string} _
 * @param {Search} search
 */
function webIdentityOf(profile, _, { options }) {
  return fromWebIdentity({
    ...requestOptions(profile, options),
    webIdentityTokenFile: profile.web_identity_token_file,
    roleArn: profile.role_arn,
    roleSessionName: profile.role_session_name,
  })();
}

/**
 * @param {Profile} profile
 * @param {Search['options']} options
 */
function requestOptions(profile, { fetch, signal, timeoutMs, region }) {
  return { fetch, signal, timeoutMs, region: profile.region ?? region };
}
