import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vite';

// The inspector, as static files that work under any path.
export default defineConfig({
  root: 'inspector',
  base: './',
  resolve: {
    alias: [
      {
        find: /^acorn$/,
        replacement: fileURLToPath(new URL('inspector/model/javascript-parser.js', import.meta.url)),
      },
    ],
  },
  build: {
    outDir: '../dist/inspector',
    emptyOutDir: true,
    target: 'es2022',
    // The page allows neither inline scripts nor data that is none of an image.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    // Most of it is the wasm module, as base64.
    chunkSizeWarningLimit: 1024,
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
});
