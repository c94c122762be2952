// Options that several commands share.

import { CliError } from './exit.js';

/** @typedef {Record<string, import('yargs').Options>} OptionTable */

/** An option with one value, whatever it begins with. @type {import('yargs').Options} */
export const TEXT = { type: 'string', nargs: 1 };
/** An option that can be repeated. Not `array`, for which a value cannot begin with a dash. @type {import('yargs').Options} */
export const TEXTS = { ...TEXT, coerce: (value) => (value === undefined ? value : [value].flat()) };

/** Who signs, and for what. */
export const IDENTITY_OPTIONS = optionTable('Credentials and scope:', {
  profile: { ...TEXT, describe: 'Profile of ~/.aws; needs @aws-sdk/credential-providers' },
  credentials: {
    ...TEXT,
    describe: 'JSON file with credentials, as `aws sts …` prints them; - is standard input',
  },
  region: { ...TEXT, describe: 'Default: inferred from the host, then AWS_REGION, then the profile' },
  service: { ...TEXT, describe: 'Signing name, such as execute-api; default: inferred from the host' },
});

/** How it is signed. */
export const SIGNING_OPTIONS = optionTable('Signature:', {
  'unsigned-payload': {
    type: 'boolean',
    describe: 'Sign UNSIGNED-PAYLOAD instead of the hash of the body (S3)',
  },
  date: { ...TEXT, describe: 'Signing time, such as 2026-01-31T12:00:00Z; default: now' },
});

/** What is requested, as curl names it. */
export const REQUEST_OPTIONS = optionTable('Request:', {
  request: { ...TEXT, alias: 'X', describe: 'Method; default: GET, or POST with data' },
  header: { ...TEXTS, alias: 'H', describe: 'Header "Name: value"; "Name:" removes a default header' },
  data: {
    ...TEXTS,
    alias: 'd',
    describe: 'Body; @FILE reads a file without its line breaks, @- reads standard input',
  },
  'data-raw': { ...TEXTS, describe: 'Body, taken literally: @ has no special meaning' },
  'data-binary': { ...TEXTS, describe: 'Body; @FILE streams a file unchanged, however large' },
});

export const JSON_OPTION = optionTable('Output:', {
  json: { type: 'boolean', describe: 'Print JSON' },
});

/**
 * Every user of the machine can see a secret on the command line, and the shell keeps it in its history. So no option takes
 * one: these say what to do instead.
 */
export const REFUSED_OPTIONS = optionTable(
  '',
  Object.fromEntries(
    ['access-key-id', 'secret-access-key', 'session-token', 'user'].map((name) => [
      name,
      { ...TEXT, hidden: true, ...(name === 'user' && { alias: 'u' }), coerce: refuseSecret },
    ]),
  ),
);

/** @returns {never} */
function refuseSecret() {
  throw new CliError(
    'usage',
    'other users can see credentials on the command line, and the shell keeps them in its history: set AWS_ACCESS_KEY_ID, ' +
      'AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or pass --credentials FILE or --profile NAME',
  );
}

/**
 * @param {string} group
 * @param {OptionTable} options
 * @returns {OptionTable}
 */
export function optionTable(group, options) {
  return Object.fromEntries(Object.entries(options).map(([name, option]) => [name, { group, ...option }]));
}

/**
 * @param {string | undefined} date
 * @returns {Date | undefined}
 */
export function parseDate(date) {
  if (date === undefined) return undefined;
  const parsed = new Date(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!Number.isNaN(parsed.getTime())) return parsed;
  throw new CliError('usage', `--date ${date} is not a time: pass one such as 2026-01-31T12:00:00Z`);
}
