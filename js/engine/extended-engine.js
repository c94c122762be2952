// The wasm module of SigV4a, loaded only when it is used. See src/wasm/sigv4a.rs.

import { compile, compileSync } from '#module/sigv4a';

import { unavailable } from './refusals.js';
import { SigV4aEngine } from './sigv4a-engine.js';
import { initSync, verifiesSigV4a, verifiesWithPublicKey } from '../wasm/sigv4a.js';

/** Its engine: SigV4a. */
export const sigv4aEngine = /* @__PURE__ */ new SigV4aEngine({ compile, compileSync });

/** @type {Promise<typeof MODULE> | undefined} */
let loading;

/**
 * What else is in the module, which starts on first use, once; concurrent callers share the work.
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
