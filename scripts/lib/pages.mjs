// The package in single files, for pages without a bundler: with the module, and without it for pages that serve it as a file.

import { build } from 'esbuild';
import { rollup } from 'rollup';

/** What pages load: by file, the entry and the format. @type {Record<string, [string, 'esm' | 'iife']>} */
const FILES = {
  'sigv4-wasm.min.js': ['esm/index.js', 'esm'],
  'sigv4-wasm.iife.min.js': ['esm/index.js', 'iife'],
  'sigv4-wasm.slim.min.js': ['esm/slim.js', 'esm'],
};

/**
 * `sigv4-wasm/slim`: a file of its own in each format, whose engine knows no module.
 *
 * @param {import('rollup').RollupOptions & { plugins: import('rollup').Plugin[] }} options
 */
export async function bundleSlim({ plugins, ...options }) {
  const slim = {
    name: 'slim',
    resolveId: (/** @type {string} */ id) => (id === '#module/signing' ? SLIM : null),
  };
  const bundled = await rollup({ input: 'js/slim.js', ...options, plugins: [slim, ...plugins] });
  const output = /** @type {const} */ ({ inlineDynamicImports: true, exports: 'named', esModule: true });
  await bundled.write({ ...output, format: 'es', file: 'pkg/esm/slim.js' });
  await bundled.write({ ...output, format: 'cjs', file: 'pkg/cjs/slim.js' });
}

const SLIM = new URL('../../js/wasm/signing-slim.js', import.meta.url).pathname;

/**
 * Minified, into pkg/dist.
 *
 * @param {string} version
 */
export async function bundleForPages(version) {
  for (const [file, [entry, format]] of Object.entries(FILES)) {
    await build({
      entryPoints: [`pkg/${entry}`],
      outfile: `pkg/dist/${file}`,
      bundle: true,
      minify: true,
      format,
      globalName: format === 'iife' ? 'sigv4' : undefined,
      platform: 'browser',
      target: 'es2022',
      banner: { js: `/*! sigv4-wasm ${version}, MIT or Apache-2.0 */` },
    });
  }
}
