// The second wasm module: what few need, loaded by who needs it. See src/wasm/sigv4a.rs.

import { compile, compileSync } from '#module/sigv4a';

import { Core, unavailable } from './engine.js';
import { Checksum, initSync, verifiesSigV4a } from '../wasm/sigv4a.js';

/** Its engine: SigV4a. */
export const sigv4aCore = /* @__PURE__ */ new Core({ compile, compileSync });

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

const MODULE = { Checksum, verifiesSigV4a };
