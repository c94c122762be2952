// Learns from a refusal how far the local clock differs from the server's.
//
// AWS refuses a signature that is more than a few minutes old, or dated
// in the future. The clocks of laptops, phones and containers can be wrong, and the refusal shows the right time.

import { parseAmzDate } from './amz-date.js';

const MINUTE = 60_000;

/** The maximum offset: otherwise, any server could make the client sign for a time that it chooses. */
const MAX_OFFSET = 86_400_000;

/** The skew that API Gateway, and most of AWS, tolerates. S3 tolerates 15 minutes. */
export const TOLERATED_SKEW = 300_000;

/** AWS's messages for a wrong clock. */
const BLAMES_CLOCK =
  /Signature expired|Signature not yet current|RequestTimeTooSkewed|RequestExpired|RequestInTheFuture/;

/** `…T192130Z is now earlier than …T192426Z (20181029T192926Z - 5 min.)`: in the parentheses, the server's now. */
const NOW_IN_MESSAGE = /\((\d{8}T\d{6}Z) [+-] \d+ min\.\)/;

/** S3 sends its time with `RequestTimeTooSkewed`. */
const NOW_IN_XML = /<ServerTime>([^<]+)<\/ServerTime>/;

/** HTTP APIs send only this message, whatever the cause; a response to HEAD has no message. */
const SAYS_NOTHING = /^\s*(\{\s*"message"\s*:\s*"Forbidden"\s*\})?\s*$/;

/**
 * A response in a form that every HTTP client can provide.
 *
 * @typedef {object} ServerResponse
 * @property {number} status
 * @property {{ get(name: string): unknown }} headers  called with lower-case names
 * @property {string} [body]  `undefined` if it cannot be read without consuming the caller's stream
 */

/**
 * How far the server's clock is ahead of the local one, in milliseconds, if the clock is why the request
 * was refused; otherwise undefined.
 *
 * @param {ServerResponse} answer
 * @param {number} arrivedAt local time (`Date.now()`) when the response arrived. Not the time of signing: a slow upload can take
 *   longer than its signature is valid, and then the clock is not the cause.
 * @param {number} [currentOffset]  the offset with which the refused signature was made, in milliseconds
 * @returns {number | undefined}
 */
export function serverClockOffset(answer, arrivedAt, currentOffset = 0) {
  if (answer.status < 400 || answer.status > 499) return undefined;

  const { body = '' } = answer;
  const blamesClock = BLAMES_CLOCK.test(body);
  // If the response gives no reason, only a Date outside of AWS's tolerance indicates the clock.
  const saysNothing = answer.status === 403 && SAYS_NOTHING.test(body);
  if (!blamesClock && !saysNothing) return undefined;

  const now = serverTime(blamesClock ? body : '', answer.headers);
  if (now === undefined) return undefined;

  const offset = now - arrivedAt;
  if (Math.abs(offset) > MAX_OFFSET) return undefined;
  // Below a minute, a new signature would not be better than the last one.
  const threshold = blamesClock ? MINUTE : TOLERATED_SKEW;
  return Math.abs(offset - currentOffset) > threshold ? offset : undefined;
}

/**
 * Whether a response shows that the time of the signature was right. A refusal without a reason does not.
 *
 * @param {ServerResponse} answer
 * @returns {boolean}
 */
export function provesClock({ status, headers, body = '' }) {
  if (status < 400) return true;
  if (status === 401 || status === 403) return false;
  const text = `${headers.get('x-amzn-errortype') ?? ''} ${body}`;
  return !BLAMES_CLOCK.test(text) && !BLAMES_SIGNATURE.test(text);
}

/** AWS's messages for a wrong signature: APIs and JSON services, S3, services with a query protocol. */
const BLAMES_SIGNATURE =
  /InvalidSignature|SignatureDoesNotMatch|IncompleteSignature|signature we calculated|AuthFailure/;

/**
 * The server's now.
 *
 * @param {string} body
 * @param {ServerResponse['headers']} headers
 * @returns {number | undefined} milliseconds since the epoch
 */
export function serverTime(body, headers) {
  return timeInBody(body) ?? timeInHeaders(headers);
}

/**
 * From the text, which contains it even if CORS hides the `Date` header.
 *
 * @param {string} body
 * @returns {number | undefined} milliseconds since the epoch
 */
function timeInBody(body) {
  const stamp = NOW_IN_MESSAGE.exec(body);
  const now = parseAmzDate(stamp?.[1] ?? '');
  return Number.isNaN(now) ? parseTime(NOW_IN_XML.exec(body)?.[1]) : now;
}

/**
 * From `Date`. A cache returns the `Date` of the response that it stored, and its age in seconds in `Age` (RFC 9111, 5.1).
 *
 * @param {ServerResponse['headers']} headers
 * @returns {number | undefined} milliseconds since the epoch
 */
function timeInHeaders(headers) {
  const date = parseTime(headers.get('date'));
  const age = Number(headers.get('age') ?? 0);
  return date === undefined ? undefined : date + (age > 0 ? age * 1000 : 0);
}

/**
 * @param {unknown} text
 * @returns {number | undefined}
 */
function parseTime(text) {
  const time = Date.parse(String(text ?? ''));
  return Number.isNaN(time) ? undefined : time;
}
