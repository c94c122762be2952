// The official AWS signing test suite, which the sources of the crate aws-sigv4 carry.

import { execFileSync, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';

const ROOT = new URL('../../../../', import.meta.url).pathname;

/** Cargo tells where the suite lies. */
export const hasCargo = spawnSync('cargo', ['--version']).status === 0;

/** Where it lies: a folder for each algorithm, in it one for each case. */
export function suiteDirectory() {
  const arguments_ = [
    'metadata',
    '--format-version',
    '1',
    '--offline',
    '--manifest-path',
    `${ROOT}Cargo.toml`,
  ];
  const metadata = execFileSync('cargo', arguments_, { encoding: 'utf8', maxBuffer: 1e9 });
  const { packages } = JSON.parse(metadata);
  const { manifest_path: manifest } = packages.find(({ name }) => name === 'aws-sigv4');
  return join(dirname(manifest), 'aws-signing-test-suite');
}

/** @param {string} text  of Latin-1 */
export function parseRequest(text) {
  const [head, ...body] = text.replaceAll('\r\n', '\n').split('\n\n');
  const [line, ...lines] = head.replace(/\n[ \t]+/g, ' ').split('\n');
  const [, method, url] = /^(\S+) (.*) HTTP\/1.1$/.exec(line);
  const headers = lines.filter(Boolean).map((header) => /^([^:]*):(.*)$/.exec(header).slice(1));
  return { method, url, headers, body: Buffer.from(body.join('\n\n'), 'latin1') };
}
