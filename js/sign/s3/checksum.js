// The checksum of an upload: computed by the platform if it can, which takes a half to a fifth of the time, otherwise in wasm.

import { builtin } from '../../engine/node-builtins.js';

/**
 * @typedef {{ update(bytes: Uint8Array): void, finish(): Uint8Array, free(): void }} Checksum
 */

/**
 * @param {string} name  `crc32`, `crc32c`, `crc64nvme`, `sha1` or `sha256`
 * @returns {Promise<() => Checksum>}  what starts one
 */
export async function checksumOf(name) {
  const host = HOST[name]?.();
  if (host !== undefined) return host;
  const { wasmChecksum } = await import('../../engine/checksum-engine.js');
  return wasmChecksum(name);
}

/** @type {Record<string, () => (() => Checksum) | undefined>} */
const HOST = { crc32, sha1: () => hash('sha1'), sha256: () => hash('sha256') };

/** In Node from 20.15 and 22.2. */
function crc32() {
  const zlib = builtin('node:zlib');
  if (zlib?.crc32 === undefined) return undefined;
  return () => {
    let value = 0;
    return {
      update(/** @type {Uint8Array} */ bytes) {
        value = zlib.crc32(bytes, value);
      },
      finish() {
        const result = new Uint8Array(4);
        new DataView(result.buffer).setUint32(0, value);
        return result;
      },
      free() {},
    };
  };
}

/** @param {string} name */
function hash(name) {
  const crypto = builtin('node:crypto');
  if (crypto === undefined) return undefined;
  return () => {
    const running = crypto.createHash(name);
    return {
      update: (/** @type {Uint8Array} */ bytes) => void running.update(bytes),
      finish: () => running.digest(),
      free() {},
    };
  };
}
