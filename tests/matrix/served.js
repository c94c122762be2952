// Servers of tools, for as long as they are used.

import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

import { apps, QUIET } from './work.js';

/**
 * Runs a server of a tool on a free port, for as long as it is used.
 *
 * @param {string} program
 * @param {(port: number) => string[]} args
 * @param {(origin: string) => Promise<string>} use
 * @param {string} [cwd]
 */
export async function served(program, args, use, cwd = apps) {
  const port = await freePort();
  const env = { ...process.env, ...QUIET };
  const server = spawn(program, args(port), {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (data) => (said += data));
  const ended = new Promise((resolve) => server.once('exit', resolve));
  const origin = `http://127.0.0.1:${port}`;
  try {
    await answering(origin, () => server.exitCode !== null);
    return await use(origin);
  } catch (error) {
    throw new Error(`${/** @type {Error} */ (error).stack}\n${said}`);
  } finally {
    server.kill();
    await ended;
  }
}

/**
 * @param {string} origin
 * @param {() => boolean} isOver
 */
async function answering(origin, isOver) {
  for (const until = Date.now() + 60_000; Date.now() < until && !isOver();) {
    if (await fetch(origin).catch(() => undefined)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`nothing answers at ${origin}`);
}

/** @returns {Promise<number>} */
async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}
