// Amazon ElastiCache and MemoryDB: the password that a user with IAM authentication sends in AUTH.

import { presignUrl } from 'sigv4-wasm';

/**
 * A token that opens connections for 15 minutes; a connection lasts 12 hours at most. Source: "Authenticating with IAM",
 * Amazon ElastiCache user guide and Amazon MemoryDB developer guide.
 *
 * @param {object} options
 * @param {string} options.cache  the name of the replication group, the serverless cache or (MemoryDB) the cluster, in
 *   lower case; not its endpoint
 * @param {string} options.userId
 * @param {'elasticache' | 'memorydb'} [options.service]
 * @param {boolean} [options.serverless]  whether it is a serverless cache
 * @param {string} options.region
 * @param {import('sigv4-wasm').SignerOptions['credentials']} options.credentials  that may `elasticache:Connect`
 */
export async function cacheAuthToken({
  cache,
  userId,
  service = 'elasticache',
  serverless = false,
  region,
  credentials,
}) {
  const query = new URLSearchParams({ Action: 'connect', User: userId });
  if (serverless) query.set('ResourceType', 'ServerlessCache');
  const presigned = await presignUrl(`https://${cache}/?${query}`, {
    credentials,
    region,
    service,
    expiresIn: 900,
  });
  return presigned.slice('https://'.length);
}
