// sigv4-wasm/credentials/node: also finds credentials in files and through programs.

export { SigV4Error } from './engine/errors.js';
export { fromContainer } from './providers/node/from-container.js';
export { fromIni, regionFromIni } from './providers/node/from-ini.js';
export { fromWebIdentity } from './providers/node/from-web-identity.js';
export { fromNodeChain } from './providers/node/node-chain.js';

/**
 * @typedef {import('./protocol/credentials.js').Credentials} Credentials
 * @typedef {import('./providers/node/profiles.js').ProfileOptions} ProfileOptions
 * @typedef {import('./providers/provider.js').ProviderHint} ProviderHint
 * @typedef {import('./providers/request.js').RequestOptions} RequestOptions
 */
/**
 * @template [Extra=unknown]
 * @typedef {import('./providers/provider.js').Provider<Extra>} Provider
 */
