// SigV4a: one signature for several regions.

import { SigV4Error } from '../engine/errors.js';
import { FLAG } from '../engine/generated/flags.js';
import { choose, compileSettings } from './options.js';
import { BaseSigner } from './base-signer.js';
import { sigv4aEngine } from '../engine/extended-engine.js';
import { SIGV4A } from '../protocol/algorithms.js';
import { SIGNER_OPTIONS } from '../protocol/option-names.js';

export { SigV4Error };

/**
 * @typedef {Omit<import('./signer.js').SignerOptions, 'region'> & V4aOptions} SignerV4aOptions
 *
 * @typedef {object} V4aOptions
 * @property {readonly string[]} [regionSet]  the regions for which the signature is valid, such as
 *   `['us-east-1', 'us-west-*']`; `['*']` for all of them. Default: the region inferred from a known AWS host; for an S3
 *   Multi-Region Access Point, all.
 * @property {boolean} [deterministic] whether a request that is signed twice has the same signature (RFC 6979), for tests. Then
 *   the wasm module signs on all platforms. Default: `false`.
 */

/**
 * Signs requests with SigV4a (`AWS4-ECDSA-P256-SHA256`), for services that span several regions: S3 Multi-Region
 * Access Points, EventBridge global endpoints, CloudFront KeyValueStore.
 *
 * A signature takes longer than one of SigV4, and its code is loaded only with this entry. The key is derived from the
 * credentials once. Signatures vary, because random bytes are mixed into each.
 *
 * If there is `node:crypto`, it signs for credentials that have already signed 16 times. Their private key is then also in its
 * memory until the key object, which {@link SignerV4a.dispose} releases, is garbage-collected.
 *
 * Source: "AWS Signature Version 4a", IAM user guide.
 *
 * @example
 *   const signer = new SignerV4a({ credentials, service: 's3', regionSet: ['*'] });
 *   const { url, headers } = await signer.sign('https://my-alias.mrap.accesspoint.s3-global.amazonaws.com/photos/42.jpg');
 *
 * @extends {BaseSigner<SignerV4aOptions>}
 */
export class SignerV4a extends BaseSigner {
  /** @param {SignerV4aOptions} options */
  constructor(options) {
    super(options, {
      engine: sigv4aEngine,
      algorithm: SIGV4A.algorithm,
      compileSettings: compileV4aSettings,
      names: new Set([...SIGNER_OPTIONS, 'regionSet', 'deterministic']),
    });
  }
}

/** @param {import('./options.js').SigningOptions & V4aOptions} options */
function compileV4aSettings({ deterministic, ...options }) {
  const settings = compileRegionSet(options);
  settings.flags |= choose('deterministic', deterministic, { true: FLAG.deterministic, false: 0 });
  return settings;
}

/** @param {import('./options.js').SigningOptions & Pick<V4aOptions, 'regionSet'>} options */
function compileRegionSet({ regionSet, ...options }) {
  if (options.region !== undefined) {
    throw new SigV4Error('ERR_SIGV4_OPTION_INVALID', "SigV4a has no region: pass regionSet: ['eu-west-1']");
  }
  if (regionSet === undefined) return compileSettings(options);
  if (!Array.isArray(regionSet) || regionSet.length === 0 || !regionSet.every(isRegion)) {
    throw new SigV4Error(
      'ERR_SIGV4_REGION_REQUIRED',
      "the option regionSet must be an array of regions, such as ['us-east-1', 'us-west-*'], or ['*']",
    );
  }
  return compileSettings({ ...options, region: regionSet.join(',') });
}

/** @param {unknown} name */
function isRegion(name) {
  return typeof name === 'string' && /^[!-+\--.0-~]+$/.test(name);
}
