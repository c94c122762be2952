export { SigV4Error } from './errors.js';
export { init, presignUrl, Signer, signRequest } from './signer.js';

/**
 * @typedef {import('./errors.js').SigV4ErrorCode} SigV4ErrorCode
 * @typedef {import('./signer.js').Credentials} Credentials
 * @typedef {import('./signer.js').CredentialsProvider} CredentialsProvider
 * @typedef {import('./signer.js').PresignOptions} PresignOptions
 * @typedef {import('./signer.js').SignableRequest} SignableRequest
 * @typedef {import('./signer.js').SignedRequest} SignedRequest
 * @typedef {import('./signer.js').SignerOptions} SignerOptions
 * @typedef {import('./signer.js').SigningTrace} SigningTrace
 */
