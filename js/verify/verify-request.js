// Verifies one request: its parsed signature, then the key, the signature, and the body. The core decides; this file waits.

import { digestsRejection } from '../engine/digests-engine.js';
import { coreError, SigV4Error } from '../engine/errors.js';
import { SECRET_ACCESS_KEY_INVALID } from '../engine/generated/errors.js';
import { BODY_MISMATCH } from '../engine/generated/rejections.js';
import { begin, decodeBody, FLAG, isSignedBy, verify, verifyModule } from '../engine/verify-engine.js';
import { Refusal } from '../protocol/verification-error.js';
import { crossing, crossingNow, hashOf, hashOfText } from './body-hash.js';
import { accepted, IncomingRecord, refusalOf } from './incoming-record.js';
import { openIncoming } from './incoming-request.js';
import { seeds } from './event-verifier.js';
import { isPromise, keyOf, knownOf, NOTHING, withoutSecrets } from './known-key.js';
import { settingsOf } from './settings.js';

/**
 * @typedef {import('./incoming-request.js').ArrivedRequest} ArrivedRequest
 *
 * What a server knows of an access key id. Whatever else such an object holds comes back as `VerifiedRequest.credentials`.
 * @typedef {object} KnownCredentials
 * @property {string} secretAccessKey
 * @property {string} [sessionToken]  that the request must carry; without one, it must carry none
 * @property {Date} [expiration]
 *
 * A key instead of the secret, so that a server need not hold secrets.
 * @typedef {object} KnownSigningKey
 * @property {Uint8Array | ((scope: { date: string, region: string, service: string }) => Uint8Array | Promise<Uint8Array>)}
 *   signingKey the 32 bytes of the key that the secret gives for this date (`YYYYMMDD`), region and service ("Create a signed AWS
 *   API request", step 3); for SigV4
 * @property {string} [sessionToken]  as of `KnownCredentials`
 * @property {Date} [expiration]
 *
 * @typedef {object} KnownPublicKey
 * @property {Uint8Array} publicKey  a point of P-256 as SEC 1 writes it, compressed or not; for SigV4a
 * @property {string} [sessionToken]  as of `KnownCredentials`
 * @property {Date} [expiration]
 *
 * @typedef {object} VerifyOptions
 * @property {(accessKeyId: string, sessionToken?: string) => KeyLookup | Promise<KeyLookup>} secretAccessKey
 *   finds the secret, or a key in its place; `undefined` for a key id that is not known. If you return a string, the session
 *   token is not checked; check it yourself. Of an object, the token is compared here, and that it has not expired.
 * @property {string} region  that requests must be signed for, such as `eu-west-1`; or `any`
 * @property {string} service  likewise, such as `execute-api`; or `any`: then the client chooses whose rules apply, such as
 *   those of S3, which takes unsigned bodies
 * @property {Date | (() => Date)} [now]  default: the clock
 * @property {number} [maxSkewSeconds]  how old a signature in headers may be, and how far from the future any; default 300
 * @property {boolean} [bodyRequired]  whether the signature must cover the body. `false` also takes
 *   `UNSIGNED-PAYLOAD`, and bodies in chunks (`STREAMING-…`) for services that AWS does not send them to: see
 *   `VerifiedRequest.payload`. Default: S3 and VPC Lattice may leave the body unsigned, and S3 takes chunks, as with AWS.
 * @property {'double' | 'single'} [pathEncoding]  default per service, as for the signer
 * @property {number} [maxBodyBytes]  longer bodies are refused; default 10485760, which is API Gateway's limit
 * @property {'api-gateway' | 's3'} [errors]  how `verifyMiddleware` and `withVerification` answer a request that they refuse:
 *   with JSON as API Gateway, or with XML as S3. Default `api-gateway`
 * @property {boolean} [explain]  add to the message of a mismatch what should have been signed, as REST APIs do, without
 *   the session token. Default false: it helps attackers as well, too.
 *
 * @typedef {string | KnownCredentials | null | undefined} SecretLookup
 * @typedef {SecretLookup | KnownSigningKey | KnownPublicKey} KeyLookup
 *
 * @typedef {import('../engine/verify-engine.js').WrittenRejection} WrittenRejection
 *
 * @typedef {object} VerifiedRequest
 * @property {string} accessKeyId
 * @property {'AWS4-HMAC-SHA256' | 'AWS4-ECDSA-P256-SHA256'} algorithm
 * @property {string} region  of SigV4a, the region set
 * @property {string} service
 * @property {Date} signedAt
 * @property {Date} [expiresAt]  of a presigned request
 * @property {readonly string[]} signedHeaders  lower-case names; believe no others
 * @property {'signed' | 'unsigned' | 'chunked'} payload  whether the signature covers the body: `signed`, all of it; `chunked`,
 *   each chunk has a signature of its own, which was verified if there is a `body`; those of an event stream are left to
 *   `eventVerifier`; `unsigned`, nothing
 * @property {Uint8Array} [body]  the bytes that the signature covers. Of an upload to S3 in chunks (`aws-chunked`), what the
 *   chunks hold, also where only a checksum covers them
 * @property {Record<string, string>} [trailers]  what follows such an upload, by lower-case name; where `payload` is `unsigned`,
 *   believe none of it
 * @property {string} replayId  what is the same whenever the same request is sent again, in hex: the SHA-256 of the access
 *   key id, a line feed and the string to sign. Not the signature: of SigV4a, anyone can make a second one that is valid
 * @property {Date} acceptableUntil  after this, its signature is accepted no longer: see `ReplayCache`
 * @property {Record<string, unknown>} [credentials]  the object that `secretAccessKey` returned, without `secretAccessKey`,
 *   `signingKey` and `sessionToken`
 */

