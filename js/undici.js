// sigv4-wasm/undici: signs what goes through a dispatcher of undici.

export * from './adapters/undici/interceptor.js';
