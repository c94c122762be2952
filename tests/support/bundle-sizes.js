// What a bundle of the package weighs: minified, in kB of 1000 bytes.

import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import { build } from 'esbuild';

/**
 * @typedef {object} Size
 * @property {number} gzip  of `gzip -9`
 * @property {number} brotli  of quality 11
 *
 * How it is bundled. `split`: for browsers, and what is loaded at first, without what is imported on use. `oneFile`: with it.
 * `lambda`: the same as CommonJS for Node.js, as AWS SAM and CDK have esbuild do it.
 * @typedef {'split' | 'oneFile' | 'iife' | 'lambda'} Form
 */

/** @type {Record<Form, import('esbuild').BuildOptions>} */
const FORMS = {
  split: { splitting: true, format: 'esm', platform: 'browser' },
  oneFile: { format: 'esm', platform: 'browser' },
  iife: { format: 'iife', platform: 'browser', globalName: 'bundled' },
  lambda: { format: 'cjs', platform: 'node' },
};

/**
 * @param {string} code  of a module, with exports
 * @param {Form} form
 * @param {string} [folder]  whose node_modules are searched
 * @param {string[]} [external]  what is left out besides HTTP clients
 * @returns {Promise<Size>}
 */
export async function sizeOf(code, form, folder = process.cwd(), external = []) {
  const { outputFiles = [], metafile } = await build({
    stdin: { contents: code, resolveDir: folder },
    bundle: true,
    minify: true,
    target: 'es2022',
    external: ['axios', 'got', 'undici', ...external],
    outdir: 'out',
    absWorkingDir: folder,
    write: false,
    metafile: true,
    logLevel: 'error',
    ...FORMS[form],
  });
  const { outputs } = /** @type {import('esbuild').Metafile} */ (metafile);
  const loaded = new Set(Object.keys(outputs).filter((path) => outputs[path].entryPoint === '<stdin>'));
  for (const path of loaded) {
    for (const { path: next, kind } of outputs[path].imports) {
      if (kind === 'import-statement' && next in outputs) loaded.add(next);
    }
  }
  const size = { gzip: 0, brotli: 0 };
  for (const { path, contents } of outputFiles) {
    if (![...loaded].some((name) => path.endsWith(name))) continue;
    size.gzip += gzipSync(contents, { level: 9 }).length / 1000;
    size.brotli += brotliCompressSync(contents, QUALITY).length / 1000;
  }
  return size;
}

const QUALITY = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };

/**
 * What users import, by the entry. `on`: a signer, which it needs beside. `external`: what is left out.
 *
 * @type {Record<string, { code: string, on?: string, external?: string[] }>}
 */
export const IMPORTS = {
  'sigv4-wasm, signRequest': { code: "export { signRequest } from 'sigv4-wasm';" },
  'sigv4-wasm, Signer': { code: "export { Signer } from 'sigv4-wasm';" },
  'sigv4-wasm, all of it': { code: "export * from 'sigv4-wasm';" },
  ...Object.fromEntries(
    [
      'axios',
      'fetch',
      'undici',
      'got',
      'aws4',
      'smithy',
      'v4a',
      'fips',
      'slim',
      'verify',
      'policy',
      'explain',
    ].map((name) => [`sigv4-wasm/${name}`, { code: `export * from 'sigv4-wasm/${name}';` }]),
  ),
  'sigv4-wasm/credentials': { code: "export * from 'sigv4-wasm/credentials';" },
  'sigv4-wasm/credentials, fromCognitoIdentity': {
    code: "export { fromCognitoIdentity } from 'sigv4-wasm/credentials';",
  },
  'sigv4-wasm/appsync': { code: "export * from 'sigv4-wasm/appsync';" },
  'sigv4-wasm/request': { code: "export * from 'sigv4-wasm/request';" },
  'sigv4-wasm/identity, createIdentityProof': {
    code: "export { createIdentityProof } from 'sigv4-wasm/identity';",
  },
  'sigv4-wasm/identity': { code: "export * from 'sigv4-wasm/identity';" },
  'sigv4-wasm/tokens': { code: "export * from 'sigv4-wasm/tokens';" },
  'sigv4-wasm/credentials/node': { code: "export * from 'sigv4-wasm/credentials/node';" },
  'sigv4-wasm/verify, without SigV4a': {
    code: "export * from 'sigv4-wasm/verify';",
    external: ['#module/sigv4a'],
  },
  'sigv4-wasm/explain, without SigV4a': {
    code: "export * from 'sigv4-wasm/explain';",
    external: ['#module/sigv4a'],
  },
  ...Object.fromEntries(
    ['s3', 'events', 'batch', 'trace'].map((name) => [
      `sigv4-wasm/${name}`,
      {
        code: `export { Signer } from 'sigv4-wasm'; export * from 'sigv4-wasm/${name}';`,
        on: "export { Signer } from 'sigv4-wasm';",
      },
    ]),
  ),
};
