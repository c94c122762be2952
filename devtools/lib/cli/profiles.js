// The names of the profiles in `~/.aws`. `sigv4-wasm/credentials/node` reads their contents.

import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { CliError } from './exit.js';

/** @returns {string[]} */
export function profileNames() {
  const { AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE } = process.env;
  const names = [
    // The other sections are of SSO sessions and services.
    ...sectionsOf(AWS_CONFIG_FILE || join(homedir(), '.aws/config')).flatMap(
      (section) =>
        /^(?:profile\s+)?(default)$|^profile\s+(.+)$/.exec(section)?.slice(1).filter(Boolean) ?? [],
    ),
    ...sectionsOf(AWS_SHARED_CREDENTIALS_FILE || join(homedir(), '.aws/credentials')),
  ];
  return [...new Set(names)].sort();
}

/** @param {string} file @returns {string[]} */
function sectionsOf(file) {
  try {
    return Array.from(readFileSync(file, 'utf8').matchAll(/^\s*\[\s*([^\]]+?)\s*\]/gm), ([, name]) =>
      name.replace(/^(profile\s+)?(["'])(.*)\2$/, '$1$3'),
    );
  } catch {
    return [];
  }
}

/**
 * Before anything else: a misspelled profile makes all other errors pointless.
 *
 * @param {{ profile?: string, credentials?: string }} options
 * @throws {CliError}
 */
export function checkProfile({ profile, credentials }) {
  const { AWS_PROFILE, AWS_ACCESS_KEY_ID } = process.env;
  if (credentials !== undefined) return;
  const name = profile ?? (AWS_ACCESS_KEY_ID ? undefined : AWS_PROFILE || undefined);
  const names = profileNames();
  if (name === undefined || names.includes(name)) return;
  const namedBy = profile === undefined ? 'AWS_PROFILE' : '--profile';
  const choice =
    names.length === 0 ? 'there are none in ~/.aws' : `choose one of ${names.slice(0, 20).join(', ')}`;
  throw new CliError('config', `there is no profile ${name} (${namedBy}): ${choice}`);
}
