// The module `signing`: SigV4. Only signers import it, so that functions that take a signer contain no module.

import { compile, compileSync } from '#module/signing';

import { Engine } from './engine.js';

export const signingEngine = /* @__PURE__ */ new Engine({ compile, compileSync });
