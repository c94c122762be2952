// Credentials of a role that other credentials may assume.

import { signRequest } from '../sign/signer.js';
import { provider } from './provider.js';
import { callSts, roleParameters } from './sts.js';

/**
 * @typedef {object} AssumeRoleOptions
 * @property {import('../sign/credentials.js').AnyCredentials | import('../sign/credentials.js').CredentialsProvider} credentials
 *   the credentials that assume the role
 * @property {string} [externalId]  the id that the owner of the role requires
 * @property {string} [sourceIdentity]
 * @property {Record<string, string>} [tags]  of the session
 * @property {readonly string[]} [transitiveTagKeys]  the keys of tags that later sessions inherit
 * @property {string} [serialNumber]  of the MFA device
 * @property {string | (() => string | Promise<string>)} [tokenCode]  its current code; a function is called each time
 */

/**
 * Credentials of a role, by `AssumeRole` of STS. The request is signed by this package.
 *
 * Source: `AssumeRole`, AWS Security Token Service API reference.
 *
 * @example
 *   const credentials = assumeRole({
 *     roleArn: 'arn:aws:iam::123456789012:role/reader',
 *     region: 'eu-west-1',
 *     credentials: fromEnv(),
 *   });
 *
 * @param {AssumeRoleOptions & import('./sts.js').RoleOptions & import('./sts.js').StsOptions
 *   & import('./request.js').RequestOptions} options
 * @returns {import('./provider.js').Provider}
 * @throws {SigV4Error} from the provider: `ERR_SIGV4_CREDENTIALS_PROVIDER`, `ERR_SIGV4_REGION_REQUIRED`, and what the provider
 *   of `credentials` throws
 */
export function assumeRole(options) {
  const { credentials, externalId, sourceIdentity, tags = {}, transitiveTagKeys = [] } = options;
  const { serialNumber, tokenCode } = options;
  return provider('assumeRole', async () => {
    const parameters = {
      ...roleParameters(options),
      ExternalId: externalId,
      SourceIdentity: sourceIdentity,
      SerialNumber: serialNumber,
      TokenCode: typeof tokenCode === 'function' ? await tokenCode() : tokenCode,
      ...Object.fromEntries(
        Object.entries(tags).flatMap(([key, value], i) => [
          [`Tags.member.${i + 1}.Key`, key],
          [`Tags.member.${i + 1}.Value`, value],
        ]),
      ),
      ...Object.fromEntries(transitiveTagKeys.map((key, i) => [`TransitiveTagKeys.member.${i + 1}`, key])),
    };
    return callSts('assumeRole', 'AssumeRole', parameters, options, (unsigned, region) =>
      signRequest(unsigned, { credentials, region, service: 'sts' }),
    );
  });
}
