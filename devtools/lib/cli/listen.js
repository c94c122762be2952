// Why a server could not listen: the same messages for every command that starts one.

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
  EADDRNOTAVAIL: (address) => `${address} is not an address of this machine: choose another with --host`,
  ENOTFOUND: (address) => `${address} is not an address of this machine: choose another with --host`,
  EACCES: (address) => `you are not allowed to listen on ${address}: choose a port above 1023 with --port`,
  ERR_SOCKET_BAD_PORT: (address) => `${address} has no valid port: choose one from 0 to 65535 with --port`,
};
