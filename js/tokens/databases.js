// Passwords of databases and caches with IAM authentication: presigned URLs without their scheme.

import { presignUrl } from '../sign/signer.js';
import { checkOptions, presigning, withoutScheme } from './options.js';

/** @typedef {import('./options.js').TokenOptions} TokenOptions */

/**
 * The password of a user of Amazon RDS or Aurora. It opens connections for 15 minutes; a connection that is open stays open.
 *
 * Source: "Connecting to your DB instance using IAM authentication", Amazon RDS user guide.
 *
 * @example
 *   const password = await rdsAuthToken({ hostname, port: 5432, username: 'app', credentials });
 *
 * @param {TokenOptions & { hostname: string, port: number, username: string, region?: string }} options  `hostname`: of the
 *   instance or cluster, as AWS named it; an alias is not accepted. `region`: default, from the host
 * @returns {Promise<string>}
 * @throws {SigV4Error}
 */
export async function rdsAuthToken(options) {
  checkOptions(options, ['hostname', 'port', 'username'], ['region']);
  const { hostname, port, username, region } = options;
  const url = `https://${hostname}:${port}/?Action=connect&DBUser=${encodeURIComponent(username)}`;
  return withoutScheme(await presignUrl(url, presigning(options, 'rds-db', region, 900)));
}

/**
 * The password of a database role of Amazon Aurora DSQL.
 *
 * Source: "Generating an authentication token in Amazon Aurora DSQL", Aurora DSQL user guide.
 *
 * @example
 *   const password = await dsqlAuthToken({ hostname: 'abc.dsql.eu-west-1.on.aws', credentials });
 *
 * @param {TokenOptions & { hostname: string, action?: 'DbConnect' | 'DbConnectAdmin', region?: string, expiresIn?: number }} options
 *   `action`: `DbConnectAdmin` for the role `admin`; default `DbConnect`. `region`: default, from the host. `expiresIn`: seconds;
 *   default 900
 * @returns {Promise<string>}
 * @throws {SigV4Error}
 */
export async function dsqlAuthToken(options) {
  checkOptions(options, ['hostname'], ['action', 'region', 'expiresIn']);
  const { hostname, action = 'DbConnect', region, expiresIn = 900 } = options;
  const url = `https://${hostname}/?Action=${encodeURIComponent(action)}`;
  return withoutScheme(await presignUrl(url, presigning(options, 'dsql', region, expiresIn)));
}

/**
 * The password that a user of Amazon ElastiCache sends in `AUTH`. It opens connections for 15 minutes; a connection lasts 12
 * hours at most.
 *
 * Source: "Authenticating with IAM", Amazon ElastiCache user guide.
 *
 * @example
 *   const password = await elastiCacheAuthToken({ cache: 'my-cache', userId: 'app', region: 'eu-west-1', credentials });
 *
 * @param {TokenOptions & { cache: string, userId: string, region: string, serverless?: boolean }} options  `cache`: the name of the
 *   replication group or serverless cache in lower case, not its endpoint
 * @returns {Promise<string>}
 * @throws {SigV4Error}
 */
export async function elastiCacheAuthToken(options) {
  checkOptions(options, ['cache', 'userId', 'region'], ['serverless']);
  const { cache, userId, region, serverless } = options;
  return cacheToken(options, 'elasticache', cache, userId, region, serverless);
}

/**
 * Likewise, of Amazon MemoryDB.
 *
 * Source: "Authenticating with IAM", Amazon MemoryDB developer guide.
 *
 * @example
 *   const password = await memoryDbAuthToken({ cluster: 'my-cluster', userId: 'app', region: 'eu-west-1', credentials });
 *
 * @param {TokenOptions & { cluster: string, userId: string, region: string }} options  `cluster`: its name in lower case
 * @returns {Promise<string>}
 * @throws {SigV4Error}
 */
export async function memoryDbAuthToken(options) {
  checkOptions(options, ['cluster', 'userId', 'region']);
  const { cluster, userId, region } = options;
  return cacheToken(options, 'memorydb', cluster, userId, region);
}

/**
 * @param {TokenOptions} options
 * @param {string} service
 * @param {string} name
 * @param {string} userId
 * @param {string} region
 * @param {boolean} [serverless]
 */
async function cacheToken(options, service, name, userId, region, serverless = false) {
  const type = serverless ? '&ResourceType=ServerlessCache' : '';
  const url = `https://${name}/?Action=connect&User=${encodeURIComponent(userId)}${type}`;
  return withoutScheme(await presignUrl(url, presigning(options, service, region, 900)));
}
