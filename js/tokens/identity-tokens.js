// Signed requests for `GetCallerIdentity` in the forms of services that use it to identify callers.

import { base64 } from '../protocol/base64.js';
import { CALLER_IDENTITY, FORM_TYPE, GLOBAL_STS, signCallerIdentity, stsOf } from './caller-identity.js';
import { checkOptions } from './options.js';

/** @typedef {import('./options.js').TokenOptions} TokenOptions */

/**
 * The body that a client of the `aws` auth method of HashiCorp Vault or OpenBao posts to `auth/aws/login`.
 *
 * Source: "AWS auth method (API)", Vault documentation.
 *
 * @example
 *   const login = await vaultLogin({ role: 'app', serverId: 'vault.example.com', credentials });
 *   await fetch('https://vault.example.com/v1/auth/aws/login', { method: 'POST', body: JSON.stringify(login) });
 *
 * @param {TokenOptions & { role?: string, serverId?: string, region?: string }} options `role`: of Vault; default, the name of
 *   the IAM role. `serverId`: the header `X-Vault-AWS-IAM-Server-ID`, without which another Vault could use the login. `region`:
 *   of STS; default, its global endpoint, which is that of Vault
 * @returns {Promise<{ role?: string, iam_http_request_method: string, iam_request_url: string, iam_request_headers: string,
 *   iam_request_body: string }>}
 * @throws {SigV4Error}
 */
export async function vaultLogin(options) {
  checkOptions(options, [], ['role', 'serverId', 'region']);
  const { role, serverId, region } = options;
  const endpoint = region === undefined ? GLOBAL_STS : stsOf(region);
  const headers = {
    'content-length': String(CALLER_IDENTITY.length),
    'content-type': FORM_TYPE,
    ...(serverId !== undefined && { 'x-vault-aws-iam-server-id': serverId }),
  };
  const signed = await signCallerIdentity(options, endpoint, headers, CALLER_IDENTITY);
  const all = { host: new URL(endpoint.url).host, ...signed.headers };
  return {
    ...(role !== undefined && { role }),
    iam_http_request_method: signed.method,
    iam_request_url: base64(signed.url),
    iam_request_headers: base64(
      JSON.stringify(Object.fromEntries(Object.entries(all).map(([name, value]) => [name, [value]]))),
    ),
    iam_request_body: base64(CALLER_IDENTITY),
  };
}

/**
 * The subject token that workload identity federation of Google Cloud exchanges (`urn:ietf:params:aws:token-type:aws4_request`).
 *
 * Source: "Obtain short-lived tokens for Workload Identity Federation", Google Cloud documentation.
 *
 * @example
 *   const subjectToken = await gcpSubjectToken({ audience, region: 'eu-west-1', credentials });
 *
 * @param {TokenOptions & { audience: string, region: string }} options  `audience`: the full name of the provider,
 *   `//iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER`
 * @returns {Promise<string>}
 * @throws {SigV4Error}
 */
export async function gcpSubjectToken(options) {
  checkOptions(options, ['audience', 'region']);
  const { audience, region } = options;
  const { url } = stsOf(region);
  const endpoint = { url: `${url}?${CALLER_IDENTITY}`, region };
  const signed = await signCallerIdentity(options, endpoint, { 'x-goog-cloud-target-resource': audience });
  const headers = Object.entries({ host: new URL(url).host, ...signed.headers }).map(([key, value]) => ({
    key,
    value,
  }));
  return encodeURIComponent(JSON.stringify({ url: signed.url, method: signed.method, headers }));
}

/**
 * The response of a MongoDB driver to the server in the mechanism `MONGODB-AWS`.
 *
 * Source: "MONGODB-AWS", MongoDB driver authentication specification.
 *
 * @example
 *   const { a, d, t } = await mongoDbAuth({ serverNonce, host: 'sts.amazonaws.com', credentials });
 *
 * @param {TokenOptions & { serverNonce: Uint8Array, host: string }} options `serverNonce` and `host`: what the server sent, `s`
 *   and `h`
 * @returns {Promise<{ a: string, d: string, t?: string }>}
 * @throws {SigV4Error}
 */
export async function mongoDbAuth(options) {
  const { serverNonce, ...rest } = options;
  checkOptions(rest, ['host']);
  const { host } = rest;
  const region = host === 'sts.amazonaws.com' ? GLOBAL_STS.region : (host.split('.')[1] ?? GLOBAL_STS.region);
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(CALLER_IDENTITY.length),
    'x-mongodb-gs2-cb-flag': 'n',
    'x-mongodb-server-nonce': base64(serverNonce),
  };
  const signed = await signCallerIdentity(
    rest,
    { url: `https://${host}/`, region },
    headers,
    CALLER_IDENTITY,
  );
  const { authorization, 'x-amz-date': date, 'x-amz-security-token': token } = signed.headers;
  return { a: authorization, d: date, ...(token && { t: token }) };
}
