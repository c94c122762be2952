// The column of sizes in the README's table of entries, which follows from the table of docs/sizes.md.

/** The table whose last column this is. */
export const TABLE = /^\| entry .*\| kB, gzipped \|\n(?:\|.*\n)+/m;
/** The main entry, of which a program imports a part. */
const MAIN = 'sigv4-wasm, signRequest';

/**
 * @param {string} readme
 * @param {string} sizes  docs/sizes.md
 * @returns {string} the README with the sizes as they are
 */
export function withSizes(readme, sizes) {
  const known = new Map(
    Array.from(sizes.matchAll(/^\| ([^|]*?)(?:, and `Signer`)? +\| +([\d.]+) /gm), ([, name, size]) => [
      name,
      Number(size),
    ]),
  );
  return readme.replace(TABLE, (table) =>
    table.replace(/^\| (`[^|]*)\|([^|]*)\|[^|]*\|$/gm, (_, entries, what) => {
      const names = Array.from(entries.matchAll(/`([^`]+)`/g), ([, name]) => name);
      const figures = names.map((name) => known.get(name === 'sigv4-wasm' ? MAIN : `sigv4-wasm${name}`));
      return `| ${entries.trim()} |${what}| ${rangeOf(figures)} |`;
    }),
  );
}

/** @param {(number | undefined)[]} figures */
function rangeOf(figures) {
  const known = figures.filter((figure) => figure !== undefined).map(Math.round);
  return [...new Set([Math.min(...known), Math.max(...known)])].filter(Number.isFinite).join(' to ');
}
