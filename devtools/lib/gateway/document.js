// YAML and JSON files, with CloudFormation's short forms (`!Sub …`), and where in them a value stands.

import { readFileSync } from 'node:fs';

import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';

/** A file that cannot be used: says which, where, and why. */
export class ConfigError extends Error {
  name = 'ConfigError';
}

/**
 * @typedef {object} Document
 * @property {string} file
 * @property {any} value
 * @property {(path: readonly PropertyKey[]) => string} locate  `file:line:column`
 */

/**
 * @param {string} file
 * @returns {Document}
 * @throws {ConfigError}
 */
export function readDocument(file) {
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ConfigError(`${file}: ${/** @type {Error} */ (cause).message}`, { cause });
  }
  const lineCounter = new LineCounter();
  // The tags of CloudFormation are resolved below; of others, yaml would only warn.
  const document = parseDocument(text, { lineCounter, logLevel: 'silent', prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    // Its own place in the file; yaml would show the line, which may hold a secret.
    const { line, col } = lineCounter.linePos(error.pos[0]);
    throw new ConfigError(`${file}:${line}:${col}: ${error.message}`, { cause: error });
  }
  const locate = (/** @type {readonly PropertyKey[]} */ path) => {
    for (let length = path.length; length >= 0; length--) {
      const node = /** @type {any} */ (document.getIn(path.slice(0, length), true));
      if (!node?.range) continue;
      const { line, col } = lineCounter.linePos(node.range[0]);
      return `${file}:${line}:${col}`;
    }
    return file;
  };
  return { file, value: new Values(document, file).of(document.contents), locate };
}

/** Aliases of aliases make a short file a long one, or one without an end. */
const MAX_VALUES = 100_000;

class Values {
  #document;
  #file;
  #count = 0;
  /** Nodes that are being read. @type {Set<unknown>} */
  #open = new Set();

  /**
   * @param {import('yaml').Document} document
   * @param {string} file
   */
  constructor(document, file) {
    this.#document = document;
    this.#file = file;
  }

  /**
   * @param {any} node
   * @returns {any}
   * @throws {ConfigError}
   */
  of(node) {
    if (isAlias(node)) return this.of(node.resolve(this.#document));
    if (this.#open.has(node)) throw new ConfigError(`${this.#file}: an alias holds itself`);
    if (++this.#count > MAX_VALUES)
      throw new ConfigError(`${this.#file}: it has more than ${MAX_VALUES} values, with its aliases`);
    if (isMap(node) || isSeq(node)) this.#open.add(node);
    const value = isMap(node)
      ? Object.fromEntries(
          node.items.map(({ key, value }) => [String(isScalar(key) ? key.value : key), this.of(value)]),
        )
      : isSeq(node)
        ? node.items.map((item) => this.of(item))
        : (node?.value ?? null);
    this.#open.delete(node);
    return isShortForm(node?.tag) ? fullForm(node.tag.slice(1), value) : value;
  }
}

/** @param {string | undefined} tag */
function isShortForm(tag) {
  return tag !== undefined && /^![A-Za-z]/.test(tag);
}

/**
 * @param {string} name
 * @param {any} value
 */
function fullForm(name, value) {
  if (name === 'GetAtt' && typeof value === 'string') {
    const at = value.indexOf('.');
    return { 'Fn::GetAtt': [value.slice(0, at), value.slice(at + 1)] };
  }
  return { [['Ref', 'Condition'].includes(name) ? name : `Fn::${name}`]: value };
}
