// Credentials of an Amazon Cognito identity pool, for users and guests of an app. Browsers can ask for them directly.

import { regionalEndpoint } from '../protocol/regional-endpoint.js';
import { failed, provider } from './provider.js';
import { refusal, request } from './request.js';

const SOURCE = 'fromCognitoIdentity';

/**
 * @typedef {object} CognitoOptions
 * @property {string} identityPoolId  such as `eu-west-1:12345678-1234-1234-1234-123456789012`
 * @property {Record<string, string | (() => string | Promise<string>)>} [logins]  tokens of signed-in users by the name of the
 *   issuer, such as `cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf`, or functions that return them. Default: a guest
 * @property {string} [identityId]  the id of an earlier visit. A guest whose id is not kept is a new guest each time
 * @property {string} [customRoleArn]  one of the user's roles, if there are several
 * @property {string} [endpoint]  default: the endpoint of the region in the id of the pool
 */

/**
 * Credentials of a Cognito identity pool, with its enhanced authentication flow. The result also contains `identityId`.
 *
 * Source: "Identity pools authentication flow", Amazon Cognito developer guide; `GetId`, `GetCredentialsForIdentity`, Amazon
 * Cognito federated identities API reference.
 *
 * @example
 *   const credentials = fromCognitoIdentity({
 *     identityPoolId: 'eu-west-1:12345678-1234-1234-1234-123456789012',
 *     logins: { 'cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf': async () => (await session()).idToken },
 *   });
 *   const signedFetch = createSigv4Fetch({ credentials });
 *
 * @param {CognitoOptions & import('./request.js').RequestOptions} options
 * @returns {import('./provider.js').Provider<{ identityId: string }>}
 * @throws {SigV4Error} from the provider: `ERR_SIGV4_CREDENTIALS_PROVIDER`, `ERR_SIGV4_OPTION_INVALID`
 */
export function fromCognitoIdentity(options) {
  const { identityPoolId, logins, customRoleArn } = options;
  let { identityId } = options;
  /** @param {string} action @param {Record<string, unknown>} body */
  const call = async (action, body) => {
    const answer = await request(
      SOURCE,
      options.endpoint ?? regionalEndpoint('cognito-identity', identityPoolId.split(':')[0]),
      {
        method: 'POST',
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': `AWSCognitoIdentityService.${action}`,
        },
        body: JSON.stringify(body),
      },
      options,
    );
    if (answer.status === 200) return answer.json;
    // It may be that of a pool which is gone, or of somebody else.
    identityId = options.identityId;
    throw failed(SOURCE, `${action}: ${refusal(answer)}`);
  };
  const load = async () => {
    /** @type {Record<string, string> | undefined} */
    let Logins;
    for (const issuer in logins) {
      const token = logins[issuer];
      (Logins ??= {})[issuer] = typeof token === 'function' ? await token() : token;
    }
    identityId ??= (await call('GetId', { IdentityPoolId: identityPoolId, Logins })).IdentityId;
    const CustomRoleArn = customRoleArn;
    return call('GetCredentialsForIdentity', { IdentityId: identityId, Logins, CustomRoleArn });
  };
  return provider(SOURCE, load, 0, () => ({ identityId: /** @type {string} */ (identityId) }));
}
