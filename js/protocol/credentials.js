// Turns every form in which credentials are stored or issued into one.

import { SigV4Error } from '../engine/errors.js';

/**
 * With the names of the AWS SDK.
 *
 * @typedef {object} Credentials
 * @property {string} accessKeyId
 * @property {string} secretAccessKey
 * @property {string | undefined} [sessionToken]  of temporary credentials
 * @property {Date | undefined} [expiration]  of temporary credentials
 *
 * When credentials expire: a Date; a date in ISO 8601; or the time since 1970, in seconds if it is below 1e11, otherwise in
 * milliseconds.
 * @typedef {Date | string | number} Expiration
 *
 * As AWS writes them: STS, Cognito identity pools, `credential_process`, and the metadata services of ECS and EC2.
 * @typedef {object} IssuedCredentials
 * @property {string | undefined} [AccessKeyId]
 * @property {string | undefined} [SecretAccessKey]
 * @property {string | undefined} [SecretKey]  what Cognito calls it
 * @property {string | undefined} [SessionToken]
 * @property {string | undefined} [Token]  what the metadata services call it
 * @property {Expiration | undefined} [Expiration]
 *
 * The response to `AssumeRole`, `GetSessionToken`, `GetCredentialsForIdentity` and similar operations.
 * @typedef {object} CredentialsAnswer
 * @property {IssuedCredentials | undefined} [Credentials]
 *
 * @typedef {Omit<Credentials, 'expiration'> & { expiration?: Expiration | undefined }} GivenCredentials
 * @typedef {GivenCredentials | IssuedCredentials | CredentialsAnswer} AnyCredentials
 *
 * Checked, and in one form.
 * @typedef {object} ParsedCredentials
 * @property {string} accessKeyId
 * @property {string} secretAccessKey
 * @property {string} sessionToken  empty without one
 * @property {number} expiration  epoch milliseconds; Infinity without one
 */

/**
 * @param {unknown} credentials
 * @returns {ParsedCredentials}
 */
export function parse(credentials) {
  if (typeof credentials !== 'object' || credentials === null) {
    throw invalid(`the credentials are ${kindOf(credentials)}, not an object`);
  }
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = renamed(credentials);
  return {
    accessKeyId: requireText(accessKeyId, 'accessKeyId'),
    secretAccessKey: requireText(secretAccessKey, 'secretAccessKey'),
    sessionToken:
      sessionToken === undefined || sessionToken === null || sessionToken === ''
        ? ''
        : requireText(sessionToken, 'sessionToken'),
    expiration: parseExpiration(expiration),
  };
}

/**
 * With the names of the SDK.
 *
 * @param {any} credentials
 * @returns {any}
 */
export function renamed(credentials) {
  if (credentials.accessKeyId !== undefined) return credentials;
  const issued = credentials.Credentials ?? credentials;
  if (issued.AccessKeyId === undefined) return credentials;
  return {
    accessKeyId: issued.AccessKeyId,
    secretAccessKey: issued.SecretAccessKey ?? issued.SecretKey,
    sessionToken: issued.SessionToken ?? issued.Token,
    expiration: issued.Expiration,
  };
}

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {string}
 */
function requireText(value, name) {
  if (typeof value === 'string' && value !== '' && value !== 'undefined' && value !== 'null') return value;
  throw invalid(`${name} is ${typeof value === 'string' ? `the text "${value}"` : kindOf(value)}`);
}

/**
 * @param {unknown} expiration
 * @returns {number} epoch milliseconds
 */
function parseExpiration(expiration) {
  if (expiration === undefined || expiration === null) return Infinity;
  const millis = epochMillis(expiration);
  if (Math.abs(millis) <= MAX_DATE_MS || millis === Infinity) return millis;
  throw invalid('expiration is not a date: pass a Date, an ISO 8601 text, or seconds');
}

/**
 * @param {unknown} time
 * @returns {number} NaN if it is not a time
 */
function epochMillis(time) {
  if (typeof time === 'number') return time < MIN_MILLISECONDS ? time * 1000 : time;
  if (typeof time === 'string')
    return /^\d+(\.\d+)?$/.test(time) ? epochMillis(Number(time)) : Date.parse(time);
  const { valueOf } = /** @type {any} */ (time);
  const value = typeof time === 'object' && typeof valueOf === 'function' ? valueOf.call(time) : NaN;
  return typeof value === 'number' ? value : NaN;
}

/** Below it, a number is one of seconds, as Cognito answers: those reach the year 5138, and milliseconds begin in 1973. */
const MIN_MILLISECONDS = 1e11;
/** "Time values and time range", section 21.4.1.1 of ECMAScript. */
const MAX_DATE_MS = 8.64e15;

/** @param {unknown} value */
export function kindOf(value) {
  return value === null ? 'null' : typeof value;
}

/** @param {string} message */
export function invalid(message) {
  return new SigV4Error('ERR_SIGV4_CREDENTIALS_INVALID', message);
}
