// `sigv4 inspect`: serves the inspector on this machine.

import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { serveInspector } from '../inspector/serve.js';
import { CliError } from './exit.js';
import { listenError } from './listen.js';
import { addOptions, count } from './options.js';

/** @param {import('commander').Command} command */
export function define(command) {
  addOptions(command, 'Options:', [
    ['--port <number>', 'Port to listen on; 0 for a free one', (option) => count(option).default(8404)],
    ['--host <address>', 'Address to listen on', (option) => option.default('127.0.0.1')],
    ['--gateway <url>', 'URL of the inspector that a running sigv4 gateway printed, to list its requests'],
    ['--open', 'Open the page in the browser'],
  ]);
  return command;
}

/** @param {any} argv  the command line, as `define` describes it */
export async function handler({ port, host, gateway, open }) {
  if (gateway !== undefined && !(/^http:\/\/[^/]/.test(gateway) && URL.canParse(gateway))) {
    throw new CliError(
      'usage',
      '--gateway must be a URL such as http://127.0.0.1:8403/_sigv4/inspector/#token=…',
    );
  }
  const { url, close } = await serveInspector({
    ...{ port, host },
    gateway: gateway === undefined ? undefined : new URL(gateway),
  }).catch((error) => {
    throw listenError(error, `${host}:${port}`);
  });
  console.log(`inspector  ${url}`);
  if (gateway !== undefined) console.log(`gateway    ${new URL(gateway).origin}`);
  if (open) openInBrowser(url);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await close();
}

/** @param {string} url */
function openInBrowser(url) {
  const [command, ...args] = OPENERS[process.platform] ?? OPENERS.linux;
  const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true });
  child.on('error', () => console.error(`${command} is not installed: open ${url} yourself`));
  child.unref();
}

/** @type {Record<string, string[]>} */
const OPENERS = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''], linux: ['xdg-open'] };
