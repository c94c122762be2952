// sigv4-wasm/request: signed requests as a fetch Request.

export { SigV4Error } from './engine/errors.js';
export { signFetchRequest, toRequestSigner } from './adapters/fetch/request-signer.js';

/** @typedef {import('./adapters/fetch/request-signer.js').RequestSigner} RequestSigner */
