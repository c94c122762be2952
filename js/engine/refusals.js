// Turns refusals of the modules and their platforms into errors.

import { coreError, SigV4Error } from './errors.js';
import { RECORD_INVALID, STATUS_NUMBERS } from './generated/errors.js';

/**
 * The error that a status stands for: see `Error::status` in src/error.rs.
 *
 * @param {number} status  negative
 * @param {string} [host]
 * @param {Map<string, string>} [headers]
 */
export function refusal(status, host = '', headers = new Map()) {
  const number = /** @type {import('./errors.js').CoreErrorNumber} */ ((-1 - status) % STATUS_NUMBERS);
  const index = Math.floor((-1 - status) / STATUS_NUMBERS);
  const header =
    number === RECORD_INVALID ? fieldWithNul(headers) : JSON.stringify([...headers.keys()][index]);
  return coreError(number, { host, header });
}

/** @param {Map<string, string>} headers */
function fieldWithNul(headers) {
  const header = [...headers].find(([name, value]) => `${name}${value}`.includes('\0'));
  return header === undefined ? 'an option or a credential' : `the header ${JSON.stringify(header[0])}`;
}

export function otherModule() {
  return new SigV4Error('ERR_SIGV4_VERSION_MISMATCH', 'the module belongs to another version of sigv4-wasm');
}

/** @param {unknown} cause */
export function unavailable(cause) {
  if (cause instanceof SigV4Error) return cause;
  const problem =
    typeof WebAssembly === 'undefined'
      ? 'this runtime has no WebAssembly'
      : `the wasm module could not be started (${cause}): allow it in the Content-Security-Policy ` +
        "(script-src 'wasm-unsafe-eval')";
  return new SigV4Error('ERR_SIGV4_WASM_UNAVAILABLE', `${problem}, or import 'sigv4-wasm/asmjs'`, { cause });
}
