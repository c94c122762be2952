// Credentials in the forms that aws4 takes: an object, or the environment.

import { CredentialsSource } from '../../sign/credentials.js';

/** @returns {import('./request-options.js').Credentials} the credentials that the environment contains now */
export function environmentCredentials() {
  /** @type {Record<string, string | undefined>} */
  const environment = /** @type {any} */ (globalThis).process?.env ?? {};
  return {
    accessKeyId: environment.AWS_ACCESS_KEY_ID || environment.AWS_ACCESS_KEY,
    secretAccessKey: environment.AWS_SECRET_ACCESS_KEY || environment.AWS_SECRET_KEY,
    sessionToken: environment.AWS_SESSION_TOKEN,
  };
}

/** Keyed by the object, so that the signing key stays cached if the same credentials are used again. */
const sources = new WeakMap();

/**
 * @param {object} credentials
 * @returns {CredentialsSource}
 */
export function sourceOf(credentials) {
  if (!sources.has(credentials)) sources.set(credentials, new CredentialsSource(credentials));
  return sources.get(credentials);
}
