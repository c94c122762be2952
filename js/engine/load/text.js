// The bytes of a wasm module, from the text in which scripts/lib/text.mjs wrote them.

/**
 * What scripts/lib/text.mjs wrote.
 *
 * @param {{ frequent: string, length: number, text: string }} written
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function decode({ frequent, length, text }) {
  const ranks = new Uint8Array(127);
  let count = 0;
  for (let char = 32; char < 127; char++) {
    if (!'"$\'<\\`'.includes(String.fromCharCode(char))) ranks[char] = count++;
  }
  const plain = count - 2;
  /** @type {number[]} */
  const bytes = [];
  for (const bit of ['1', '0']) {
    for (let byte = 0; byte < 256; byte++) if (frequent[byte] === bit) bytes.push(byte);
  }

  const out = new Uint8Array(length);
  for (let i = 0, at = 0; i < length; i++) {
    let rank = ranks[text.charCodeAt(at++)];
    if (rank >= plain) rank = (rank - plain + 1) * plain + ranks[text.charCodeAt(at++)];
    out[i] = bytes[rank];
  }
  return out;
}
