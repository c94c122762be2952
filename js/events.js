// sigv4-wasm/events: signed messages of event streams.

export { SigV4Error } from './engine/errors.js';
export { eventSigner } from './sign/event-stream.js';

/** @typedef {import('./sign/event-stream.js').EventSigner} EventSigner */
