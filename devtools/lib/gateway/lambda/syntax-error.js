// Finds the place of a syntax error. For an ES module, Node.js reports the place only if nobody catches the error.

import { readFile } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';

import { parse } from 'acorn';

/**
 * @param {string} file  of the handler
 * @returns {Promise<string | undefined>} `file:line:column` in it, or in a file that it imports; `undefined` if it is elsewhere
 */
export async function syntaxErrorIn(file) {
  const files = new Set([file]);
  for (const one of files) {
    const text = await readFile(one, 'utf8').catch(() => undefined);
    if (text === undefined || !MODULE.has(extname(one))) continue;
    try {
      importsOf(parse(text, OPTIONS)).forEach((name) => files.add(resolve(dirname(one), name)));
    } catch (error) {
      const { loc } = /** @type {{ loc?: { line: number, column: number } }} */ (error);
      if (loc !== undefined) return `${one}:${loc.line}:${loc.column + 1}`;
    }
  }
  return undefined;
}

/**
 * @param {import('acorn').Program} program
 * @returns {string[]} relative ones
 */
function importsOf({ body }) {
  return body
    .map((statement) => ('source' in statement ? statement.source?.value : undefined))
    .filter((name) => typeof name === 'string')
    .filter((name) => name.startsWith('.'));
}

const MODULE = new Set(['.mjs', '.js']);
const OPTIONS = /** @type {const} */ ({
  ecmaVersion: 'latest',
  sourceType: 'module',
  locations: true,
  allowHashBang: true,
});
