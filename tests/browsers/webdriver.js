// The few commands of WebDriver that the tests need (W3C, "WebDriver", level 2), and the driver of WebKitGTK.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Runs WebKitWebDriver, which brings its own browser, on a display that nobody sees.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<import('./browsers.js').Tab>}
 */
export async function launchWebKit(env) {
  const display = spawn('Xvfb', ['-displayfd', '3', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const children = [display];
  const stop = async () => {
    for (const child of children.reverse()) {
      if (child.exitCode !== null) continue;
      child.kill();
      await once(child, 'exit');
    }
  };
  try {
    const signal = AbortSignal.timeout(30_000);
    const toldDisplay = /** @type {import('node:stream').Readable} */ (display.stdio[3]);
    const [number] = await once(toldDisplay, 'data', { signal });
    const port = await freePort();
    const driver = spawn('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], {
      env: { ...env, DISPLAY: `:${String(number).trim()}` },
      stdio: 'ignore',
    });
    children.push(driver);
    const origin = `http://127.0.0.1:${port}`;
    while (driver.exitCode === null && !(await fetch(`${origin}/status`).catch(() => false))) {
      await sleep(50, undefined, { signal });
    }
    const { close, ...tab } = await newSession(origin);
    return { ...tab, close: () => close().finally(stop) };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * @param {string} driver  its origin
 * @returns {Promise<import('./browsers.js').Tab>}
 */
async function newSession(driver) {
  const command = async (
    /** @type {string} */ method,
    /** @type {string} */ path,
    /** @type {object} */ body,
  ) => {
    const response = await fetch(`${driver}/session${path}`, { method, body: body && JSON.stringify(body) });
    const { value } = /** @type {any} */ (await response.json());
    if (!response.ok) throw new Error(`${path}: ${value.error}: ${value.message}`);
    return value;
  };
  const { sessionId, capabilities } = await command('POST', '', { capabilities: {} });
  return {
    version: capabilities.browserVersion,
    complaints: [],
    goto: (url) => command('POST', `/${sessionId}/url`, { url }),
    async call(name, ...args) {
      const answer = await command('POST', `/${sessionId}/execute/async`, {
        script: CALL,
        args: [name, args],
      });
      const { value, error } = JSON.parse(answer);
      if (error !== undefined) throw new Error(error);
      return value;
    },
    close: () => command('DELETE', `/${sessionId}`),
  };
}

/** As text, since WebDriver makes null of what is undefined. */
const CALL = `
  const [name, args, done] = arguments;
  (async () => globalThis[name](...args))().then(
    (value) => done(JSON.stringify({ value })),
    (error) => done(JSON.stringify({ error: String(error) })),
  );`;

/** @returns {Promise<number>} */
async function freePort() {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await once(server.close(), 'close');
  return port;
}
