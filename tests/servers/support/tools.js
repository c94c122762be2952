// Where scripts/setup has put the servers (scripts/lib/servers.sh).

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';

const requirements = readFileSync(new URL('../requirements.txt', import.meta.url));
const version = createHash('sha256').update(requirements).digest('hex').slice(0, 12);
const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
const directory = join(cache, 'sigv4-wasm', `servers-${version}`);

export const PYTHON = join(directory, 'bin', 'python');
export const S3S_FS = join(directory, 'bin', 's3s-fs');

/** What must be there for a program to be of use. */
const MARKS = { [PYTHON]: join(directory, '.complete'), [S3S_FS]: S3S_FS };

/**
 * Tests that need a program. Where it is missing they are skipped, and say why; in CI everything must run.
 *
 * @param {string} program
 * @param {string} name
 * @param {() => void} body
 */
export function describeWith(program, name, body) {
  if (existsSync(MARKS[program])) {
    describe(name, body);
    return;
  }
  const reason = `there is no ${MARKS[program]}: scripts/setup test installs it, or says why it cannot`;
  if (process.env.CI === 'true') throw new Error(reason);
  test(name, { skip: reason }); // a suite that is skipped would not be counted
}
