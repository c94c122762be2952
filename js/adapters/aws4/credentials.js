// Credentials as aws4 takes them: an object, or the environment.

import { CredentialsSource } from '../../sign/credentials.js';

/** @returns {import('./request-options.js').Credentials} what the environment holds now */
export function environmentCredentials() {
  /** @type {Record<string, string | undefined>} */
  const environment = /** @type {any} */ (globalThis).process?.env ?? {};
  return {
    accessKeyId: environment.AWS_ACCESS_KEY_ID || environment.AWS_ACCESS_KEY,
    secretAccessKey: environment.AWS_SECRET_ACCESS_KEY || environment.AWS_SECRET_KEY,
    sessionToken: environment.AWS_SESSION_TOKEN,
  };
}

/** By the object, so that the signing key of credentials that are used again stays cached. */
const sources = new WeakMap();

/**
 * @param {object} credentials
 * @returns {CredentialsSource}
 */
export function sourceOf(credentials) {
  if (!sources.has(credentials)) sources.set(credentials, new CredentialsSource(credentials));
  return sources.get(credentials);
}
