// Parses the signature of a request, for logs, routers and tools.

import { parseAuthorization as parse, verifyModule } from '../engine/verify-engine.js';
import { accepted, IncomingRecord } from './incoming-record.js';
import { openIncoming } from './incoming-request.js';

/**
 * @typedef {object} ParsedAuthorization
 * @property {'AWS4-HMAC-SHA256' | 'AWS4-ECDSA-P256-SHA256'} algorithm  SigV4 or SigV4a
 * @property {'headers' | 'query'} signatureLocation  the header `Authorization`, or a presigned URL
 * @property {string} accessKeyId
 * @property {string} scope  the credential scope, such as `20260203/eu-west-1/execute-api/aws4_request`
 * @property {string} date  of the scope, `YYYYMMDD`
 * @property {string} [region]  such as `eu-west-1`; SigV4a has a region set in its place
 * @property {string[]} [regionSet]  of SigV4a: names of regions, in which `*` stands for any characters
 * @property {string} service  signing name, such as `execute-api`
 * @property {string} amzDate  the time of signing, `YYYYMMDDTHHMMSSZ`
 * @property {Date} signedAt  likewise
 * @property {number} [expiresIn]  for a presigned URL: its lifetime in seconds
 * @property {string[]} signedHeaders  lower-case names
 * @property {string} signature  in hex
 * @property {boolean} hasSessionToken  whether the request carries a session token, which is a secret and not part of this
 */

/**
 * Parses the signature of a request, in its header `Authorization` or in its query. It checks the form, but not the scope, the
 * time or the signature itself, so do not trust the result: only `verifyRequest` verifies it.
 *
 * It is asynchronous because it loads the wasm module of the verifier on first use, which
 * browsers compile only asynchronously. It does not read the body.
 *
 * @param {import('./incoming-request.js').ArrivedRequest} request  as `verifyRequest` takes it
 * @returns {Promise<ParsedAuthorization>}
 * @throws {SigV4Error} as `verifyRequest`: `ERR_SIGV4_SIGNATURE_MISSING` for a request that is not signed,
 *   `ERR_SIGV4_SIGNATURE_MALFORMED`; without a `status`, the caller's mistakes
 *
 * @example
 * const { accessKeyId, region } = await parseAuthorization(request);
 */
export async function parseAuthorization(request) {
  const record = new IncomingRecord(openIncoming(request, 0), SETTINGS);
  if (!verifyModule.isReady) await verifyModule.ready();
  const parsed = accepted(parse(record));
  const { isSigV4a, isPresigned, region, scope, service, signedAt, expiresIn, ...rest } = parsed;
  const { accessKeyId, amzDate, signedHeaders, signature, hasSessionToken } = rest;
  return {
    algorithm: isSigV4a ? 'AWS4-ECDSA-P256-SHA256' : 'AWS4-HMAC-SHA256',
    signatureLocation: isPresigned ? 'query' : 'headers',
    accessKeyId,
    scope,
    date: scope.split('/')[0],
    ...(isSigV4a ? { regionSet: region.split(',').map((name) => name.trim()) } : { region }),
    service,
    amzDate,
    signedAt: new Date(signedAt),
    ...(expiresIn > 0 && { expiresIn }),
    signedHeaders,
    signature,
    hasSessionToken,
  };
}

/** Of a record without a verifier. */
const SETTINGS = { fields: '\0\0\0', flags: 0, now: () => new Date(0), maxSkewSeconds: 0 };
