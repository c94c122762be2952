// The signature once more, from what arrived.

import { canonicalPath, canonicalQuery, canonicalRequest } from '../protocol/canonical.js';
import { signingEngine } from '../engine/engine.js';
import { coreError } from '../engine/errors.js';
import { SECRET_ACCESS_KEY_INVALID } from '../engine/generated/errors.js';
import { sha256Sync } from '../engine/sha256.js';
import { sigv4aModule } from '../engine/extended-engine.js';
import { rulesOf } from '../protocol/service-rules.js';
import { SIGV4A } from '../protocol/algorithms.js';

/**
 * @typedef {import('../protocol/authorization.js').ParsedAuthorization} ParsedAuthorization
 * @typedef {import('./incoming-request.js').ReceivedRequest} ReceivedRequest
 */

/**
 * @param {ReceivedRequest} received
 * @param {ParsedAuthorization} authorization
 * @param {string} payloadHash
 * @param {import('../protocol/canonical.js').PathForm} path
 * @returns {string | undefined} nothing, where a header that is signed did not arrive: AWS signs no such
 */
export function canonicalRequestOf(
  { method, headers, query, ...received },
  authorization,
  payloadHash,
  path,
) {
  /** @type {[string, string][]} */
  const signed = [];
  for (const name of authorization.signedHeaders) {
    const value = headers.get(name);
    if (value === undefined) return undefined;
    signed.push([name, value]);
  }
  return canonicalRequest({
    method,
    path: canonicalPath(received.path, path),
    query: canonicalQuery(authorization.isPresigned ? withoutSignature(query, authorization) : [...query]),
    headers: signed,
    payloadHash,
  });
}

/**
 * @param {string} canonicalRequest
 * @param {ParsedAuthorization} authorization
 */
export function stringToSignOf(canonicalRequest, { scheme, amzDate, day, region, service }) {
  const scope = [day, ...(region ? [region] : []), service, 'aws4_request'].join('/');
  // What is not ASCII is a byte of a header, one for each character.
  const bytes = new Uint8Array(canonicalRequest.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = canonicalRequest.charCodeAt(i);
  const hash = sha256Sync(bytes);
  return [scheme.algorithm, amzDate, scope, hash].join('\n');
}

/**
 * @param {string} stringToSign
 * @param {ParsedAuthorization} authorization
 * @param {string} secretAccessKey
 * @returns {Promise<boolean>} whether this is what the claim's signature was made for
 */
export async function isSigned(stringToSign, authorization, secretAccessKey) {
  const { accessKeyId, signature, day, region, service } = authorization;
  if (authorization.scheme === SIGV4A) {
    const { verifiesSigV4a } = await sigv4aModule();
    const verifies = verifiesSigV4a(secretAccessKey, accessKeyId, stringToSign, signature);
    if (verifies === undefined) throw coreError(SECRET_ACCESS_KEY_INVALID, {});
    return verifies;
  }
  const identity = {
    accessKeyId,
    secretAccessKey,
    sessionToken: '',
    credentialsId: 0,
    isUsed: false,
    hasKey: false,
  };
  return isEqual(signingEngine.signText(stringToSign, { date: day, region, service }, identity), signature);
}

/**
 * Looks at every character whatever the ones before: an answer that came sooner, the sooner they differ, would let a
 * signature be guessed digit by digit.
 *
 * @param {string} expected
 * @param {string} given
 */
export function isEqual(expected, given) {
  let difference = expected.length ^ given.length;
  for (let i = 0; i < expected.length; i++) difference |= expected.charCodeAt(i) ^ given.charCodeAt(i);
  return difference === 0;
}

/**
 * @param {[string, string][]} query
 * @param {ParsedAuthorization} authorization
 */
function withoutSignature(query, { service }) {
  const { signsToken, tokenName } = rulesOf(service);
  return query.filter(([name]) => name !== 'X-Amz-Signature' && (signsToken || name !== tokenName));
}
