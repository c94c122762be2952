// sigv4-wasm/aws4: the API of the npm package `aws4`.

export * from './adapters/aws4/request-signer.js';
export { default } from './adapters/aws4/request-signer.js';
