// Loaded before a file of tests (`node --import`): what runs then has no WebAssembly, and falls back to JavaScript.

await import('sigv4-wasm/asmjs');
Reflect.deleteProperty(globalThis, 'WebAssembly');
