// A template with its includes and loops expanded. It records the place of each value in the files.
//
// Sources: "AWS::Include transform" and "Fn::ForEach", CloudFormation template reference.

import { dirname, resolve } from 'node:path';

import { ConfigError, readDocument } from '../load-yaml.js';
import { resolveHead, resolveValue, Unresolved } from './intrinsics.js';

/**
 * @typedef {import('../load-yaml.js').Document} Document
 * @typedef {import('./intrinsics.js').Scope} Scope
 * @typedef {readonly PropertyKey[]} Path
 * @typedef {{ document: Document, path: Path }} Source  where a value is written
 */

export class TemplateDocument {
  #document;
  /** The sources of values that come from another place, by their path as JSON. @type {Map<string, Source>} */
  #mounts = new Map();

  /** @param {Document} document */
  constructor(document) {
    this.#document = document;
    /** @type {any} */
    this.value = document.value;
    this.file = document.file;
    /** The names of the template and of the files that it includes. */
    this.files = [document.file];
  }

  /**
   * @param {Path} path
   * @returns {string} `file:line:column`
   */
  locate(path) {
    const { document, path: written } = this.#sourceOf(path);
    return document.locate(written);
  }

  /**
   * @param {Path} path
   * @returns {string} its path in the file, such as `Orders.Properties.Policies.0`
   */
  nameOf(path) {
    const { document, path: written } = this.#sourceOf(path);
    const keys = document === this.#document && written[0] === 'Resources' ? written.slice(1) : written;
    const end = keys.findIndex((key) => key === 'Ref' || /^Fn::(?!ForEach)/.test(String(key)));
    return keys.slice(0, end < 0 ? undefined : end).join('.');
  }

  /**
   * @param {Path} at
   * @param {Source | Path} source
   */
  mount(at, source) {
    this.#mounts.set(JSON.stringify(at), 'document' in source ? source : this.#sourceOf(source));
  }

  /**
   * Reads a file that the template names, relative to the template.
   *
   * @param {string} name
   * @param {Path} at  the place of the name
   * @returns {Document}
   * @throws {ConfigError}
   */
  read(name, at) {
    const file = resolve(dirname(this.#sourceOf(at).document.file), name);
    this.files.push(file);
    try {
      return readDocument(file);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      throw new ConfigError(`${this.locate(at)}: ${error.message}`, { cause: error });
    }
  }

  /**
   * @param {Path} path
   * @returns {Source}
   */
  #sourceOf(path) {
    for (let length = this.#mounts.size && path.length; length > 0; length--) {
      const source = this.#mounts.get(JSON.stringify(path.slice(0, length)));
      if (source !== undefined)
        return { document: source.document, path: [...source.path, ...path.slice(length)] };
    }
    return { document: this.#document, path };
  }
}

/** The transforms of AWS. Those that are not applied here are about deployments and secrets. */
const OF_AWS = /^AWS::/;

/** How many files may be included. Included files may include others; AWS allows only one level. */
const MAX_FILES = 100;

/** Expands the includes and loops of a template. */
export class Expander {
  #target;
  #scope;
  #warn;
  #files = 0;

  /**
   * @param {TemplateDocument} target
   * @param {Scope} scope
   * @param {(at: Path, message: string) => void} warn
   */
  constructor(target, scope, warn) {
    this.#target = target;
    this.#scope = scope;
    this.#warn = warn;
  }

  /** @returns {any} the template */
  template() {
    const { Transform, ...rest } = this.#target.value;
    const value = this.#map(rest, []);
    const transforms = [Transform ?? []].flat();
    for (const [i, transform] of transforms.entries()) {
      const at = Array.isArray(Transform) ? ['Transform', i] : ['Transform'];
      const name = transform?.Name ?? transform;
      if (!OF_AWS.test(name))
        this.#warn(at, `${name} is a macro, which only your account can apply: its changes are missing here`);
      if (name !== 'AWS::Include') continue;
      this.#merge(value, this.#included(transform, at) ?? {}, []);
    }
    return { ...value, Transform: transforms };
  }

  /**
   * @param {any} value
   * @param {Path} at
   * @returns {any}
   */
  value(value, at) {
    this.#scope.spend(1);
    if (Array.isArray(value)) return value.map((item, i) => this.value(item, [...at, i]));
    if (typeof value !== 'object' || value === null) return value;
    return this.#map(value, at);
  }

  /**
   * @param {Record<string, any>} map
   * @param {Path} at
   */
  #map(map, at) {
    /** @type {Record<string, any>} */
    const expanded = {};
    /** @type {any} */
    let included;
    for (const [key, item] of Object.entries(map)) {
      const here = [...at, key];
      if (key.startsWith('Fn::ForEach::')) this.#loop(expanded, item, at, here);
      else if (key === 'Fn::Transform' && item?.Name === 'AWS::Include') {
        included = this.#included(item, here);
        if (included === undefined) expanded[key] = item;
      } else expanded[key] = this.value(item, here);
    }
    if (included === undefined) return expanded;
    const { value, source } = included;
    if (isMap(value)) return this.#merge(expanded, included, at);
    this.#target.mount(at, source);
    return value;
  }

  /**
   * Merges an included map. Keys of the template itself take precedence, also within its sections.
   *
   * @param {Record<string, any>} own
   * @param {{ value?: any, source?: Source }} included
   * @param {Path} at
   */
  #merge(own, { value, source }, at) {
    if (source === undefined) return own;
    for (const [key, item] of Object.entries(value ?? {})) {
      const from = { document: source.document, path: [...source.path, key] };
      if (at.length === 0 && isMap(own[key]) && isMap(item)) {
        this.#merge(own[key], { value: item, source: from }, [key]);
      } else if (!Object.hasOwn(own, key)) {
        own[key] = item;
        this.#target.mount([...at, key], from);
      }
    }
    return own;
  }

