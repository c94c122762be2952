// The files `~/.aws/config` and `~/.aws/credentials`, as profiles.
//
// Source: "Using shared config and credentials files", AWS SDKs and tools reference guide; in cases that it does not cover, the
// behavior of the AWS SDK for JavaScript.

import { environment } from '../provider.js';
import { inHome, readText } from './files.js';

/**
 * @typedef {Record<string, string>} Profile
 *
 * @typedef {object} ProfileOptions
 * @property {string} [profile]  default: `AWS_PROFILE`, or `default`
 * @property {string} [filepath]  default: `AWS_SHARED_CREDENTIALS_FILE`, or `~/.aws/credentials`
 * @property {string} [configFilepath]  default: `AWS_CONFIG_FILE`, or `~/.aws/config`
 */

/** @param {ProfileOptions} options @returns {string | undefined} the selected profile */
export function chosenProfile({ profile }) {
  return profile || environment().AWS_PROFILE || undefined;
}

/**
 * Every profile. If both files have a setting, the credentials file takes precedence. A file that cannot be read counts as empty,
 * because many machines have none.
 *
 * @param {ProfileOptions} options
 * @returns {Promise<Map<string, Profile>>}
 */
export async function readProfiles({ filepath, configFilepath }) {
  const env = environment();
  const paths = [
    configFilepath ?? (env.AWS_CONFIG_FILE || '~/.aws/config'),
    filepath ?? (env.AWS_SHARED_CREDENTIALS_FILE || '~/.aws/credentials'),
  ];
  const [config, credentials] = await Promise.all(
    paths.map((path) => readText(inHome(path, env)).catch(() => '')),
  );
  const profiles = new Map();
  for (const [name, section] of sectionsOf(config)) {
    const [, profile] = /^(?:profile\s+)?(default)$/.exec(name) ?? /^profile\s+(.+)$/.exec(name) ?? [];
    if (profile !== undefined) profiles.set(profile, { ...section });
  }
  for (const [name, section] of sectionsOf(credentials)) {
    profiles.set(name, { ...profiles.get(name), ...section });
  }
  return profiles;
}

/**
 * @param {string} text
 * @returns {Map<string, Profile>} the settings of each section, without those that are nested
 */
export function sectionsOf(text) {
  const sections = new Map();
  /** @type {string | undefined} */
  let name;
  let isNested = false;
  for (const line of text.split(/\r?\n/)) {
    const trimmed = line.split(/(?:^|\s)[;#]/)[0].trim();
    const [, heading] = /^\[(.*)\]$/.exec(trimmed) ?? [];
    if (heading !== undefined) {
      name = heading.trim().replace(/^([\w-]+\s+)(["'])(.*)\2$/, '$1$3');
      isNested = false;
      continue;
    }
    const [, key, value] = /^([^=]+?)\s*=\s*(.*)$/.exec(trimmed) ?? [];
    if (name === undefined || key === undefined) continue;
    // `s3 =`, and what is indented below it.
    if (!/^\s/.test(line)) isNested = false;
    if (value === '') isNested = true;
    else if (!isNested) sections.set(name, { ...sections.get(name), [key]: value });
  }
  return sections;
}
