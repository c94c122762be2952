// Why a server could not listen, in the same words for every command that is one.

import { CliError } from './exit.js';

/**
 * @param {any} error  what listening threw
 * @param {string} address  host and port that were asked for
 * @returns {unknown} what to throw in its place
 */
export function listenError(error, address) {
  const message = MESSAGES[error.code]?.(address);
  return message === undefined ? error : new CliError('listen', message);
}

/** @type {Record<string, (address: string) => string>} */
const MESSAGES = {
  EADDRINUSE: (address) => `${address} is in use: stop what listens there, or choose another with --port`,
  EADDRNOTAVAIL: (address) => `${address} is no address of this machine: choose another with --host`,
  ENOTFOUND: (address) => `${address} is no address of this machine: choose another with --host`,
  EACCES: (address) => `${address} is not allowed: choose a port above 1023 with --port`,
  ERR_SOCKET_BAD_PORT: (address) => `${address} is no port: choose one from 0 to 65535 with --port`,
};
