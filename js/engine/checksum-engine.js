// Checksums that the platform lacks, computed by the module `checksum`. See src/wasm/checksum.rs.

import { compile, compileSync } from '#module/checksum';

import { SigV4Error } from './errors.js';
import { ModuleInstance } from './module-instance.js';

/** @typedef {{ memory: import('./instantiate.js').Memory } & Omit<import('../wasm/checksum.js').InitOutput, 'memory'>} ChecksumExports */

/** The module, and the fallback that starts if it cannot. */
export const checksumModule = /** @type {ModuleInstance<ChecksumExports>} */ (
  /* @__PURE__ */ new ModuleInstance({ compile, compileSync })
);

/**
 * @param {string} name  `crc32`, `crc32c`, `crc64nvme`, `sha1` or `sha256`
 * @returns {Promise<() => WasmChecksum>} a function that starts a checksum
 */
export async function wasmChecksum(name) {
  await checksumModule.ready();
  return () => new WasmChecksum(name);
}

class WasmChecksum {
  #exports;
  #number;

  /** @param {string} name */
  constructor(name) {
    try {
      const { written } = encoder.encodeInto(name, checksumModule.buffer(name.length * 3));
      this.#exports = checksumModule.exports;
      this.#number = this.#exports.checksum_start(written);
    } catch (error) {
      throw checksumModule.failed(error);
    }
  }

  /** @param {Uint8Array} bytes */
  update(bytes) {
    try {
      for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
        const chunk = bytes.subarray(at, at + CHUNK_BYTES);
        checksumModule.buffer(CHUNK_BYTES).set(chunk);
        this.#running().checksum_update(this.#number, chunk.length);
      }
    } catch (error) {
      throw checksumModule.failed(error);
    }
  }

  /** @returns {Uint8Array} in network byte order */
  finish() {
    try {
      const length = this.#running().checksum_finish(this.#number);
      return checksumModule.buffer(length).slice(0, length);
    } catch (error) {
      throw checksumModule.failed(error);
    }
  }

  /** Releases a checksum that is not finished. */
  free() {
    if (this.#exports === checksumModule.exports) this.#exports.checksum_free(this.#number);
  }

  /** Another checksum may have stopped the instance that computes this one. */
  #running() {
    if (this.#exports === checksumModule.exports) return this.#exports;
    throw new SigV4Error(
      'ERR_SIGV4_LIMIT_EXCEEDED',
      'the module stopped while it computed this checksum: upload again',
    );
  }
}

/** Large enough for cheap crossings, and small enough that memory stays constant for an upload of any size. */
const CHUNK_BYTES = 64 * 1024;
const encoder = new TextEncoder();
