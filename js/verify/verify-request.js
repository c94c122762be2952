// Verifies one request: the claim, then the secret, the signature, and the body.

import { signingEngine } from '../engine/engine.js';
import { EMPTY_SHA256, sha256, sha256Sync } from '../engine/sha256.js';
import { shownKey } from '../protocol/key-id.js';
import { normalizeIncoming } from './incoming-request.js';
import { checkCoverage, checkHost, checkScope, checkTime, statedPayload } from './checks.js';
import { parseAuthorization } from '../protocol/authorization.js';
import { checkedOptions } from './options.js';
import { quote, Refusal } from '../protocol/verification-error.js';
import { rulesOf } from '../protocol/service-rules.js';
import { canonicalRequestOf, isEqual, isSigned, stringToSignOf } from './recompute.js';
import { SIGV4A } from '../protocol/algorithms.js';
import { epochMillis, parseAmzDate } from '../protocol/amz-date.js';
import { withoutToken } from '../protocol/redact.js';

/**
 * @typedef {import('./incoming-request.js').ArrivedRequest} ArrivedRequest
 *
 * @typedef {object} KnownCredentials
 * @property {string} secretAccessKey
 * @property {string} [sessionToken]  that the request must carry; without one, it must carry none
 * @property {Date} [expiration]
 *
 * @typedef {object} VerifyOptions
 * @property {(accessKeyId: string, sessionToken?: string) => SecretLookup | Promise<SecretLookup>} secretAccessKey
 *   finds the secret; nothing for a key id that is not known. Whoever returns a string has judged the session token; of
 *   credentials as an object, the token is compared here, and that they have not expired.
 * @property {string} region  that requests must be signed for, such as `eu-west-1`; or `any`
 * @property {string} service  likewise, such as `execute-api`; or `any`: then the client chooses whose rules apply, such as
 *   those of S3, which takes unsigned bodies
 * @property {Date | (() => Date)} [now]  default: the clock
 * @property {number} [maxSkewSeconds]  how old a signature in headers may be, and how far from the future any; default 300
 * @property {boolean} [bodyRequired]  whether the signature must cover the body. `false` also takes
 *   `UNSIGNED-PAYLOAD`, and bodies in signed chunks (`STREAMING-…`), whose chunks are not checked: see
 *   `VerifiedRequest.payload`. Default: S3 and VPC Lattice may leave the body unsigned, as with AWS.
 * @property {'double' | 'single'} [pathEncoding]  default per service, as for the signer
 * @property {number} [maxBodyBytes]  longer bodies are refused; default 10485760, which is API Gateway's limit
 * @property {boolean} [explain]  add to the message of a mismatch what should have been signed, as REST APIs do, without
 *   the session token. Default false: it helps whoever tries, too.
 *
 * @typedef {string | KnownCredentials | null | undefined} SecretLookup
 *
 * @typedef {object} VerifiedRequest
 * @property {string} accessKeyId
 * @property {'AWS4-HMAC-SHA256' | 'AWS4-ECDSA-P256-SHA256'} algorithm
 * @property {string} region  of SigV4a, the region set
 * @property {string} service
 * @property {Date} signedAt
 * @property {Date} [expiresAt]  of a presigned request
 * @property {readonly string[]} signedHeaders  lower-case names; believe no others
 * @property {'signed' | 'unsigned' | 'chunked'} payload  whether the signature covers the body: `signed`, all of it;
 *   `unsigned`, nothing; `chunked`, each chunk has a signature of its own, which was not checked
 * @property {Uint8Array} [body]  the bytes that the signature covers
 * @property {string} replayId  what is the same whenever the same request is sent again, in hex: the SHA-256 of the access
 *   key id, a line feed and the string to sign. Not the signature: of SigV4a, anyone can make a second one that is valid
 * @property {Date} acceptableUntil  after this, its signature is accepted no longer: see `ReplayCache`
 */

/**
 * Verifies a request that was signed with SigV4 or SigV4a, in headers or in its URL.
 *
 * @param {ArrivedRequest} request  a fetch `Request`, an `IncomingMessage` of Node, or its parts. What it says is believed
 *   only where the signature covers it.
 * @param {VerifyOptions} options
 * @returns {Promise<VerifiedRequest>}
 * @throws {SigV4Error} with AWS's message, `status`, `type` (the name of AWS's exception) and `details` (regions, services,
 *   seconds of skew, the end of the access key id): `ERR_SIGV4_SIGNATURE_MISSING`,
 *   `…_SIGNATURE_MALFORMED`, `…_SIGNATURE_MISMATCH`, `…_SIGNATURE_EXPIRED` (or not yet current), `…_REQUEST_EXPIRED`
 *   (presigned), `…_SCOPE_MISMATCH`, `…_ACCESS_KEY_UNKNOWN`, `…_CREDENTIALS_EXPIRED`, `…_BODY_MISMATCH`, `…_ACCESS_DENIED`
 *   (what must be signed is not). Without a `status`, it is the caller's mistake: `…_OPTION_INVALID`, `…_URL_INVALID`,
 *   `…_METHOD_INVALID`, `…_HEADER_INVALID`, `…_BODY_UNSUPPORTED`, `…_BODY_USED`, `…_CREDENTIALS_INVALID`. What
 *   `secretAccessKey` throws is passed on.
 *
 * Source: "Create a signed AWS API request", IAM user guide; "Authenticating Requests", Amazon S3 API reference; messages:
 * what API Gateway and S3 answer.
 */
