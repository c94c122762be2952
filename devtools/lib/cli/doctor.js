// `sigv4 doctor`: checks one by one what a signed request needs.

import { styleText } from 'node:util';

import { CHECKS } from './doctor-checks.js';
import { dispatcherFor } from './connection.js';
import { addConnectionOptions } from './curl.js';
import { exitCode } from './exit.js';
import { target } from './input.js';
import { addFormatOption, addIdentityOptions, addOptions } from './options.js';
import { printJson, redactor, showsColors } from './output.js';
import { checkProfile } from './profiles.js';

/** @typedef {import('./doctor-checks.js').Finding} Finding */

/** @param {import('commander').Command} command */
export function define(command) {
  command.usage('URL [OPTIONS]').argument('[words...]');
  addOptions(command, 'Request:', [
    ['-X, --request <method>', 'Method of the signed request; default: GET'],
    ['--origin <origin>', 'Origin of the page for the CORS preflight; default: http://localhost:5173'],
  ]);
  addConnectionOptions(command);
  addIdentityOptions(command);
  addFormatOption(command);
  return command.addHelpText(
    'after',
    `
It looks up the host, connects, compares the clocks, asks AWS STS who you are, sends a CORS preflight, and sends one
signed request without a body.

Examples:
  sigv4 doctor https://abc123.execute-api.eu-west-1.amazonaws.com/prod/orders
  sigv4 doctor https://bucket.s3.eu-west-1.amazonaws.com/report.pdf --profile work --format json`,
  );
}

/** @param {any} argv @param {string[]} words */
export async function handler(argv, words) {
  const { url, method } = target(words);
  checkProfile(argv);
  const dispatcher = await dispatcherFor(argv, url);
  /** @type {import('./doctor-checks.js').Patient} */
  const patient = { url, method: (argv.request ?? method ?? 'GET').toUpperCase(), argv, dispatcher };
  /** @type {Finding[]} */
  const findings = [];
  let redact = redactor({});
  for (const [name, check] of CHECKS) {
    const finding = { name, ...(await check(patient)) };
    if (patient.identity !== undefined) redact = redactor(patient.identity.credentials);
    findings.push(finding);
    if (argv.format !== 'json') console.log(redact(lineOf(finding)));
  }
  await dispatcher.destroy().catch(() => {});
  const [worst] = findings.filter(({ status }) => status === 'fail');
  if (argv.format === 'json') {
    const checks = findings.map(({ ending: _, ...finding }) => finding);
    console.log(redact(JSON.stringify({ url, isHealthy: worst === undefined, checks }, null, 2)));
  }
  return exitCode(worst?.ending ?? 'ok');
}

/** @param {Finding} finding */
function lineOf({ name, status, text, fix }) {
  const mark = status.padEnd(5);
  const painted = showsColors(process.stdout) ? styleText(COLORS[status], mark) : mark;
  const lines = [`${painted} ${name.padEnd(12)} ${text}`];
  if (fix !== undefined) lines.push(`${' '.repeat(6)}${'→'.padEnd(12)} ${fix}`);
  return lines.join('\n');
}

/** @type {Record<Finding['status'], Parameters<typeof styleText>[0]>} */
const COLORS = { ok: 'green', warn: 'yellow', fail: 'red', skip: 'dim' };
