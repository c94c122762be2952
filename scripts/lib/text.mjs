// A wasm module as text that gzip makes as small as the module itself: each byte stays a unit, so that what repeats
// still repeats. Base64 cuts bytes in pieces, which costs 28 % there. js/engine/load/text.js reads it.

/** What needs no escape in JavaScript or HTML, and no charset: ASCII without `"`, `$`, `'`, `<`, `\`, `` ` ``. */
const CHARACTERS = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i))
  .filter((char) => !'"$\'<\\`'.includes(char))
  .join('');
/** They come last, and say that the character after them means one of the rarer bytes. */
const ESCAPES = 2;
const PLAIN = CHARACTERS.length - ESCAPES;

/**
 * @param {Uint8Array} bytes
 * @returns {{ characters: string, order: string, length: number, text: string }} `order`: all bytes, the most frequent
 *   first, in hex
 */
export function toText(bytes) {
  const count = new Array(256).fill(0);
  for (const byte of bytes) count[byte] += 1;
  const order = [...count.keys()].sort((one, other) => count[other] - count[one]);
  const spelled = new Array(256);
  order.forEach((byte, rank) => {
    const escape = rank < PLAIN ? '' : CHARACTERS[PLAIN + Math.floor(rank / PLAIN) - 1];
    spelled[byte] = escape + CHARACTERS[rank % PLAIN];
  });
  return {
    characters: CHARACTERS,
    order: Buffer.from(order).toString('hex'),
    length: bytes.length,
    text: Array.from(bytes, (byte) => spelled[byte]).join(''),
  };
}