  /**
   * @param {any} transform
   * @param {Path} at
   * @returns {{ value: any, source: Source } | undefined} `undefined` if the file is not on this machine
   */
  #included(transform, at) {
    const location = this.#attempt(at, () => resolveValue(transform.Parameters?.Location, this.#scope));
    if (typeof location !== 'string') return undefined;
    if (isElsewhere(location)) {
      this.#warn(at, `AWS::Include of ${location} is left out: ${COPY}`);
      return undefined;
    }
    this.#files += 1;
    if (this.#files > MAX_FILES)
      throw new ConfigError(`${this.#target.locate(at)}: more than ${MAX_FILES} files are included`);
    const document = this.#target.read(location, at);
    const inner = new TemplateDocument(document);
    // The files that it includes are relative to it.
    const nested = new Expander(inner, this.#scope, (path, message) =>
      this.#warn(at, `${inner.locate(path)}: ${message}`),
    );
    nested.#files = this.#files;
    const value = nested.value(document.value, []);
    this.#files = nested.#files;
    this.#target.files.push(...inner.files.slice(1));
    return { value, source: { document: /** @type {any} */ (inner), path: [] } };
  }

  /**
   * `Fn::ForEach::Name: [identifier, collection, fragment]`
   *
   * @param {Record<string, any>} into
   * @param {any} loop
   * @param {Path} at
   * @param {Path} here
   * @param {any} [written]  the loop as written, before an outer loop replaced something in it
   */
  #loop(into, loop, at, here, written = loop) {
    const [identifier, collection, fragment] = Array.isArray(loop) ? loop : [];
    if (typeof identifier !== 'string' || !isMap(fragment))
      throw new ConfigError(
        `${this.#target.locate(here)}: Fn::ForEach takes an identifier, a collection and a map`,
      );
    const items = this.#attempt(here, () => resolveValue(resolveHead(collection, this.#scope), this.#scope));
    if (items === undefined) return;
    if (!Array.isArray(items))
      throw new ConfigError(`${this.#target.locate(here)}: the collection of Fn::ForEach must be a list`);
    for (const item of items) {
      const replaced = this.#replaced(fragment, identifier, String(item));
      for (const [i, [key, value]] of Object.entries(replaced).entries()) {
        // The key of an inner loop is not a key of the result.
        const name = Object.keys(written[2])[i];
        const place = [...here, 2, name];
        if (key.startsWith('Fn::ForEach::')) this.#loop(into, value, at, place, written[2][name]);
        else {
          this.#target.mount([...at, key], place);
          into[key] = this.value(value, [...at, key]);
        }
      }
    }
  }

  /**
   * @param {any} value
   * @param {string} identifier
   * @param {string} item
   * @returns {any}
   */
  #replaced(value, identifier, item) {
    this.#scope.spend(1);
    if (typeof value === 'string') {
      const text = value
        .replaceAll(`\${${identifier}}`, item)
        // `&{…}` is for logical IDs, which contain only letters and digits.
        .replaceAll(`&{${identifier}}`, item.replace(/[^A-Za-z0-9]/g, ''));
      this.#scope.spend(text.length);
      return text;
    }
    if (Array.isArray(value)) return value.map((one) => this.#replaced(one, identifier, item));
    if (!isMap(value)) return value;
    if (value.Ref === identifier && Object.keys(value).length === 1) return item;
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [
        this.#replaced(key, identifier, item),
        this.#replaced(one, identifier, item),
      ]),
    );
  }

  /**
   * @template T
   * @param {Path} at
   * @param {() => T} resolve
   * @returns {T | undefined}
   */
  #attempt(at, resolve) {
    try {
      return resolve();
    } catch (error) {
      if (!(error instanceof Unresolved)) throw error;
      this.#warn(at, `left out: ${error.message}`);
      return undefined;
    }
  }
}

/** The remedy for a file that is in S3. */
export const COPY = 'this gateway does not read S3. Download it, and name the copy instead';

/** @param {string} location  of a file */
export function isElsewhere(location) {
  return /^[a-z][\w+.-]+:/i.test(location);
}

/**
 * @param {any} value
 * @returns {value is Record<string, any>}
 */
function isMap(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
