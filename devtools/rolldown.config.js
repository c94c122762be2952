// `sigv4-wasm-devtools/gateway` and `/proxy` as CommonJS, for Jest, which cannot load ES modules: with the gateway, the thread
// that explains.

import { cpSync, writeFileSync } from 'node:fs';

import { defineConfig } from 'rolldown';

export default defineConfig({
  input: [
    'lib/gateway/gateway.js',
    'lib/gateway/explain-task.js',
    'lib/gateway/lambda/sandbox.js',
    'lib/proxy/proxy.js',
  ],
  platform: 'node',
  external: /^(?!\.|\/)/,
  output: { dir: 'dist/cjs', format: 'cjs', entryFileNames: '[name].js', chunkFileNames: '[name].js' },
  plugins: [
    {
      name: 'as-commonjs',
      writeBundle() {
        writeFileSync('dist/cjs/package.json', '{ "type": "commonjs" }\n');
        cpSync('dist/types', 'dist/cjs/types', { recursive: true });
      },
    },
  ],
});
