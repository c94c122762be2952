// sigv4-wasm/verify: verifies signed requests on a server.

export { SigV4Error } from './engine/errors.js';
export { eventVerifier } from './verify/event-verifier.js';
export { verifyMiddleware, withVerification } from './verify/middleware.js';
export { parseAuthorization } from './verify/parse-authorization.js';
export { ReplayCache } from './verify/replay-cache.js';
export { verifyPost } from './verify/verify-post.js';
export { verifyRequest } from './verify/verify-request.js';

/**
 * @typedef {import('./verify/event-verifier.js').EventVerifier} EventVerifier
 * @typedef {import('./verify/event-verifier.js').VerifiedEvent} VerifiedEvent
 * @typedef {import('./verify/incoming-request.js').ArrivedRequest} ArrivedRequest
 * @typedef {import('./verify/incoming-request.js').IncomingRequest} IncomingRequest
 * @typedef {import('./verify/incoming-request.js').RequestParts} RequestParts
 * @typedef {import('./verify/incoming-request.js').WrappedRequest} WrappedRequest
 * @typedef {import('./verify/parse-authorization.js').ParsedAuthorization} ParsedAuthorization
 * @typedef {import('./verify/verify-post.js').ArrivedPost} ArrivedPost
 * @typedef {import('./verify/verify-post.js').VerifiedPost} VerifiedPost
 * @typedef {import('./verify/verify-request.js').KnownCredentials} KnownCredentials
 * @typedef {import('./verify/verify-request.js').VerifiedRequest} VerifiedRequest
 * @typedef {import('./verify/verify-request.js').VerifyOptions} VerifyOptions
 */
