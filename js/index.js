// sigv4-wasm: signs requests, presigns URLs, and exposes the rules that it follows.

export { inferEndpoint } from './engine/endpoint.js';
export { SigV4Error } from './engine/errors.js';
export { REPLACED_HEADERS, SESSION_TOKEN_HEADERS } from './engine/generated/headers.js';
export { SIGNATURE_PARAMETERS } from './engine/generated/parameters.js';
export { signingRules } from './protocol/service-rules.js';
export { init, presignUrl, Signer, signRequest } from './sign/signer.js';

/**
 * @typedef {import('./engine/errors.js').SigV4ErrorCode} SigV4ErrorCode
 * @typedef {import('./engine/generated/services.js').ServiceRules} ServiceRules
 * @typedef {import('./sign/signer.js').Credentials} Credentials
 * @typedef {import('./sign/signer.js').CredentialsProvider} CredentialsProvider
 * @typedef {import('./sign/signer.js').PresignOptions} PresignOptions
 * @typedef {import('./sign/signer.js').SignableRequest} SignableRequest
 * @typedef {import('./sign/signer.js').SignedRequest} SignedRequest
 * @typedef {import('./sign/signer.js').SignerOptions} SignerOptions
 */
