// Reads files in runtimes that have them, without an import that a bundler for browsers would have to resolve.

import { builtin } from '../../engine/node-builtins.js';
import { failed } from '../provider.js';

/**
 * @param {string} path
 * @returns {Promise<string>} as UTF-8
 */
export async function readText(path) {
  const fs = builtin('node:fs');
  if (fs === undefined)
    throw new Error('this runtime lacks process.getBuiltinModule, which Node.js has since 20.16');
  return fs.promises.readFile(path, 'utf8');
}

/**
 * The token in a file, which its writer replaces from time to time.
 *
 * @param {string} source  that errors name
 * @param {string} path
 */
export async function readToken(source, path) {
  try {
    return (await readText(path)).trim();
  } catch (error) {
    throw failed(source, `the token file ${path} cannot be read`, /** @type {Error} */ (error));
  }
}

/**
 * Where the files of AWS are: `~/` of a path stands for the home directory.
 *
 * @param {string} path
 * @param {Record<string, string | undefined>} env
 */
export function inHome(path, { HOME, USERPROFILE, HOMEDRIVE = 'C:', HOMEPATH }) {
  if (!path.startsWith('~/')) return path;
  const home =
    HOME || USERPROFILE || (HOMEPATH && HOMEDRIVE + HOMEPATH) || builtin('node:os')?.homedir() || '';
  return `${home}/${path.slice('~/'.length)}`;
}
