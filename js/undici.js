// sigv4-wasm/undici: signs the requests of an undici dispatcher.

export * from './adapters/undici/interceptor.js';
