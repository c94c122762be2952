// The second wasm module: what few need, loaded by who needs it. See src/wasm/tools.rs.

import { compile, compileSync } from '#module/tools';

import { Core, unavailable } from './engine.js';
import { Checksum, initSync, verifiesSigV4a } from '../wasm/tools.js';

/** Its engine: SigV4a. */
export const sigv4aCore = /* @__PURE__ */ new Core({ compile, compileSync });

/** @type {Promise<typeof TOOLS> | undefined} */
let loading;

/**
 * What else is in the module, which starts on first use, once; concurrent callers share the work.
 *
 * @returns {Promise<typeof TOOLS>}
 */
export function tools() {
  loading ??= (async () => {
    try {
      initSync({ module: await compile() });
      return TOOLS;
    } catch (cause) {
      loading = undefined;
      throw unavailable(cause);
    }
  })();
  return loading;
}

const TOOLS = { Checksum, verifiesSigV4a };
