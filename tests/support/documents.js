// The README and the pages of docs/, and the blocks of code in them.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Of the repository: this file runs in target/consumer/tests/support. */
export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/**
 * @typedef {object} Block
 * @property {string} title  where it stands, such as `docs/guides/axios.md:12`
 * @property {'js' | 'ts'} language
 * @property {boolean} isRun  false for code that needs what the tests do not install: its fence says `no-run`
 * @property {boolean} isTyped  false for that, and where the types of a library are in the way: its fence says `untyped`
 * @property {string} code
 *
 * @typedef {{ path: string, text: string, blocks: Block[] }} Page
 */

/** @returns {Page[]} */
export function readPages() {
  const pages = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !/node_modules|\.vitepress/.test(name))
    .map((name) => join('docs', name));
  return ['README.md', ...pages.sort()].map((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    return { path, text, blocks: blocksOf(path, text) };
  });
}

/** @param {string} path @param {string} text @returns {Block[]} */
function blocksOf(path, text) {
  return Array.from(text.matchAll(/^```(js|ts)( [^\n]*)?\n(.*?)^```$/gms), (found) => {
    const [, language, info = '', code] = found;
    const line = text.slice(0, found.index).split('\n').length;
    const words = info.split(' ');
    const isRun = !words.includes('no-run');
    const isTyped = isRun && !words.includes('untyped');
    return {
      title: `${path}:${line}`,
      language: /** @type {'js' | 'ts'} */ (language),
      isRun,
      isTyped,
      code,
    };
  });
}
