// What a server does with a signed request that arrived.

export { SigV4Error } from './errors.js';
export { verifyMiddleware, withVerification } from './verify/middleware.js';
export { ReplayCache } from './verify/replay-cache.js';
export { verifyRequest } from './verify/request.js';

/**
 * @typedef {import('./verify/arrived.js').ArrivedRequest} ArrivedRequest
 * @typedef {import('./verify/arrived.js').IncomingRequest} IncomingRequest
 * @typedef {import('./verify/arrived.js').RequestParts} RequestParts
 * @typedef {import('./verify/arrived.js').WrappedRequest} WrappedRequest
 * @typedef {import('./verify/request.js').KnownCredentials} KnownCredentials
 * @typedef {import('./verify/request.js').VerifiedRequest} VerifiedRequest
 * @typedef {import('./verify/request.js').VerifyOptions} VerifyOptions
 */
