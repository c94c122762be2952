// The command `sigv4`: which commands there are, and how one ends.

import yargs from 'yargs';

/** One file each, which exports what yargs calls a command module. @type {import('yargs').CommandModule[]} */
const COMMANDS = [];

/**
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
export async function main(args) {
  await yargs(args).scriptName('sigv4').command(COMMANDS).demandCommand(1).strict().parseAsync();
  return 0;
}
