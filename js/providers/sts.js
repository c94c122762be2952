// Calls of the AWS Security Token Service: its query protocol, and the regional endpoints.

import { regionFromEnv } from './from-env.js';
import { environment, failed } from './provider.js';
import { request } from './request.js';
import { redact } from '../protocol/redact.js';
import { regionalEndpoint } from '../protocol/regional-endpoint.js';
import { elements } from '../protocol/xml-elements.js';

/**
 * @typedef {object} StsOptions
 * @property {string} [region]  of the endpoint; default: `AWS_REGION` or `AWS_DEFAULT_REGION`
 * @property {string} [endpoint]  default: `AWS_ENDPOINT_URL_STS`, or that of the region
 *
 * @typedef {object} RoleOptions
 * @property {string} roleArn
 * @property {string} [roleSessionName]  of the session in logs; default `sigv4-wasm-` and a number
 * @property {number} [durationSeconds]  default: an hour
 * @property {string} [policy]  JSON that limits the session further
 * @property {readonly string[]} [policyArns]  managed policies that do
 */

/**
 * @param {RoleOptions} options
 * @returns {Record<string, string | undefined>}
 */
export function roleParameters({ roleArn, roleSessionName, durationSeconds, policy, policyArns = [] }) {
  return {
    RoleArn: roleArn,
    RoleSessionName: roleSessionName ?? `sigv4-wasm-${Date.now()}`,
    DurationSeconds: durationSeconds?.toString(),
    Policy: policy,
    ...Object.fromEntries(policyArns.map((arn, i) => [`PolicyArns.member.${i + 1}.arn`, arn])),
  };
}

/**
 * Asks STS for credentials.
 *
 * @param {string} source
 * @param {string} action
 * @param {Record<string, string | undefined>} parameters
 * @param {StsOptions & import('./request.js').RequestOptions} options
 * @param {(request: { method: string, url: string, headers: Record<string, string>, body: string }, region: string) => Promise<{
 *   headers: Record<string, string>, body?: any }>} [sign]
 * @returns {Promise<Record<string, string>>} elements of the answer: the credentials are among them
 */
export async function callSts(source, action, parameters, options, sign = async (unsigned) => unsigned) {
  const region = options.region ?? regionFromEnv();
  const { AWS_ENDPOINT_URL_STS } = environment();
  const url = new URL(options.endpoint ?? (AWS_ENDPOINT_URL_STS || regionalEndpoint('sts', region))).href;
  const form = new URLSearchParams({ Action: action, Version: '2011-06-15' });
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) form.set(name, value);
  const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  const signed = await sign({ method: 'POST', url, headers, body: `${form}` }, region);
  const init = { method: 'POST', headers: signed.headers, body: signed.body };
  const { status, text } = await request(source, url, init, options);
  const fields = elements(text);
  if (status === 200) return fields;
  // A refusal of the signature repeats the token.
  const { Code = 'no error code', Message = '' } = fields;
  throw failed(source, redact(`${action}: STS answered ${status}, ${Code}${Message && `, ${Message}`}`));
}
