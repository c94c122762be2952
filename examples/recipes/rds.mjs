// Amazon RDS and Aurora: the password of a database user with IAM authentication.
//
//   const password = await rdsAuthToken({ hostname, port: 5432, username: 'app', credentials });
//   new pg.Client({ host: hostname, port: 5432, user: 'app', password, ssl: true });

import { presignUrl } from 'sigv4-wasm';

/**
 * A token that opens connections for 15 minutes; a connection that is open stays open. Source: "Connecting to your DB
 * instance using IAM authentication", Amazon RDS user guide.
 *
 * @param {object} options
 * @param {string} options.hostname  of the instance or cluster, as AWS named it: an alias of yours is not accepted
 * @param {number} options.port  such as 5432 for PostgreSQL, 3306 for MySQL
 * @param {string} options.username
 * @param {string} [options.region]  default: from the host
 * @param {import('sigv4-wasm').SignerOptions['credentials']} options.credentials  that may `rds-db:connect`
 */
export async function rdsAuthToken({ hostname, port, username, region, credentials }) {
  const url = `https://${hostname}:${port}/?Action=connect&DBUser=${encodeURIComponent(username)}`;
  const presigned = await presignUrl(url, { credentials, region, service: 'rds-db', expiresIn: 900 });
  return presigned.slice('https://'.length);
}
