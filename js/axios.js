// sigv4-wasm/axios: signs the requests of an axios client.

export * from './adapters/axios/interceptor.js';
