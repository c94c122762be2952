// sigv4-wasm/verify: what a server does with a signed request.

export { SigV4Error } from './engine/errors.js';
export { verifyMiddleware, withVerification } from './verify/middleware.js';
export { parseAuthorization } from './verify/parse-authorization.js';
export { ReplayCache } from './verify/replay-cache.js';
export { verifyRequest } from './verify/verify-request.js';

/**
 * @typedef {import('./verify/incoming-request.js').ArrivedRequest} ArrivedRequest
 * @typedef {import('./verify/incoming-request.js').IncomingRequest} IncomingRequest
 * @typedef {import('./verify/incoming-request.js').RequestParts} RequestParts
 * @typedef {import('./verify/incoming-request.js').WrappedRequest} WrappedRequest
 * @typedef {import('./verify/parse-authorization.js').ParsedAuthorization} ParsedAuthorization
 * @typedef {import('./verify/verify-request.js').KnownCredentials} KnownCredentials
 * @typedef {import('./verify/verify-request.js').VerifiedRequest} VerifiedRequest
 * @typedef {import('./verify/verify-request.js').VerifyOptions} VerifyOptions
 */
