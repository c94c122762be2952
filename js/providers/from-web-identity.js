// Credentials for a token of an OpenID Connect provider, such as those of Kubernetes, GitHub Actions or a sign-in page.

import { provider } from './provider.js';
import { callSts, roleParameters } from './sts.js';

/**
 * @typedef {object} WebIdentityOptions
 * @property {string | (() => string | Promise<string>)} webIdentityToken  the token; as a function, asked each time
 * @property {string} [providerId]  of an OAuth 2.0 provider that is not OpenID Connect
 */

/**
 * Credentials of a role, by `AssumeRoleWithWebIdentity` of STS. The request carries the token and no signature.
 *
 * `fromWebIdentity` of `sigv4-wasm/credentials/node` reads the token from the file that `AWS_WEB_IDENTITY_TOKEN_FILE` names.
 *
 * Source: `AssumeRoleWithWebIdentity`, AWS Security Token Service API reference.
 *
 * @example
 *   const credentials = fromWebIdentity({
 *     roleArn: 'arn:aws:iam::123456789012:role/deploy',
 *     region: 'eu-west-1',
 *     webIdentityToken: async () => (await session()).idToken,
 *   });
 *
 * @param {WebIdentityOptions & import('./sts.js').RoleOptions & import('./sts.js').StsOptions
 *   & import('./request.js').RequestOptions} options
 * @returns {import('./provider.js').Provider}
 * @throws {SigV4Error} from the provider: `ERR_SIGV4_CREDENTIALS_PROVIDER`, `ERR_SIGV4_REGION_REQUIRED`
 */
export function fromWebIdentity(options) {
  const { webIdentityToken, providerId } = options;
  return provider('fromWebIdentity', async () => {
    const token = typeof webIdentityToken === 'function' ? await webIdentityToken() : webIdentityToken;
    const parameters = { ...roleParameters(options), WebIdentityToken: token, ProviderId: providerId };
    return callSts('fromWebIdentity', 'AssumeRoleWithWebIdentity', parameters, options);
  });
}