/**
 * Verifies a request that was signed with SigV4 or SigV4a, in headers or in its URL.
 *
 * @example
 *   const { accessKeyId } = await verifyRequest(request, {
 *     region: 'eu-west-1',
 *     service: 'execute-api',
 *     secretAccessKey: async (accessKeyId) => secrets.get(accessKeyId),
 *   });
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
  const settings = settingsOf(options);
  const opened = openIncoming(request, settings.maxBodyBytes);
  const record = new IncomingRecord(opened, settings);
  // Synchronously, as policies do: a server that is asked for the first time may have to answer in the same turn, because a
  // client that ends its side with its request gets no answer from Node's http server later.
  if (!verifyModule.isReady) verifyModule.readySync();
  const atHand = opened.bodyAtHand();
  const stated = accepted(begin(record, atHand && crossingNow(atHand)));
  const answer = settings.lookup(stated.accessKeyId, stated.sessionToken);
  const found = isPromise(answer) ? await answer : answer;
  const asked = keyOf(found, stated);
  const key = isPromise(asked) ? await asked : asked;
  if (!key) throw refusalOf(/** @type {WrittenRejection} */ (verify(record, NOTHING, '', FLAG.unknown)));
  const known = knownOf(key, found);

  const { declared, digests, payload } = stated;
  /** @type {Uint8Array | undefined} */
  let body;
  // A declared hash is signed: then the body is read only after the signature has been verified.
  if (declared === '') {
    const read = opened.body();
    // Before anything is read for a key that is not known, or has expired.
    if (isPromise(read)) accepted(verify(record, known, '', FLAG.checkOnly));
    body = isPromise(read) ? await read : read;
  }
  let { stringToSign } = stated;
  // Where it is not signed, the core says why.
  if (stringToSign === '' || !isSignedBy(stated, known, record.now)) {
    const crosses = body === undefined ? '' : await crossing(body);
    const text = accepted(verify(record, known, crosses));
    const end = stated.isSigV4a ? text.indexOf('\0') : text.length;
    stringToSign = text.slice(0, end);
    if (stated.isSigV4a && !(await isSigned(stringToSign, text.slice(end + 1), stated.accessKeyId, key))) {
      accepted(verify(record, known, crosses, FLAG.mismatch));
    }
  }
  /** @type {Record<string, string> | undefined} */
  let trailers;
  if (stated.isDecoded) {
    const decoded = accepted(decodeBody(record, known, await opened.body()));
    ({ body, trailers } = decoded);
    for (let at = 0; at < decoded.signed.length; at += 2) {
      const [text, signature] = decoded.signed.slice(at);
      if (await isSigned(text, signature, stated.accessKeyId, key)) continue;
      throw new Refusal(
        'ERR_SIGV4_SIGNATURE_MISMATCH',
        'The chunk signature we calculated does not match the one you provided.',
      );
    }
    if (decoded.lines !== '') await checkDigests(decoded.lines, true, body);
  } else if (declared !== '' && payload === 'signed') {
    body = await opened.body();
    if ((await hashOf(body)) !== declared) {
      throw new Refusal('ERR_SIGV4_BODY_MISMATCH', BODY_MISMATCH);
    }
  }
  if (digests !== '') await checkDigests(digests, false, body ?? (await opened.body()));
  const verified = result(stated, body, stringToSign, settings.maxSkewSeconds, found);
  if (trailers !== undefined) verified.trailers = trailers;
  if (declared === EVENTS) {
    const { signature, region, service } = stated;
    seeds.set(verified, { signature, region, service, found });
  }
  return verified;
}

