// Verifies one request: what it says of its signature, then the key, the signature, and the body. The core decides; this is
// who waits.

import { coreError, SigV4Error } from '../engine/errors.js';
import { SECRET_ACCESS_KEY_INVALID } from '../engine/generated/errors.js';
import { BODY_MISMATCH } from '../engine/generated/rejections.js';
import { sigv4aModule } from '../engine/extended-engine.js';
import {
  begin,
  checkDigests,
  decodeBody,
  FLAG,
  isSignedBy,
  verify,
  verifyModule,
} from '../engine/verify-engine.js';
import { Refusal } from '../protocol/verification-error.js';
import { crossing, crossingNow, hashOf, hashOfText } from './body-hash.js';
import { accepted, IncomingRecord, refusalOf } from './incoming-record.js';
import { openIncoming } from './incoming-request.js';
import { checkedOptions, VERIFY_OPTIONS } from './options.js';

/**
 * @typedef {import('./incoming-request.js').ArrivedRequest} ArrivedRequest
 *
 * What a server knows of an access key id. Whatever else such an object holds comes back as `VerifiedRequest.credentials`.
 * @typedef {object} KnownCredentials
 * @property {string} secretAccessKey
 * @property {string} [sessionToken]  that the request must carry; without one, it must carry none
 * @property {Date} [expiration]
 *
 * A key in place of the secret, so that a server need not hold secrets.
 * @typedef {object} KnownSigningKey
 * @property {Uint8Array | ((scope: { date: string, region: string, service: string }) => Uint8Array | Promise<Uint8Array>)} signingKey
 *   the 32 bytes of the key that the secret gives for this date (`YYYYMMDD`), region and service ("Create a signed AWS API
 *   request", step 3); for SigV4
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
 *   the session token. Default false: it helps whoever tries, too.
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
 *   each chunk has a signature of its own, which was verified, unless it is one of SigV4a or of an event stream (then there is
 *   no `body`); `unsigned`, nothing
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
    ({ body, trailers } = accepted(decodeBody(record, known, await opened.body())));
  } else if (declared !== '' && payload === 'signed') {
    body = await opened.body();
    if ((await hashOf(body)) !== declared) {
      throw new Refusal('ERR_SIGV4_BODY_MISMATCH', BODY_MISMATCH);
    }
  }
  if (digests !== '') {
    const rejection = checkDigests(digests, body ?? (await opened.body()));
    if (rejection !== undefined) throw refusalOf(rejection);
  }
  const verified = result(stated, body, stringToSign, settings.maxSkewSeconds, found);
  if (trailers !== undefined) verified.trailers = trailers;
  return verified;
}

/**
 * @typedef {object} Settings
 * @property {VerifyOptions['secretAccessKey']} lookup
 * @property {VerifyOptions['now']} now
 * @property {number} maxSkewSeconds
 * @property {number} maxBodyBytes
 * @property {string} fields  of the record
 * @property {number} flags
 * @property {unknown[]} values  of the options, for which they were made
 */

/**
 * A server passes the same options for each request: they are checked again only where one of them is another.
 *
 * @param {VerifyOptions} options
 * @returns {Settings}
 */
function settingsOf(options) {
  const known = compiled.get(options);
  if (known !== undefined && isUnchanged(options, known.values)) return known;
  const checked = checkedOptions(options);
  const { secretAccessKey: lookup, now, region, service, maxSkewSeconds, maxBodyBytes } = checked;
  const { bodyRequired, pathEncoding, explain } = checked;
  let flags = 0;
  if (region === 'any') flags |= FLAG.anyRegion;
  if (service === 'any') flags |= FLAG.anyService;
  if (bodyRequired != null) flags |= bodyRequired ? FLAG.bodyRequired : FLAG.bodyOptional;
  if (pathEncoding !== undefined) flags |= pathEncoding === 'double' ? FLAG.pathDouble : FLAG.pathSingle;
  if (explain) flags |= FLAG.explain;
  // Minutes as messages have them: "5 min."
  const fields = `${region}\0${service}\0${maxSkewSeconds / 60}\0`;
  const values = NAMES.map((name) => options[name]);
  const settings = { lookup, now, maxSkewSeconds, maxBodyBytes, fields, flags, values };
  compiled.set(options, settings);
  return settings;
}

