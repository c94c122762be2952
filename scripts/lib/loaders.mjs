// The file for each wasm module and runtime that `#module/NAME` stands for: it imports the module in the form that the runtime
// takes, and passes it to the loader of js/engine/load.

/** @type {Record<string, { loader: string, source: (name: string) => string, modules?: string[] }>} by condition of `imports` in package.json; `modules`: those that have it, if not all do */
export const RUNTIMES = {
  inline: {
    loader: 'inline',
    source: (name) => `import { hex as source } from './${name}-bytes.js';`,
  },
  slim: { loader: 'slim', source: () => '', modules: ['signing'] },
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
  const imported = source(name);
  return `// Written by the build. Do not edit.

${imported}
import { load } from '../engine/load/${loader}.js';

export const { compile, compileSync } = /* @__PURE__ */ load(${imported === '' ? '' : 'source'});
`;
}

/**
 * The runtimes for which a module has a file.
 *
 * @param {string} name  of the module
 */
export function runtimesOf(name) {
  return Object.keys(RUNTIMES).filter((runtime) => RUNTIMES[runtime].modules?.includes(name) ?? true);
}
