// Adapts the published types that tsc writes to older compilers.

import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * `Uint8Array` is generic since TypeScript 5.7. From 5.9 on, `fetch` takes bytes of an `ArrayBuffer` only, so the argument
 * cannot be left out. This is what both sides of 5.7 call those bytes: the result of `Uint8Array.of` in their `lib.es5.d.ts`.
 */
const BYTES = 'ReturnType<Uint8ArrayConstructor["of"]>';

/**
 * Takes the type arguments of `Uint8Array` out of all declarations of a folder.
 *
 * @param {string} folder
 */
export function writeForOlderCompilers(folder) {
  for (const file of readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.d.ts'))) {
    const path = join(folder, file);
    const text = readFileSync(path, 'utf8').replace(/^(?!\s*\/?\*).*/gm, withoutArguments);
    writeFileSync(path, text);
  }
}

/**
 * Has the declarations of signers and policies declare what `using` needs: most values of `lib` lack it.
 *
 * @param {string} folder
 */
export function declareDisposable(folder) {
  const file = 'engine/disposable.d.ts';
  cpSync(join('js', file), join(folder, file));
  for (const name of ['sign/base-signer.d.ts', 'policy/document.d.ts']) {
    const path = join(folder, name);
    writeFileSync(path, `/// <reference path="../${file}" />\n${readFileSync(path, 'utf8')}`);
  }
}

/** @param {string} line */
function withoutArguments(line) {
  const older = line.replaceAll('Uint8Array<ArrayBuffer>', BYTES).replaceAll('<ArrayBufferLike>', '');
  if (/\b(Uint8Array|ArrayBufferView|DataView)</.test(older)) {
    throw new Error(`TypeScript before 5.7 does not compile: ${line.trim()}`);
  }
  return older;
}