/** @type {WeakMap<VerifyOptions, Settings>} */
const compiled = /* @__PURE__ */ new WeakMap();

const NAMES = /** @type {(keyof VerifyOptions)[]} */ ([...VERIFY_OPTIONS]);

/**
 * @param {VerifyOptions} options
 * @param {unknown[]} values
 */
function isUnchanged(options, values) {
  for (let i = 0; i < values.length; i++) if (options[NAMES[i]] !== values[i]) return false;
  return true;
}

/**
 * What verifies: the secret, a key, or `undefined`.
 *
 * @param {KeyLookup} found
 * @param {import('../engine/verify-engine.js').Stated} stated
 * @returns {Key | Promise<Key>}
 */
function keyOf(found, { isSigV4a, signedAt, region, service }) {
  if (typeof found !== 'object' || found === null) return found;
  const { secretAccessKey, signingKey, publicKey } = /** @type {Record<string, any>} */ (found);
  if (secretAccessKey) return secretAccessKey;
  if (isSigV4a) return publicKey === undefined ? undefined : bytesOf('publicKey', publicKey);
  if (signingKey === undefined) return undefined;
  if (typeof signingKey !== 'function') return bytesOf('signingKey', signingKey, 32);
  const date = new Date(signedAt).toISOString().slice(0, 10).replaceAll('-', '');
  const derived = signingKey({ date, region, service });
  /** @param {unknown} key */
  const checked = (key) => (key == null ? undefined : bytesOf('signingKey', key, 32));
  return isPromise(derived) ? derived.then(checked) : checked(derived);
}

/** @typedef {string | Uint8Array | null | undefined} Key */

/**
 * @param {string} name
 * @param {unknown} bytes
 * @param {number} [length]
 * @returns {Uint8Array}
 */
function bytesOf(name, bytes, length) {
  if (bytes instanceof Uint8Array && (length === undefined || bytes.length === length)) return bytes;
  throw new SigV4Error(
    'ERR_SIGV4_CREDENTIALS_INVALID',
    `${name} must be a Uint8Array${length === undefined ? '' : ` of ${length} bytes`}`,
  );
}

/**
 * @param {string | Uint8Array} key
 * @param {KeyLookup} found
 * @returns {import('../engine/verify-engine.js').Known}
 */
function knownOf(key, found) {
  if (typeof found !== 'object' || found === null) {
    return { key, sessionToken: undefined, isJudged: true, expiresAt: undefined };
  }
  const { sessionToken, expiration } = found;
  return {
    key,
    sessionToken: sessionToken ?? undefined,
    isJudged: false,
    expiresAt: expiration === undefined ? undefined : Number(expiration),
  };
}

/** @type {import('../engine/verify-engine.js').Known} */
const NOTHING = { key: '', sessionToken: undefined, isJudged: false, expiresAt: undefined };

/**
 * Of SigV4a.
 *
 * @param {string} stringToSign
 * @param {string} signature
 * @param {string} accessKeyId
 * @param {string | Uint8Array} key
 */
async function isSigned(stringToSign, signature, accessKeyId, key) {
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

/** @param {Exclude<KeyLookup, string | null | undefined>} found */
function withoutSecrets(found) {
  const { secretAccessKey, signingKey, sessionToken, ...credentials } =
    /** @type {Record<string, unknown>} */ (found);
  return credentials;
}

/**
 * @template T
 * @param {T | PromiseLike<T>} value
 * @returns {value is Promise<T>}
 */
function isPromise(value) {
  return typeof (/** @type {any} */ (value)?.then) === 'function';
}
