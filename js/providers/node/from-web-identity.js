// Credentials for the token in a file, as EKS (IAM roles for service accounts) and others provide it.

import { fromWebIdentity as fromToken } from '../from-web-identity.js';
import { environment, notFound, provider } from '../provider.js';
import { readToken } from './files.js';

const SOURCE = 'fromWebIdentity';

/**
 * @typedef {object} TokenFileOptions
 * @property {string} [webIdentityTokenFile]  default: `AWS_WEB_IDENTITY_TOKEN_FILE`; read each time
 * @property {string} [roleArn]  default: `AWS_ROLE_ARN`
 * @property {string} [roleSessionName]  default: `AWS_ROLE_SESSION_NAME`, or `sigv4-wasm-` and a number
 */

/**
 * Like `fromWebIdentity` of `sigv4-wasm/credentials`, with a token from a file. What is not passed comes from the environment.
 *
 * Source: "Assume role with web identity", AWS SDKs and tools reference guide.
 *
 * @example
 *   const signer = new Signer({ credentials: fromWebIdentity() });
 *
 * @param {TokenFileOptions & Partial<import('../from-web-identity.js').WebIdentityOptions & import('../sts.js').RoleOptions>
 *   & import('../sts.js').StsOptions & import('../request.js').RequestOptions} [options]  `timeoutMs`: default 10000
 * @returns {import('../provider.js').Provider}
 * @throws {SigV4Error} from the provider: `ERR_SIGV4_CREDENTIALS_NOT_FOUND` where no token file or no role is named;
 *   `ERR_SIGV4_CREDENTIALS_PROVIDER`, `ERR_SIGV4_REGION_REQUIRED`
 */
export function fromWebIdentity(options = {}) {
  return provider(SOURCE, async () => {
    const env = environment();
    const { webIdentityTokenFile = env.AWS_WEB_IDENTITY_TOKEN_FILE, ...rest } = options;
    const roleArn = options.roleArn || env.AWS_ROLE_ARN;
    const roleSessionName = options.roleSessionName || env.AWS_ROLE_SESSION_NAME || undefined;
    const webIdentityToken =
      options.webIdentityToken ??
      (webIdentityTokenFile ? () => readToken(SOURCE, webIdentityTokenFile) : undefined);
    if (webIdentityToken === undefined) throw notFound(SOURCE, 'AWS_WEB_IDENTITY_TOKEN_FILE is not set');
    if (!roleArn) throw notFound(SOURCE, 'AWS_ROLE_ARN is not set');
    return fromToken({ ...rest, webIdentityToken, roleArn, roleSessionName })();
  });
}
