// THIRD_PARTY_NOTICES.md of the npm package: the crates that are compiled into its wasm modules, and their licences.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { compiledCrates } from './compiled-crates.mjs';

/** @returns {string} Markdown */
export function notices() {
  /** @type {Map<string, string[]>} names of crates by the text of their licence */
  const texts = new Map();
  const crates = compiledCrates();
  for (const { name, version, license, folder, authors } of crates) {
    const text =
      licenseText(folder) ??
      `Licensed under ${license}. Authors: ${authors}. The crate comes without a text.`;
    texts.set(text, [...(texts.get(text) ?? []), `${name} ${version}`]);
  }
  const rows = crates.map(
    ({ name, version, license, modules }) => `| ${name} | ${version} | ${license} | ${modules.join(', ')} |`,
  );
  const licenses = [...texts].map(
    ([text, names]) => `## ${names.join(', ')}\n\n\`\`\`text\n${text}\n\`\`\`\n`,
  );
  return `# Third-party notices

The WebAssembly modules of this package contain code of these Rust crates, and of Rust's standard library (MIT or
Apache-2.0, The Rust Project Contributors). Its JavaScript contains no code of others.

| crate | version | licence | modules |
| --- | --- | --- | --- |
${rows.join('\n')}

${licenses.join('\n')}`;
}

/**
 * The MIT licence where a crate leaves the choice, because this package may be used under it, too.
 *
 * @param {string} folder
 * @returns {string | undefined}
 */
function licenseText(folder) {
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((file) => file.isFile() && /^(licen[cs]e|copying|unlicense)/i.test(file.name))
    .map(({ name }) => name);
  const [file] = [/mit/i, /^licen[cs]e(\.\w+)?$/i, /zlib|bsd/i, /./].flatMap((kind) =>
    files.filter((name) => kind.test(name)),
  );
  return file && readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim();
}
