// sigv4-wasm/aws4: the API of the npm package `aws4`.

export * from './adapters/aws4/request-signer.js';
// By name, too: tools that compare types with CommonJS look no further than this file.
export { canonicalString, default, RequestSigner, sign } from './adapters/aws4/request-signer.js';
