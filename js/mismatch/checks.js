// What an Authorization header or a presigned query says, checked before anyone is asked for a secret.

import { shownKey } from '../protocol/key-id.js';
import { denied, malformed, quote, Refusal } from '../protocol/verification-error.js';
import { rulesOf } from '../protocol/service-rules.js';
import { SIGV4A } from '../protocol/algorithms.js';
import { amzDateOf, parseAmzDate } from '../protocol/amz-date.js';

/**
 * @typedef {import('../protocol/authorization.js').ParsedAuthorization} ParsedAuthorization
 * @typedef {import('./received-request.js').ReceivedRequest} ReceivedRequest
 */

/**
 * @param {ParsedAuthorization} authorization
 * @param {{ region?: string, service?: string }} expected  none: any will do
 * @throws {Refusal} that names all that is wrong
 */
export function checkScope(authorization, expected) {
  const wrong = SCOPE_CHECKS.filter(([isRight]) => !isRight(authorization, expected));
  if (wrong.length === 0) return;
  const { region, service } = expected;
  throw new Refusal(
    'ERR_SIGV4_SCOPE_MISMATCH',
    wrong.map(([, say]) => say(authorization, expected)).join(' '),
    undefined,
    {
      region: regionsOf(authorization),
      ...(region !== undefined && { expectedRegion: region }),
      service: authorization.service,
      ...(service !== undefined && { expectedService: service }),
      accessKeyId: shownKey(authorization.accessKeyId),
    },
  );
}

/**
 * @typedef {{ region?: string, service?: string }} Expected
 * @type {[isRight: (authorization: ParsedAuthorization, expected: Expected) => boolean, say: (authorization: ParsedAuthorization, expected: Expected) => string][]}
 */
const SCOPE_CHECKS = [
  [
    ({ scheme, region, regionSet }, expected) => {
      if (expected.region === undefined) return (region || regionSet) !== '';
      return scheme === SIGV4A ? isInSet(expected.region, regionSet) : expected.region === region;
    },
    (authorization) =>
      `Credential should be scoped to a valid region, not ${quote(regionsOf(authorization))}.`,
  ],
  [
    ({ service }, expected) =>
      expected.service === undefined ? service !== '' : expected.service === service,
    (_, { service }) =>
      `Credential should be scoped to correct service${service === undefined ? '' : `: '${service}'`}.`,
  ],
  [
    ({ terminator }) => terminator === 'aws4_request',
    ({ terminator }) =>
      `Credential should be scoped with a valid terminator: 'aws4_request', not ${quote(terminator)}.`,
  ],
  [
    ({ day, amzDate }) => amzDate.startsWith(day) && day.length === 8,
    ({ day, amzDate }) =>
      'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: ' +
      `${quote(day)} != '${amzDate.slice(0, 8)}', from '${amzDate}'.`,
  ],
];

/** @param {ParsedAuthorization} authorization */
function regionsOf({ region, regionSet }) {
  return region || regionSet;
}

/**
 * @param {ParsedAuthorization} authorization
 * @param {number} now  epoch milliseconds
 * @param {number} skewSeconds
 * @throws {Refusal}
 */
export function checkTime({ amzDate, expiresIn, accessKeyId }, now, skewSeconds) {
  const signedAt = parseAmzDate(amzDate);
  const details = { skewSeconds: Math.round((now - signedAt) / 1000), accessKeyId: shownKey(accessKeyId) };
  const skew = `${skewSeconds / 60} min.`;
  const newest = now + skewSeconds * 1000;
  if (signedAt > newest) {
    throw notNow(
      `Signature not yet current: ${amzDate} is still later than ${amzDateOf(newest)} (${amzDateOf(now)} + ${skew})`,
      details,
    );
  }
  if (expiresIn !== undefined) {
    if (now < signedAt + expiresIn * 1000) return;
    throw new Refusal('ERR_SIGV4_REQUEST_EXPIRED', 'Request has expired', undefined, details);
  }
  const oldest = now - skewSeconds * 1000;
  if (signedAt >= oldest) return;
  throw notNow(
    `Signature expired: ${amzDate} is now earlier than ${amzDateOf(oldest)} (${amzDateOf(now)} - ${skew})`,
    details,
  );
}

