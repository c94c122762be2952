// sigv4-wasm/trace: what a signature is made of.

export { SigV4Error } from './engine/errors.js';
export { trace } from './sign/trace.js';

/** @typedef {import('./sign/trace.js').SigningTrace} SigningTrace */
