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
 * @returns {{ frequent: string, length: number, text: string }} `frequent`: of each byte in turn, 1 if one character stands for it,
 *   and 0 if two do
 */
export function toText(bytes) {
  const count = new Array(256).fill(0);
  for (const byte of bytes) count[byte] += 1;
  const all = [...count.keys()];
  const frequent = new Set([...all].sort((one, other) => count[other] - count[one]).slice(0, PLAIN));
  const order = [...all.filter((byte) => frequent.has(byte)), ...all.filter((byte) => !frequent.has(byte))];
  const spelled = new Array(256);
  order.forEach((byte, rank) => {
    const escape = rank < PLAIN ? '' : CHARACTERS[PLAIN + Math.floor(rank / PLAIN) - 1];
    spelled[byte] = escape + CHARACTERS[rank % PLAIN];
  });
  return {
    frequent: all.map((byte) => (frequent.has(byte) ? '1' : '0')).join(''),
    length: bytes.length,
    text: Array.from(bytes, (byte) => spelled[byte]).join(''),
  };
}
