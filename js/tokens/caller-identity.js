// A signed request for `GetCallerIdentity` of STS: its receiver can send it, which reveals only the identity of the signer.

import { regionalEndpoint } from '../protocol/regional-endpoint.js';
import { signRequest } from '../sign/signer.js';

/** The request as a form. */
export const CALLER_IDENTITY = 'Action=GetCallerIdentity&Version=2011-06-15';

export const FORM_TYPE = 'application/x-www-form-urlencoded; charset=utf-8';

/** Of the global endpoint, which is in this region. */
export const GLOBAL_STS = { url: 'https://sts.amazonaws.com/', region: 'us-east-1' };

/** @param {string} region */
export function stsOf(region) {
  return { url: `${regionalEndpoint('sts', region)}/`, region };
}

/**
 * @param {import('./options.js').TokenOptions} options
 * @param {{ url: string, region: string }} endpoint
 * @param {Record<string, string>} headers  which are signed
 * @param {string} [body]
 */
export async function signCallerIdentity({ credentials, date }, { url, region }, headers, body) {
  const request = { method: 'POST', url, headers, body };
  const signedHeaders = Object.keys(headers);
  const options = { credentials, region, service: 'sts', signedHeaders, ...(date && { date }) };
  return signRequest(request, options);
}
