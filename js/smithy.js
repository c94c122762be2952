// sigv4-wasm/smithy: the API of `@smithy/signature-v4`.

export * from './adapters/smithy/signature-v4.js';
