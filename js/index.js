export { SigV4Error } from './errors.js';
export { init, presignUrl, Signer, signRequest } from './signer.js';

/**
 * @typedef {import('./errors.js').SigV4ErrorCode} SigV4ErrorCode
 * @typedef {import('./signer.js').Credentials} Credentials
 * @typedef {import('./signer.js').CredentialsProvider} CredentialsProvider
 * @typedef {import('./events.js').EventSigner} EventSigner
 * @typedef {import('./s3/post.js').PostCondition} PostCondition
 * @typedef {import('./s3/post.js').PostOptions} PostOptions
 * @typedef {import('./s3/post.js').PresignedPost} PresignedPost
 * @typedef {import('./s3/source.js').StreamSource} StreamSource
 * @typedef {import('./s3/stream.js').SignedStreamRequest} SignedStreamRequest
 * @typedef {import('./s3/stream.js').StreamOptions} StreamOptions
 * @typedef {import('./signer.js').PresignOptions} PresignOptions
 * @typedef {import('./signer.js').SignableRequest} SignableRequest
 * @typedef {import('./signer.js').SignedRequest} SignedRequest
 * @typedef {import('./signer.js').SignerOptions} SignerOptions
 * @typedef {import('./signer.js').SigningTrace} SigningTrace
 */
