// One build: node bundle.js BUNDLER ENTRY DIRECTORY. It runs in target/matrix, so that each bundler is found there.
// Every one gets the settings that its guide starts with, and no plug-in for this package or for wasm.

import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** @type {Record<string, (entry: string, directory: string) => Promise<unknown>>} */
const BUNDLERS = {
  async esbuild(entry, directory) {
    const { build } = await import('esbuild');
    const platform = 'browser';
    await build({
      entryPoints: { main: entry },
      outdir: directory,
      bundle: true,
      minify: true,
      format: 'esm',
      platform,
    });
  },
  async rollup(entry, directory) {
    const [{ rollup }, { nodeResolve }] = await Promise.all([
      import('rollup'),
      import('@rollup/plugin-node-resolve'),
    ]);
    const bundle = await rollup({
      input: { main: entry },
      plugins: [nodeResolve({ browser: true })],
      onwarn: refuse,
    });
    await bundle.write({ dir: directory, format: 'es' });
    await bundle.close();
  },
  async rolldown(entry, directory) {
    const { build } = await import('rolldown');
    await build({
      input: { main: entry },
      platform: 'browser',
      onwarn: refuse,
      output: { dir: directory, minify: true },
    });
  },
  async vite(entry, directory) {
    const { build } = await import('vite');
    const html = entry.replace('.js', '.html');
    await build({
      logLevel: 'error',
      base: './',
      build: { outDir: directory, rolldownOptions: { input: html } },
    });
    await rename(join(directory, html), join(directory, 'index.html'));
  },
  async webpack(entry, directory) {
    const { default: webpack } = await import('webpack');
    await pack(webpack, entry, directory);
  },
  async rspack(entry, directory) {
    const { rspack } = await import('@rspack/core');
    await pack(rspack, entry, directory);
  },
  async worker(entry, directory) {
    const { build } = await import('esbuild');
    await build({
      entryPoints: [entry],
      outdir: directory,
      bundle: true,
      format: 'esm',
      conditions: ['workerd'],
      loader: { '.wasm': 'copy' },
    });
  },
  async parcel(entry, directory) {
    const { Parcel } = await import('@parcel/core');
    const html = entry.replace('.js', '.html');
    await new Parcel({
      entries: html,
      defaultConfig: '@parcel/config-default',
      mode: 'production',
      shouldDisableCache: true,
      defaultTargetOptions: { distDir: directory, publicUrl: './', sourceMaps: false },
    }).run();
    await rename(join(directory, html), join(directory, 'index.html'));
  },
};

/**
 * webpack and Rspack take the same options.
 *
 * @param {any} bundler
 * @param {string} entry
 * @param {string} directory
 */
async function pack(bundler, entry, directory) {
  const options = {
    mode: 'production',
    entry: { main: `./${entry}` },
    output: { path: directory, filename: '[name].js' },
    performance: { hints: false },
  };
  const stats = await new Promise((done, fail) => {
    bundler(options, (error, result) => (error ? fail(error) : done(result)));
  });
  const { errors, warnings } = stats.toJson({ errors: true, warnings: true });
  for (const { message } of [...errors, ...warnings]) throw new Error(message);
}

/** @param {{ message: string, code?: string }} warning */
function refuse({ message, code = '' }) {
  // axios has modules that import each other.
  if (code !== 'CIRCULAR_DEPENDENCY') throw new Error(message);
}

const [name, entry, directory] = process.argv.slice(2);
process.chdir('apps');
await mkdir(directory, { recursive: true });
await BUNDLERS[name](entry, resolve(directory));
// Most write no page of their own.
const page = await readFile(entry.replace('.js', '.html'), 'utf8').catch(() => undefined);
if (page !== undefined && !existsSync(join(directory, 'index.html'))) {
  await writeFile(join(directory, 'index.html'), page.replace(entry, 'main.js'));
}
process.exit(); // some leave workers behind
