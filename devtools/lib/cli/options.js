// Options that several commands share, and how a table of options becomes those of a command.

import { Option } from 'commander';

import { CliError } from './exit.js';

/**
 * An option: its flags, its text in `--help`, and a function that refines it.
 *
 * @typedef {[flags: string, describe: string, refine?: (option: Option) => Option]} OptionRow
 */

/** That can be repeated. @param {Option} option */
export const repeated = (option) =>
  option.argParser((value, /** @type {string[]} */ before = []) => [...before, value]);

/** @param {Option} option */
export const seconds = (option) =>
  option.argParser((text) => numberOf(text, option, 'a number of seconds, such as 2.5'));

/** @param {Option} option */
export const count = (option) =>
  option.argParser((text) => {
    const number = numberOf(text, option, 'a whole number');
    if (Number.isInteger(number)) return number;
    throw notA(text, option, 'a whole number');
  });

/**
 * @param {string} text
 * @param {Option} option
 * @param {string} kind
 */
function numberOf(text, option, kind) {
  const number = text.trim() === '' ? NaN : Number(text);
  if (number >= 0 && number < 1e6) return number;
  throw notA(text, option, kind);
}

/** @param {string} text @param {Option} option @param {string} kind */
function notA(text, { long }, kind) {
  return new CliError('usage', `${long} ${JSON.stringify(text)} is not ${kind}`);
}

/** @param {string[]} values @returns {(option: Option) => Option} */
export const oneOf = (values) => (option) => option.choices(values);

/**
 * @param {import('commander').Command} command
 * @param {string} group  heading in `--help`
 * @param {OptionRow[]} rows
 */
export function addOptions(command, group, rows) {
  for (const [flags, describe, refine = (/** @type {Option} */ option) => option] of rows) {
    command.addOption(refine(new Option(flags, describe)).helpGroup(group));
  }
}

/** Adds the options for credentials, region and service. @param {import('commander').Command} command */
export function addIdentityOptions(command) {
  addOptions(command, 'Credentials and scope:', [
    ['--profile <name>', 'Profile of ~/.aws'],
    [
      '--credentials <file>',
      'JSON file with credentials, as `aws sts …` prints them, or the URL of a server that has them; - is standard input',
    ],
    ['--region <region>', 'Default: inferred from the host, then AWS_REGION, then the profile'],
    ['--service <name>', 'Signing name, such as execute-api; default: inferred from the host'],
    ['--assume-role <arn>', 'Sign as this role, which the credentials must be allowed to assume'],
    ['--role-session-name <name>', 'Name of the role session in logs; default: sigv4'],
    ['--external-id <id>', 'External ID that the owner of the role requires'],
    ['--mfa-serial <arn>', 'MFA device; the command asks for its code on the terminal'],
  ]);
  for (const flags of SECRETS) {
    const option = new Option(flags).hideHelp().argParser(refuseSecret);
    command.addOption(option);
  }
}

/**
 * Every user of the machine can see a secret on the command line, and the shell keeps it in its history. So no option takes
 * one: these say what to do instead.
 */
const SECRETS = [
  '--access-key-id <id>',
  '--secret-access-key <key>',
  '--session-token <token>',
  '-u, --user <user:password>',
];

/** @returns {never} */
function refuseSecret() {
  throw new CliError(
    'usage',
    'other users can see credentials on the command line, and the shell keeps them in its history: set AWS_ACCESS_KEY_ID, ' +
      'AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or pass --credentials FILE or --profile NAME',
  );
}

/** How it is signed. @param {import('commander').Command} command */
export function addSigningOptions(command) {
  addOptions(command, 'Signature:', [
    ['--sigv4a', 'Sign for several regions, with SigV4a; --region is a list, such as us-east-1,eu-*'],
    ['--unsigned-payload', 'Sign UNSIGNED-PAYLOAD instead of the hash of the body (S3)'],
    ['--date <time>', 'Signing time, such as 2026-01-31T12:00:00Z; default: now'],
  ]);
}

/** @param {import('commander').Command} command */
export function addFormatOption(command) {
  addOptions(command, 'Output:', [
    [
      '--format <format>',
      'text or json',
      (/** @type {Option} */ option) => option.choices(['text', 'json']).default('text'),
    ],
  ]);
}

/**
 * @param {string | undefined} date
 * @returns {Date | undefined}
 */
export function parseDate(date) {
  if (date === undefined) return undefined;
  const parsed = new Date(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!Number.isNaN(parsed.getTime())) return parsed;
  throw new CliError('usage', `--date ${date} is not a time: pass a value such as 2026-01-31T12:00:00Z`);
}
