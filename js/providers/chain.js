// Several sources, one after the other.

import { SigV4Error } from '../engine/errors.js';
import { notFound, provider } from './provider.js';

/**
 * The credentials of the first source that has any. Only one that has none (`ERR_SIGV4_CREDENTIALS_NOT_FOUND`) is skipped. If a
 * source fails, the next one is not tried, because its credentials would be those of a different identity.
 *
 * @example
 *   const credentials = chain(fromEnv(), fromContainer(), fromInstanceMetadata());
 *
 * @param {...import('../sign/credentials.js').CredentialsProvider} sources
 * @returns {import('./provider.js').Provider}
 * @throws {SigV4Error} from the provider: `ERR_SIGV4_CREDENTIALS_NOT_FOUND`, whose message gives the reason for each source, and
 *   whose `cause` is an `AggregateError` of their errors; the errors of a source
 */
export function chain(...sources) {
  return chainOf(sources, 0);
}

/**
 * @param {readonly import('../sign/credentials.js').CredentialsProvider[]} sources
 * @param {number} staticMs
 */
export function chainOf(sources, staticMs) {
  /** @param {import('./provider.js').ProviderHint} hint */
  const load = async ({ forceRefresh = false }) => {
    /** @type {SigV4Error[]} */
    const errors = [];
    for (const source of sources) {
      try {
        return await source({ forceRefresh });
      } catch (error) {
        if (/** @type {any} */ (error)?.code !== 'ERR_SIGV4_CREDENTIALS_NOT_FOUND') throw error;
        errors.push(/** @type {SigV4Error} */ (error));
      }
    }
    const why = errors.map(({ message }) => message).join('; ') || 'it has no sources';
    throw notFound('chain', why, new AggregateError(errors));
  };
  return provider('chain', load, staticMs);
}
