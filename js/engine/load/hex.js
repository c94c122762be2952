// Hex to bytes. A module compresses to a fifth less in it than in base64, and all platforms read it as fast.

/**
 * @param {string} hex
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function decode(hex) {
  const { Buffer, Uint8Array: Bytes } = /** @type {any} */ (globalThis);
  if (typeof Bytes.fromHex === 'function') return Bytes.fromHex(hex);
  if (typeof Buffer?.from === 'function') return Buffer.from(hex, 'hex');
  const out = new Uint8Array(hex.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return out;
}
