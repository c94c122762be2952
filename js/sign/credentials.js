// Where credentials come from: an object, or a provider whose answers are kept until shortly before they expire.

import { coreError, SigV4Error } from '../engine/errors.js';
import { UNCLEAN } from '../engine/generated/credentials.js';
import { ACCESS_KEY_ID_INVALID, SESSION_TOKEN_INVALID } from '../engine/generated/errors.js';
import { shownKey } from '../protocol/key-id.js';

/**
 * As the AWS SDK names them.
 *
 * @typedef {object} Credentials
 * @property {string} accessKeyId
 * @property {string} secretAccessKey
 * @property {string | undefined} [sessionToken]  of temporary credentials
 * @property {Date | undefined} [expiration]  of temporary credentials
 *
 * When credentials end: a Date; a date as ISO 8601 writes it; or the time since 1970, in seconds where it is below 1e11,
 * otherwise in milliseconds.
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
 * The answer to `AssumeRole`, `GetSessionToken`, `GetCredentialsForIdentity` and their like.
 * @typedef {object} CredentialsAnswer
 * @property {IssuedCredentials | undefined} [Credentials]
 *
 * @typedef {Omit<Credentials, 'expiration'> & { expiration?: Expiration | undefined }} GivenCredentials
 * @typedef {GivenCredentials | IssuedCredentials | CredentialsAnswer} AnyCredentials
 *
 * @typedef {object} CredentialsHint
 * @property {boolean} [forceRefresh]  asks for newer credentials than the last ones
 * @property {undefined} [callerClientConfig]  never given. Some providers of the AWS SDK know a hint by this name only,
 *   and would not fit otherwise.
 *
 * Every credential provider of the AWS SDK v3 is one.
 * @typedef {(hint?: CredentialsHint) => AnyCredentials | Promise<AnyCredentials>} CredentialsProvider
 *
 * @typedef {import('../engine/engine.js').SigningIdentity & { expiration: number }} Identity  expiration in epoch milliseconds
 *
 * What everyone sees who sees what they signed.
 * @typedef {Pick<Identity, 'accessKeyId' | 'sessionToken' | 'expiration'>} ShownIdentity
 *
 * What expiration is compared with, in epoch milliseconds.
 * @typedef {() => number} Clock
 */

/** Credentials are renewed this long before they expire, so that no request is signed with dying ones. */
const REFRESH_AHEAD_MS = 5 * 60 * 1000;

/** After a failed refresh, valid credentials are used for this long before the provider is asked again. */
const RETRY_AFTER_MS = 10 * 1000;

export class CredentialsSource {
  /** @type {CredentialsProvider | undefined} */
  #provider;
  /** Of a static source. @type {unknown} */
  #object;
  /** @type {Identity | undefined} */
  #identity;
  /** When the provider is next asked, in epoch milliseconds; 0: immediately. */
  #refreshAt = 0;
  /** @type {Promise<Identity> | undefined} */
  #refreshing;

  /**
   * A number that changes with the credentials.
   *
   * @type {number}
   */
  version = 0;

  /** @param {unknown} credentials */
  constructor(credentials) {
    if (typeof credentials === 'function') {
      this.#provider = /** @type {CredentialsProvider} */ (credentials);
    } else if (typeof credentials === 'object' && credentials !== null) {
      this.#object = credentials;
    } else {
      throw invalid('the option credentials is missing');
    }
  }

