// Credentials of a container whose token may be in a file, as with EKS Pod Identity.

import { containerProvider } from '../from-container.js';
import { readToken } from './files.js';

/**
 * Like `fromContainer` of `sigv4-wasm/credentials`. It also reads the token from the file that
 * `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE` names, each time.
 *
 * Source: "Container credential provider", AWS SDKs and tools reference guide.
 *
 * @example
 *   const signer = new Signer({ credentials: fromContainer() });
 *
 * @param {import('../from-container.js').ContainerOptions & import('../request.js').RequestOptions} [options]  `timeoutMs`:
 *   default 1000
 * @returns {import('../provider.js').Provider}
 * @throws {SigV4Error} as that function
 */
export function fromContainer(options = {}) {
  return containerProvider(options, (path) => readToken('fromContainer', path));
}
