// The ARN of a method of an API in policies.
//
// Source: "Control access for invoking an API" in the API Gateway developer guide.

import { SigV4Error } from '../engine/errors.js';
import { show } from './policy-error.js';

/**
 * @typedef {object} ApiMethod
 * @property {string} [partition]  `aws` by default
 * @property {string} region
 * @property {string} accountId  the account of the API
 * @property {string} apiId
 * @property {string} stage  the stage, which may be `$default`
 * @property {string} method  such as `GET`, or the route key of a WebSocket API, such as `$connect`
 * @property {string} [path]  of the request, without the stage and the query; leave it out for a route key
 */

/**
 * The ARN of a method: `arn:aws:execute-api:region:account:api/stage/METHOD/path`. The path is added without
 * its first slash; the path of the root is empty, so the ARN ends with `METHOD/`.
 *
 * Nothing is encoded or decoded: REST APIs name the path in their refusals as received, `GET/photos%3Fpage` in
 * aws-amplify/aws-sdk-ios#505 and `HOUR/09:00:00` in aws/chalice#1775. AWS documents neither this nor the treatment of dot
 * segments and repeated slashes.
 *
 * @example
 *   executeApiArn({ region: 'eu-west-1', accountId: '123456789012', apiId: 'abc123', stage: 'prod', method: 'GET', path:
 *   '/orders' });
 *   // arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/GET/orders
 *
 * @param {ApiMethod} of
 * @returns {string}
 * @throws {SigV4Error} ERR_SIGV4_OPTION_INVALID
 */
export function executeApiArn(of) {
  const {
    partition = 'aws',
    region,
    accountId,
    apiId,
    stage,
    method,
    path,
  } = /** @type {ApiMethod} */ (of ?? {});
  /** @type {Record<string, unknown>} */
  const names = { partition, region, accountId, apiId, stage, method };
  for (const name in names) {
    const value = names[name];
    if (typeof value === 'string' && /^[\w.$@-]+$/.test(value)) continue;
    throw new SigV4Error(
      'ERR_SIGV4_OPTION_INVALID',
      `${name} must be a name without slashes, not ${show(value)}`,
    );
  }
  if (path !== undefined && (typeof path !== 'string' || !/^[^?#]*$/.test(path))) {
    throw new SigV4Error('ERR_SIGV4_OPTION_INVALID', `path must not contain a query, but is ${show(path)}`);
  }
  const route = path === undefined ? '' : `/${path.replace(/^\//, '')}`;
  return `arn:${partition}:execute-api:${region}:${accountId}:${apiId}/${stage}/${method}${route}`;
}
