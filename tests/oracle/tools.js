// SigV4a by node:crypto.

import { createECDH, createHmac, createPublicKey, verify } from 'node:crypto';

export const tools = async () => ({ verifiesSigV4a });

/** @returns {boolean | undefined} undefined if this can be no secret */
function verifiesSigV4a(secret, accessKeyId, text, signature) {
  if (secret === '' || /^\s|\s$|[\0-\x1f\x7f]/.test(secret)) return undefined;
  if (!/^(?:[0-9a-f]{2})+$/.test(signature)) return false;
  try {
    return verify('sha256', Buffer.from(text), publicKey(secret, accessKeyId), Buffer.from(signature, 'hex'));
  } catch {
    return false;
  }
}

/** @type {Map<string, import('node:crypto').KeyObject>} */
const keys = new Map();

/** NIST SP 800-108, as AWS uses it: a candidate is good below the order of the curve less one. */
function publicKey(secret, accessKeyId) {
  const id = JSON.stringify([secret, accessKeyId]);
  const known = keys.get(id);
  if (known !== undefined) return known;
  for (let counter = 1; ; counter++) {
    const mac = createHmac('sha256', `AWS4A${secret}`);
    mac
      .update(Buffer.from([0, 0, 0, 1]))
      .update('AWS4-ECDSA-P256-SHA256')
      .update(Buffer.from([0]));
    mac
      .update(accessKeyId)
      .update(Buffer.from([counter]))
      .update(Buffer.from([0, 0, 1, 0]));
    const candidate = BigInt(`0x${mac.digest('hex')}`);
    if (candidate > ORDER - 2n) continue;
    const curve = createECDH('prime256v1');
    curve.setPrivateKey((candidate + 1n).toString(16).padStart(64, '0'), 'hex');
    const point = curve.getPublicKey();
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'));
    const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
    keys.set(id, key);
    return key;
  }
}

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