/**
 * A request may name its host in several places. An application that reads an unsigned one would see a different host than
 * the one that was signed (RFC 9112, section 3.2.2; RFC 9113, section 8.3.1).
 *
 * @param {ReceivedRequest} received
 * @throws {Refusal}
 */
export function checkHost({ hosts }) {
  if (hosts.length < 2) return;
  throw malformed(`The request names more than one host: ${hosts.map(quote).join(', ')}.`);
}

/**
 * Whoever passes a request on could add what is not signed, or change it.
 *
 * @param {ParsedAuthorization} authorization
 * @param {ReceivedRequest} received
 * @throws {Refusal}
 */
export function checkCoverage({ signedHeaders, service }, { headers }) {
  const { signsToken, tokenName } = rulesOf(service);
  const signed = new Set(signsToken ? signedHeaders : [...signedHeaders, tokenName.toLowerCase()]);
  for (const name of headers.keys()) {
    const mustBeSigned = name === 'host' || name.startsWith('x-amz-');
    if (!mustBeSigned || signed.has(name)) continue;
    throw denied(`${quote(name)} must be a 'SignedHeader' in the AWS Authorization.`);
  }
}

/**
 * What is signed in place of the body, as far as the request says.
 *
 * @param {ParsedAuthorization} authorization
 * @param {ReceivedRequest} received
 * @param {boolean | undefined} bodyRequired
 * @returns {{ payload: 'signed' | 'unsigned' | 'chunked', declared: string | undefined }} `declared` is a keyword, or a
 *   hash that must be that of the body
 * @throws {Refusal}
 */
export function statedPayload({ isPresigned, service }, { headers, query }, bodyRequired) {
  const { takesUnsigned } = rulesOf(service);
  const declared =
    headers.get(CONTENT_SHA256) ??
    (isPresigned ? query.find(([name]) => name.toLowerCase() === CONTENT_SHA256)?.[1] : undefined) ??
    (isPresigned && takesUnsigned ? UNSIGNED : undefined);
  if (declared === undefined || /^[0-9a-f]{64}$/.test(declared)) return { payload: 'signed', declared };
  const payload = declared === UNSIGNED ? 'unsigned' : CHUNKED.test(declared) ? 'chunked' : undefined;
  if (payload === undefined) {
    throw malformed(`x-amz-content-sha256 must be ${UNSIGNED}, STREAMING-… or a valid sha256 value.`);
  }
  // AWS checks the signature of each chunk; here, nobody would.
  if (bodyRequired ?? !(payload === 'unsigned' && takesUnsigned)) {
    throw denied(`The body must be signed: ${declared} is not accepted here.`);
  }
  return { payload, declared };
}

const CONTENT_SHA256 = 'x-amz-content-sha256';
const UNSIGNED = 'UNSIGNED-PAYLOAD';
const CHUNKED =
  /^STREAMING-(?:UNSIGNED-PAYLOAD-TRAILER|AWS4-(?:HMAC-SHA256|ECDSA-P256-SHA256)-(?:PAYLOAD(?:-TRAILER)?|EVENTS))$/;

/**
 * @param {string} region
 * @param {string} regionSet  of SigV4a: names joined with commas, in which `*` stands for any characters
 */
function isInSet(region, regionSet) {
  return regionSet.split(',').some((pattern) => {
    const [start, ...rest] = pattern.trim().split('*');
    const end = rest.pop();
    if (end === undefined) return region === start;
    if (!region.startsWith(start)) return false;
    // The first place that fits leaves the most for those that follow.
    let at = start.length;
    for (const part of rest) {
      const found = region.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return region.length - end.length >= at && region.endsWith(end);
  });
}

/**
 * @param {string} message
 * @param {import('../protocol/verification-error.js').RefusalDetails} details
 */
function notNow(message, details) {
  return new Refusal('ERR_SIGV4_SIGNATURE_EXPIRED', message, undefined, details);
}
