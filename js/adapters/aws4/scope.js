// Region and service of a host, and the host of a service.

import { SigV4Error } from '../../engine/errors.js';
import { Signer } from '../../sign/signer.js';

/** For what is signed only to see the scope, and not sent. */
const NOBODY = { accessKeyId: 'nobody', secretAccessKey: 'nothing' };

/**
 * What the core knows of a host; of one that it does not know, what aws4 reads out of it.
 *
 * @param {unknown} host
 * @returns {[service: string, region: string]}  empty if they cannot be inferred
 */
export function scopeOfHost(host) {
  const name = typeof host === 'string' ? host : '';
  try {
    const { headers } = new Signer({ credentials: NOBODY }).signSync({ hostname: name });
    const [, , region, service] = headers.authorization.split(/[/,]/);
    return [service, region];
  } catch (error) {
    if (!(error instanceof SigV4Error) || error.code === 'ERR_SIGV4_WASM_UNAVAILABLE') throw error;
  }
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
