import { readFileSync, writeFileSync } from 'node:fs';

import { mergeConfig } from 'vite';

import page from './vite.config.js';

// `offline.html`: the page for a double click. Browsers load no modules from files, so that it has one script with everything.
// After vite.config.js.
export default mergeConfig(page, {
  define: { 'import.meta': {} },
  build: {
    emptyOutDir: false,
    copyPublicDir: false,
    rolldownOptions: {
      input: 'inspector/main.jsx',
      output: { format: 'iife', entryFileNames: 'assets/offline.js', codeSplitting: false },
    },
  },
  plugins: [
    {
      name: 'offline-html',
      closeBundle() {
        const folder = new URL('dist/inspector/', import.meta.url);
        const html = readFileSync(new URL('index.html', folder), 'utf8')
          .replace(/<script type="module"[^>]*>/, '<script defer src="./assets/offline.js">')
          .replaceAll(' crossorigin', '');
        writeFileSync(new URL('offline.html', folder), html);
      },
    },
  ],
});
