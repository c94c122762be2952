// The module `signing`: SigV4. Nothing else imports it, so that what takes a signer carries no module of its own.

import { compile, compileSync } from '#module/signing';

import { Engine } from './engine.js';

export const signingEngine = /* @__PURE__ */ new Engine({ compile, compileSync });
