// Builds only if something has changed: one run of CI builds the same package four times, and a build takes minutes.

import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const STAMPS = 'target/built';

/**
 * Runs a build unless its inputs and its outputs are byte for byte those of the last build that succeeded. Outputs count,
 * too, so that a file that was edited or deleted afterwards is built again.
 *
 * @param {string} name
 * @param {{ inputs: string[], outputs: string[], facts?: unknown, ignored?: RegExp }} files  files and folders, relative to
 *   the working directory; `facts` is whatever else the result depends on, such as the version of a compiler; paths that
 *   `ignored` matches are no inputs
 * @param {() => Promise<void> | void} build
 * @returns {Promise<boolean>} whether it was built
 */
export async function whenChanged(name, { inputs, outputs, facts, ignored = /^$/ }, build) {
  const stamp = `${STAMPS}/${name}.json`;
  const wanted = JSON.stringify([facts ?? null, digest(inputs, ignored)]);
  const last = existsSync(stamp) ? JSON.parse(readFileSync(stamp, 'utf8')) : undefined;
  if (last?.inputs === wanted && last.outputs === digest(outputs)) return false;

  rmSync(stamp, { force: true });
  await build();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, JSON.stringify({ inputs: wanted, outputs: digest(outputs) }));
  return true;
}

/**
 * @param {string[]} paths
 * @param {RegExp} [ignored]
 */
function digest(paths, ignored = /^$/) {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of filesOf(path, ignored)) {
      hash.update(`${file}\0`).update(createHash('sha256').update(readFileSync(file)).digest());
    }
  }
  return hash.digest('hex');
}

/**
 * @param {string} path
 * @param {RegExp} ignored
 * @returns {string[]}
 */
function filesOf(path, ignored) {
  if (ignored.test(path) || !existsSync(path)) return [];
  if (!lstatSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesOf(join(path, name), ignored));
}
