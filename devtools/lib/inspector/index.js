// `sigv4-wasm-devtools/inspector`: the page, on a server of its own, or as files for another.

export { inspectorFiles } from './files.js';
export { serveInspector } from './serve.js';
