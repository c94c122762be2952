// Bytes and texts, in browsers and in Node.js.

/** @param {Uint8Array} bytes */
export function base64(bytes) {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/**
 * @param {string} text
 * @returns {Uint8Array<ArrayBuffer>}
 * @throws {DOMException} if it is not base64
 */
export function fromBase64(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** @param {string | Uint8Array} body */
export function bytesOf(body) {
  return typeof body === 'string' ? new TextEncoder().encode(body) : body;
}

/**
 * @param {Uint8Array} bytes
 * @returns {string | Uint8Array} a text if they are UTF-8
 */
export function textOrBytes(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes;
  }
}
