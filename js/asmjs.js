// The core once more, as plain JavaScript: for runtimes that have no WebAssembly, or forbid it. To import this file is
// enough; whatever signs falls back to it.

import { signingEngine } from './engine/engine.js';
import { instantiate } from './wasm/signing-asmjs.js';

signingEngine.fallBackTo(instantiate);
