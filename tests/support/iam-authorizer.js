// What the IAM authorizer of API Gateway does with a request that arrived. The canonical request, the key and
// the signature are those of AWS's own @smithy/signature-v4: nothing here shares code with the package.
//
// Where smithy and AWS are known to disagree, and so this judges by smithy:
// - smithy drops a `date` header before it signs; AWS accepts one instead of x-amz-date. Here x-amz-date is
//   required.
// - smithy believes an x-amz-content-sha256 header; AWS compares it with the body. Compared here, too.
// - smithy takes the path of an S3 request as it is; S3 decodes and encodes it once.

import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4, getCanonicalHeaders, getPayloadHash, getSigningKey } from '@smithy/signature-v4';

import { decode as decodeChunks } from './aws-chunked.js';

const ALGORITHM = 'AWS4-HMAC-SHA256';
const SKEW_MINUTES = 5;
const UNSIGNED = 'UNSIGNED-PAYLOAD';
/** Paths are encoded once: S3 and what speaks its protocol. */
const S3 = ['s3', 's3express', 's3-object-lambda', 's3-outposts'];
/** A presigned URL leaves the body open. "SIGv4 authenticated requests for Amazon VPC Lattice": it supports no signed body. */
const OPEN_BODY = [...S3, 'vpc-lattice-svcs'];
const QUERY_PARAMETERS = ['Algorithm', 'Credential', 'Date', 'Expires', 'SignedHeaders', 'Signature'];

/**
 * @typedef {object} IamCredentials
 * @property {string} accessKeyId
 * @property {string} secretAccessKey
 * @property {string} [sessionToken]
 * @property {Date} [expiration]
 */

/**
 * A request as it arrived.
 *
 * @typedef {object} Arrived
 * @property {string} method
 * @property {string} url  as in the request line
 * @property {string[]} rawHeaders  name, value, name, value…
 * @property {Uint8Array} body
 */

/** A refusal, in AWS's words. */
export class Refusal extends Error {
  /**
   * @param {string} type
   * @param {string} message
   * @param {number} [status]
   */
  constructor(type, message, status = 403) {
    super(message);
    this.type = type;
    this.status = status;
  }
}

/**
 * @param {Arrived} request
 * @param {{ credentials: IamCredentials[], region: string, service: string, now: () => Date }} settings
 * @returns {Promise<string>} the access key id that signed it
 * @throws {Refusal}
 */
export async function authorize(request, { credentials, region, service, now }) {
  const headers = joinHeaders(request.rawHeaders);
  const [path, search = ''] = splitOnce(request.url, '?');
  const query = parseQuery(search);
  const claim = query['X-Amz-Signature'] ? claimInQuery(query) : claimInHeaders(headers);

  const signer = knownSigner(credentials, claim, now());
  checkScope(claim, region, service);
  checkTime(claim, now());
  checkSignedHeaders(claim, headers);
  const payloadHash = await hashPayload(claim, headers, request.body, service, signer);

  const signed = Object.fromEntries(claim.signedHeaders.map((name) => [name, headers[name] ?? '']));
  const arrived = new HttpRequest({ method: request.method, path, query, headers: signed });
  const smithy = new Recalculation({
    credentials: signer,
    region,
    service,
    sha256: Sha256,
    uriEscapePath: !S3.includes(service),
  });
  const { canonicalRequest, stringToSign } = await smithy.strings(arrived, payloadHash, claim);
  const key = await getSigningKey(Sha256, signer, claim.scope[0], region, service);
  const hmac = new Sha256(key);
  hmac.update(stringToSign);
  if (Buffer.from(await hmac.digest()).toString('hex') !== claim.signature) {
    throw mismatch(canonicalRequest, stringToSign);
  }
  return claim.accessKeyId;
}

/** The texts that smithy signs, and that API Gateway shows where a signature does not match. */
class Recalculation extends SignatureV4 {
  /**
   * @param {HttpRequest} request  with no more than the signed headers
   * @param {string} payloadHash
   * @param {Claim} claim
   */
  async strings(request, payloadHash, { date, scope, signedHeaders }) {
    const canonicalHeaders = getCanonicalHeaders(request, undefined, new Set(signedHeaders));
    const canonicalRequest = this.createCanonicalRequest(request, canonicalHeaders, payloadHash);
    const stringToSign = await this.createStringToSign(date, scope.join('/'), canonicalRequest, ALGORITHM);
    return { canonicalRequest, stringToSign };
  }
}

