// The crates that are compiled into the wasm modules: for the notices of their licences, and for the bill of materials.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** The crates in wasm/: a module each. */
export const MODULES = ['signing', 'sigv4a', 'policy', 'verify', 'mismatch', 'checksum'];

/**
 * @typedef {object} CompiledCrate
 * @property {string} name
 * @property {string} version
 * @property {string} license  an SPDX expression, such as `MIT OR Apache-2.0`
 * @property {string | undefined} repository
 * @property {string} authors
 * @property {string} folder  of its sources on this machine
 * @property {string | undefined} sha256  of its archive in the registry
 * @property {string[]} modules  those it is part of, such as `signing`
 *
 * @returns {CompiledCrate[]} by name, without this project's own
 */
export function compiledCrates() {
  const target = ['--target', 'wasm32-unknown-unknown'];
  /** @type {Map<string, string[]>} */
  const users = new Map();
  for (const module of MODULES) {
    // What runs at compile time only is not part of the module.
    const edges = ['--edges', 'normal,no-proc-macro', '--prefix', 'none', '--format', '{p}'];
    const tree = cargo(['tree', '--locked', '--package', `sigv4-wasm-${module}`, ...target, ...edges]);
    for (const line of new Set(tree.split('\n').map((one) => one.replace(/ \(.*/, '')))) {
      const [name, version] = line.split(' v');
      if (version && !name.startsWith('sigv4-wasm')) {
        const id = `${name} ${version}`;
        users.set(id, [...(users.get(id) ?? []), module]);
      }
    }
  }
  const features = ['--features', MODULES.map((name) => `sigv4-wasm/module-${name}`).join()];
  const metadata = cargo(['metadata', '--locked', '--format-version', '1', ...features]);
  const checksums = lockedChecksums();
  return JSON.parse(metadata)
    .packages.flatMap((/** @type {any} */ { name, version, license, repository, authors, manifest_path }) => {
      const id = `${name} ${version}`;
      const modules = users.get(id);
      if (!modules) return [];
      if (!license) throw new Error(`${id} does not state its licence`);
      const spdx = license.replaceAll('/', ' OR ');
      const folder = dirname(manifest_path);
      return [
        {
          ...{ name, version, license: spdx, repository, folder, modules },
          authors: authors.join(', '),
          sha256: checksums.get(id),
        },
      ];
    })
    .sort((/** @type {CompiledCrate} */ one, /** @type {CompiledCrate} */ other) =>
      one.name < other.name ? -1 : 1,
    );
}

/** @returns {Map<string, string>} SHA-256 in hex by `NAME VERSION` */
function lockedChecksums() {
  const entry = /^name = "(.+)"\nversion = "(.+)"\nsource = .+\nchecksum = "(.+)"$/gm;
  const lock = readFileSync('Cargo.lock', 'utf8');
  return new Map(
    [...lock.matchAll(entry)].map(([, name, version, sha256]) => [`${name} ${version}`, sha256]),
  );
}

/** @param {string[]} args */
function cargo(args) {
  return execFileSync('cargo', args, {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
