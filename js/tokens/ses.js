// The password of the SMTP interface of Amazon SES.

import { SigV4Error } from '../engine/errors.js';
import { base64 } from '../protocol/base64.js';
import { ready, signText } from '../sign/text-signer.js';
import { checkOptions } from './options.js';

/**
 * The SMTP password of an IAM user. The user name is the access key id. SES takes no temporary credentials there.
 *
 * Source: "Obtaining SES SMTP credentials by converting existing AWS credentials", Amazon SES developer guide.
 *
 * @example
 *   const password = await sesSmtpPassword({ secretAccessKey, region: 'eu-west-1' });
 *
 * @param {{ secretAccessKey: string, region: string }} options
 * @returns {Promise<string>}
 * @throws {SigV4Error}
 */
export async function sesSmtpPassword(options) {
  if (typeof options?.secretAccessKey !== 'string' || options.secretAccessKey === '') {
    throw new SigV4Error('ERR_SIGV4_CREDENTIALS_INVALID', 'secretAccessKey is missing');
  }
  const { secretAccessKey, ...rest } = options;
  checkOptions(rest, ['region']);
  const { region } = rest;
  await ready();
  const identity = {
    accessKeyId: 'none', // it is no part of the password
    secretAccessKey,
    sessionToken: '',
    credentialsId: 0,
    isUsed: false,
    hasKey: false,
    tokenBytes: undefined,
  };
  const signature = signText(MESSAGE, { date: DATE, region, service: 'ses' }, identity);
  const bytes = /** @type {RegExpMatchArray} */ (signature.match(/../g)).map((hex) => parseInt(hex, 16));
  return base64(Uint8Array.of(VERSION, ...bytes));
}

const DATE = '11111111';
const MESSAGE = 'SendRawEmail';
const VERSION = 0x04;
