// `sigv4 inspect`: serves the inspector on this machine.

import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { serveInspector } from '../inspector/serve.js';
import { listenError } from './listen.js';

/** @param {import('yargs').Argv} yargs */
export function builder(yargs) {
  return yargs
    .option('port', { type: 'number', default: 8404, describe: 'Port to listen on; 0 for a free one' })
    .option('host', { type: 'string', default: '127.0.0.1', describe: 'Address to listen on' })
    .option('gateway', {
      type: 'string',
      describe: 'Address of the page of a running sigv4 gateway, to list its requests',
    })
    .option('open', { type: 'boolean', default: false, describe: 'Open the page in the browser' })
    .check(({ gateway }) => {
      if (gateway === undefined || /^http:\/\/[^/]/.test(gateway)) return true;
      throw new Error('--gateway must be a URL such as http://127.0.0.1:3000/_sigv4/inspector/#token=…');
    });
}

/** @param {any} argv  the command line, as builder reads it */
export async function handler({ port, host, gateway, open }) {
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
