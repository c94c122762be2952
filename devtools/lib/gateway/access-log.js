// Formats the lines of the log: one for each request, and the explanation of each refusal.

import { styleText } from 'node:util';

import { withoutTokens } from '../redaction.js';
import { HIDDEN } from './request-log.js';

/**
 * @param {import('./request-log.js').Entry} entry
 * @returns {string}
 */
export function accessLine({ number, at, durationMs, request, answer, failure, authorized }) {
  const who = authorized.principal?.arn.replace(/^.*:/, '') ?? '-';
  const code = failure ? `  ${failure.type}` : '';
  return requestLine({ number, at, durationMs, request, status: answer.status, note: `${who}${code}` });
}

/**
 * @param {{ number?: number, at: Date, durationMs: number, request: { method: string, url: string }, status: number, note: string }} done
 * @returns {string}
 */
export function requestLine({ number, at, durationMs, request, status, note }) {
  const shown = style(status < 400 ? 'green' : status < 500 ? 'yellow' : 'red', String(status));
  const start = `${style('dim', timeOf(at))} ${number === undefined ? '' : numbered(number)}${shown}`;
  return `${start} ${targetOf(request)}  ${durationMs.toFixed(1)} ms  ${note}`;
}

/**
 * @param {import('./request-log.js').Entry} entry
 * @returns {string[]} lines for cause and fix, or for likely causes; none if the status is enough
 */
export function explanationLines({ number, failure, mismatches = [], likely = [], hint }) {
  const line = (/** @type {string} */ label, /** @type {string} */ text) => labelled(label, text, number);
  const found = mismatches.filter(({ code }) => code !== 'none');
  if (found.length === 0 && likely.length > 0)
    return likely.flatMap(({ summary, fix }) => [line('perhaps', summary), line('try', fix)]);
  const own = failure?.fix ? { summary: failure.message, fix: failure.fix } : undefined;
  const findings = found.length > 0 ? found : [hint ?? own ?? []].flat();
  if (findings.length === 0) return failure ? [line('cause', failure.message)] : [];
  return findings.flatMap(({ summary, fix }) => [line('cause', summary), line('fix', fix)]);
}

/**
 * @param {string} label
 * @param {string} text
 * @param {number} [number]  of the request; aligned below the number in the line of that request
 */
export function labelled(label, text, number) {
  return `         ${number === undefined ? '' : numbered(number)}${style('cyan', label.padEnd(8))}${printable(text)}`;
}

/** @param {number} number  of a request */
function numbered(number) {
  return style('dim', `#${number} `);
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
 * Replaces control characters, which a terminal might interpret.
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
