// What can be said of a claim before anybody is asked for a secret.

import { amzDateOf, SIGV4A } from '../chain.js';
import { parseAmzDate } from './claim.js';
import { denied, malformed, quote, Refusal } from './refusal.js';
import { rulesOf } from './rules.js';

/**
 * @typedef {import('./claim.js').Claim} Claim
 * @typedef {import('./arrived.js').Arrived} Arrived
 */

/**
 * @param {Claim} claim
 * @param {{ region?: string, service?: string }} expected
 * @throws {Refusal}
 */
export function checkScope({ scheme, day, amzDate, ...claim }, { region, service }) {
  const isOfRegion = scheme === SIGV4A ? isInSet(region ?? '', claim.regionSet) : region === claim.region;
  if (region !== undefined && !isOfRegion) {
    const regions = quote(claim.region || claim.regionSet);
    throw scopeMismatch(`Credential should be scoped to a valid region, not ${regions}.`);
  }
  if (service !== undefined && service !== claim.service) {
    throw scopeMismatch(`Credential should be scoped to correct service: '${service}'.`);
  }
  const ofHttp = amzDate.slice(0, 8);
  if (day !== ofHttp) {
    throw scopeMismatch(
      'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: ' +
        `'${day}' != '${ofHttp}', from '${amzDate}'.`,
    );
  }
}

/**
 * @param {Claim} claim
 * @param {number} now  epoch milliseconds
 * @param {number} skewSeconds
 * @throws {Refusal}
 */
export function checkTime({ amzDate, expiresIn }, now, skewSeconds) {
  const signedAt = parseAmzDate(amzDate);
  const skew = `${skewSeconds / 60} min.`;
  const newest = now + skewSeconds * 1000;
  if (signedAt > newest) {
    throw notNow(
      `Signature not yet current: ${amzDate} is still later than ${amzDateOf(newest)} (${amzDateOf(now)} + ${skew})`,
    );
  }
  if (expiresIn !== undefined) {
    if (now < signedAt + expiresIn * 1000) return;
    throw new Refusal('ERR_SIGV4_REQUEST_EXPIRED', 'Request has expired');
  }
  const oldest = now - skewSeconds * 1000;
  if (signedAt >= oldest) return;
  throw notNow(
    `Signature expired: ${amzDate} is now earlier than ${amzDateOf(oldest)} (${amzDateOf(now)} - ${skew})`,
  );
}

/**
 * Whoever passes a request on could add what is not signed, or change it.
 *
 * @param {Claim} claim
 * @param {Arrived} arrived
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
 * @param {Claim} claim
 * @param {Arrived} arrived
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

/** @param {string} message */
function scopeMismatch(message) {
  return new Refusal('ERR_SIGV4_SCOPE_MISMATCH', message);
}

/** @param {string} message */
function notNow(message) {
  return new Refusal('ERR_SIGV4_SIGNATURE_EXPIRED', message);
}
