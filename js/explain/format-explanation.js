// An explanation for a terminal or a log.

import { SigV4Error } from '../engine/errors.js';
import { checkNames } from '../protocol/option-names.js';

/** @typedef {import('./explain-response.js').Explanation} Explanation */

/**
 * An explanation as lines of text: the cause, what to do, the lines that differ, and the details.
 *
 * @example
 *   console.error(formatExplanation(await explainResponse(response)));
 *
 * @param {Explanation} explanation
 * @param {{ color?: boolean }} [options]  `color`: with ANSI escape sequences. Default false
 * @returns {string} without a line break at its end
 */
export function formatExplanation(explanation, options) {
  const { code, summary, detail, fix, causes = [], diff = [], ...more } = explanation ?? {};
  if (typeof summary !== 'string' || typeof detail !== 'string') {
    const message = 'formatExplanation takes what explainResponse returns, awaited';
    throw new SigV4Error('ERR_SIGV4_OPTION_INVALID', message);
  }
  checkNames(options, FORMAT_OPTIONS);
  const paint = options?.color ? PAINT : PLAIN;
  const facts = [
    ['code', code],
    ['service', more.service],
    ['request', more.requestId],
    ['server time', more.serverTime?.toISOString()],
    ['clock', skewOf(more.clockSkewSeconds)],
  ];
  const differences = diff.filter(({ isEqual }) => !isEqual);
  return [
    paint.bold(summary),
    `${paint.green('Fix:')} ${fix}`,
    ...causes.map((cause, i) => `  ${i + 1}. ${cause}`),
    ...differences.flatMap(({ label, server, client }) => [
      `  ${label}`,
      paint.green(`    server  ${server ?? '(none)'}`),
      paint.red(`    signed  ${client ?? '(none)'}`),
    ]),
    ...facts
      .filter(([, value]) => value)
      .map(([name, value]) => paint.dim(`${`${name}:`.padEnd(13)}${value}`)),
    ...(detail === ''
      ? []
      : [paint.dim('Seen:'), ...detail.split('\n').map((line) => paint.dim(`  ${line}`))]),
  ].join('\n');
}

/** @param {number | undefined} seconds */
function skewOf(seconds = 0) {
  return seconds && `${Math.abs(seconds)} s ${seconds > 0 ? 'behind' : 'ahead of'} the server`;
}

/** @param {number} code */
const ansi = (code) => (/** @type {string} */ text) => `\x1b[${code}m${text}\x1b[0m`;
const same = (/** @type {string} */ text) => text;

const FORMAT_OPTIONS = new Set(['color']);
const PAINT = { bold: ansi(1), dim: ansi(2), red: ansi(31), green: ansi(32) };
const PLAIN = { bold: same, dim: same, red: same, green: same };
