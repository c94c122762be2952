// Verification in front of a handler: it responds to refused requests as API Gateway or S3 does.

import { SigV4Error } from '../engine/errors.js';
import { errorResponse } from './error-response.js';
import { checkedOptions } from './options.js';
import { Refusal } from '../protocol/verification-error.js';
import { verifyRequest } from './verify-request.js';

/**
 * Middleware for Express, Connect, and servers that take their middleware. An accepted request has the outcome as
 * `request.sigv4`; a refused one gets 403 (400, 413) and `{"message": …}`, or with `errors: 's3'` the XML of S3. Other errors are
 * passed to `next`.
 *
 * The signature covers the body byte for byte, so put this middleware before body parsers: it stores the bytes in
 * `request.rawBody`, and the parser finds the stream unread. After a parser, it takes the bytes from `request.rawBody`, or from
 * `request.body` if that is a `Buffer` or a string.
 *
 * @example
 *   app.use(verifyMiddleware(options), express.json()); // Express: request.sigv4 says who signed
 *
 * @param {import('./verify-request.js').VerifyOptions} options
 * @returns {(request: any, response: any, next: (error?: unknown) => void) => Promise<void>}
 */
export function verifyMiddleware(options) {
  checkedOptions(options);
  return async (request, response, next) => {
    try {
      request.sigv4 = await verifyRequest(request, options);
    } catch (error) {
      const refusal = error instanceof Refusal ? error : undefined;
      if (refusal === undefined) return next(error);
      const { status, headers, body } = errorResponse(refusal, options.errors);
      response.writeHead(status, headers);
      response.end(body);
      return undefined;
    }
    return next();
  };
}

/**
 * For handlers of fetch requests: `Deno.serve`, `Bun.serve`, Workers, routes of Next.js. The handler gets the request, with its
 * body unread, the outcome, and then further arguments, such as `env`.
 *
 * @example
 *   export default { fetch: withVerification((request, { accessKeyId }) => Response.json({ accessKeyId }), options) };
 *
 * @template {unknown[]} Rest
 * @param {(request: Request, verified: import('./verify-request.js').VerifiedRequest, ...rest: Rest) => Response |
 *   Promise<Response>} handler
 * @param {import('./verify-request.js').VerifyOptions} options
 * @returns {(request: Request, ...rest: Rest) => Promise<Response>}
 */
export function withVerification(handler, options) {
  checkedOptions(options);
  if (typeof handler !== 'function') {
    throw new SigV4Error(
      'ERR_SIGV4_OPTION_INVALID',
      'the first argument of withVerification must be a function',
    );
  }
  return async (request, ...rest) => {
    let verified;
    try {
      verified = await verifyRequest(request, options);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { body, ...init } = errorResponse(error, options.errors);
      return new Response(body, init);
    }
    return handler(request, verified, ...rest);
  };
}
