// The password of a database user of Amazon Redshift Serverless, which the service itself issues.

import { SigV4Error } from '../engine/errors.js';
import { regionalEndpoint } from '../protocol/regional-endpoint.js';
import { redact } from '../protocol/redact.js';
import { signRequest } from '../sign/signer.js';
import { checkOptions } from './options.js';

/**
 * Asks Redshift Serverless for a user name and a password, with a signed request for `GetCredentials`.
 *
 * Source: `GetCredentials`, Amazon Redshift Serverless API reference.
 *
 * @example
 *   const { user, password } = await redshiftServerlessPassword({ workgroup: 'default', region: 'eu-west-1', credentials });
 *
 * @param {import('./options.js').TokenOptions & { workgroup: string, region: string, database?: string, durationSeconds?: number,
 *   endpoint?: string, fetch?: typeof globalThis.fetch, signal?: AbortSignal }} options `durationSeconds`: from 900 to 3600;
 *   default 900. `endpoint`: default, that of the region. `signal`: ends the request
 * @returns {Promise<{ user: string, password: string, expiresAt: Date }>}
 * @throws {SigV4Error} `ERR_SIGV4_CREDENTIALS_PROVIDER` if the service responds with something else
 */
export async function redshiftServerlessPassword(options) {
  checkOptions(
    options,
    ['workgroup', 'region'],
    ['database', 'durationSeconds', 'endpoint', 'fetch', 'signal'],
  );
  const { credentials, date, workgroup, region, database, durationSeconds } = options;
  const { endpoint = regionalEndpoint('redshift-serverless', region), signal } = options;
  const { fetch = globalThis.fetch } = options;
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'RedshiftServerless.GetCredentials',
  };
  const body = JSON.stringify({ workgroupName: workgroup, dbName: database, durationSeconds });
  const signing = { credentials, region, service: 'redshift-serverless', ...(date && { date }) };
  const signed = await signRequest({ method: 'POST', url: `${endpoint}/`, headers, body }, signing);
  const init = {
    method: 'POST',
    headers: signed.headers,
    body,
    redirect: /** @type {const} */ ('manual'),
    signal,
  };
  const response = await fetch(signed.url, init);
  const text = await response.text();
  const { dbUser, dbPassword, expiration, __type, message } = parse(text);
  if (response.status === 200 && typeof dbUser === 'string' && typeof dbPassword === 'string') {
    return { user: dbUser, password: dbPassword, expiresAt: new Date(expiration * 1000) };
  }
  const reason = [`Redshift Serverless answered ${response.status}`, __type, message]
    .filter(Boolean)
    .join(', ');
  throw new SigV4Error('ERR_SIGV4_CREDENTIALS_PROVIDER', redact(reason));
}

/** @param {string} text @returns {any} */
function parse(text) {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
