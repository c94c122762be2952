// sigv4-wasm/v4a: SigV4a, one signature for several regions.

export * from './sign/signer-v4a.js';