/**
 * What a request says about its own signature.
 *
 * @typedef {object} Claim
 * @property {string} accessKeyId
 * @property {string[]} scope  date, region, service, aws4_request
 * @property {string} date  basic ISO 8601, as in the request
 * @property {string[]} signedHeaders
 * @property {string} signature
 * @property {string} [token]
 * @property {number} [expires]  in seconds; only of a presigned request
 */

/**
 * @param {Record<string, string>} headers
 * @returns {Claim}
 */
function claimInHeaders(headers) {
  const { authorization } = headers;
  if (authorization === undefined) {
    throw new Refusal('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }

  const [algorithm, rest = ''] = splitOnce(authorization, ' ');
  const fields = Object.fromEntries(rest.split(',').map((field) => splitOnce(field.trim(), '=')));
  const problems = ['Credential', 'Signature', 'SignedHeaders']
    .filter((name) => algorithm !== ALGORITHM || !fields[name])
    .map((name) => `Authorization header requires '${name}' parameter.`);
  if (!headers['x-amz-date']) {
    problems.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  }
  if (problems.length > 0) {
    throw new Refusal('IncompleteSignatureException', `${problems.join(' ')} Authorization=${algorithm}`);
  }
  return {
    ...parseCredential(fields.Credential),
    date: headers['x-amz-date'],
    signedHeaders: fields.SignedHeaders.split(';'),
    signature: fields.Signature,
    token: headers['x-amz-s3session-token'] ?? headers['x-amz-security-token'],
  };
}

/**
 * @param {Record<string, string | string[]>} query
 * @returns {Claim}
 */
function claimInQuery(query) {
  const [algorithm, credential, date, expires, signedHeaders, signature] = QUERY_PARAMETERS.map((name) => {
    const value = query[`X-Amz-${name}`];
    if (typeof value === 'string') return value;
    const message = `AWS query-string parameters must include 'X-Amz-${name}'. Re-examine the query-string parameters.`;
    throw new Refusal('IncompleteSignatureException', message);
  });
  if (algorithm !== ALGORITHM || !(Number(expires) >= 1 && Number(expires) <= 604_800)) {
    throw new Refusal('IncompleteSignatureException', 'Re-examine the query-string parameters.');
  }
  const token = query['X-Amz-S3session-Token'] ?? query['X-Amz-Security-Token'];
  return {
    ...parseCredential(credential),
    date,
    signedHeaders: signedHeaders.split(';'),
    signature,
    token: token === undefined ? undefined : String(token),
    expires: Number(expires),
  };
}

/**
 * @param {string} credential  AKID/date/region/service/aws4_request
 */
function parseCredential(credential) {
  const [accessKeyId, ...scope] = credential.split('/');
  if (scope.length !== 4 || scope[3] !== 'aws4_request') {
    const message = `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`;
    throw new Refusal('IncompleteSignatureException', message);
  }
  return { accessKeyId, scope };
}

/**
 * @param {IamCredentials[]} credentials
 * @param {Claim} claim
 * @param {Date} now
 */
function knownSigner(credentials, { accessKeyId, token }, now) {
  const known = credentials.find((one) => one.accessKeyId === accessKeyId);
  if (!known || known.sessionToken !== token) {
    const message = 'The security token included in the request is invalid.';
    throw new Refusal('UnrecognizedClientException', message);
  }
  if (known.expiration && known.expiration <= now) {
    throw new Refusal('ExpiredTokenException', 'The security token included in the request is expired');
  }
  return known;
}

/**
 * @param {Claim} claim
 * @param {string} region
 * @param {string} service
 */
function checkScope({ scope, date }, region, service) {
  if (scope[1] !== region) {
    const message = `Credential should be scoped to a valid region, not '${scope[1]}'. `;
    throw new Refusal('InvalidSignatureException', message);
  }
  if (scope[2] !== service) {
    const message = `Credential should be scoped to correct service: '${service}'. `;
    throw new Refusal('InvalidSignatureException', message);
  }
  if (scope[0] !== date.slice(0, 8)) {
    const message = `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scope[0]}' != '${date.slice(0, 8)}', from '${date}'.`;
    throw new Refusal('InvalidSignatureException', message);
  }
}

/**
 * @param {Claim} claim
 * @param {Date} now
 */
function checkTime({ date, expires }, now) {
  const signedAt = parseDate(date);
  const lifetime = expires === undefined ? SKEW_MINUTES : expires / 60;
  const oldest = new Date(now.getTime() - lifetime * 60_000);
  if (signedAt < oldest) {
    const message = `Signature expired: ${date} is now earlier than ${basic(oldest)} (${basic(now)} - ${lifetime} min.)`;
    throw new Refusal('InvalidSignatureException', message);
  }
  const newest = new Date(now.getTime() + SKEW_MINUTES * 60_000);
  if (signedAt > newest) {
    const message = `Signature not yet current: ${date} is still later than ${basic(newest)} (${basic(now)} + ${SKEW_MINUTES} min.)`;
    throw new Refusal('InvalidSignatureException', message);
  }
}

/**
 * @param {Claim} claim
 * @param {Record<string, string>} headers
 */
function checkSignedHeaders({ signedHeaders }, headers) {
  const required = Object.keys(headers).filter((name) => /^(host|content-type|x-amz-.+)$/.test(name));
  for (const name of required) {
    if (signedHeaders.includes(name)) continue;
    const message = `'${name}' must be a 'SignedHeader' in the AWS Authorization.`;
    throw new Refusal('InvalidSignatureException', message);
  }
}

/**
 * @param {Claim} claim
 * @param {Record<string, string>} headers
 * @param {Uint8Array} body
 * @param {string} service
 * @param {IamCredentials} signer
 */
async function hashPayload({ expires }, headers, body, service, { secretAccessKey }) {
  const declared = headers['x-amz-content-sha256'];
  if (declared === UNSIGNED || (expires !== undefined && OPEN_BODY.includes(service))) return UNSIGNED;
  if (declared?.startsWith('STREAMING-') && service === 's3') {
    checkChunks(headers, body, secretAccessKey);
    return declared;
  }
  const actual = await getPayloadHash(new HttpRequest({ body }), Sha256);
  if (declared !== undefined && declared !== actual) {
    const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
    throw new Refusal('XAmzContentSHA256Mismatch', message, 400);
  }
  return actual;
}

/**
 * @param {Record<string, string>} headers
 * @param {Uint8Array} body
 * @param {string} secretAccessKey
 */
function checkChunks(headers, body, secretAccessKey) {
  try {
    const decoded = decodeChunks(/** @type {any} */ ({ headers }), Buffer.from(body), secretAccessKey);
    if (decoded.body.length === Number(headers['x-amz-decoded-content-length'])) return;
  } catch {
    // Not in chunks, or signed wrong.
  }
  throw new Refusal('SignatureDoesNotMatch', 'A chunk does not match the signature that was provided.');
}

/**
 * @param {string} canonicalRequest
 * @param {string} stringToSign
 */
function mismatch(canonicalRequest, stringToSign) {
  return new Refusal(
    'InvalidSignatureException',
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret ' +
      'Access Key and signing method. Consult the service documentation for details.\n\n' +
      `The Canonical String for this request should have been\n'${canonicalRequest}'\n\n` +
      `The String-to-Sign should have been\n'${stringToSign}'\n`,
  );
}

/**
 * @param {string[]} rawHeaders
 * @returns {Record<string, string>} lower-case names; repeated headers joined with a comma
 */
function joinHeaders(rawHeaders) {
  /** @type {Record<string, string>} */
  const headers = {};
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i].toLowerCase();
    headers[name] = name in headers ? `${headers[name]},${rawHeaders[i + 1]}` : rawHeaders[i + 1];
  }
  return headers;
}