  /**
   * Credentials that are there: static ones, or a provider's that are still good.
   *
   * @param {Clock} now
   * @returns {Identity | undefined}
   */
  current(now) {
    if (this.#provider === undefined) return this.#static(now);
    return this.#refreshAt !== 0 && now() < this.#refreshAt ? this.#identity : undefined;
  }

  /**
   * Credentials for callers that cannot wait: also those of a provider that answers synchronously, and credentials due
   * for a refresh, which is then under way.
   *
   * @param {Clock} now
   * @returns {Identity}
   */
  currentSync(now) {
    const answer = this.current(now) ?? this.#refreshing ?? this.#refresh(now);
    if (!(answer instanceof Promise)) return answer;
    const last = this.#identity;
    if (last !== undefined && now() < last.expiration) return last;
    throw new SigV4Error(
      'ERR_SIGV4_NOT_READY',
      'the credentials must be fetched first: await signer.ready(), or use the asynchronous call',
    );
  }

  /**
   * Credentials, from the provider if need be. However many callers wait, the provider is asked once.
   *
   * @param {Clock} now
   * @returns {Promise<Identity>}
   */
  async resolve(now) {
    return this.current(now) ?? this.#refreshing ?? this.#refresh(now);
  }

  /**
   * Asks the provider again, or looks at the object again, whatever the expiration says: a server refused the credentials
   * as expired.
   *
   * @param {number} version  that of the credentials which were refused
   * @returns {Promise<boolean>} whether there are others now
   */
  async renew(version) {
    if (this.version !== version) return true;
    this.#refreshAt = 0;
    try {
      if (this.#provider === undefined) this.#static(Date.now);
      else await (this.#refreshing ?? this.#refresh(Date.now, true));
    } catch {
      // The refusal stays the answer. A provider that fails is asked again for the next request.
    }
    return this.version !== version;
  }

  /**
   * Gives the credentials up.
   *
   * @returns {Identity | undefined} those that were used last
   */
  dispose() {
    const last = this.#identity;
    last?.tokenBytes?.fill(0);
    this.#identity = this.#object = undefined;
    this.#refreshAt = 0;
    this.#provider = () => {
      throw invalid('the signer was disposed of: make a new one');
    };
    return last;
  }

  /**
   * The object may be changed by its owner at any time, so it is read each time.
   *
   * @param {Clock} now
   */
  #static(now) {
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = renamed(this.#object);
    const known = this.#identity;
    if (
      known === undefined ||
      known.accessKeyId !== accessKeyId ||
      known.secretAccessKey !== secretAccessKey ||
      known.sessionToken !== (sessionToken ?? '') ||
      expiration !== undefined
    ) {
      const identity = this.#take(this.#object);
      if (identity.expiration !== Infinity && now() >= identity.expiration) throw expired(identity);
      return identity;
    }
    return known;
  }

  /**
   * @param {Clock} now
   * @param {boolean} [forceRefresh]
   * @returns {Identity | Promise<Identity>}
   */
  #refresh(now, forceRefresh) {
    const provider = /** @type {CredentialsProvider} */ (this.#provider);
    const last = this.#identity;
    const hint = { forceRefresh: forceRefresh ?? (last !== undefined && last.expiration !== Infinity) };
    try {
      const answer = /** @type {any} */ (provider(hint));
      if (typeof answer?.then !== 'function') return this.#accept(answer, now);
      const refreshing = Promise.resolve(answer)
        .then((credentials) => this.#accept(credentials, now))
        .catch((error) => this.#fallBack(last, error, now))
        .finally(() => {
          this.#refreshing = undefined;
        });
      refreshing.catch(() => {}); // a synchronous caller does not wait for it
      this.#refreshing = refreshing;
      return refreshing;
    } catch (error) {
      return this.#fallBack(last, error, now);
    }
  }

  /**
   * After a failed refresh: the last credentials, if they are known to be still valid. Of those without expiration
   * only the provider knows.
   *
   * @param {Identity | undefined} last
   * @param {unknown} error
   * @param {Clock} now
   * @returns {Identity}
   */
  #fallBack(last, error, now) {
    const isValid = last !== undefined && last.expiration !== Infinity && now() < last.expiration;
    if (!isValid) throw error instanceof SigV4Error ? error : providerFailed(error);
    this.#refreshAt = Math.min(now() + RETRY_AFTER_MS, last.expiration);
    return last;
  }

  /**
   * Keeps a provider's answer until {@link REFRESH_AHEAD_MS} before it expires; of a shorter life, until half of it
   * is over. An answer without expiration is not kept: the provider knows best how long it is good. Nor is one that
   * seems expired, but it is used: the local clock may be wrong, and only a refusal by the server shows that.
   *
   * @param {unknown} credentials
   * @param {Clock} now
   * @returns {Identity}
   */
  #accept(credentials, now) {
    const identity = this.#take(credentials);
    const { expiration } = identity;
    this.#refreshAt =
      expiration === Infinity ? 0 : Math.max(expiration - REFRESH_AHEAD_MS, (now() + expiration) / 2);
    return identity;
  }

  /**
   * @param {unknown} credentials
   * @returns {Identity}
   */
  #take(credentials) {
    const taken = parse(credentials);
    const known = this.#identity;
    const isKnown =
      known !== undefined &&
      known.accessKeyId === taken.accessKeyId &&
      known.secretAccessKey === taken.secretAccessKey &&
      known.sessionToken === taken.sessionToken;
    // Equal credentials keep their number, so that the core still knows them.
    const { credentialsId, isUsed, hasKey, tokenBytes } = isKnown ? known : NEW;
    if (!isKnown) this.version += 1;
    this.#identity = { ...taken, credentialsId, isUsed, hasKey, tokenBytes };
    return this.#identity;
  }
}

const NEW = { credentialsId: 0, isUsed: false, hasKey: false, tokenBytes: undefined };

/**
 * @param {unknown} credentials
 * @returns {Pick<Identity, 'accessKeyId' | 'secretAccessKey' | 'sessionToken' | 'expiration'>}
 */
function parse(credentials) {
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
function renamed(credentials) {
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

/**
 * What the core refuses in requests, for what is signed as a text.
 *
 * @param {Pick<Identity, 'accessKeyId' | 'sessionToken'>} identity
 */
export function checkIdentity({ accessKeyId, sessionToken }) {
  if (UNCLEAN.test(accessKeyId)) throw coreError(ACCESS_KEY_ID_INVALID, {});
  if (UNCLEAN.test(sessionToken)) throw coreError(SESSION_TOKEN_INVALID, {});
}

/** @param {Pick<Identity, 'accessKeyId' | 'expiration'>} identity */
export function expired({ accessKeyId, expiration }) {
  return new SigV4Error(
    'ERR_SIGV4_CREDENTIALS_EXPIRED',
    `the credentials of the access key ${shownKey(accessKeyId)} expired at ${new Date(expiration).toISOString()}`,
  );
}

/** @param {unknown} value */
function kindOf(value) {
  return value === null ? 'null' : typeof value;
}

/** @param {string} message */
function invalid(message) {
  return new SigV4Error('ERR_SIGV4_CREDENTIALS_INVALID', message);
}

/** @param {unknown} cause */
function providerFailed(cause) {
  return new SigV4Error('ERR_SIGV4_CREDENTIALS_PROVIDER', 'the credential provider failed: see the cause', {
    cause,
  });
}
