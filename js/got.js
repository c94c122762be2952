// sigv4-wasm/got: signs the requests of a got client.

export * from './adapters/got/hooks.js';
