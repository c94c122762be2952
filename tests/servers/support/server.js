// Runs a server for as long as the tests need it, and no longer.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { PYTHON, S3S_FS } from './tools.js';

/**
 * @typedef {object} RunningServer
 * @property {string} origin  http://127.0.0.1:port
 * @property {() => string} log  what it has written
 * @property {() => Promise<void>} stop
 */

/**
 * Swift, with the proxy, s3api and all back ends in one process.
 *
 * @param {import('sigv4-wasm').Credentials} credentials  the access key is `account:user`
 * @returns {Promise<RunningServer>}
 */
export async function startSwift({ accessKeyId, secretAccessKey }) {
  const script = fileURLToPath(new URL('./swift-server.py', import.meta.url));
  // Warnings off: eventlet announces its own end at every start.
  return inDirectory((directory) =>
    start(PYTHON, ['-W', 'ignore', script, directory, `${accessKeyId}:${secretAccessKey}`]),
  );
}

/**
 * s3s-fs, which keeps objects as files.
 *
 * @param {import('sigv4-wasm').Credentials} credentials
 * @returns {Promise<RunningServer>}
 */
export async function startS3sFs({ accessKeyId, secretAccessKey }) {
  const keys = ['--access-key', accessKeyId, '--secret-key', secretAccessKey];
  return inDirectory((directory) =>
    start(S3S_FS, ['--host', '127.0.0.1', '--port', '0', ...keys, directory], { RUST_LOG: 's3s_fs=info' }),
  );
}

/**
 * moto, which lets everything pass until its IAM is turned on: a POST of `0` to `/moto-api/reset-auth`.
 *
 * @returns {Promise<RunningServer>}
 */
export async function startMoto() {
  return start(PYTHON, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', '0']);
}

/**
 * @param {(directory: string) => Promise<RunningServer>} startIn
 * @returns {Promise<RunningServer>}
 */
async function inDirectory(startIn) {
  const directory = await mkdtemp(join(tmpdir(), 'sigv4-server-'));
  const removeIt = () => rm(directory, { recursive: true, force: true });
  try {
    const server = await startIn(directory);
    const stop = async () => {
      await server.stop();
      await removeIt();
    };
    return { ...server, stop };
  } catch (error) {
    await removeIt();
    throw error;
  }
}

/**
 * A shell stands between: it ends the server when its standard input ends, which it does with this process, however
 * that ends.
 */
const GUARD = `
  exec 3<&0
  "$@" </dev/null 3<&- &
  server=$!
  { cat; kill "$server"; } <&3 >/dev/null 2>&1 &
  exec 3<&-
  wait "$server"
`;
const START_MS = 60_000;

/**
 * Starts a program that chooses a free port and then writes its URL.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 * @returns {Promise<RunningServer>}
 */
async function start(program, args, env = {}) {
  const child = spawn('sh', ['-c', GUARD, 'sh', program, ...args], {
    stdio: 'pipe',
    env: { ...process.env, ...env },
  });
  const exited = new Promise((resolve) => child.on('close', resolve));
  const stop = async () => {
    child.stdin.destroy();
    await exited;
  };
  child.stdin.on('error', () => {});

  let written = '';
  /** @type {Promise<string>} */
  const listening = new Promise((resolve, reject) => {
    /** @param {string} text */
    const read = (text) => {
      written += text;
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(written);
      if (url) resolve(url[0]);
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    const fail = (/** @type {string} */ what) => reject(new Error(`${program} ${what}:\n${written}`));
    child.on('error', reject);
    exited.then(() => fail('ended'));
    setTimeout(() => fail(`did not listen within ${START_MS / 1000} s`), START_MS).unref();
  });
  try {
    return { origin: await listening, log: () => written, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
