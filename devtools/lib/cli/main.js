// devtools/lib/cli is the command `sigv4`. Here: which commands there are, and how one ends. Each has a file of its name.

import { readFileSync } from 'node:fs';

import yargs from 'yargs';

import { complete } from './completion.js';
import { CliError, exitCodeHelp, reportError } from './exit.js';
import { endQuietlyAtClosedPipe } from './output.js';

/**
 * A command in a file of its own, which is loaded only if the command is called.
 *
 * @typedef {object} Command
 * @property {string} usage  without the name of the program
 * @property {string} describe
 * @property {() => Promise<CommandModule>} load
 *
 * @typedef {object} CommandModule
 * @property {(yargs: import('yargs').Argv) => import('yargs').Argv} builder
 * @property {(argv: any) => number | void | Promise<number | void>} handler  gives the exit code; default 0
 */

/** @type {Command[]} */
const COMMANDS = [
  {
    usage: 'request [method] <url>',
    describe: 'Sign a request and send it, as curl does',
    load: () => import('./request.js'),
  },
  {
    usage: 'sign [method] [url]',
    describe: 'Print a signed request, from options, a curl command, a fetch call, a HAR or HTTP',
    load: () => import('./sign.js'),
  },
  {
    usage: 'presign <url>',
    describe: 'Print a presigned URL',
    load: () => import('./presign.js'),
  },
  {
    usage: 'explain [file]',
    describe: 'Explain why a request was refused, from the response and the request',
    load: () => import('./explain.js'),
  },
  {
    usage: 'inspect',
    describe: 'Show a signature step by step in a page',
    load: () => import('./inspect.js'),
  },
  {
    usage: 'gateway',
    describe: 'Run a local API Gateway with an IAM authorizer',
    load: () => import('./gateway.js'),
  },
  {
    usage: 'completion <shell>',
    describe: 'Print a completion script for your shell',
    load: () => import('./completion.js'),
  },
];

/**
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
export async function main(args) {
  endQuietlyAtClosedPipe();
  let code = /** @type {number | void} */ (undefined);
  const cli = yargs(args)
    .scriptName('sigv4')
    .locale('en') // as all else here
    .usage('$0: sign requests to AWS in the shell, and find out why one was refused')
    .version(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version)
    .alias({ help: 'h' })
    .demandCommand(1, 'name a command')
    .strict()
    .parserConfiguration({ 'nargs-eats-options': true }) // --data-raw --x
    .epilogue(exitCodeHelp())
    .completion('completion-of-yargs', false, complete)
    .exitProcess(false)
    .fail((message, error) => {
      // With a message it is about the command line, even where an option's own check threw.
      throw message ? new CliError('usage', message) : error;
    });
  cli.wrap(Math.min(110, cli.terminalWidth()));
  for (const { usage, describe, load } of COMMANDS) {
    const isCalled = args.includes(usage.split(' ')[0]);
    const module = isCalled ? await load() : undefined;
    if (isCalled) cli.updateStrings(missingArgument(`${usage}: got %s arguments, need at least %s`));
    cli.command(usage, describe, module?.builder ?? {}, async (argv) => {
      code = await module?.handler(argv);
    });
  }
  try {
    await cli.parseAsync();
    return code ?? 0;
  } catch (error) {
    return reportError(error);
  }
}

/**
 * yargs counts arguments; this names them, too.
 *
 * @param {string} text
 */
function missingArgument(text) {
  const forms = /** @type {any} */ ({ one: text, other: text });
  return { 'Not enough non-option arguments: got %s, need at least %s': forms };
}
