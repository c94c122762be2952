// A started wasm module: one instance, and the buffer that it shares with JavaScript.

import { SigV4Error } from './errors.js';
import { instantiate } from './instantiate.js';
import { platformDecoder } from './node-builtins.js';
import { refusal, unavailable } from './refusals.js';

/**
 * The required exports of an instance.
 *
 * @typedef {{ memory: { readonly buffer: ArrayBuffer }, reserve: (length: number) => number }} Exports
 *
 * @typedef {object} LoadableModule
 * @property {() => Promise<WebAssembly.Module>} compile
 * @property {() => WebAssembly.Module} compileSync
 * @property {(module: WebAssembly.Module) => any} [instantiate]  where it imports something
 */

const decoder = /* @__PURE__ */ new TextDecoder();

/**
 * The instance is replaced by a fresh one after it trapped, because its memory is then in any state, and after a request so large
 * that its memory would stay large: wasm gives none back.
 *
 * @template {Exports} E
 */
export class ModuleInstance {
  #module;
  /** @type {(() => E) | undefined} */
  #fallback;
  /** Creates a fresh instance, after the module was compiled. @type {(() => E) | undefined} */
  #instantiate;
  /** @type {E | undefined} */
  #instance;
  /** Whether memory that grows detaches its views: that of wasm does, that of plain JavaScript does not. */
  #detaches = true;
  /** Whether the buffer has become so large that the instance is not kept. */
  #isOversized = false;
  /** Of the buffer. */
  #view = NO_BYTES;
  /** Decodes what that view begins with, where the platform is faster at it. @type {((length: number) => string) | undefined} */
  #decode;
  /** @type {Promise<void> | undefined} */
  #loading;

  #generation = 0;

  /** @param {LoadableModule} module */
  constructor(module) {
    this.#module = module;
  }

  /** @param {() => E} makeInstance  starts the fallback if the wasm module cannot start */
  fallBackTo(makeInstance) {
    this.#fallback = makeInstance;
  }

  /** Whether it has started. */
  get isReady() {
    return this.#instantiate !== undefined;
  }

  /**
   * Compiles and starts the module, once; concurrent callers share the work.
   *
   * @param {() => WebAssembly.Module | Promise<WebAssembly.Module>} [load]
   * @returns {Promise<void>}
   */
  ready(load = this.#module.compile) {
    if (this.#instantiate !== undefined) return Promise.resolve();
    this.#loading ??= (async () => {
      try {
        this.#start(await load());
      } catch (cause) {
        this.#fallBack(cause);
      } finally {
        this.#loading = undefined;
      }
    })();
    return this.#loading;
  }

  /** Likewise, synchronously. */
  readySync() {
    if (this.#instantiate !== undefined) return;
    try {
      this.#start(this.#module.compileSync());
    } catch (cause) {
      this.#fallBack(cause);
    }
  }

  /** @param {WebAssembly.Module} module */
  #start(module) {
    if (this.#instantiate !== undefined) return;
    const make = this.#module.instantiate ?? instantiate;
    const start = () => /** @type {E} */ (make(module));
    this.#instance = start();
    this.#instantiate = start;
  }

  /** @param {unknown} cause  why the wasm module cannot start */
  #fallBack(cause) {
    if (this.#instantiate !== undefined) return;
    if (this.#fallback === undefined) throw unavailable(cause);
    this.#detaches = false;
    this.#instantiate = this.#fallback;
  }

  /**
   * Another instance of a started module, for work that keeps state for a while, and is wiped afterwards.
   *
   * @returns {ModuleInstance<E>}
   */
  another() {
    const other = /** @type {ModuleInstance<E>} */ (new ModuleInstance(this.#module));
    other.#fallback = this.#fallback;
    other.#instantiate = this.#instantiate;
    other.#detaches = this.#detaches;
    return other;
  }

  /** The number of the running or the next instance: the data of instances with another number is gone. */
  get generation() {
    return this.#generation;
  }

  /** Whether an instance runs, which may have kept something. */
  get isRunning() {
    return this.#instance !== undefined;
  }

  /** Those of the instance that runs; a module that has not started does so. @returns {E} */
  get exports() {
    if (this.#instance !== undefined) return this.#instance;
    this.readySync();
    try {
      return (this.#instance ??= /** @type {() => E} */ (this.#instantiate)());
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  /**
   * The buffer, valid and at least this long. It loses what it holds if it must grow, except for a result, for which the module made
   * room.
   *
   * @param {number} length
   * @returns {Uint8Array<ArrayBuffer>}
   */
  buffer(length) {
    const { exports } = this;
    const view = this.#view;
    // Growing memory detaches every view of it, which then has no length. To ask wasm for its buffer each time would take
    // a fortieth of a signature.
    if (length < view.length && (this.#detaches || view.buffer === exports.memory.buffer)) return view;
    const size = Math.max(length, MIN_BUFFER_BYTES);
    this.#isOversized ||= size > MAX_KEPT_BYTES;
    const pointer = exports.reserve(size) >>> 0;
    // Not before: making room may have grown the memory.
    this.#view = new Uint8Array(exports.memory.buffer, pointer, size);
    this.#decode = platformDecoder(this.#view);
    return this.#view;
  }

  /**
   * A result from the start of the buffer.
   *
   * @param {number} status  its length; negative: an error
   * @returns {string}
   */
  read(status) {
    if (status < 0) throw refusal(status);
    const view = this.buffer(status);
    return this.#decode?.(status) ?? decoder.decode(view.subarray(0, status));
  }

  /** After a call whose result was read. */
  release() {
    if (this.#isOversized) this.discard();
  }

  /**
   * @param {unknown} cause  why a call failed
   * @returns {SigV4Error}
   */
  failed(cause) {
    if (cause instanceof SigV4Error) {
      this.release();
      return cause;
    }
    this.discard();
    return new SigV4Error(
      'ERR_SIGV4_LIMIT_EXCEEDED',
      `the wasm module stopped (${cause}), most likely because memory ran out: try a smaller request, or try this one again`,
      { cause },
    );
  }

  /** Wipes and releases the instance. The next call starts a fresh one, which has no keys. */
  discard() {
    const memory = this.#instance?.memory;
    if (memory !== undefined) new Uint8Array(memory.buffer).fill(0);
    this.#instance = undefined;
    this.#generation++;
    this.#view = NO_BYTES;
    this.#decode = undefined;
    this.#isOversized = false;
  }
}

const NO_BYTES = /* @__PURE__ */ new Uint8Array(0);
const MIN_BUFFER_BYTES = 8192;
/** A request with so much text takes some megabytes; all that are not attacks are smaller. */
const MAX_KEPT_BYTES = 262_144;