/**
 * @param {string} search
 * @returns {Record<string, string | string[]>} decoded; a `+` is a space; repeated names have a list
 */
function parseQuery(search) {
  /** @type {Map<string, string[]>} */
  const pairs = new Map();
  for (const part of search.split('&').filter(Boolean)) {
    const [name, value = ''] = splitOnce(part, '=').map(decode);
    pairs.set(name, [...(pairs.get(name) ?? []), value]);
  }
  return Object.fromEntries(
    [...pairs].map(([name, values]) => [name, values.length > 1 ? values : values[0]]),
  );
}

/**
 * @param {string} text
 */
function decode(text) {
  // A `%` that begins no escape stays.
  return text.replaceAll('+', ' ').replace(/(%[0-9a-f]{2})+/gi, (escapes) => decodeURIComponent(escapes));
}

/**
 * @param {string} text
 * @param {string} separator
 * @returns {string[]} one or two parts
 */
function splitOnce(text, separator) {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/**
 * @param {string} date  20181029T192130Z
 */
function parseDate(date) {
  const parsed = new Date(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!Number.isNaN(parsed.getTime())) return parsed;
  const message = `Date must be in ISO-8601 'basic format'. Got '${date}'. See http://en.wikipedia.org/wiki/ISO_8601`;
  throw new Refusal('IncompleteSignatureException', message);
}

/**
 * @param {Date} date
 */
function basic(date) {
  return date.toISOString().replace(/[-:]|\.\d+/g, '');
}
