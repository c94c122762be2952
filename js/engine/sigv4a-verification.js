// Verifying SigV4a, by the module `sigv4a`. Apart from the engine that signs, which a server does not need. See src/wasm/sigv4a.rs.

import { compile } from '#module/sigv4a';

import { unavailable } from './refusals.js';
import { initSync, verifiesSigV4a, verifiesWithPublicKey } from '../wasm/sigv4a.js';

/** @type {Promise<typeof MODULE> | undefined} */
let loading;

/**
 * Starts the module on first use, once; concurrent callers share the work.
 *
 * @returns {Promise<typeof MODULE>}
 */
export function sigv4aModule() {
  loading ??= (async () => {
    try {
      initSync({ module: await compile() });
      return MODULE;
    } catch (cause) {
      loading = undefined;
      throw unavailable(cause);
    }
  })();
  return loading;
}

const MODULE = { verifiesSigV4a, verifiesWithPublicKey };
