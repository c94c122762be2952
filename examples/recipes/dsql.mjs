// Amazon Aurora DSQL: the password of a database role.

import { presignUrl } from 'sigv4-wasm';

/**
 * A token that opens connections for 15 minutes. Source: "Generating an authentication token in Amazon Aurora DSQL",
 * Aurora DSQL user guide.
 *
 * @param {object} options
 * @param {string} options.hostname  of the cluster, such as `abc.dsql.eu-west-1.on.aws`
 * @param {'DbConnect' | 'DbConnectAdmin'} [options.action]  `DbConnectAdmin` for the role `admin`
 * @param {string} options.region
 * @param {import('sigv4-wasm').SignerOptions['credentials']} options.credentials  that may `dsql:DbConnect`
 */
export async function dsqlAuthToken({ hostname, action = 'DbConnect', region, credentials }) {
  const url = `https://${hostname}/?Action=${action}`;
  const presigned = await presignUrl(url, { credentials, region, service: 'dsql', expiresIn: 900 });
  return presigned.slice('https://'.length);
}
