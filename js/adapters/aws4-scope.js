// Region and service of a host, and the host of a service.

import { SigV4Error } from '../errors.js';
import { Signer } from '../signer.js';

/** For what is signed only to see the scope, and not sent. */
const NOBODY = { accessKeyId: 'nobody', secretAccessKey: 'nothing' };

/**
 * What the core knows of a host; of one that it does not know, what aws4 reads out of it.
 *
 * @param {unknown} host
 * @returns {{ service: string, region: string }}  the service is empty where the host does not tell it
 */
export function scopeOfHost(host) {
  const name = typeof host === 'string' ? host : '';
  try {
    const { headers } = new Signer({ credentials: NOBODY }).signSync({ hostname: name });
    const [, , region, service] = headers.authorization.split(/[/,]/);
    return { region, service };
  } catch (error) {
    if (!(error instanceof SigV4Error) || error.code === 'ERR_SIGV4_WASM_UNAVAILABLE') throw error;
  }
  const [, label = '', last] = /([^.]{1,63})\.(?:([^.]{0,63})\.)?amazonaws\.com(?:\.cn)?$/.exec(name) ?? [];
  return { service: label, region: last || 'us-east-1' };
}

/** Services with one host for all regions, and those that have one for `us-east-1`. */
const GLOBAL = ['cloudfront', 'ls', 'route53', 'iam', 'importexport', 'sts'];
const GLOBAL_IN_US_EAST_1 = ['s3', 'sdb'];

/**
 * @param {string} service
 * @param {string} region
 * @returns {string}
 */
export function createHost(service, region) {
  const isGlobal =
    GLOBAL.includes(service) || (GLOBAL_IN_US_EAST_1.includes(service) && region === 'us-east-1');
  return `${service === 'ses' ? 'email' : service}${isGlobal ? '' : `.${region}`}.amazonaws.com`;
}
