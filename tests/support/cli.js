// Runs the installed command `sigv4` as a shell would.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { CREDENTIALS } from './wire.js';

export const SIGV4 = fileURLToPath(new URL('../../node_modules/.bin/sigv4', import.meta.url));

/** A home without profiles, and what must not be asked for in a test. */
const home = await mkdtemp(join(tmpdir(), 'sigv4-home-'));
export const BARE = { PATH: process.env.PATH, HOME: home, AWS_EC2_METADATA_DISABLED: 'true' };

/** The credentials that the loopback server knows. */
export const SIGNED_IN = {
  ...BARE,
  AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  AWS_SESSION_TOKEN: CREDENTIALS.sessionToken,
};

/**
 * @typedef {object} RunOptions
 * @property {Record<string, string | undefined>} [env]  all of it
 * @property {string | Uint8Array} [input]  default: nothing
 * @property {string} [command]
 * @property {boolean} [showsToken]  it is meant to: a signed request is of no use without
 * @property {string} [cwd]
 *
 * @typedef {{ code: number | null, stdout: string, stderr: string, bytes: Buffer }} Outcome
 */

/**
 * Runs it, and looks whether it says what nobody must see.
 *
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<Outcome>}
 */
export async function sigv4(args, options = {}) {
  const { env = SIGNED_IN, input = '', command = SIGV4, showsToken = false, cwd } = options;
  const child = spawn(command, args, { env, cwd });
  child.stdin.on('error', () => {}); // it need not be read
  child.stdin.end(input);
  const [[code], bytes, errors] = await Promise.all([
    once(child, 'close'),
    buffer(child.stdout),
    buffer(child.stderr),
  ]);
  const outcome = { code, bytes, stdout: bytes.toString(), stderr: errors.toString() };
  const all = outcome.stdout + outcome.stderr;
  const secrets = [env.AWS_SECRET_ACCESS_KEY, showsToken ? undefined : env.AWS_SESSION_TOKEN];
  for (const secret of secrets.flatMap((one) => (one ? [one, encodeURIComponent(one)] : []))) {
    assert.ok(!all.includes(secret), `sigv4 ${args.join(' ')} shows ${secret}`);
  }
  if (!env.DEBUG) assert.doesNotMatch(outcome.stderr, /^\s+at .+:\d+:\d+/m, 'a stack trace');
  return outcome;
}

/**
 * A proxy that takes every host for one on this machine, so that requests can go to hosts of AWS.
 *
 * @param {(host: string) => string} originFor
 */
export async function startProxy(originFor) {
  const server = createServer((_, response) => response.writeHead(501).end());
  server.on('connect', ({ url }, socket) => {
    const { hostname, port } = new URL(originFor(String(url)));
    const upstream = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(upstream).pipe(socket);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    env: { http_proxy: `http://127.0.0.1:${port}` },
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
}