export async function verifyRequest(request, options) {
  const { secretAccessKey, now, maxSkewSeconds, maxBodyBytes, ...settings } = checkedOptions(options);
  const received = normalizeIncoming(request, maxBodyBytes);
  const authorization = parseAuthorization(received);
  checkScope(authorization, settings);
  const at = new Date(epochMillis(now));
  checkTime(authorization, at.getTime(), maxSkewSeconds);
  checkHost(received);
  checkCoverage(authorization, received);
  const { payload, declared } = statedPayload(authorization, received, settings.bodyRequired);
  const secret = await findSecret(secretAccessKey, authorization, at);

  await signingEngine.ready();
  // A declared hash is signed, so a body is read only for who knows the secret.
  const payloadHash = declared ?? (await hashOf(await received.body()));
  const path = pathForm(settings.pathEncoding) ?? rulesOf(authorization.service).path;
  const canonicalRequest = canonicalRequestOf(received, authorization, payloadHash, path);
  const stringToSign = canonicalRequest === undefined ? '' : stringToSignOf(canonicalRequest, authorization);
  if (canonicalRequest === undefined || !(await isSigned(stringToSign, authorization, secret))) {
    const shown = settings.explain ? expected(canonicalRequest, stringToSign, authorization, received) : '';
    throw new Refusal('ERR_SIGV4_SIGNATURE_MISMATCH', `${MISMATCH}${shown}`, undefined, {
      accessKeyId: shownKey(authorization.accessKeyId),
    });
  }
  const body = payload === 'signed' ? await received.body() : undefined;
  if (body !== undefined && declared !== undefined && (await hashOf(body)) !== declared) {
    throw new Refusal(
      'ERR_SIGV4_BODY_MISMATCH',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  return result(authorization, payload, body, stringToSign, maxSkewSeconds);
}

/** @param {Uint8Array} body */
function hashOf(body) {
  return body.length === 0 ? EMPTY_SHA256 : sha256(body);
}

/**
 * @param {VerifyOptions['secretAccessKey']} lookup
 * @param {import('../protocol/authorization.js').ParsedAuthorization} authorization
 * @param {Date} now
 * @returns {Promise<string>}
 */
async function findSecret(lookup, { accessKeyId, sessionToken }, now) {
  const found = await lookup(accessKeyId, sessionToken);
  const known = typeof found === 'string' ? { secretAccessKey: found, sessionToken } : found;
  // Temporary credentials are none without their token.
  const lacksToken = sessionToken === undefined && accessKeyId.startsWith('ASIA');
  if (!known?.secretAccessKey || lacksToken || !isEqual(known.sessionToken ?? '', sessionToken ?? '')) {
    throw new Refusal(
      'ERR_SIGV4_ACCESS_KEY_UNKNOWN',
      'The security token included in the request is invalid.',
      undefined,
      { accessKeyId: shownKey(accessKeyId) },
    );
  }
  const { expiration } = /** @type {KnownCredentials} */ (known);
  if (expiration !== undefined && !(expiration > now)) {
    throw new Refusal(
      'ERR_SIGV4_CREDENTIALS_EXPIRED',
      'The security token included in the request is expired',
      undefined,
      { accessKeyId: shownKey(accessKeyId) },
    );
  }
  return known.secretAccessKey;
}

/**
 * @param {VerifyOptions['pathEncoding']} encoding
 * @returns {import('../protocol/canonical.js').PathForm | undefined}
 */
function pathForm(encoding) {
  return encoding && { encoding, normalizes: encoding === 'double' };
}

/**
 * @param {string | undefined} canonicalRequest
 * @param {string} stringToSign
 * @param {import('../protocol/authorization.js').ParsedAuthorization} authorization
 * @param {import('./incoming-request.js').ReceivedRequest} received
 */
function expected(canonicalRequest, stringToSign, { sessionToken = '', signedHeaders }, { headers }) {
  if (canonicalRequest === undefined) {
    const missing = signedHeaders.filter((name) => !headers.has(name)).map(quote);
    return `\n\nThe signed header${missing.length > 1 ? 's' : ''} ${missing.join(', ')} did not arrive`;
  }
  return (
    `\n\nThe Canonical String for this request should have been\n'${withoutToken(canonicalRequest, sessionToken)}'` +
    `\n\nThe String-to-Sign should have been\n'${stringToSign}'\n`
  );
}

/**
 * @param {import('../protocol/authorization.js').ParsedAuthorization} authorization
 * @param {VerifiedRequest['payload']} payload
 * @param {Uint8Array | undefined} body
 * @param {string} stringToSign
 * @param {number} maxSkewSeconds
 * @returns {VerifiedRequest}
 */
function result(authorization, payload, body, stringToSign, maxSkewSeconds) {
  const { accessKeyId, scheme, service, signedHeaders, expiresIn } = authorization;
  const signedAt = parseAmzDate(authorization.amzDate);
  return {
    accessKeyId,
    algorithm: /** @type {VerifiedRequest['algorithm']} */ (scheme.algorithm),
    region: scheme === SIGV4A ? authorization.regionSet : authorization.region,
    service,
    signedAt: new Date(signedAt),
    ...(expiresIn !== undefined && { expiresAt: new Date(signedAt + expiresIn * 1000) }),
    signedHeaders,
    payload,
    ...(body !== undefined && { body }),
    // Most servers do not ask.
    get replayId() {
      return sha256Sync(`${accessKeyId}\n${stringToSign}`);
    },
    acceptableUntil: new Date(signedAt + (expiresIn ?? maxSkewSeconds) * 1000),
  };
}

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and ' +
  'signing method. Consult the service documentation for details.';
