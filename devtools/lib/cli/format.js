// Explanations for a terminal.

import { painter } from './output.js';

/**
 * @typedef {import('sigv4-wasm/explain').Explanation} Explanation
 * @typedef {import('sigv4-wasm/explain').Mismatch} Mismatch
 * @typedef {[label: string, text: string | undefined]} Row
 */

/**
 * @param {Explanation} explanation
 * @param {NodeJS.WriteStream} stream  where it goes
 * @returns {string}
 */
export function formatExplanation(
  { status, code, summary, fix, causes = [], detail, diff = [], requestId },
  stream,
) {
  const differences = diff.filter(({ isEqual }) => !isEqual);
  return [
    painter(stream)('bold', summary),
    ...table([
      ['fix', fix],
      ...causes.map((cause, i) => /** @type {Row} */ ([i === 0 ? 'check' : '', cause])),
      ['code', [code, status].filter(Boolean).join(', ')],
      ['said', differences.length > 0 ? undefined : shortened(detail)],
      ['request id', requestId],
    ]),
    ...differences.flatMap(({ label, server, client }) =>
      comparison(label, ['server', server], ['signed', client], stream),
    ),
  ].join('\n');
}

/**
 * @param {Mismatch[]} mismatches
 * @param {NodeJS.WriteStream} stream
 * @returns {string}
 */
export function formatMismatches(mismatches, stream) {
  if (mismatches.length === 0)
    return 'No known mistake gives this signature: is it the secret of another key?';
  const blocks = mismatches.map(({ code, part, summary, fix, detail = {} }) => [
    painter(stream)('bold', summary),
    ...table([
      ['fix', fix],
      ['code', code],
    ]),
    ...(detail.expected === undefined && detail.signed === undefined
      ? []
      : comparison(part, ['expected', detail.expected], ['signed', detail.signed], stream)),
  ]);
  return blocks.map((lines) => lines.join('\n')).join('\n');
}

/**
 * @param {Row[]} rows
 * @returns {string[]}
 */
function table(rows) {
  const shown = rows.filter(([, text]) => text);
  const width = Math.max(...shown.map(([label]) => label.length));
  return shown.map(([label, text]) => `  ${label.padEnd(width)}  ${text}`);
}

/**
 * @param {string} title
 * @param {Row} first
 * @param {Row} second
 * @param {NodeJS.WriteStream} stream
 */
function comparison(title, first, second, stream) {
  const paint = painter(stream);
  const line = (/** @type {Row} */ [label, text]) => `${label.padEnd(8)}  ${text ?? '(nothing)'}`;
  return [`  ${title}`, `  ${paint('green', `+ ${line(first)}`)}`, `  ${paint('red', `- ${line(second)}`)}`];
}

/** @param {string} text */
function shortened(text) {
  const [first] = text.trim().split('\n');
  return first.length > 300 ? `${first.slice(0, 300)}…` : first;
}
