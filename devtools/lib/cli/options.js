// Options that several commands have.

import { CliError } from './exit.js';

/** @typedef {Record<string, import('yargs').Options>} OptionTable */

/** One word each, whatever it begins with. @type {import('yargs').Options} */
export const TEXT = { type: 'string', nargs: 1 };
/** Several times. Not `array`, for which a value cannot begin with a dash. @type {import('yargs').Options} */
export const TEXTS = { ...TEXT, coerce: (value) => (value === undefined ? value : [value].flat()) };

/** Who signs, and for what. */
export const IDENTITY_OPTIONS = optionTable('Credentials and scope:', {
  profile: { ...TEXT, describe: 'Profile of ~/.aws; needs @aws-sdk/credential-providers' },
  credentials: {
    ...TEXT,
    describe: 'JSON file with credentials, as `aws sts …` prints it; - is standard input',
  },
  region: { ...TEXT, describe: 'Default: what the host tells, then AWS_REGION, then the profile' },
  service: { ...TEXT, describe: 'Signing name, such as execute-api; default: what the host tells' },
});

/** How it is signed. */
export const SIGNING_OPTIONS = optionTable('Signature:', {
  'unsigned-payload': { type: 'boolean', describe: 'Sign UNSIGNED-PAYLOAD in place of the body (S3)' },
  date: { ...TEXT, describe: 'Time of signing, such as 2026-01-31T12:00:00Z; default: now' },
});

/** What is requested, as curl names it. */
export const REQUEST_OPTIONS = optionTable('Request:', {
  request: { ...TEXT, alias: 'X', describe: 'Method; default GET, with data POST' },
  header: { ...TEXTS, alias: 'H', describe: 'Header "Name: value"; "Name:" leaves out a default one' },
  data: {
    ...TEXTS,
    alias: 'd',
    describe: 'Body; @FILE reads it without its line breaks, @- from standard input',
  },
  'data-raw': { ...TEXTS, describe: 'Body; an @ is nothing special' },
  'data-binary': { ...TEXTS, describe: 'Body; @FILE is sent as it is, however large' },
});

export const JSON_OPTION = optionTable('Output:', {
  json: { type: 'boolean', describe: 'Print JSON' },
});

/**
 * A secret in the command line is visible to every user of the machine and stays in the history of the shell. So there
 * is no such option; these say what to do instead.
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
    'credentials in the command line can be seen by other users and stay in its history: set AWS_ACCESS_KEY_ID, ' +
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
  throw new CliError('usage', `--date ${date} is no time: pass one such as 2026-01-31T12:00:00Z`);
}
