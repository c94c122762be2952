// sigv4-wasm/trace: shows the parts of a signature.

export { SigV4Error } from './engine/errors.js';
export { trace } from './sign/trace.js';

/** @typedef {import('./sign/trace.js').SigningTrace} SigningTrace */
