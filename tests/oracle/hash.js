// SHA-256 by node:crypto.

import { createHash } from 'node:crypto';

/** @param {string | Uint8Array} data */
export function sha256Sync(data) {
  return createHash('sha256').update(data).digest('hex');
}

/** @param {string | Uint8Array} data */
export async function sha256(data) {
  return sha256Sync(data);
}
