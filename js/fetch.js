// sigv4-wasm/fetch: a `fetch` that signs.

export * from './adapters/fetch/signed-fetch.js';
