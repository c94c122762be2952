// sigv4-wasm/slim: the main entry without the module, which `init` loads.

export * from './index.js';
