// The file for each wasm module and runtime that `#module/NAME` stands for: it imports the module in the form that the
// runtime takes, and hands it to the loader of js/engine/load.

/** @type {Record<string, { loader: string, source: (name: string) => string }>} by condition of `imports` in package.json */
export const RUNTIMES = {
  inline: {
    loader: 'inline',
    source: (name) => `import { base64 as source } from './${name}-bytes.js';`,
  },
  browser: {
    loader: 'browser',
    source: (name) => `import { written as source } from './${name}-text.js';`,
  },
  workerd: {
    loader: 'compiled',
    source: (name) =>
      `// @ts-ignore: it gives a WebAssembly.Module there\nimport source from './${name}.wasm';`,
  },
  // `?module` asks for the module rather than an instance.
  'edge-light': {
    loader: 'compiled',
    source: (name) =>
      `// @ts-ignore: it gives a WebAssembly.Module there\nimport source from './${name}.wasm?module';`,
  },
};

/**
 * @param {string} name  of a module
 * @param {string} runtime
 */
export function loaderFile(name, runtime) {
  const { loader, source } = RUNTIMES[runtime];
  return `// Written by the build. Do not edit.

${source(name)}
import { load } from '../engine/load/${loader}.js';

export const { compile, compileSync } = /* @__PURE__ */ load(source);
`;
}
