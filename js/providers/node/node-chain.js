// All sources of credentials for a program on Node.js.

import { chainOf } from '../chain.js';
import { fromEnv } from '../from-env.js';
import { fromInstanceMetadata } from '../from-instance-metadata.js';
import { fromContainer } from './from-container.js';
import { fromIni, KEEP_FILES_MS } from './from-ini.js';
import { fromWebIdentity } from './from-web-identity.js';
import { chosenProfile } from './profiles.js';

/**
 * The first of these that has credentials, in the order of the AWS SDK for JavaScript: the environment, unless a profile is
 * chosen; a profile of `~/.aws`; the token file of a web identity; a container of ECS or EKS; the role of an EC2 instance.
 *
 * If one of them is configured and fails, the next one is not tried.
 *
 * Source: "Standardized credential providers", AWS SDKs and tools reference guide.
 *
 * @example
 *   const signer = new Signer({ credentials: fromNodeChain() });
 *
 * @param {Parameters<typeof fromIni>[0]} [options]  as of `fromIni`
 * @returns {import('../provider.js').Provider}
 * @throws {SigV4Error} from the provider: `ERR_SIGV4_CREDENTIALS_NOT_FOUND`, whose message gives the reason for each source; the
 *   errors of a source
 */
export function fromNodeChain(options = {}) {
  const sources = [
    fromIni(options),
    fromWebIdentity(options),
    fromContainer(options),
    fromInstanceMetadata(options),
  ];
  const all = chainOf([fromEnv(), ...sources], KEEP_FILES_MS);
  const withoutEnvironment = chainOf(sources, KEEP_FILES_MS);
  return (hint) => (chosenProfile(options) === undefined ? all : withoutEnvironment)(hint);
}
