// The derivation of the signing key, to be shown. What is signed comes from the package; this repeats the last steps of
// it with the browser's own HMAC, so that the page can also say whether both agree.
//
// Source: "Create a signed AWS API request", step 4, IAM user guide.

import { bytesOf } from '../../lib/requests/bytes.js';

/**
 * @typedef {object} KeyChain
 * @property {Record<string, string>} keys  in hex, by name: `kDate`, `kRegion`, `kService` and `kSigning`; of SigV4a
 *   `kPrivate`
 * @property {string} [signature]  in hex; not of SigV4a, whose signatures vary
 */

/**
 * @param {string} secretAccessKey
 * @param {string} scope  `date/region/service/aws4_request`
 * @param {string} stringToSign
 * @returns {Promise<KeyChain | undefined>} `undefined` if the browser has no HMAC: on pages from plain HTTP
 */
export async function deriveKeys(secretAccessKey, scope, stringToSign) {
  if (globalThis.crypto?.subtle === undefined) return undefined;
  const [date, region, service, end] = scope.split('/');
  const kDate = await hmac(new TextEncoder().encode(`AWS4${secretAccessKey}`), date);
  const kRegion = await hmac(kDate, region);
  const kService = await hmac(kRegion, service);
  const kSigning = await hmac(kService, end);
  return {
    keys: { kDate: hex(kDate), kRegion: hex(kRegion), kService: hex(kService), kSigning: hex(kSigning) },
    signature: hex(await hmac(kSigning, stringToSign)),
  };
}

/**
 * The private key of SigV4a.
 *
 * Source: "AWS Signature Version 4a", IAM user guide: NIST SP 800-108 in counter mode, until a candidate is below the order
 * of P-256 less two.
 *
 * @param {string} secretAccessKey
 * @param {string} accessKeyId
 * @returns {Promise<KeyChain | undefined>}
 */
export async function deriveKeyPair(secretAccessKey, accessKeyId) {
  if (globalThis.crypto?.subtle === undefined) return undefined;
  const key = new TextEncoder().encode(`AWS4A${secretAccessKey}`);
  for (let counter = 1; counter < 255; counter += 1) {
    const context = `${accessKeyId}${String.fromCharCode(counter)}`;
    const candidate = BigInt(
      `0x${hex(await hmac(key, `\0\0\0\x01AWS4-ECDSA-P256-SHA256\0${context}\0\0\x01\0`))}`,
    );
    if (candidate <= P256_ORDER - 2n)
      return { keys: { kPrivate: (candidate + 1n).toString(16).padStart(64, '0') } };
  }
  return undefined;
}

/** @param {string | Uint8Array} content @returns {Promise<string>} empty if the browser has no SHA-256 */
export async function sha256Hex(content) {
  if (globalThis.crypto?.subtle === undefined) return '';
  const bytes = /** @type {Uint8Array<ArrayBuffer>} */ (bytesOf(content));
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}

/**
 * @param {Uint8Array<ArrayBuffer>} key
 * @param {string} text
 */
async function hmac(key, text) {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ]);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, new TextEncoder().encode(text)));
}

/** @param {Uint8Array} bytes */
function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
