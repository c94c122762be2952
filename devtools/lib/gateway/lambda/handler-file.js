// Finds the code of a handler in the same way as the Node.js runtime of Lambda.

import { existsSync } from 'node:fs';
import { normalize } from 'node:path';

import { readArchive } from './archive.js';

/**
 * Finds `src/orders.handler` in `src/orders.mjs`, `src/orders.js` and so on.
 *
 * @param {string} path  without an extension
 * @throws {Error} if there is no such file
 */
export function handlerFile(path) {
  const file = EXTENSIONS.map((extension) => `${path}${extension}`).find((candidate) =>
    existsSync(candidate),
  );
  if (file !== undefined) return file;
  throw new Error(`there is no handler file ${path}.${ANY_EXTENSION}`);
}

/**
 * @param {{ handler: string, archive?: string }} settings
 * @throws {Error} if the file of the handler is missing
 */
export function checkCode({ handler, archive }) {
  const path = handler.slice(0, handler.lastIndexOf('.'));
  if (archive === undefined) return void handlerFile(path);
  const names = new Set(readArchive(archive).map(({ name }) => name));
  if (EXTENSIONS.some((extension) => names.has(normalize(`${path}${extension}`)))) return undefined;
  throw new Error(`${archive} has no handler file ${path}.${ANY_EXTENSION}`);
}

const EXTENSIONS = ['.mjs', '.js', '.cjs', '.mts', '.ts'];
const ANY_EXTENSION = `{${EXTENSIONS.map((extension) => extension.slice(1)).join(',')}}`;
