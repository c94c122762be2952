// js/providers finds credentials without the AWS SDK. Here: what all sources have in common. They keep what they found until it
// is due for renewal, ask once however many callers wait, and say why they have nothing.

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
 * What every function of this entry returns. It fits clients of the AWS SDK v3, too.
 *
 * @template [Extra=unknown]
 * @typedef {(hint?: ProviderHint) => Promise<Credentials & Extra>} Provider
 */

/**
 * @template {object} Extra
 * @param {string} source  that errors name
 * @param {(hint: ProviderHint) => Promise<object>} load  finds credentials in any shape that `parse` takes
 * @param {number} [staticMs]  for how long credentials without expiration are kept
 * @param {() => Extra} [extra]  what stands beside the credentials
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
        // A caller that wants newer ones falls back itself: it has the last ones.
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
 * A source that has no credentials here, so that the next one is asked.
 *
 * @param {string} source
 * @param {string} why
 * @param {Error} [cause]
 */
export function notFound(source, why, cause) {
  return new SigV4Error('ERR_SIGV4_CREDENTIALS_NOT_FOUND', `${source}: ${why}`, cause && { cause });
}

/**
 * A source that should have credentials and cannot give them. The next one is not asked, because it would be somebody else.
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
