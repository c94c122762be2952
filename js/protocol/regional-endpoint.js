// Hosts of AWS by service and region, in each partition. The table is the core's: PARTITIONS in src/endpoint/tables.rs.

import { SigV4Error } from '../engine/errors.js';
import { DNS_SUFFIXES } from '../engine/generated/partitions.js';

/**
 * @param {string} region
 * @returns {string} such as `.amazonaws.com`: the last row is for any region
 */
export function dnsSuffix(region) {
  return /** @type {string} */ (DNS_SUFFIXES.find(([regions]) => region.startsWith(regions))?.[1]);
}

/**
 * @param {string} service  the label before the region, such as `sts`
 * @param {string} region
 * @returns {string} such as `https://sts.eu-west-1.amazonaws.com`
 * @throws {SigV4Error} `ERR_SIGV4_OPTION_INVALID`: no region is written like this, and the host would be another
 */
export function regionalEndpoint(service, region) {
  if (!/^[a-z\d-]+$/.test(region)) {
    throw new SigV4Error('ERR_SIGV4_OPTION_INVALID', 'the region is not valid');
  }
  return `https://${service}.${region}${dnsSuffix(region)}`;
}
