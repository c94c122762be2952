// The value of a JavaScript expression made of literals. Nothing is run.

import { fromBase64 } from './bytes.js';
import { RequestSyntaxError } from './error.js';

/** @typedef {import('acorn').Node & Record<string, any>} Node */

export class Evaluator {
  #text;
  /** Constants by their names. @type {Map<string, Node>} */
  #constants = new Map();
  #depth = 0;

  /**
   * @param {string} text
   * @param {Node} program
   */
  constructor(text, program) {
    this.#text = text;
    for (const statement of program.body) {
      const { declarations = [] } = statement.declaration ?? statement;
      for (const { id, init } of declarations) {
        if (id.type === 'Identifier' && init) this.#constants.set(id.name, init);
      }
    }
  }

  /**
   * @param {Node} node
   * @returns {any}
   * @throws {RequestSyntaxError} for what would have to be run
   */
  value(node) {
    const read = EXPRESSIONS[node.type];
    if (read === undefined) throw this.unknown(node);
    if ((this.#depth += 1) > 200) throw this.unknown(node);
    try {
      return read(node, this);
    } finally {
      this.#depth -= 1;
    }
  }

  /** @param {Node[]} nodes */
  values(nodes) {
    return nodes.map((node) => this.value(node));
  }

  /** @param {Node} node @returns {any} */
  named(node) {
    const constant = this.#constants.get(node.name);
    if (constant !== undefined) return this.value(constant);
    if (node.name === 'undefined') return undefined;
    throw new RequestSyntaxError(
      `the value of ${node.name} is not defined here: replace it with its value`,
      this.#text,
      node.start,
    );
  }

  /** @param {Node} node */
  codeOf(node) {
    return this.#text.slice(node.start, node.end);
  }

  /** @param {Node} node @param {unknown} [cause] */
  unknown(node, cause) {
    const code = this.#text.slice(node.start, Math.min(node.end, node.start + 60));
    const why = cause instanceof Error ? `: ${cause.message}` : '';
    return new RequestSyntaxError(
      `only running the code would give this value${why}: ${JSON.stringify(code)}; replace it with the value`,
      this.#text,
      node.start,
    );
  }
}

/** @type {Record<string, (node: Node, evaluator: Evaluator) => any>} */
const EXPRESSIONS = {
  Literal: (node, evaluator) => {
    if (node.regex || node.bigint) throw evaluator.unknown(node);
    return node.value;
  },
  TemplateLiteral: (node, evaluator) =>
    node.quasis
      .map((/** @type {Node} */ quasi, /** @type {number} */ i) =>
        i === 0 ? quasi.value.cooked : `${evaluator.value(node.expressions[i - 1])}${quasi.value.cooked}`,
      )
      .join(''),
  Identifier: (node, evaluator) => evaluator.named(node),
  AwaitExpression: (node, evaluator) => evaluator.value(node.argument),
  ObjectExpression: (node, evaluator) => {
    /** @type {[string, unknown][]} */
    const entries = [];
    for (const property of node.properties) {
      if (property.type === 'SpreadElement') {
        entries.push(...Object.entries(evaluator.value(property.argument) ?? {}));
      } else {
        if (property.kind !== 'init' || property.method) throw evaluator.unknown(property);
        const { key } = property;
        const name = key.type === 'Identifier' && !property.computed ? key.name : evaluator.value(key);
        // Signals and the like do not change what is sent.
        if (!IGNORED_OPTIONS.has(name)) entries.push([String(name), evaluator.value(property.value)]);
      }
    }
    // Not by assignment: `__proto__` is a name like any other.
    return Object.fromEntries(entries);
  },
  ArrayExpression: (node, evaluator) => evaluator.values(node.elements),
  UnaryExpression: (node, evaluator) => {
    const value = evaluator.value(node.argument);
    if (node.operator === '-') return -value;
    if (node.operator === '!') return !value;
    if (node.operator === 'void') return undefined;
    throw evaluator.unknown(node);
  },
  BinaryExpression: (node, evaluator) => {
    if (node.operator !== '+') throw evaluator.unknown(node);
    return evaluator.value(node.left) + evaluator.value(node.right);
  },
  NewExpression: (node, evaluator) => call(node, evaluator, CONSTRUCTORS[nameOf(node.callee)]),
  CallExpression: (node, evaluator) => {
    const name = nameOf(node.callee);
    // `new URL(…).toString()` and `new TextEncoder().encode(…)`.
    const method = node.callee.type === 'MemberExpression' && METHODS[node.callee.property.name];
    if (FUNCTIONS[name] === undefined && method) {
      const self = evaluator.value(node.callee.object);
      return call(node, evaluator, (...values) => method(self, ...values));
    }
    return call(node, evaluator, FUNCTIONS[name]);
  },
  // Only the one that makes bytes of what `atob` returns.
  ArrowFunctionExpression: (node, evaluator) => {
    const { name } = node.params[0] ?? {};
    if (evaluator.codeOf(node.body) !== `${name}.charCodeAt(0)`) throw evaluator.unknown(node);
    return (/** @type {string} */ character) => character.charCodeAt(0);
  },
  MemberExpression: (node, evaluator) => {
    const object = evaluator.value(node.object);
    if (object instanceof URL && node.property.name === 'href') return object.href;
    throw evaluator.unknown(node);
  },
};

/**
 * @param {Node} node
 * @param {Evaluator} evaluator
 * @param {((...values: any[]) => unknown) | undefined} known
 */
function call(node, evaluator, known) {
  if (known === undefined) throw evaluator.unknown(node);
  const values = evaluator.values(node.arguments);
  try {
    return known(...values);
  } catch (error) {
    throw evaluator.unknown(node, error);
  }
}

/** @param {Node} callee @returns {string} */
function nameOf(callee) {
  if (callee.type === 'Identifier') return callee.name;
  return callee.type === 'MemberExpression' && !callee.computed
    ? `${nameOf(callee.object)}.${callee.property.name}`
    : '';
}

/** @type {Record<string, (...values: any[]) => unknown>} */
const FUNCTIONS = {
  'JSON.stringify': (value, _replacer, space) => JSON.stringify(value, undefined, space),
  String: (value) => String(value),
  encodeURIComponent: (value) => encodeURIComponent(value),
  encodeURI: (value) => encodeURI(value),
  atob: (value) => atob(value),
  btoa: (value) => btoa(value),
  'Uint8Array.from': (value, byteOf) => Uint8Array.from(value, byteOf),
  'Uint8Array.of': (...values) => Uint8Array.of(...values),
  'Buffer.from': (value, encoding) =>
    encoding === 'base64' ? fromBase64(value) : new TextEncoder().encode(value),
};

/** @type {Record<string, (...values: any[]) => unknown>} */
const CONSTRUCTORS = {
  URL: (url, base) => new URL(url, base),
  URLSearchParams: (value) => new URLSearchParams(value),
  Headers: (value) => value,
  Request: (url, init) => ({ url, init }),
  Uint8Array: (value) => Uint8Array.from(value),
  TextEncoder: () => new TextEncoder(),
};

/** @type {Record<string, (self: any, ...values: any[]) => unknown>} */
const METHODS = {
  toString: (/** @type {any} */ self) => String(self),
  encode: (self, text) => self.encode(text),
};

const IGNORED_OPTIONS = new Set(['signal', 'agent', 'dispatcher']);
