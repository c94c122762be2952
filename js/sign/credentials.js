// The source of credentials: an object, or a provider whose credentials are kept until shortly before they expire.

import { coreError, SigV4Error } from '../engine/errors.js';
import { UNCLEAN } from '../engine/generated/credentials.js';
import { ACCESS_KEY_ID_INVALID, SESSION_TOKEN_INVALID } from '../engine/generated/errors.js';
import { invalid, kindOf, parse, renamed } from '../protocol/credentials.js';
import { shownKey } from '../protocol/key-id.js';
import { isUsable, renewalAt, retryAt } from '../protocol/renewal.js';

/**
 * @typedef {import('../protocol/credentials.js').Credentials} Credentials
 * @typedef {import('../protocol/credentials.js').AnyCredentials} AnyCredentials
 *
 * @typedef {object} CredentialsHint
 * @property {boolean} [forceRefresh]  asks for newer credentials than the last ones
 * @property {undefined} [callerClientConfig] never passed. Some providers of the AWS SDK declare only a hint of this name, and
 *   would not type-check without it.
 *
 * Every credential provider of the AWS SDK v3 is one.
 * @typedef {(hint?: CredentialsHint) => AnyCredentials | Promise<AnyCredentials>} CredentialsProvider
 *
 * @typedef {import('../engine/engine.js').SigningIdentity & { expiration: number }} Identity  expiration in epoch milliseconds
 *
 * The parts of credentials that a signed request shows.
 * @typedef {Pick<Identity, 'accessKeyId' | 'sessionToken' | 'expiration'>} ShownIdentity
 *
 * The time with which the expiration is compared, in epoch milliseconds.
 * @typedef {() => number} Clock
 */

export class CredentialsSource {
  /** @type {CredentialsProvider | undefined} */
  #provider;
  /** The object of a static source. @type {unknown} */
  #object;
  /** @type {Identity | undefined} */
  #identity;
  /** When the provider is called next, in epoch milliseconds; 0: immediately. */
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
   * Credentials that are available: static ones, or those of a provider that are still valid.
   *
   * @param {Clock} now
   * @returns {Identity | undefined}
   */
  current(now) {
    if (this.#provider === undefined) return this.#static(now);
    return this.#refreshAt !== 0 && now() < this.#refreshAt ? this.#identity : undefined;
  }

  /**
   * Credentials for callers that cannot wait: also those of a synchronous provider, and credentials that are due for a refresh,
   * which this starts.
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
   * Credentials, from the provider if necessary. However many callers wait, the provider is called once.
   *
   * @param {Clock} now
   * @returns {Promise<Identity>}
   */
  async resolve(now) {
    return this.current(now) ?? this.#refreshing ?? this.#refresh(now);
  }

  /**
   * Calls the provider again, or reads the object again, whatever the expiration is, because a server refused the credentials as
   * expired.
   *
   * @param {number} version  the version of the refused credentials
   * @returns {Promise<boolean>} whether the credentials have changed
   */
  async renew(version) {
    if (this.version !== version) return true;
    this.#refreshAt = 0;
    try {
      if (this.#provider === undefined) this.#static(Date.now);
      else await (this.#refreshing ?? this.#refresh(Date.now, true));
    } catch {
      // The refusal remains the response. A provider that fails is called again for the next request.
    }
    return this.version !== version;
  }

  /**
   * Discards the credentials.
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
   * After a failed refresh: the last credentials, if they are known to be still valid.
   *
   * @param {Identity | undefined} last
   * @param {unknown} error
   * @param {Clock} now
   * @returns {Identity}
   */
  #fallBack(last, error, now) {
    if (!isUsable(last, now())) throw error instanceof SigV4Error ? error : providerFailed(error);
    this.#refreshAt = retryAt(last.expiration, now());
    return last;
  }

  /**
   * Keeps a provider's credentials until they are due for renewal. Credentials that seem expired are used, but not kept: the
   * local clock may be wrong, which only a refusal by the server shows.
   *
   * @param {unknown} credentials
   * @param {Clock} now
   * @returns {Identity}
   */
  #accept(credentials, now) {
    const identity = this.#take(credentials);
    this.#refreshAt = renewalAt(identity.expiration, now());
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
 * The checks that the core makes for requests, for texts that are signed.
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

/** @param {unknown} cause */
function providerFailed(cause) {
  return new SigV4Error('ERR_SIGV4_CREDENTIALS_PROVIDER', 'the credential provider failed: see the cause', {
    cause,
  });
}
