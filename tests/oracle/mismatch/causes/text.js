// Bytes as text with one character for each, and back.

/** @param {Uint8Array} body */
export function latin1(body) {
  let out = '';
  for (const byte of body) out += String.fromCharCode(byte);
  return out;
}

/** @param {string} it */
export function toLatin1(it) {
  return Uint8Array.from(it, (char) => (char > '\xff' ? 0x3f : char.charCodeAt(0)));
}
