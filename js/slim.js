// sigv4-wasm/slim: the main entry without the module, which `init` brings.

export * from './index.js';
