// The core as plain JavaScript, for runtimes that have no WebAssembly or forbid it. Importing this file is enough: signers and
// verifiers then fall back to it.

import { signingEngine } from './engine/signing-engine.js';
import { checksumModule } from './engine/checksum-engine.js';
import { mismatchModule } from './engine/mismatch-engine.js';
import { verifyModule } from './engine/verify-engine.js';
import { instantiate as instantiateChecksum } from './wasm/checksum-asmjs.js';
import { instantiate as instantiateMismatch } from './wasm/mismatch-asmjs.js';
import { instantiate } from './wasm/signing-asmjs.js';
import { instantiate as instantiateVerify } from './wasm/verify-asmjs.js';

signingEngine.fallBackTo(instantiate);
verifyModule.fallBackTo(instantiateVerify);
mismatchModule.fallBackTo(instantiateMismatch);
checksumModule.fallBackTo(instantiateChecksum);
