// Credentials of the role of an EC2 instance, by version 2 of its metadata service.

import {
  METADATA_IPV4,
  METADATA_IPV6,
  METADATA_ROLES,
  METADATA_TOKEN_SECONDS,
} from '../engine/generated/metadata.js';
import { environment, failed, notFound, provider } from './provider.js';
import { refusal, request } from './request.js';

const SOURCE = 'fromInstanceMetadata';

/**
 * @typedef {object} InstanceMetadataOptions
 * @property {Record<string, string | undefined>} [env]  default: `process.env`
 * @property {string} [endpoint]  default: what `AWS_EC2_METADATA_SERVICE_ENDPOINT` says, or `http://169.254.169.254`; with
 *   `AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6`, `http://[fd00:ec2::254]`
 */

/**
 * Credentials of the role of an EC2 instance. Version 1 of the service, which takes requests without a token, is not used.
 * `AWS_EC2_METADATA_DISABLED=true` turns it off.
 *
 * Source: "Use the Instance Metadata Service to access instance metadata", Amazon EC2 user guide.
 *
 * @example
 *   const signer = new Signer({ credentials: fromInstanceMetadata() });
 *
 * @param {InstanceMetadataOptions & import('./request.js').RequestOptions} [options]
 * @returns {import('./provider.js').Provider}
 * @throws {SigV4Error} from the provider: `ERR_SIGV4_CREDENTIALS_NOT_FOUND` if there is no such service, or the instance has
 *   no role; `ERR_SIGV4_CREDENTIALS_PROVIDER`
 */
export function fromInstanceMetadata(options = {}) {
  return provider(SOURCE, async () => {
    const env = options.env ?? environment();
    if (/^true$/i.test(env.AWS_EC2_METADATA_DISABLED ?? '')) {
      throw notFound(SOURCE, 'AWS_EC2_METADATA_DISABLED turns it off');
    }
    const endpoint = (options.endpoint ?? endpointOf(env)).replace(/\/$/, '');
    const token = await tokenOf(endpoint, options);
    const headers = { 'x-aws-ec2-metadata-token': token };
    const read = (/** @type {string} */ path) =>
      request(SOURCE, endpoint + path, { headers }, { timeoutMs: 1000, ...options });
    const roles = await read(METADATA_ROLES);
    if (roles.status === 404) throw notFound(SOURCE, 'the instance has no role');
    const [role] = roles.text.trim().split('\n');
    if (roles.status !== 200 || role === '') throw failed(SOURCE, refusal(roles));
    const answer = await read(METADATA_ROLES + encodeURIComponent(role));
    // What it has instead of credentials, it answers with 200.
    const isGood = answer.status === 200 && (answer.json.Code ?? 'Success') === 'Success';
    if (!isGood) throw failed(SOURCE, refusal(answer));
    return answer.json;
  });
}

/** @param {Record<string, string | undefined>} env */
function endpointOf(env) {
  const isIpV6 = /^ipv6$/i.test(env.AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE ?? '');
  return env.AWS_EC2_METADATA_SERVICE_ENDPOINT || (isIpV6 ? METADATA_IPV6 : METADATA_IPV4);
}

/**
 * @param {string} endpoint
 * @param {import('./request.js').RequestOptions} options
 */
async function tokenOf(endpoint, options) {
  const headers = { 'x-aws-ec2-metadata-token-ttl-seconds': METADATA_TOKEN_SECONDS };
  const init = { method: 'PUT', headers };
  const answer = await request(SOURCE, `${endpoint}/latest/api/token`, init, {
    timeoutMs: 1000,
    ...options,
  }).catch((error) => {
    options.signal?.throwIfAborted();
    throw notFound(SOURCE, 'this is not an EC2 instance: no metadata service responds', error);
  });
  if (answer.status === 200) return answer.text;
  throw failed(SOURCE, `no token: ${refusal(answer)}`);
}
