// sigv4-wasm/fips: signs with the cryptography of node:crypto, for Node.js with the FIPS provider of OpenSSL.

export { SigV4Error } from './engine/errors.js';
export { presignUrl, Signer, signRequest } from './sign/signer-fips.js';

/**
 * @typedef {import('./engine/errors.js').SigV4ErrorCode} SigV4ErrorCode
 * @typedef {import('./sign/signer.js').Credentials} Credentials
 * @typedef {import('./sign/signer.js').CredentialsProvider} CredentialsProvider
 * @typedef {import('./sign/signer.js').PresignOptions} PresignOptions
 * @typedef {import('./sign/signer.js').SignableRequest} SignableRequest
 * @typedef {import('./sign/signer.js').SignedRequest} SignedRequest
 * @typedef {import('./sign/signer.js').SignerOptions} SignerOptions
 */
