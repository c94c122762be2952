// `sigv4 presign`

import { CliError } from './exit.js';
import { headerPairs } from './input.js';
import {
  IDENTITY_OPTIONS,
  JSON_OPTION,
  REFUSED_OPTIONS,
  SIGNING_OPTIONS,
  optionTable,
  parseDate,
  TEXT,
  TEXTS,
} from './options.js';
import { printJson } from './output.js';
import { prepare } from './signing.js';

/** @param {import('yargs').Argv} yargs */
export function builder(yargs) {
  return yargs
    .options({
      ...optionTable('Request:', {
        method: {
          alias: ['X', 'request'],
          ...TEXT,
          default: 'GET',
          describe: 'Method that the URL is for',
        },
        header: {
          alias: 'H',
          ...TEXTS,
          describe: 'Header that must be sent with the request',
        },
        expires: {
          ...TEXT,
          default: '1h',
          describe: 'Lifetime, such as 900, 15m, 12h or 7d, which is the maximum',
        },
      }),
      ...SIGNING_OPTIONS,
      ...IDENTITY_OPTIONS,
      ...REFUSED_OPTIONS,
      ...JSON_OPTION,
    })
    .example('$0 presign https://bucket.s3.eu-west-1.amazonaws.com/report.pdf --expires 12h', '')
    .example('$0 presign wss://abc123.execute-api.eu-west-1.amazonaws.com/prod', '');
}

/** @param {any} argv */
export async function handler(argv) {
  const request = { method: argv.method, url: argv.url, headers: headerPairs(argv.header ?? []) };
  const prepared = await prepare(request, argv, { expiresIn: parseSeconds(argv.expires) });
  const { method, url, headers } = await prepared.sign(parseDate(argv.date) ?? new Date());
  if (argv.json) printJson({ method, url, ...timesOf(url), headers });
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
