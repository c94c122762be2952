// Region and service of a host, and the host of a service.

import { inferEndpoint } from '../../engine/endpoint.js';

/**
 * What the core knows of a host; of one that it does not know, what aws4 reads out of it.
 *
 * @param {unknown} host
 * @returns {[service: string, region: string]}  each empty if it cannot be inferred
 */
export function scopeOfHost(host) {
  const name = typeof host === 'string' ? host : '';
  const known = inferEndpoint(name);
  // aws4 has no SigV4a, which hosts of several regions take.
  if (known.service && known.region && known.region !== '*') return [known.service, known.region];
  const [, service = '', region = ''] =
    /([^.]{1,63})\.(?:([^.]{0,63})\.)?amazonaws\.com(?:\.cn)?$/.exec(name) ?? [];
  return [service, region];
}

/**
 * @param {string} service
 * @param {string} region
 */
export function isSingleRegion(service, region) {
  return SINGLE_REGION.includes(service) || (SINGLE_IN_US_EAST_1.includes(service) && region === 'us-east-1');
}

/** Services with one host for all regions, and those that have one for `us-east-1`. */
const SINGLE_REGION = ['cloudfront', 'ls', 'route53', 'iam', 'importexport', 'sts'];
const SINGLE_IN_US_EAST_1 = ['s3', 'sdb'];
