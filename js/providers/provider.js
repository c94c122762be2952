// js/providers finds credentials without the AWS SDK. This file: the common part of all sources. They keep credentials until they
// are due for renewal, fetch them once however many callers wait, and give a reason if they have none.

import { SigV4Error } from '../engine/errors.js';
import { parse } from '../protocol/credentials.js';
import { isUsable, renewalAt, retryAt } from '../protocol/renewal.js';

/**
 * @typedef {import('../protocol/credentials.js').Credentials} Credentials
 *
 * @typedef {object} ProviderHint
 * @property {boolean | undefined} [forceRefresh]  asks for newer credentials than the last ones
 */

/**
 * The result of every function of this entry. Clients of the AWS SDK v3 also accept it.
 *
 * @template [Extra=unknown]
 * @typedef {(hint?: ProviderHint) => Promise<Credentials & Extra>} Provider
 */

/**
 * @template {object} Extra
 * @param {string} source  that errors name
 * @param {(hint: ProviderHint) => Promise<object>} load  finds credentials in any shape that `parse` takes
 * @param {number} [staticMs]  for how long credentials without expiration are kept
 * @param {() => Extra} [extra]  further properties of the result
 * @returns {Provider<Extra>}
 */
export function provider(source, load, staticMs = 0, extra) {
  /** @type {import('../protocol/credentials.js').ParsedCredentials | undefined} */
  let last;
  let dueAt = 0;
  /** @type {Promise<void> | undefined} */
  let loading;

  /** @param {ProviderHint} hint */
  const renew = (hint) =>
    Promise.resolve(hint)
      .then(load)
      .then((found) => {
        try {
          last = parse(found);
        } catch (error) {
          throw failed(source, /** @type {Error} */ (error).message);
        }
        dueAt = renewalAt(last.expiration, Date.now()) || Date.now() + staticMs;
      })
      .finally(() => {
        loading = undefined;
      });
  return async (/** @type {ProviderHint} */ hint = {}) => {
    if (last === undefined || hint.forceRefresh || Date.now() >= dueAt) {
      try {
        await (loading ??= renew(hint));
      } catch (error) {
        // A caller that requests newer credentials falls back itself, because it has the last ones.
        if (hint.forceRefresh || !isUsable(last, Date.now())) throw error;
        dueAt = retryAt(last.expiration, Date.now());
      }
    }
    const { sessionToken, expiration, ...keys } =
      /** @type {import('../protocol/credentials.js').ParsedCredentials} */ (last);
    return /** @type {Credentials & Extra} */ ({
      ...keys,
      ...(sessionToken && { sessionToken }),
      ...(expiration < Infinity && { expiration: new Date(expiration) }),
      ...extra?.(),
    });
  };
}

/**
 * The error of a source that has no credentials, after which the next one is tried.
 *
 * @param {string} source
 * @param {string} why
 * @param {Error} [cause]
 */
export function notFound(source, why, cause) {
  return new SigV4Error('ERR_SIGV4_CREDENTIALS_NOT_FOUND', `${source}: ${why}`, cause && { cause });
}

/**
 * The error of a source that is configured but fails. The next one is not tried, because it would be a different identity.
 *
 * @param {string} source
 * @param {string} why
 * @param {Error} [cause]
 */
export function failed(source, why, cause) {
  return new SigV4Error('ERR_SIGV4_CREDENTIALS_PROVIDER', `${source}: ${why}`, cause && { cause });
}

/** Environment variables, where the runtime has them. @returns {Record<string, string | undefined>} */
export function environment() {
  return /** @type {any} */ (globalThis).process?.env ?? {};
}