/**
 * By a module that is loaded on use, because few requests have digests.
 *
 * @param {string} lines
 * @param {boolean} areTrailers
 * @param {Uint8Array} body
 */
async function checkDigests(lines, areTrailers, body) {
  const { checksumModule } = await import('../engine/checksum-engine.js');
  const rejection = digestsRejection(checksumModule, lines, areTrailers, body);
  if (rejection !== undefined) throw refusalOf(rejection);
}

/**
 * Of SigV4a, likewise.
 *
 * @param {string} stringToSign
 * @param {string} signature
 * @param {string} accessKeyId
 * @param {string | Uint8Array} key
 */
async function isSigned(stringToSign, signature, accessKeyId, key) {
  const { sigv4aModule } = await import('../engine/sigv4a-verification.js');
  const { verifiesSigV4a, verifiesWithPublicKey } = await sigv4aModule();
  if (typeof key !== 'string') {
    const verifies = verifiesWithPublicKey(key, stringToSign, signature);
    if (verifies !== undefined) return verifies;
    throw new SigV4Error('ERR_SIGV4_CREDENTIALS_INVALID', 'publicKey is not a P-256 point in SEC 1 encoding');
  }
  const verifies = verifiesSigV4a(key, accessKeyId, stringToSign, signature);
  if (verifies === undefined) throw coreError(SECRET_ACCESS_KEY_INVALID, {});
  return verifies;
}

/**
 * @param {import('../engine/verify-engine.js').Stated} stated
 * @param {Uint8Array | undefined} body
 * @param {string} stringToSign
 * @param {number} maxSkewSeconds
 * @param {KeyLookup} found
 * @returns {VerifiedRequest}
 */
function result(stated, body, stringToSign, maxSkewSeconds, found) {
  const { accessKeyId, isSigV4a, region, service, signedAt, expiresIn, signedHeaders, payload } = stated;
  /** @type {VerifiedRequest} */
  const verified = {
    accessKeyId,
    algorithm: isSigV4a ? 'AWS4-ECDSA-P256-SHA256' : 'AWS4-HMAC-SHA256',
    region,
    service,
    signedAt: new Date(signedAt),
    signedHeaders,
    payload,
    // Most servers do not ask.
    get replayId() {
      return hashOfText(`${accessKeyId}\n${stringToSign}`);
    },
    acceptableUntil: new Date(signedAt + (expiresIn || maxSkewSeconds) * 1000),
  };
  // Spreading objects into that one would take as long as to hash the request.
  if (expiresIn > 0) verified.expiresAt = new Date(signedAt + expiresIn * 1000);
  if (body !== undefined) verified.body = body;
  if (typeof found === 'object' && found !== null) verified.credentials = withoutSecrets(found);
  return verified;
}

/** What the request that starts an event stream declares instead of its body. */
const EVENTS = 'STREAMING-AWS4-HMAC-SHA256-EVENTS';
