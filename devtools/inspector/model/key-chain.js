// The derivation of the signing key, to be shown. What is signed comes from the package; this repeats the last steps of
// it with the browser's own HMAC, so that the page can also say whether both agree.
//
// Source: "Create a signed AWS API request", step 4, IAM user guide.

/**
 * @typedef {object} KeyChain
 * @property {{ kDate: string, kRegion: string, kService: string, kSigning: string }} keys  in hex
 * @property {string} signature  in hex
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
