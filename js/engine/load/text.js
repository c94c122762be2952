// The bytes of a wasm module, from the text in which scripts/lib/text.mjs wrote them.

/**
 * What scripts/lib/text.mjs wrote.
 *
 * @param {{ characters: string, order: string, length: number, text: string }} written
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function decode({ characters, order, length, text }) {
  const plain = characters.length - 2;
  const ranks = new Uint8Array(128);
  for (let i = 0; i < characters.length; i++) ranks[characters.charCodeAt(i)] = i;
  const bytes = new Uint8Array(256);
  for (let i = 0; i < 256; i++) bytes[i] = parseInt(order.substring(2 * i, 2 * i + 2), 16);

  const out = new Uint8Array(length);
  for (let i = 0, at = 0; i < length; i++) {
    let rank = ranks[text.charCodeAt(at++)];
    if (rank >= plain) rank = (rank - plain + 1) * plain + ranks[text.charCodeAt(at++)];
    out[i] = bytes[rank];
  }
  return out;
}
