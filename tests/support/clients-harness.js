// What the tests of all HTTP clients share: a server that redirects, and that is elsewhere, too.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startIamServer } from './iam-server.js';
import { CREDENTIALS } from './wire.js';

export const MINUTES = 60_000;

/**
 * Starts a server that verifies, and another origin, which knows nobody: it accepts requests below `/open` only.
 *
 * `/redirect/STATUS?to=URL` redirects, signed or not; `/flaky/NAME` fails the first time.
 *
 * @param {Partial<import('./iam-server.js').IamServerOptions>} [options]
 */
export async function startServers(options) {
  /** @type {Set<string>} */
  const failed = new Set();
  const respond = (/** @type {import('./iam-server.js').RecordedRequest} */ { url }) => {
    const [, status, location] = /\/redirect\/(\d+)\?to=(.*)/.exec(url) ?? [];
    if (status) return { status: Number(status), headers: { location: decodeURIComponent(location) } };
    if (!url.includes('/flaky') || failed.has(url)) return undefined;
    failed.add(url);
    return { status: 503, body: 'try again' };
  };
  const server = await startIamServer({ credentials: [CREDENTIALS], respond, ...options });
  const elsewhere = await startIamServer({ credentials: [] });
  const close = () => Promise.all([server.close(), elsewhere.close()]);
  return { server, elsewhere, close };
}

/**
 * @param {number} status
 * @param {string} to
 */
export const redirectPath = (status, to) => `/redirect/${status}?to=${encodeURIComponent(to)}`;

/** @param {import('./iam-server.js').IamServer} server */
export const statuses = ({ requests }) => requests.map(({ status }) => status);

/** @param {import('./iam-server.js').RecordedRequest} request */
export function headersOf({ rawHeaders }) {
  /** @type {Record<string, string>} */
  const headers = {};
  for (let i = 0; i < rawHeaders.length; i += 2) headers[rawHeaders[i].toLowerCase()] = rawHeaders[i + 1];
  return headers;
}

/** @param {import('./iam-server.js').RecordedRequest} request */
export function assertUnsigned(request) {
  const names = Object.keys(headersOf(request)).filter((name) => /^(authorization|x-amz-.*)$/.test(name));
  assert.deepEqual(names, []);
}

/**
 * @param {import('./iam-server.js').RecordedRequest} first
 * @param {import('./iam-server.js').RecordedRequest} second
 */
export function assertSignedAnew(first, second) {
  const [before, after] = [first, second].map((request) => headersOf(request).authorization);
  assert.ok(before && after && before !== after, 'the same signature twice');
}

/** A clock of a client that is a second later each time, so that no two signatures are alike. */
export function tickingDate() {
  let ticks = 0;
  return () => new Date(Date.now() + 1000 * ticks++);
}

/**
 * Checks TypeScript, strictly and against the published types.
 *
 * @param {string} name
 * @param {string} code
 * @param {object} [options]  of the compiler
 */
export async function assertTypes(name, code, options) {
  const root = fileURLToPath(new URL('../../../../', import.meta.url));
  const scratch = fileURLToPath(new URL(`../../types-${name}/`, import.meta.url));
  const compilerOptions = {
    noEmit: true,
    strict: true,
    target: 'es2022',
    module: 'nodenext',
    lib: ['es2022', 'dom', 'dom.iterable'],
    types: ['node'],
    skipLibCheck: true,
    ...options,
  };
  await mkdir(scratch, { recursive: true });
  try {
    await writeFile(join(scratch, 'index.mts'), code);
    await writeFile(join(scratch, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*'] }));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    execFileSync(process.execPath, [tsc, '-p', scratch], { encoding: 'utf8' });
  } catch (error) {
    assert.fail(/** @type {any} */ (error).stdout ?? error);
  } finally {
    await rm(scratch, { recursive: true });
  }
}
