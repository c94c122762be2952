// How pages that serve the module `signing` as a file load it: nothing is inlined, and `init` loads it.

import { SigV4Error } from '../errors.js';

export const load = () => ({
  compileSync: refuse,
  compile: async () => refuse(),
});

/** @returns {never} */
function refuse() {
  throw new SigV4Error(
    'ERR_SIGV4_NOT_READY',
    'the wasm module is not loaded yet, and is not embedded here: call await init(url) first, with the URL of signing.wasm',
  );
}
