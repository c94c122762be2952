// How a command ends: its exit code, and the message of an error.

/**
 * Exit codes never change, because scripts test them. Where curl or sysexits.h defines one for the case, it is the same.
 *
 * @type {Record<string, [code: number, meaning: string]>}
 */
const EXIT_CODES = {
  ok: [0, 'success; for a request: the status is below 400'],
  bug: [1, 'an error in sigv4 itself: run it again with DEBUG=1 and report the output'],
  usage: [2, 'an unknown or missing option or argument, or an invalid value'],
  connect: [7, 'the connection failed or was lost: DNS, refused, TLS, reset'],
  status: [22, 'the status is 400 or above, other than 401 and 403'],
  write: [23, 'the output cannot be written'],
  read: [26, 'a file, or standard input, cannot be read or understood'],
  timeout: [28, 'the time limit of --max-time or --connect-timeout was reached'],
  redirects: [47, 'more redirects than --max-redirs'],
  unexplained: [65, 'explain: the cause is not known'],
  listen: [69, 'gateway, inspect, proxy: the address or port is not available'],
  refused: [77, 'the status is 401 or 403'],
  config: [78, 'credentials, region, service or a config file are missing, expired or invalid'],
};

/** @typedef {'ok' | 'bug' | 'usage' | 'connect' | 'status' | 'write' | 'read' | 'timeout' | 'redirects' | 'unexplained' | 'listen' | 'refused' | 'config'} Ending */

/** @param {Ending} ending */
export function exitCode(ending) {
  return EXIT_CODES[ending][0];
}

/** For `--help`. */
export function exitCodeHelp() {
  const lines = Object.values(EXIT_CODES).map(
    ([code, meaning]) => `  ${String(code).padStart(2)}  ${meaning}`,
  );
  return ['Exit codes:', ...lines].join('\n');
}

/** An error that the user can correct. */
export class CliError extends Error {
  /**
   * @param {Ending} ending
   * @param {string} message  what was wrong, where, and what to do
   * @param {{ cause?: unknown }} [options]
   */
  constructor(ending, message, options) {
    super(message, options);
    this.ending = ending;
  }
}

/**
 * Prints an error on standard error; its stack only with DEBUG.
 *
 * @param {unknown} error
 * @returns {number} the exit code
 */
export function reportError(error) {
  const { code, message, cause, stack } = /** @type {any} */ (error);
  const ending = endingOf(error);
  const parts = [
    isSigV4(code) ? code : undefined,
    message || String(error),
    /** @type {any} */ (cause)?.message,
  ];
  console.error(`sigv4: ${parts.filter(Boolean).join(': ')}`);
  if (ending === 'usage') console.error('Run `sigv4 --help` or `sigv4 COMMAND --help` for usage.');
  if (process.env.DEBUG) console.error(stack, cause ?? '');
  return exitCode(ending);
}

/**
 * @param {any} error
 * @returns {Ending}
 */
function endingOf(error) {
  if (error instanceof CliError) return error.ending;
  if (!isSigV4(error?.code)) return 'bug';
  return ENDINGS.find(([codes]) => codes.test(error.code))?.[1] ?? 'usage';
}

/** @type {[codes: RegExp, ending: Ending][]} */
const ENDINGS = [
  [/_(CREDENTIALS|REGION|SERVICE)_/, 'config'],
  // The signature of a request to explain.
  [/_SIGNATURE_/, 'read'],
];

/** @param {unknown} code */
function isSigV4(code) {
  return typeof code === 'string' && code.startsWith('ERR_SIGV4_');
}

/** A reader such as `head` may close the pipe early: that is not an error. */
export function endQuietlyAtClosedPipe() {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      const { code } = /** @type {NodeJS.ErrnoException} */ (error);
      if (code === 'EPIPE') process.exit();
      console.error(`sigv4: the output cannot be written (${code})`);
      process.exit(exitCode('write'));
    });
  }
}
