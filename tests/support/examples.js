// Runs examples by the command of their README.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { CREDENTIALS } from './wire.js';

/** The folder with all of them, beside the tests. */
export const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));
export const REGION = 'eu-west-1';

/** What an example finds in its environment. */
export const ENV = {
  PATH: `${fileURLToPath(new URL('../../node_modules/.bin', import.meta.url))}:${process.env.PATH}`,
  AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  AWS_SESSION_TOKEN: CREDENTIALS.sessionToken,
  AWS_REGION: REGION,
};

/**
 * Runs `npm start` of an example, as long as the tests run.
 *
 * @param {string} name
 * @param {Record<string, string>} env
 * @returns {Promise<{ origin: string }>} what it prints
 */
export async function startExample(name, env) {
  const child = spawn('npm', ['start', '--silent'], {
    cwd: join(EXAMPLES, name),
    env: { ...ENV, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  process.once('exit', () => end(child));
  child.unref();
  let printed = '';
  // Read on to the end: a program whose output nobody takes fails.
  child.stdout.setEncoding('utf8').on('data', (text) => (printed += text));
  for (;;) {
    const [origin] = /http:\/\/(?:127\.0\.0\.1|localhost):\d+/.exec(printed) ?? [];
    if (origin !== undefined) {
      /** @type {import('node:net').Socket} */ (child.stdout).unref();
      return { origin };
    }
    if (child.exitCode !== null) throw new Error(`${name} ended: ${printed}`);
    await sleep(50);
  }
}

/** With the processes that it started. @param {import('node:child_process').ChildProcess} child */
function end(child) {
  try {
    process.kill(-(/** @type {number} */ (child.pid)));
  } catch {
    // It has ended by itself.
  }
}

/**
 * Runs a script of an example to its end.
 *
 * @param {string} name
 * @param {Record<string, string>} env
 * @param {string[]} [args]  of npm
 * @returns {Promise<{ code: number | null, stdout: string, stderr: string }>}
 */
export async function runExample(name, env, args = ['start', '--silent']) {
  const { child, output } = openExample(name, env, args);
  child.stdin.end();
  const [code] = await once(child, 'close');
  return { code, ...output };
}

/**
 * Starts a script that reads what is typed, until it ends or the tests do.
 *
 * @param {string} name
 * @param {Record<string, string>} env
 * @param {string[]} [args]  of npm
 */
export function openExample(name, env, args = ['start', '--silent']) {
  const child = spawn('npm', args, { cwd: join(EXAMPLES, name), env: { ...ENV, ...env }, detached: true });
  after(() => end(child));
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (output.stderr += text));
  return { child, output };
}
