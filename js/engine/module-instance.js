// A wasm module at work: one instance, and the buffer that it shares with JavaScript.

import { unavailable } from './engine.js';
import { SigV4Error } from './errors.js';
import { instantiate } from './instantiate.js';

/**
 * What an instance must have.
 *
 * @typedef {{ memory: { readonly buffer: ArrayBuffer }, reserve: (length: number) => number }} Exports
 */

/**
 * The instance is replaced by a fresh one after it trapped, as its memory is then in any state, and after a request so large
 * that its memory would stay large: wasm gives none back.
 *
 * @template {Exports} E
 */
export class ModuleInstance {
  #module;
  /** @type {(() => E) | undefined} */
  #fallback;
  /** Makes a fresh instance, once there is something to make it of. @type {(() => E) | undefined} */
  #instantiate;
  /** @type {E | undefined} */
  #instance;
  /** Whether memory that grows detaches its views: that of wasm does, that of plain JavaScript does not. */
  #detaches = true;
  /** Whether the buffer has become so large that the instance is not kept. */
  #isOversized = false;
  /** Of the buffer. */
  #view = NO_BYTES;
  /** @type {Promise<void> | undefined} */
  #loading;

  #generation = 0;

  /**
   * @param {object} module
   * @param {() => Promise<WebAssembly.Module>} module.compile
   * @param {() => WebAssembly.Module} module.compileSync
   * @param {(module: WebAssembly.Module) => any} [module.instantiate]  where it needs the code around it
   */
  constructor(module) {
    this.#module = module;
  }

  /** @param {() => E} makeInstance  what starts instead, wherever the wasm module cannot */
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
   * @returns {Promise<void>}
   */
  ready() {
    if (this.isReady) return Promise.resolve();
    this.#loading ??= (async () => {
      try {
        this.#start(await this.#module.compile());
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
    if (this.isReady) return;
    try {
      this.#start(this.#module.compileSync());
    } catch (cause) {
      this.#fallBack(cause);
    }
  }

  /** @param {WebAssembly.Module} module */
  #start(module) {
    if (this.isReady) return;
    const make = this.#module.instantiate ?? instantiate;
    const start = () => /** @type {E} */ (make(module));
    this.#instance = start();
    this.#instantiate = start;
  }

  /** @param {unknown} cause  why the wasm module cannot start */
  #fallBack(cause) {
    if (this.isReady) return;
    if (this.#fallback === undefined) throw unavailable(cause);
    this.#detaches = false;
    this.#instantiate = this.#fallback;
  }

  /**
   * One more instance of a module that has started: for work that keeps its state for a while, and is wiped after it.
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

  /** Of the instance that runs, or of the next one: what an instance of another number kept is gone. */
  get generation() {
    return this.#generation;
  }

  /** @returns {E} */
  get exports() {
    if (this.#instance !== undefined) return this.#instance;
    try {
      return (this.#instance = /** @type {() => E} */ (this.#instantiate)());
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  /**
   * The buffer, at least this long. It loses what it holds where it must grow, but for a result, for which the module made room.
   *
   * @param {number} length
   * @returns {Uint8Array<ArrayBuffer>}
   */
  buffer(length) {
    const { exports } = this;
    // Growing memory detaches every view of it, which then has no length.
    if (length > this.#view.length || (!this.#detaches && this.#view.buffer !== exports.memory.buffer)) {
      const size = Math.max(length, MIN_BUFFER_BYTES);
      this.#isOversized ||= size > MAX_KEPT_BYTES;
      const pointer = exports.reserve(size) >>> 0;
      // Not before: making room may have grown the memory.
      this.#view = new Uint8Array(exports.memory.buffer, pointer, size);
    }
    return this.#view;
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
      `the module stopped (${String(cause)}), most likely because memory ran out: try a smaller request, or try this one again`,
      { cause },
    );
  }

  /** Wipes the instance and lets go of it: the next call starts a fresh one, which knows no keys. */
  discard() {
    const memory = this.#instance?.memory;
    if (memory !== undefined) new Uint8Array(memory.buffer).fill(0);
    this.#instance = undefined;
    this.#generation++;
    this.#view = NO_BYTES;
    this.#isOversized = false;
  }
}

const NO_BYTES = /* @__PURE__ */ new Uint8Array(0);
const MIN_BUFFER_BYTES = 8 * 1024;
/** A request with so much text takes some megabytes; all that are not attacks are smaller. */
const MAX_KEPT_BYTES = 256 * 1024;
