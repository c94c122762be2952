// The wasm module of SigV4a, loaded only when it is used. See src/wasm/sigv4a.rs.

import { compile, compileSync } from '#module/sigv4a';

import { SigV4aEngine } from './sigv4a-engine.js';

/** Its engine: SigV4a. */
export const sigv4aEngine = /* @__PURE__ */ new SigV4aEngine({ compile, compileSync });
