// `sigv4 presign`

import { CliError } from './exit.js';
import { resolveIdentity } from './identity.js';
import { requestOf } from './input.js';
import {
  addFormatOption,
  addIdentityOptions,
  addOptions,
  addSigningOptions,
  parseDate,
  repeated,
} from './options.js';
import { printJson } from './output.js';
import { checkProfile } from './profiles.js';
import { prepare } from './signing.js';

/** @param {import('commander').Command} command */
export function define(command) {
  command.usage('[METHOD] URL [OPTIONS]').argument('[words...]');
  addOptions(command, 'Request:', [
    ['-X, --request <method>', 'Method that the URL is for; default: GET'],
    ['-H, --header <line>', 'Header that must be sent with the request', repeated],
    [
      '--expires <time>',
      'Lifetime, such as 900 (seconds), 15m, 12h or 7d (the maximum)',
      (option) => option.default('1h'),
    ],
  ]);
  addSigningOptions(command);
  addIdentityOptions(command);
  addFormatOption(command);
  return command.addHelpText(
    'after',
    `
Examples:
  sigv4 presign https://bucket.s3.eu-west-1.amazonaws.com/report.pdf --expires 12h
  sigv4 presign PUT https://bucket.s3.eu-west-1.amazonaws.com/upload.pdf
  sigv4 presign wss://abc123.execute-api.eu-west-1.amazonaws.com/prod`,
  );
}

/** @param {any} argv @param {string[]} words */
export async function handler(argv, words) {
  checkProfile(argv);
  const request = await requestOf(words, argv);
  const expiresIn = parseSeconds(argv.expires);
  const identity = await resolveIdentity(request.url, argv);
  const prepared = await prepare(request, argv, identity, { expiresIn });
  const { method, url, headers } = await prepared.sign(parseDate(argv.date) ?? new Date());
  if (argv.format === 'json') printJson({ method, url, ...timesOf(url), headers });
  else console.log(url);
}

/**
 * @param {string} url
 */
function timesOf(url) {
  const { searchParams } = new URL(url);
  const signed = /** @type {Date} */ (parseDate(searchParams.get('X-Amz-Date') ?? ''));
  const seconds = Number(searchParams.get('X-Amz-Expires'));
  return { expiresIn: seconds, expires: new Date(signed.getTime() + seconds * 1000).toISOString() };
}

/**
 * @param {string} text  seconds, or a number with a unit
 * @returns {number}
 */
function parseSeconds(text) {
  const [, count, unit = 's'] = /^(\d+)([smhd])?$/.exec(text) ?? [];
  if (count === undefined)
    throw new CliError(
      'usage',
      `--expires ${text} is not a lifetime: pass seconds, or a value such as 15m, 12h or 7d`,
    );
  return Number(count) * /** @type {Record<string, number>} */ ({ s: 1, m: 60, h: 3600, d: 86_400 })[unit];
}
