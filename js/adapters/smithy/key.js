// Signing keys: derived in wasm or, if the core refuses values that AWS cannot have issued, with the hash function of the caller.

import { clearKeys, signText } from '../../sign/text-signer.js';
import { toBytes } from './canonical.js';
import { KEY_TYPE_IDENTIFIER, MAX_CACHE_SIZE } from './constants.js';

/**
 * @typedef {object} AwsCredentialIdentity
 * @property {string} accessKeyId
 * @property {string} secretAccessKey
 * @property {string} [sessionToken]
 * @property {Date} [expiration]
 *
 * @typedef {string | ArrayBuffer | ArrayBufferView} SourceData
 */

/**
 * SHA-256, or its HMAC if there is a secret: the interfaces of `@smithy/types`.
 *
 * @typedef {new (secret?: SourceData) => Hash} HashConstructor
 * @typedef {new (secret?: SourceData) => Checksum} ChecksumConstructor
 * @typedef {{
 *   update(toHash: SourceData, encoding?: 'utf8' | 'ascii' | 'latin1'): void,
 *   digest(): Promise<Uint8Array>,
 * }} Hash
 * @typedef {{
 *   digestLength?: number,
 *   copy?(): Checksum,
 *   digest(): Promise<Uint8Array>,
 *   mark?(readLimit: number): void,
 *   reset(): void,
 *   update(chunk: Uint8Array): void,
 * }} Checksum
 */

/**
 * @param {string} text
 * @param {{ date: string, region: string, service: string }} scope
 * @param {AwsCredentialIdentity} credentials
 * @param {ChecksumConstructor | HashConstructor | undefined} Sha256
 * @returns {Promise<string>} the signature, in hex
 */
export async function signWith(text, scope, { accessKeyId, secretAccessKey, sessionToken }, Sha256) {
  const { date, region, service } = scope;
  try {
    // Unnumbered, so the secret crosses each time; the key is found by it, and derived once.
    const identity = {
      accessKeyId,
      secretAccessKey,
      sessionToken: '',
      credentialsId: 0,
      isUsed: false,
      hasKey: false,
    };
    return signText(text, { date, region: textOf(region), service: textOf(service) }, identity);
  } catch (error) {
    // `@smithy/signature-v4` signs with a secret that contains a newline, or without a region, so its replacement must do so as
    // well.
    if (Sha256 === undefined) throw error;
    const credentials = { accessKeyId, secretAccessKey, sessionToken };
    const key = await getSigningKey(Sha256, credentials, date, region, service);
    return Array.from(await hmac(Sha256, key, text), (byte) => byte.toString(16).padStart(2, '0')).join('');
  }
}

/**
 * @param {string} shortDate  `YYYYMMDD`
 * @param {string} region
 * @param {string} service
 */
export function createScope(shortDate, region, service) {
  return `${shortDate}/${region}/${service}/${KEY_TYPE_IDENTIFIER}`;
}

/**
 * @param {ChecksumConstructor | HashConstructor} sha256Constructor
 * @param {AwsCredentialIdentity} credentials
 * @param {string} shortDate  `YYYYMMDD`
 * @param {string} region
 * @param {string} service
 * @returns {Promise<Uint8Array>} kept for the next call
 */
export async function getSigningKey(sha256Constructor, credentials, shortDate, region, service) {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  // Keys are found by a hash of the secret, not by the secret.
  const fingerprint = await hmac(sha256Constructor, secretAccessKey, accessKeyId);
  const id = `${shortDate}:${region}:${service}:${fingerprint}:${sessionToken}`;
  const known = keys.get(id);
  if (known !== undefined) return known;
  /** @type {SourceData} */
  let key = `AWS4${secretAccessKey}`;
  for (const part of [shortDate, region, service, KEY_TYPE_IDENTIFIER]) {
    key = await hmac(sha256Constructor, key, part);
  }
  const derived = /** @type {Uint8Array} */ (key);
  keys.set(id, derived);
  for (const oldest of keys.keys()) if (keys.size > MAX_CACHE_SIZE) keys.delete(oldest);
  return derived;
}

/** Forgets every signing key, those in wasm too. */
export function clearCredentialCache() {
  keys.clear();
  clearKeys();
}

/**
 * @param {ChecksumConstructor | HashConstructor} Sha256
 * @param {SourceData} key
 * @param {string} data
 */
function hmac(Sha256, key, data) {
  const hash = new Sha256(key);
  hash.update(toBytes(data));
  return hash.digest();
}

/**
 * The core refuses anything but a string.
 *
 * @param {unknown} value
 */
function textOf(value) {
  return typeof value === 'string' ? value : '';
}

/** @type {Map<string, Uint8Array>} */
const keys = new Map();
