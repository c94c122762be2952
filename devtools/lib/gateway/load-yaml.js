// Reads YAML and JSON files with CloudFormation's short forms (`!Sub …`), and locates values in them.

import { closeSync, openSync, readdirSync, readSync } from 'node:fs';

import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';

/** The quota of a template, "CloudFormation quotas", user guide: 1 MB. */
const MAX_BYTES = 1024 * 1024;

/** Limits for a file with each alias expanded: aliases of aliases can make a short file very long, or endless. */
const MAX_VALUES = 100_000;
const MAX_CHARACTERS = 8 * MAX_BYTES;
/** Deeper than any template, and far from a stack overflow. */
const MAX_DEPTH = 100;
const TOO_DEEP = `its values are nested more than ${MAX_DEPTH} levels deep`;

/** The error of an invalid config. The message names the file, the place and the reason. */
export class ConfigError extends Error {
  name = 'ConfigError';
}

/**
 * @typedef {object} Document
 * @property {string} file
 * @property {any} value
 * @property {string[]} repeated  the places of keys that appear twice in a map. The last one counts, as in CloudFormation
 * @property {(path: readonly PropertyKey[]) => string} locate  `file:line:column`
 */

/**
 * @param {string} file
 * @returns {Document}
 * @throws {ConfigError}
 */
export function readDocument(file) {
  const text = readText(file);
  const lineCounter = new LineCounter();
  const placeOf = (/** @type {number} */ offset) => {
    const { line, col } = lineCounter.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  // The tags of CloudFormation are resolved below; yaml would warn about others. Its check for duplicate keys compares each
  // key with all others, which takes three minutes for 1 MB. `Values` checks in milliseconds.
  const options = { lineCounter, logLevel: /** @type {const} */ ('silent') };
  const document = parseDocument(text, { ...options, prettyErrors: false, uniqueKeys: false });
  const [error] = document.errors;
  if (error !== undefined) {
    // Only the place in the file is shown: the message of yaml has the line, which may contain a secret.
    const why = /call stack/.test(error.message) ? TOO_DEEP : error.message;
    throw new ConfigError(`${placeOf(error.pos[0])}: ${why}`, { cause: error });
  }
  const locate = (/** @type {readonly PropertyKey[]} */ path) => {
    for (let length = path.length; length >= 0; length--) {
      const node = /** @type {any} */ (document.getIn(path.slice(0, length), true));
      if (node?.range) return placeOf(node.range[0]);
    }
    return file;
  };
  const values = new Values(document, file, placeOf);
  const value = values.of(document.contents);
  return { file, value, locate, repeated: values.repeated };
}

/**
 * Reads at most {@link MAX_BYTES}, because devices and pipes may not end.
 *
 * @param {string} file
 * @throws {ConfigError}
 */
function readText(file) {
  const buffer = Buffer.alloc(MAX_BYTES + 1);
  let length = 0;
  try {
    const descriptor = openSync(file, 'r');
    try {
      for (let read = -1; read !== 0 && length < buffer.length; length += read) {
        read = readSync(descriptor, buffer, length, buffer.length - length, null);
      }
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (cause);
    const why = code === 'EISDIR' ? `this is a folder: pass a file in it${candidateIn(file)}` : message;
    throw new ConfigError(`${file}: ${why}`, { cause });
  }
  if (length > MAX_BYTES) {
    throw new ConfigError(
      `${file}: it is larger than ${MAX_BYTES} bytes, the quota for CloudFormation templates`,
    );
  }
  return buffer.toString('utf8', 0, length);
}

/**
 * @param {string} folder
 * @returns {string} the templates in it, if there are any
 */
function candidateIn(folder) {
  const names = readdirSync(folder).filter((name) => /(?:^|\.)template\.(?:ya?ml|json)$/.test(name));
  return names.length === 0 ? '' : `, such as ${names.slice(0, 3).join(', ')}`;
}

class Values {
  #document;
  #file;
  #placeOf;
  #count = 0;
  #characters = 0;
  /** @type {string[]} */
  repeated = [];
  /** Nodes that are being read. @type {Set<unknown>} */
  #open = new Set();

  /**
   * @param {import('yaml').Document} document
   * @param {string} file
   * @param {(offset: number) => string} placeOf
   */
  constructor(document, file, placeOf) {
    this.#document = document;
    this.#file = file;
    this.#placeOf = placeOf;
  }

  /**
   * @param {any} node
   * @returns {any}
   * @throws {ConfigError}
   */
  of(node) {
    if (isAlias(node)) return this.of(node.resolve(this.#document));
    if (this.#open.has(node)) throw new ConfigError(`${this.#file}: an alias refers to itself`);
    this.#spend(node);
    if (isMap(node) || isSeq(node)) this.#open.add(node);
    const value = isMap(node)
      ? Object.fromEntries(this.#entries(node))
      : isSeq(node)
        ? node.items.map((item) => this.of(item))
        : (node?.value ?? null);
    this.#open.delete(node);
    return isShortForm(node?.tag) ? fullForm(node.tag.slice(1), value) : value;
  }

  /**
   * @param {import('yaml').YAMLMap<any, any>} map
   * @returns {[string, any][]}
   */
  #entries({ items }) {
    const names = new Set();
    return items.map(({ key, value }) => {
      const name = String(isScalar(key) ? key.value : key);
      if (names.has(name)) {
        const place = key?.range ? this.#placeOf(key.range[0]) : this.#file;
        this.repeated.push(`${place}: the key ${JSON.stringify(name)} appears twice`);
      }
      names.add(name);
      this.#characters += name.length;
      return [name, this.of(value)];
    });
  }

  /** @param {any} node */
  #spend(node) {
    if (this.#open.size > MAX_DEPTH) throw new ConfigError(`${this.#file}: ${TOO_DEEP}`);
    this.#count += 1;
    if (typeof node?.value === 'string') this.#characters += node.value.length;
    if (this.#count > MAX_VALUES || this.#characters > MAX_CHARACTERS) {
      throw new ConfigError(
        `${this.#file}: with its aliases expanded, it has more than ${MAX_VALUES} values or ${MAX_CHARACTERS} characters`,
      );
    }
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
