// devtools/lib/cli is the command `sigv4`. This file: the list of commands, and how a command ends. Each has a file of its name.
//
// commander parses as getopt does, and so as curl: a letter may be followed by its value (-XPOST), a value may begin with a
// dash, and an unknown option takes nothing. yargs does none of the three; `util.parseArgs` has no help and no suggestions.

import { readFileSync } from 'node:fs';

import { Command, CommanderError } from 'commander';

import { CliError, endQuietlyAtClosedPipe, exitCode, exitCodeHelp, reportError } from './exit.js';

/**
 * A command in a file of its own, which is loaded only if the command is called.
 *
 * @typedef {object} CommandRow
 * @property {string} name
 * @property {string} describe
 * @property {() => Promise<CommandModule>} load
 *
 * @typedef {object} CommandModule
 * @property {(command: Command) => Command} define  its arguments, options and examples
 * @property {(argv: any, ...words: any[]) => number | void | Promise<number | void>} handler  receives options by their names in
 *   camel case and the arguments, and returns the exit code; default 0
 */

/** @type {CommandRow[]} */
const COMMANDS = [
  {
    name: 'request',
    describe: 'Sign a request and send it, as curl does',
    load: () => import('./request.js'),
  },
  {
    name: 'sign',
    describe: 'Print a signed request, made from options or from a pasted request',
    load: () => import('./sign.js'),
  },
  {
    name: 'presign',
    describe: 'Print a presigned URL',
    load: () => import('./presign.js'),
  },
  {
    name: 'explain',
    describe: 'Explain why a request was refused, from the response and the request',
    load: () => import('./explain.js'),
  },
  {
    name: 'doctor',
    describe: 'Check what a signed request needs: clock, credentials, region, network, CORS, permissions',
    load: () => import('./doctor.js'),
  },
  {
    name: 'inspect',
    describe: 'Show a signature step by step in the browser',
    load: () => import('./inspect.js'),
  },
  {
    name: 'gateway',
    describe: 'Run a local API Gateway with an IAM authorizer',
    load: () => import('./gateway.js'),
  },
  {
    name: 'proxy',
    describe: 'Run a local proxy that signs the requests of programs that cannot',
    load: () => import('./proxy.js'),
  },
  {
    name: 'completion',
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
  try {
    if (args[0] === ASK_COMPLETION) return await printCandidates(args.slice(1));
    const result = { code: /** @type {number | void} */ (undefined) };
    const words = args[0] === 'help' ? [...args.slice(1), '--help'] : args;
    const program = await programFor([words[0]], result);
    if (words.length === 0) program.outputHelp();
    else await program.parseAsync(words, { from: 'user' });
    return result.code ?? exitCode('ok');
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportError(error);
    return error.exitCode === 0 ? exitCode('ok') : reportError(usageError(error));
  }
}

/** How the scripts of `sigv4 completion` ask. */
export const ASK_COMPLETION = '--complete';

/** @param {string[]} words  after the name of the program, the one that is being typed last */
async function printCandidates(words) {
  const { candidates } = await import('./completion.js');
  const program = await programFor([words[0]], {});
  for (const line of candidates(words, program)) console.log(line);
  return exitCode('ok');
}

/**
 * @param {string[]} called  names of the commands to load
 * @param {{ code?: number | void }} result
 * @returns {Promise<Command>}
 */
export async function programFor(called, result) {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const program = withoutExit(new Command('sigv4'))
    .description('Signs requests to AWS in the shell, and explains why a request was refused.')
    .usage('COMMAND [OPTIONS]')
    .version(version, '-V, --version', 'Print the version')
    .helpOption('-h, --help', 'Print this help')
    .helpCommand(false)
    .enablePositionalOptions()
    .addHelpText('after', `\n${exitCodeHelp()}`);
  for (const { name, describe, load } of COMMANDS) {
    const command = withoutExit(new Command(name))
      .description(describe)
      .helpOption('-h, --help', 'Print this help');
    program.addCommand(command);
    if (!called.includes(name)) continue;
    const { define, handler } = await load();
    define(command).action(async (...given) => {
      const words = given.slice(0, -2);
      result.code = await handler(command.opts(), ...words);
    });
  }
  return program;
}

/** @param {Command} command */
function withoutExit(command) {
  return command
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .configureHelp({ helpWidth: Math.min(110, process.stdout.columns ?? 110) });
}

/** @param {CommanderError} error */
function usageError({ message }) {
  const text = message.replace(/^error: /, '');
  const [pattern, words] = WORDS.find(([one]) => one.test(text)) ?? [/$/, ''];
  return new CliError('usage', text.replace(pattern, words));
}

/** What commander says, as all other errors here are worded. @type {[pattern: RegExp, words: string][]} */
const WORDS = [
  [/^option '(?:-., )?(--[\w.-]+) (<.*>)' argument missing$/, '$1 needs a value: $1 $2'],
  [
    /^option '(?:-., )?(--[\w.-]+) <.*>' argument '(.*)' is invalid\. Allowed choices are (.*)\.$/s,
    '$1 $2 is not known: choose one of $3',
  ],
  [
    /^command-argument value ('.*') is invalid for argument '.*'\. Allowed choices are (.*)\.$/s,
    '$1 is not known: choose one of $2',
  ],
  [/^missing required argument '(.*)'$/, '$1 is missing: see --help'],
  [/^unknown option '--json'$/, "unknown option '--json': did you mean --format json?"],
  [/\n\(Did you mean one of (.*)\?\)$/, ': did you mean one of $1?'],
  [/\n\(Did you mean (.*)\?\)$/, ': did you mean $1?'],
];
