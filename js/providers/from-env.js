// Credentials and region of the environment, such as AWS Lambda sets them.

import { SigV4Error } from '../engine/errors.js';
import { environment, notFound, provider } from './provider.js';

/**
 * Credentials of environment variables: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, and where they are set
 * `AWS_SESSION_TOKEN` and `AWS_CREDENTIAL_EXPIRATION`. They are read for each request, so they may change.
 *
 * Source: "Environment variables", AWS SDKs and tools reference guide.
 *
 * @example
 *   const signer = new Signer({ credentials: fromEnv(), region: regionFromEnv() });
 *
 * @param {object} [options]
 * @param {Record<string, string | undefined>} [options.env]  default: `process.env`; in a Worker, its bindings
 * @returns {import('./provider.js').Provider}
 * @throws {SigV4Error} `ERR_SIGV4_CREDENTIALS_NOT_FOUND`, from the provider
 */
export function fromEnv({ env } = {}) {
  return provider('fromEnv', async () => {
    const variables = env ?? environment();
    const missing = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'].filter((name) => !variables[name]);
    if (missing.length > 0) throw notFound('fromEnv', `${missing.join(' and ')} not set`);
    return {
      accessKeyId: variables.AWS_ACCESS_KEY_ID,
      secretAccessKey: variables.AWS_SECRET_ACCESS_KEY,
      sessionToken: variables.AWS_SESSION_TOKEN,
      expiration: variables.AWS_CREDENTIAL_EXPIRATION || undefined,
    };
  });
}

/**
 * The region that the environment names, in `AWS_REGION` or `AWS_DEFAULT_REGION`.
 *
 * @example
 *   const region = regionFromEnv(); // 'eu-west-1'
 *
 * @param {object} [options]
 * @param {Record<string, string | undefined>} [options.env]  default: `process.env`
 * @returns {string}
 * @throws {SigV4Error} `ERR_SIGV4_REGION_REQUIRED` if neither is set
 */
export function regionFromEnv({ env = environment() } = {}) {
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION;
  if (region) return region;
  throw new SigV4Error('ERR_SIGV4_REGION_REQUIRED', 'neither AWS_REGION nor AWS_DEFAULT_REGION is set');
}
