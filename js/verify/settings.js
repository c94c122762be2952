// The options of a verifier, compiled: those that cross into wasm, and those that stay in JavaScript.

import { FLAG } from '../engine/generated/verify-flags.js';
import { checkedOptions, VERIFY_OPTIONS } from './options.js';

/** @typedef {import('./verify-request.js').VerifyOptions} VerifyOptions */

/**
 * @typedef {object} Settings
 * @property {VerifyOptions['secretAccessKey']} lookup
 * @property {VerifyOptions['now']} now
 * @property {number} maxSkewSeconds
 * @property {number} maxBodyBytes
 * @property {string} fields  of the record
 * @property {number} flags
 * @property {unknown[]} values  of the options, for which they were made
 */

/**
 * A server passes the same options for each request. They are checked again only if one has changed.
 *
 * @param {VerifyOptions} options
 * @returns {Settings}
 */
export function settingsOf(options) {
  const known = compiled.get(options);
  if (known !== undefined && isUnchanged(options, known.values)) return known;
  const checked = checkedOptions(options);
  const { secretAccessKey: lookup, now, region, service, maxSkewSeconds, maxBodyBytes } = checked;
  const { bodyRequired, pathEncoding, explain } = checked;
  let flags = 0;
  if (region === 'any') flags |= FLAG.anyRegion;
  if (service === 'any') flags |= FLAG.anyService;
  if (bodyRequired != null) flags |= bodyRequired ? FLAG.bodyRequired : FLAG.bodyOptional;
  if (pathEncoding !== undefined) flags |= pathEncoding === 'double' ? FLAG.pathDouble : FLAG.pathSingle;
  if (explain) flags |= FLAG.explain;
  // Minutes as messages have them: "5 min."
  const fields = `${region}\0${service}\0${maxSkewSeconds / 60}\0`;
  const values = NAMES.map((name) => options[name]);
  const settings = { lookup, now, maxSkewSeconds, maxBodyBytes, fields, flags, values };
  compiled.set(options, settings);
  return settings;
}

/** @type {WeakMap<VerifyOptions, Settings>} */
const compiled = /* @__PURE__ */ new WeakMap();

const NAMES = /** @type {(keyof VerifyOptions)[]} */ ([...VERIFY_OPTIONS]);

/**
 * @param {VerifyOptions} options
 * @param {unknown[]} values
 */
function isUnchanged(options, values) {
  for (let i = 0; i < values.length; i++) if (options[NAMES[i]] !== values[i]) return false;
  return true;
}
