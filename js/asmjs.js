// The core once more, as plain JavaScript: for runtimes that have no WebAssembly, or forbid it. To import this file is
// enough; whatever signs falls back to it.

import { core } from './core.js';
import {
  clear_keys,
  complete,
  hash_finish,
  hash_update,
  initSync,
  reserve,
  sign,
  sign_path,
  sign_text,
} from './wasm/signing-asmjs.js';

core.fallBackTo({
  initSync,
  engine: { clear_keys, complete, hash_finish, hash_update, reserve, sign, sign_path, sign_text },
});
