// The lines on the terminal: one for each request, and why it was refused.

import { styleText } from 'node:util';

import { withoutTokens } from '../redaction.js';
import { HIDDEN } from './request-log.js';

/**
 * @param {import('./request-log.js').Entry} entry
 * @returns {string}
 */
export function accessLine({ at, durationMs, request, answer, failure, authorized }) {
  const who = authorized.principal?.arn.replace(/^.*:/, '') ?? '-';
  const code = failure ? `  ${failure.type}` : '';
  return requestLine({ at, durationMs, request, status: answer.status, note: `${who}${code}` });
}

/**
 * @param {{ at: Date, durationMs: number, request: { method: string, url: string }, status: number, note: string }} done
 * @returns {string}
 */
export function requestLine({ at, durationMs, request, status, note }) {
  const shown = style(status < 400 ? 'green' : status < 500 ? 'yellow' : 'red', String(status));
  return `${style('dim', timeOf(at))} ${shown} ${targetOf(request)}  ${durationMs.toFixed(1)} ms  ${note}`;
}

/**
 * Names the request of an explanation that does not follow its line.
 *
 * @param {import('./request-log.js').Entry} entry
 */
export function referenceLine({ at, request }) {
  return labelled('of', `${timeOf(at)} ${targetOf(request)}`);
}

/**
 * @param {import('./request-log.js').Entry} entry
 * @returns {string[]} a line each for cause and fix; none if the status says enough
 */
export function explanationLines({ failure, mismatches = [], hint }) {
  const found = mismatches.filter(({ code }) => code !== 'none');
  const own = failure?.fix ? { summary: failure.message, fix: failure.fix } : undefined;
  const findings = found.length > 0 ? found : [hint ?? own ?? []].flat();
  if (findings.length === 0) return failure ? [labelled('cause', failure.message)] : [];
  return findings.flatMap(({ summary, fix }) => [labelled('cause', summary), labelled('fix', fix)]);
}

/**
 * @param {string} label
 * @param {string} text
 */
export function labelled(label, text) {
  return `         ${style('cyan', label.padEnd(8))}${printable(text)}`;
}

/** @param {Date} at */
function timeOf(at) {
  return at.toTimeString().slice(0, 8);
}

/** @param {{ method: string, url: string }} request */
function targetOf({ method, url }) {
  const shortened = withoutTokens(url, HIDDEN).replace(/([?&])X-Amz-[^&]*(?:&X-Amz-[^&]*)*/g, '$1X-Amz-…');
  return printable(`${method} ${shortened}`);
}

/**
 * Without control characters, which a terminal might interpret.
 *
 * @param {string} text
 */
function printable(text) {
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, '?');
}

/**
 * @param {Parameters<typeof styleText>[0]} format
 * @param {string} text
 */
function style(format, text) {
  return process.stdout.isTTY && !process.env.NO_COLOR ? styleText(format, text) : text;
}
