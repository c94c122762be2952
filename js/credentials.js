// sigv4-wasm/credentials: finds credentials without the AWS SDK, in every runtime with fetch.

export { SigV4Error } from './engine/errors.js';
export { assumeRole } from './providers/assume-role.js';
export { chain } from './providers/chain.js';
export { fromCognitoIdentity } from './providers/from-cognito-identity.js';
export { fromContainer } from './providers/from-container.js';
export { fromEnv, regionFromEnv } from './providers/from-env.js';
export { fromHttp } from './providers/from-http.js';
export { fromInstanceMetadata } from './providers/from-instance-metadata.js';
export { fromWebIdentity } from './providers/from-web-identity.js';

/**
 * @typedef {import('./protocol/credentials.js').Credentials} Credentials
 * @typedef {import('./providers/provider.js').ProviderHint} ProviderHint
 * @typedef {import('./providers/request.js').RequestOptions} RequestOptions
 */
/**
 * @template [Extra=unknown]
 * @typedef {import('./providers/provider.js').Provider<Extra>} Provider
 */
